// PgConnection: Connection over one libpq session, opened on first use and again after it was lost.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapter/cache.h"
#include "adapter/connection.h"
#include "adapter/postgres/session.h"
#include "base/env.h"

namespace weft::adapter::postgres {

class PgConnection;

/// What the connections of one adapter share.
struct Shared {
  Shared(config::Credentials with, const base::Env& in, QueryObserver* watched_by,
         uint32_t run_bits)
      : credentials(std::move(with)), env(in), observer(watched_by), run(run_bits) {}

  config::Credentials credentials;
  const base::Env& env;
  QueryObserver* observer;
  /// 24 bits of the invocation's id, in the names of build relations and in the lock that its
  /// sessions hold; see build_names.h.
  uint32_t run;
  RelationCache cache;
  std::atomic<bool> was_reachable{false};
  /// A pooler that hands out server sessions per transaction stands between: nothing may be kept in
  /// the session.
  std::atomic<bool> is_pooled{false};
  std::mutex mutex;
  std::set<PgConnection*> connections;

  /// The name that a part of a build relation (a partition, an index) gets when it is published.
  void remember_final_name(const std::string& schema, const std::string& built,
                           const std::string& name);
  /// Nothing for a name that was not remembered.
  std::optional<std::string> final_name(const std::string& schema, const std::string& built);
  /// The relation was found with nothing around it that replacing would have to look after.
  void remember_plain(const std::string& schema, const std::string& name, uint32_t oid);
  /// The oid of a relation that was found so, once: it is about to be replaced.
  std::optional<uint32_t> take_plain(const std::string& schema, const std::string& name);

 private:
  std::mutex names_mutex_;
  std::map<std::pair<std::string, std::string>, uint32_t> plain_;
  std::map<std::pair<std::string, std::string>, std::string> final_names_;
};

class PgConnection final : public Connection {
 public:
  PgConnection(Shared& shared, std::string connection_name);
  ~PgConnection() override;

  diag::Result<QueryResult> execute(std::string_view sql, const QueryOptions& options) override;
  diag::Result<QueryResult> query_catalog(std::string_view sql) override;
  diag::Status begin() override;
  diag::Status commit() override;
  diag::Status rollback() override;
  diag::Status rollback_later() override;
  void settle() override;
  bool in_transaction() const override;
  diag::Result<int64_t> copy_in(std::string_view copy_sql,
                                const std::function<std::optional<std::string>()>& next) override;
  void cancel() override;
  int server_version() const override;

  // For the other files of this folder.

  /// Runs weft's own statements as they are, in whatever transaction is open, and gives the rows of
  /// the last result that has any. A failure leaves the transaction failed: the caller rolls back.
  diag::Result<RawRows> raw(std::string_view sql);
  /// As raw(), but a failure ends the transaction.
  diag::Result<RawRows> raw_or_rollback(std::string_view sql);
  /// Keeps `sql` in the session as a prepared statement, so that the server plans it once. False
  /// where a session may change hands between statements, and `sql` must be sent each time.
  /// `settings` are in force while it is made.
  diag::Result<bool> keep_statement(const std::string& statement_name, const std::string& settings,
                                    const std::string& sql);
  /// The session lost what it kept: somebody said `discard all`.
  void forget_statements() { kept_.clear(); }
  /// Names and type oids of a query's columns, without running it.
  diag::Result<std::vector<std::pair<std::string, uint32_t>>> describe(std::string_view sql);
  /// Opens the session unless it is open and alive.
  diag::Status ensure_open();
  Shared& shared() { return shared_; }
  /// Tells the observer something of weft's own.
  void notice(std::string_view text);
  void sending(std::string_view sql);
  /// The transaction's number, once known: commit() need not ask for it.
  void remember_transaction(std::string number) { transaction_ = std::move(number); }
  /// raw() ended the transaction by itself, as commit() would have.
  void ended_by_raw() {
    begin_wanted_ = false;
    was_ended_by_statement_ = true;
    transaction_.clear();
  }

 private:
  diag::Status set_up(Session& session);
  std::string with_comment(std::string_view sql, size_t& prefix) const;
  void take_number(diag::Result<std::vector<ResultPtr>>& results);
  /// Ends the transaction after a failed statement.
  diag::Diagnostic give_up(diag::Diagnostic error);
  void close();
  /// The truth about a COMMIT whose answer was lost.
  diag::Status find_out(std::string_view transaction, diag::Diagnostic error);

  Shared& shared_;
  /// Guards the pointer, not what it points at: cancel() comes from other threads.
  mutable std::mutex mutex_;
  std::unique_ptr<Session> session_;
  /// begin() was called; the next statement carries the BEGIN.
  bool begin_wanted_ = false;
  /// commit(), or a statement such as `commit`, ended the transaction. As with psycopg2 under dbt,
  /// what follows up to rollback() or begin() then runs outside of one: hooks with `vacuum` rely
  /// on it.
  bool was_ended_by_statement_ = false;
  /// Number of the open transaction; empty when it was not asked for.
  std::string transaction_;
  /// Names of the statements that the session keeps.
  std::set<std::string> kept_;
};

}  // namespace weft::adapter::postgres
