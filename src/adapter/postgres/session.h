// Session: one libpq connection: opening it, sending statements, reading what comes back. It knows
// nothing of transactions, retries of statements or dbt; PgConnection does.
//
// libpqxx 6.4 keeps the SQLSTATE of most errors, hints, details and positions to itself and gives
// no way to its libpq connection, so this module speaks libpq throughout.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "config/profile.h"
#include "diag/diagnostic.h"

struct pg_conn;
struct pg_result;
struct pg_cancel;

namespace weft::adapter::postgres {

struct ResultDeleter {
  void operator()(pg_result* result) const;
};
using ResultPtr = std::unique_ptr<pg_result, ResultDeleter>;

/// The rows of a result as the server's text; nothing for null.
using RawRow = std::vector<std::optional<std::string>>;
using RawRows = std::vector<RawRow>;
RawRows raw_rows(const pg_result* result);
/// The rows of the last result that has some.
RawRows last_rows(const std::vector<ResultPtr>& results);

class Session {
 public:
  /// Opens a session, trying again on what passes by itself: a server that starts, has no free
  /// connection, or cannot be reached although it could be before (`was_reachable`). Gives
  /// ConnectionFailed or AuthenticationFailed in plain words, never with the password.
  static diag::Result<std::unique_ptr<Session>> open(const config::Credentials& credentials,
                                                     bool was_reachable, const base::Env& env);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Sends one text of statements and gives their results, those without rows included. On failure
  /// the diagnostic's position counts within `sql` behind its first `prefix` bytes.
  diag::Result<std::vector<ResultPtr>> run(const std::string& sql, size_t prefix = 0);
  /// Sends `copy … from stdin` and the data. Gives the rows that the server counted.
  diag::Result<int64_t> copy_in(const std::string& sql, size_t prefix,
                                const std::function<std::optional<std::string>()>& next);
  /// The row description of one statement that is not run.
  diag::Result<ResultPtr> describe(const std::string& sql);

  /// Sends ROLLBACK without waiting; the next call of any other method does. False when the session
  /// is broken.
  bool send_rollback();
  /// Notes a ROLLBACK that goes out with the next text of statements; nothing of it happens before.
  void owe_rollback();
  /// Sends the ROLLBACK that is owed, if any, as send_rollback() does.
  bool pay_rollback();

  /// As the server said with its last answer: true inside a transaction block, failed or not.
  bool in_transaction() const;
  bool is_broken() const;
  /// Looks, without waiting, whether the server closed the session meanwhile.
  bool was_closed_by_server();
  int server_version() const;
  int backend_pid() const;
  std::string parameter(const char* name) const;
  pg_conn* handle() const { return connection_; }

  /// Asks the server to stop the running statement. Safe from any thread while the session lives.
  void cancel();
  /// Called for each warning and notice, in the thread that waits for the statement.
  std::function<void(std::string_view)> on_notice;
  /// Called with each text before it is sent.
  std::function<void(std::string_view)> on_send;
  /// Called when a text that on_send() got is answered: the tag of its last statement and how long
  /// it took, or why it failed.
  std::function<void(std::string_view tag, double seconds)> on_done;
  std::function<void(std::string_view message)> on_failure;

 private:
  explicit Session(pg_conn* connection);
  diag::Diagnostic lost(std::string_view what) const;
  diag::Result<std::vector<ResultPtr>> answers(const std::string& sql, size_t prefix,
                                               size_t skipped);
  diag::Result<ResultPtr> send_describe(const std::string& sql);
  diag::Result<int64_t> send_copy(const std::string& sql, size_t prefix,
                                  const std::function<std::optional<std::string>()>& next);
  diag::Result<std::vector<ResultPtr>> ask(const std::string& sql, size_t prefix);
  bool push_rollback();
  /// Reads the answer to a ROLLBACK that was sent ahead; one that is owed is sent first.
  void settle();
  void tell(std::string_view sql) const {
    if (on_send)
      on_send(sql);
  }
  /// Tells how a text ended that was told of when it began; `error` is null for one that went well.
  void tell_end(std::string_view tag, const diag::Diagnostic* error,
                std::chrono::steady_clock::time_point started) const;

  pg_conn* connection_;
  pg_cancel* cancel_;
  /// A ROLLBACK was sent whose answer was not read.
  bool is_rolling_back_ = false;
  /// A ROLLBACK is still to be sent.
  bool owes_rollback_ = false;
};

}  // namespace weft::adapter::postgres
