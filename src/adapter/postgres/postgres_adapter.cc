// The adapter for PostgreSQL: each method hands on to the file of this folder that does the work.
#include "adapter/postgres/postgres_adapter.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "adapter/postgres/build_names.h"
#include "adapter/postgres/catalog.h"
#include "adapter/postgres/partitions.h"
#include "adapter/postgres/pg_connection.h"
#include "adapter/postgres/publish.h"
#include "adapter/postgres/seed.h"

namespace weft::adapter::postgres {
namespace {

/// All connections of this adapter are of this kind: connect() makes no other.
PgConnection& own(Connection& connection) { return static_cast<PgConnection&>(connection); }

diag::Status without_value(diag::Result<QueryResult> result) {
  if (!result)
    return result.error();
  return diag::Done{};
}

/// The words of DROP and RENAME for a relation's type.
std::string_view sql_words(RelationType type) {
  switch (type) {
    case RelationType::View:
      return "view";
    case RelationType::MaterializedView:
      return "materialized view";
    default:
      return "table";
  }
}

class PostgresAdapter final : public Adapter {
 public:
  PostgresAdapter(config::Credentials credentials, const AdapterOptions& options,
                  const base::Env& env)
      : shared_(std::move(credentials), env, options.observer,
                postgres::run_of(options.invocation_id)) {}

  std::unique_ptr<Connection> connect(std::string name) override {
    return std::make_unique<PgConnection>(shared_, std::move(name));
  }
  const config::Credentials& credentials() const override { return shared_.credentials; }
  RelationCache& cache() override { return shared_.cache; }
  void cancel_all() override;

  diag::Status fill_cache(Connection& connection, const std::vector<std::string>& schemas) override;
  diag::Result<std::vector<Relation>> list_relations(Connection& connection,
                                                     std::string_view schema) override {
    return postgres::list_relations(own(connection), {std::string(schema)});
  }
  diag::Result<bool> schema_exists(Connection& connection, std::string_view schema) override {
    return postgres::schema_exists(own(connection), schema);
  }
  diag::Status create_schemas(Connection& connection,
                              const std::vector<std::string>& schemas) override {
    return postgres::create_schemas(own(connection), schemas);
  }
  diag::Status drop_schema(Connection& connection, std::string_view schema) override;
  diag::Result<std::vector<Column>> columns_in_relation(Connection& connection,
                                                        const Relation& relation) override {
    return postgres::columns_in_relation(own(connection), relation);
  }
  diag::Result<std::vector<Column>> columns_of_query(Connection& connection,
                                                     std::string_view sql) override {
    return postgres::columns_of_query(own(connection), sql);
  }

  Relation build_relation(const Relation& target, RelationType type) override;
  diag::Status publish(Connection& connection, const Relation& build, const Relation& target,
                       const PublishContext& context) override {
    return postgres::publish(own(connection), build, target, context);
  }
  diag::Result<Response> publish_view(Connection& connection, const Relation& target,
                                      std::string_view create_sql_of_build, const Relation& build,
                                      const PublishContext& context) override {
    return postgres::publish_view(own(connection), target, create_sql_of_build, build, context);
  }
  diag::Status lock_target(Connection& connection, const Relation& target) override;
  diag::Status drop_relation(Connection& connection, const Relation& relation,
                             bool cascade) override;
  diag::Status rename_relation(Connection& connection, const Relation& from,
                               const Relation& to) override;
  diag::Status truncate_relation(Connection& connection, const Relation& relation) override;
  diag::Result<int64_t> load_seed(Connection& connection, const Relation& build,
                                  const SeedLoad& load) override {
    return postgres::load_seed(own(connection), build, load);
  }
  diag::Result<std::vector<std::string>> missing_partitions(
      Connection& connection, const PartitionedTable& table) override {
    return postgres::missing_partitions(own(connection), table);
  }
  diag::Status check_partition_key(Connection& connection, const Relation& relation,
                                   const PartitionBy& by) override {
    return postgres::check_partition_key(own(connection), relation, by);
  }
  void remove_leftovers(Connection& connection, const std::vector<std::string>& schemas) override {
    postgres::remove_leftovers(own(connection), schemas);
  }

