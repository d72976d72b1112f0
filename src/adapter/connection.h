// Connection: one session with PostgreSQL. Used by one thread; only cancel() may come from another.
//
// Transactions follow psycopg2 as dbt uses it: unless the profile says autocommit, the first
// statement opens a transaction, which lasts until commit() or rollback(). Behind commit()
// or a statement that ends it by itself (`commit;`) statements run outside of one, up to rollback()
// or begin().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapter/table.h"
#include "config/profile.h"
#include "diag/diagnostic.h"

namespace weft::adapter {

struct Response {
  /// The server's command tag: "SELECT 5", "CREATE VIEW".
  std::string message;
  /// The tag's words without numbers: "SELECT".
  std::string code;
  int64_t rows_affected = -1;
};

struct QueryResult {
  Response response;
  /// Empty unless rows were asked for.
  Table table;
};

struct QueryOptions {
  /// Keep the rows of the last statement.
  bool fetch = false;
  /// At most this many rows; negative for all.
  int64_t limit = -1;
  /// Keep each value as the server's text (types Text), without inference.
  bool raw = false;
  /// A commit is likely to be next: what it needs to know is asked in the same message, where the
  /// text allows that.
  bool commits_next = false;
};

/// Who wants to know what is sent; called in the connection's thread.
class QueryObserver {
 public:
  virtual ~QueryObserver() = default;
  virtual void on_query(std::string_view connection_name, std::string_view sql) = 0;
  /// What each on_query() comes to, unless it fails. `status` is the command tag.
  virtual void on_result(std::string_view connection_name, std::string_view status,
                         double seconds) = 0;
  /// What an on_query() comes to that fails: the server's words, or why there are none.
  virtual void on_failure(std::string_view connection_name, std::string_view message) = 0;
  /// Warnings and notices of the server.
  virtual void on_notice(std::string_view connection_name, std::string_view text) = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs one text of one or more statements (simple protocol). A failure is a diagnostic with the
  /// database part filled; `position` counts within `sql`, comments added by weft left out. After a
  /// failure the transaction is over.
  virtual diag::Result<QueryResult> execute(std::string_view sql,
                                            const QueryOptions& options = {}) = 0;
  /// Runs without the query comment and without opening a transaction: catalog queries of weft's
  /// own.
  virtual diag::Result<QueryResult> query_catalog(std::string_view sql) = 0;
  virtual diag::Status begin() = 0;
  virtual diag::Status commit() = 0;
  virtual diag::Status rollback() = 0;
  /// The same, but the server may be told as late as with the next statement, which saves a round
  /// trip. Until then the transaction keeps its locks, so whoever pauses calls settle().
  virtual diag::Status rollback_later() { return rollback(); }
  /// Tells the server what rollback_later() has put off.
  virtual void settle() {}
  virtual bool in_transaction() const = 0;

  /// `copy … from stdin`: calls `next` until it gives nothing. Gives the number of rows.
  virtual diag::Result<int64_t> copy_in(
      std::string_view copy_sql, const std::function<std::optional<std::string>()>& next) = 0;

  /// Asks the server to stop the running statement. Safe from any thread.
  virtual void cancel() = 0;
  virtual int server_version() const = 0;

  /// Shown in logs: a node's unique id, "master", "list_db_schema".
  std::string name;
  /// Text put before (or, when `comment_after`, behind) each statement; empty for none.
  std::string query_comment;
  bool comment_after = false;
};

}  // namespace weft::adapter
