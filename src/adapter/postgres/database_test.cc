#include "adapter/postgres/database_test.h"

#include <atomic>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::adapter {

TestDatabase::TestDatabase(test::TempPostgres& server, config::Credentials credentials) {
  static std::atomic<int> number{0};
  schema = fmt::format("test_{}", ++number);
  config::Profile profile;
  profile.credentials = std::move(credentials);
  profile.credentials.embedded = false;
  AdapterOptions options;
  options.invocation_id = schema;
  options.observer = &observer;
  auto made = make_postgres_adapter(profile, options, server.env());
  REQUIRE(made.ok());
  adapter = std::move(*made);
  connection = adapter->connect("test");
  REQUIRE(adapter->create_schemas(*connection, {schema}).ok());
}

TestDatabase::~TestDatabase() {
  if (connection->rollback())
    (void)adapter->drop_schema(*connection, schema).ok();
  (void)connection->commit().ok();
}

std::string in_schema(const std::string& text, const std::string& schema) {
  return base::replace_all(text, "$S", schema);
}

void TestDatabase::run(const std::string& sql) {
  auto done = connection->execute(in_schema(sql, schema));
  INFO(sql);
  if (!done)
    FAIL(done.error().message);
  REQUIRE(connection->commit().ok());
}

std::string TestDatabase::rows(const std::string& sql) {
  QueryOptions options;
  options.fetch = options.raw = true;
  auto result = connection->execute(in_schema(sql, schema), options);
  if (!result)
    return "error: " + result.error().message;
  std::string out;
  for (const std::vector<Cell>& row : result->table.rows) {
    out += out.empty() ? "" : ";";
    for (size_t i = 0; i < row.size(); ++i)
      out += (i == 0 ? "" : "|") + (row[i].kind == Cell::Kind::Null ? "-" : row[i].text);
  }
  (void)connection->commit().ok();
  return out;
}

Relation TestDatabase::relation(const std::string& name, RelationType type) const {
  Relation relation;
  relation.database = adapter->credentials().database;
  relation.schema = schema;
  relation.identifier = name;
  relation.type = type;
  return relation;
}

diag::Status rebuild(TestDatabase& database, Connection& connection, const std::string& target,
                     const std::string& query, const PublishContext& context) {
  Relation to = database.relation(target);
  Relation build = database.adapter->build_relation(to, RelationType::Table);
  auto made = connection.execute(
      fmt::format("create table {} as {}", build.render_name(), in_schema(query, database.schema)));
  if (!made)
    return made.error();
  diag::Status committed = connection.commit();
  if (!committed)
    return committed;
  return database.adapter->publish(connection, build, to, context);
}

}  // namespace weft::adapter