 private:
  postgres::Shared shared_;
  std::mutex builds_mutex_;
  /// How often a build name was asked for, by target.
  std::unordered_map<std::string, int> builds_;
};

void PostgresAdapter::cancel_all() {
  std::lock_guard lock(shared_.mutex);
  for (PgConnection* connection : shared_.connections)
    connection->cancel();
}

diag::Status PostgresAdapter::fill_cache(Connection& connection,
                                         const std::vector<std::string>& schemas) {
  diag::Result<std::vector<Relation>> relations =
      postgres::list_relations(own(connection), schemas);
  if (!relations)
    return relations.error();
  for (const std::string& schema : schemas)
    shared_.cache.add_schema(schema);
  for (const Relation& relation : *relations) {
    // A function may share its name with a relation, which then is the one meant.
    if (relation.type != RelationType::Function ||
        !shared_.cache.find(*relation.schema, *relation.identifier))
      shared_.cache.add(relation);
  }
  return diag::Done{};
}

diag::Status PostgresAdapter::drop_schema(Connection& connection, std::string_view schema) {
  diag::Status dropped = without_value(connection.execute(
      fmt::format("drop schema if exists {} cascade", quote_identifier(schema))));
  if (dropped) {
    for (const Relation& relation : shared_.cache.in_schema(schema))
      shared_.cache.remove(relation);
  }
  return dropped;
}

Relation PostgresAdapter::build_relation(const Relation& target, RelationType type) {
  Relation build = target;
  build.type = type;
  std::string schema = target.schema.value_or(""), name = target.identifier.value_or("");
  if (shared_.cache.knows_schema(schema) && !shared_.cache.find(schema, name))
    return build;
  int number = 0;
  {
    std::lock_guard lock(builds_mutex_);
    number = builds_[schema + "." + name]++;
  }
  // A node that is tried again must not meet what its first try left; nor another run's build,
  // where the name itself does not tell the run.
  std::string purpose = number == 0 ? std::string() : fmt::to_string(number);
  if (shared_.is_pooled)
    purpose += fmt::format(" of {:06x}", shared_.run);
  build.identifier = postgres::build_name(
      schema, name, shared_.is_pooled ? postgres::kPooledRun : shared_.run, purpose);
  build.quote.identifier = true;
  return build;
}

diag::Status PostgresAdapter::lock_target(Connection& connection, const Relation& target) {
  if (diag::Status begun = connection.begin(); !begun)
    return begun;
  return without_value(connection.execute(fmt::format(
      "select pg_catalog.pg_advisory_xact_lock({})",
      postgres::target_lock_key(target.schema.value_or(""), target.identifier.value_or("")))));
}

diag::Status PostgresAdapter::drop_relation(Connection& connection, const Relation& relation,
                                            bool cascade) {
  diag::Status dropped = without_value(
      connection.execute(fmt::format("drop {} if exists {}{}", sql_words(relation.type),
                                     relation.render_name(), cascade ? " cascade" : "")));
  if (dropped)
    shared_.cache.remove(relation);
  return dropped;
}

diag::Status PostgresAdapter::rename_relation(Connection& connection, const Relation& from,
                                              const Relation& to) {
  diag::Status renamed = without_value(connection.execute(
      fmt::format("alter {} {} rename to {}", sql_words(from.type), from.render_name(),
                  quote_identifier(to.identifier.value_or("")))));
  if (renamed)
    shared_.cache.rename(from, to);
  return renamed;
}

diag::Status PostgresAdapter::truncate_relation(Connection& connection, const Relation& relation) {
  return without_value(
      connection.execute(fmt::format("truncate table {}", relation.render_name())));
}

}  // namespace

std::unique_ptr<Adapter> make_adapter(config::Credentials credentials,
                                      const AdapterOptions& options, const base::Env& env) {
  return std::make_unique<PostgresAdapter>(std::move(credentials), options, env);
}

}  // namespace weft::adapter::postgres
