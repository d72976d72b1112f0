// Adapter: what weft can do with its database. One a command, shared by all workers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/cache.h"
#include "adapter/column.h"
#include "adapter/connection.h"
#include "adapter/partition_by.h"
#include "adapter/relation.h"
#include "adapter/table.h"
#include "base/data.h"
#include "base/env.h"
#include "config/profile.h"

namespace weft::adapter {

struct JsonSeedOptions;

/// What publishing needs to know of the run.
struct PublishContext {
  /// True when a dependent that cannot be recreated on the new relation may be dropped, because
  /// this run builds it anew later.
  std::function<bool(const Relation&)> is_rebuilt_later;
  /// True when hooks of the target run after publishing. What hangs on the replaced relation itself
  /// (triggers, policies, statistics, publications) is then theirs to make again, as with dbt;
  /// otherwise it is carried over. Not set: nothing is carried over, a notice names what went.
  std::function<bool(const Relation&)> has_hooks;
  /// Grants, the comment and the columns' comments of the replaced relation that the new one lacks
  /// are given to it: the configuration says nothing of them.
  bool keeps_grants = false, keeps_comment = false, keeps_column_comments = false;
  /// The open transaction, in which the build relation was made, is committed first.
  bool commits_build = false;
};

/// A table whose partitions are wanted.
struct PartitionedTable {
  /// What the partitions are made of, and the name it will have; the same unless it is built to
  /// take the place of another.
  Relation build, target;
  PartitionBy by;
  /// Holds the rows that are about to come, with the table's columns.
  std::optional<Relation> rows;
  /// `build` is there already, with partitions of its own.
  bool exists = false;
  bool unlogged = false;
};

class Adapter {
 public:
  virtual ~Adapter() = default;

  /// A connection for one thread, not open yet: the first statement connects. It must not outlive
  /// the adapter.
  virtual std::unique_ptr<Connection> connect(std::string name) = 0;
  virtual const config::Credentials& credentials() const = 0;
  virtual RelationCache& cache() = 0;
  /// Cancels the running statement of every connection. Safe from any thread.
  virtual void cancel_all() = 0;

  // All below run on the given connection, in its transaction when one is open.

  /// Fills the cache with all relations of the schemas, by one query.
  virtual diag::Status fill_cache(Connection& connection,
                                  const std::vector<std::string>& schemas) = 0;
  virtual diag::Result<std::vector<Relation>> list_relations(Connection& connection,
                                                             std::string_view schema) = 0;
  virtual diag::Result<bool> schema_exists(Connection& connection, std::string_view schema) = 0;
  /// A schema that another session makes at the same moment is success.
  virtual diag::Status create_schemas(Connection& connection,
                                      const std::vector<std::string>& schemas) = 0;
  virtual diag::Status drop_schema(Connection& connection, std::string_view schema) = 0;
  /// Looked up by oid, so that temporary relations of other sessions are never meant.
  virtual diag::Result<std::vector<Column>> columns_in_relation(Connection& connection,
                                                                const Relation& relation) = 0;
  /// Names and types of a query's columns, in dbt's words (INTEGER, STRING, ...), without running
  /// it.
  virtual diag::Result<std::vector<Column>> columns_of_query(Connection& connection,
                                                             std::string_view sql) = 0;

  // The publish protocol (ARCHITECTURE.md, "Publishing").

  /// A name for building `target`: the target itself while nothing stands there, else a unique name
  /// in the same schema, tagged by a comment so that a later run can remove what a killed one left.
  virtual Relation build_relation(const Relation& target, RelationType type) = 0;
  /// Puts `build` in the place of `target`, whatever stands there, and recreates what depends on
  /// it: views, materialized views, their owners, grants, comments, options, rules, triggers. Ends
  /// in one short transaction with a bounded wait for locks; joins the transaction that is open, if
  /// any. Refuses (PublishRefused) rather than lose a dependent. Updates the cache.
  virtual diag::Status publish(Connection& connection, const Relation& build,
                               const Relation& target, const PublishContext& context) = 0;
  /// Makes or replaces the view `target`: in place while its columns are kept or only appended,
  /// else by build and publish. The response is that of `create view`.
  virtual diag::Result<Response> publish_view(Connection& connection, const Relation& target,
                                              std::string_view create_sql_of_build,
                                              const Relation& build,
                                              const PublishContext& context) = 0;
  /// Waits for the lock of a target until the transaction ends, so that two runs never write one
  /// incremental table or snapshot at once.
  virtual diag::Status lock_target(Connection& connection, const Relation& target) = 0;
  /// Drops one relation without CASCADE; dependents make it fail, unless `cascade` (user macros
  /// only).
  virtual diag::Status drop_relation(Connection& connection, const Relation& relation,
                                     bool cascade) = 0;
  virtual diag::Status rename_relation(Connection& connection, const Relation& from,
                                       const Relation& to) = 0;
  virtual diag::Status truncate_relation(Connection& connection, const Relation& relation) = 0;
  /// Creates `build` with these columns and streams the CSV file into it by COPY. Gives the rows. A
  /// column whose SQL type is the one that scan_csv() finds is read by agate's rules for its type,
  /// any other as text, which is what column_types means for dbt.
  struct SeedLoad {
    std::string csv_path;
    /// Name and SQL type in order of the file; quoted when `quote_columns`.
    std::vector<std::pair<std::string, std::string>> columns;
    bool quote_columns = false;
    char delimiter = ',';
    bool unlogged = false;
    bool header_only = false;
    /// What scan_csv() found in the file; looked for once more when null.
    const CsvScan* scan = nullptr;
    /// Set when the file is JSON: how its documents become rows of the columns.
    const JsonSeedOptions* json = nullptr;
    /// A table that `build` takes its definition from, with indexes, rights and comments. The
    /// columns then only say what the file holds.
    std::optional<Relation> like;
  };
  virtual diag::Result<int64_t> load_seed(Connection& connection, const Relation& build,
                                          const SeedLoad& load) = 0;
  /// The statements that create the partitions which `table` lacks: those that are listed, the
  /// default one, and those of the periods of its rows. Runs queries only.
  virtual diag::Result<std::vector<std::string>> missing_partitions(
      Connection& connection, const PartitionedTable& table) = 0;
  /// Fails when the table is not partitioned the way that `by` says.
  virtual diag::Status check_partition_key(Connection& connection, const Relation& relation,
                                           const PartitionBy& by) = 0;
  /// Removes build relations whose run is dead. Called once a run, never fails a run.
  virtual void remove_leftovers(Connection& connection,
                                const std::vector<std::string>& schemas) = 0;
};

struct AdapterOptions {
  /// Where an embedded server keeps its data: <project>/.weft.
  std::string state_directory;
  std::string invocation_id;
  /// May be null. Must outlive the adapter.
  QueryObserver* observer = nullptr;
};

/// The adapter for PostgreSQL. Starts the embedded server when the credentials ask for it;
/// otherwise nothing is connected yet.
diag::Result<std::unique_ptr<Adapter>> make_postgres_adapter(const config::Profile& profile,
                                                             const AdapterOptions& options,
                                                             const base::Env& env);

}  // namespace weft::adapter
