#include "adapter/postgres/session.h"

#include <algorithm>
#include <poll.h>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "adapter/postgres/errors.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

void receive_notice(void* session, const PGresult* result) {
  const auto& on_notice = static_cast<Session*>(session)->on_notice;
  if (!on_notice)
    return;
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  on_notice(fmt::format("{}:  {}", severity ? severity : "NOTICE", message ? message : ""));
}

constexpr std::string_view kBegin = "BEGIN;", kRollback = "ROLLBACK;";

/// Ends a copy that a statement of the caller's started without data to send.
void refuse_copy(PGconn* connection, ExecStatusType status) {
  if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH) {
    PQputCopyEnd(connection, "copy from stdin has no data here");
    return;
  }
  char* row = nullptr;
  while (PQgetCopyData(connection, &row, 0) > 0)
    PQfreemem(row);
}

}  // namespace

void ResultDeleter::operator()(pg_result* result) const { PQclear(result); }

RawRows raw_rows(const pg_result* result) {
  RawRows rows(static_cast<size_t>(PQntuples(result)));
  for (int r = 0; r < PQntuples(result); ++r) {
    RawRow& row = rows[static_cast<size_t>(r)];
    for (int c = 0; c < PQnfields(result); ++c) {
      if (PQgetisnull(result, r, c))
        row.emplace_back(std::nullopt);
      else
        row.emplace_back(
            std::string(PQgetvalue(result, r, c), static_cast<size_t>(PQgetlength(result, r, c))));
    }
  }
  return rows;
}

RawRows last_rows(const std::vector<ResultPtr>& results) {
  auto last = std::find_if(results.rbegin(), results.rend(), [](const ResultPtr& result) {
    return PQresultStatus(result.get()) == PGRES_TUPLES_OK;
  });
  return last == results.rend() ? RawRows() : raw_rows(last->get());
}

Session::Session(pg_conn* connection) : connection_(connection), cancel_(PQgetCancel(connection)) {
  PQsetNoticeReceiver(connection_, receive_notice, this);
}

Session::~Session() {
  PQfreeCancel(cancel_);
  PQfinish(connection_);
}

diag::Diagnostic Session::lost(std::string_view what) const {
  diag::Diagnostic diagnostic =
      plain_error(diag::Code::ConnectionLost,
                  fmt::format("the connection to the server was lost {}: {}", what,
                              base::collapse_whitespace(PQerrorMessage(connection_))));
  diag::DatabaseError database;
  database.sqlstate = "08006";
  database.text = database.message = diagnostic.message;
  diagnostic.database = std::move(database);
  return diagnostic;
}

diag::Result<std::vector<ResultPtr>> Session::run(const std::string& sql, size_t prefix) {
  if (sql.find('\0') != std::string::npos)
    return plain_error(diag::Code::DatabaseFailed,
                       "a statement has a NUL byte, which SQL cannot hold");
  auto started = std::chrono::steady_clock::now();
  diag::Result<std::vector<ResultPtr>> done = ask(sql, prefix);
  bool answered = done && !done->empty();
  // As those that are sent ahead, a rollback has no end of its own.
  if (sql != "ROLLBACK") {
    tell_end(answered ? PQcmdStatus(done->back().get()) : "", done ? nullptr : &done.error(),
             started);
  }
  return done;
}

void Session::tell_end(std::string_view tag, const diag::Diagnostic* error,
                       std::chrono::steady_clock::time_point started) const {
  if (error != nullptr && on_failure)
    on_failure(error->database ? error->database->text : error->message);
  if (error != nullptr || !on_done)
    return;
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  on_done(tag, seconds.count());
}

diag::Result<std::vector<ResultPtr>> Session::ask(const std::string& sql, size_t prefix) {
  // One text for the end of a transaction and the begin of the next. Anything else might be a
  // statement that must stand alone.
  if (owes_rollback_ && !is_broken() && base::starts_with(sql, kBegin)) {
    owes_rollback_ = false;
    tell(sql);
    return answers(std::string(kRollback) + sql, prefix + kRollback.size(), 1);
  }
  settle();
  tell(sql);
  return answers(sql, prefix, 0);
}

/// Sends the text and gives what its statements behind the first `skipped` ones answer.
diag::Result<std::vector<ResultPtr>> Session::answers(const std::string& sql, size_t prefix,
                                                      size_t skipped) {
  if (PQsendQuery(connection_, sql.c_str()) != 1)
    return lost("before a statement was sent");
  std::vector<ResultPtr> results;
  std::optional<diag::Diagnostic> error;
  while (ResultPtr result{PQgetResult(connection_)}) {
    ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      refuse_copy(connection_, status);
      if (!error)
        error = plain_error(diag::Code::DatabaseFailed,
                            "a copy from standard input or to standard output cannot run here");
    } else if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      if (!error)
        error = statement_error(result.get(), sql, prefix);
    } else {
      results.push_back(std::move(result));
    }
  }
  if (is_broken()) {
    // The server's own reason (57P01 …) says more than the broken socket.
    if (error && !sqlstate_of(*error).empty() && error->code == diag::Code::ConnectionLost)
      return *error;
    return lost("while a statement ran");
  }
  if (error)
    return *error;
  results.erase(results.begin(),
                results.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, results.size())));
  return results;
}

diag::Result<int64_t> Session::copy_in(const std::string& sql, size_t prefix,
                                       const std::function<std::optional<std::string>()>& next) {
  settle();
  tell(sql);
  auto started = std::chrono::steady_clock::now();
  diag::Result<int64_t> rows = send_copy(sql, prefix, next);
  tell_end(rows ? fmt::format("COPY {}", *rows) : "", rows ? nullptr : &rows.error(), started);
  return rows;
}

diag::Result<int64_t> Session::send_copy(const std::string& sql, size_t prefix,
                                         const std::function<std::optional<std::string>()>& next) {
  if (PQsendQuery(connection_, sql.c_str()) != 1)
    return lost("before a copy was sent");
  std::optional<diag::Diagnostic> error;
  int64_t rows = -1;
  while (ResultPtr result{PQgetResult(connection_)}) {
    ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN) {
      bool sent = true;
      while (sent) {
        std::optional<std::string> chunk = next();
        if (!chunk)
          break;
        sent = PQputCopyData(connection_, chunk->data(), static_cast<int>(chunk->size())) == 1;
      }
      if (PQputCopyEnd(connection_, nullptr) != 1 && is_broken())
        break;
    } else if (status == PGRES_FATAL_ERROR) {
      if (!error)
        error = statement_error(result.get(), sql, prefix);
    } else if (status == PGRES_COMMAND_OK) {
      if (std::optional<int64_t> count = base::parse_int(PQcmdTuples(result.get())))
        rows = *count;
    }
  }
  if (error)
    return *error;
  if (is_broken())
    return lost("during a copy");
  return rows;
}

diag::Result<ResultPtr> Session::describe(const std::string& sql) {
  settle();
  tell(sql);
  auto started = std::chrono::steady_clock::now();
  diag::Result<ResultPtr> described = send_describe(sql);
  tell_end("PREPARE", described ? nullptr : &described.error(), started);
  return described;
}

diag::Result<ResultPtr> Session::send_describe(const std::string& sql) {
  ResultPtr prepared{PQprepare(connection_, "", sql.c_str(), 0, nullptr)};
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK)
    return is_broken() ? lost("while a statement was described")
                       : statement_error(prepared.get(), sql, 0);
  ResultPtr described{PQdescribePrepared(connection_, "")};
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK)
    return is_broken() ? lost("while a statement was described")
                       : statement_error(described.get(), sql, 0);
  return described;
}

bool Session::send_rollback() {
  settle();
  tell("ROLLBACK");
  return push_rollback();
}

bool Session::push_rollback() {
  is_rolling_back_ = PQsendQuery(connection_, "ROLLBACK") == 1 && PQflush(connection_) >= 0;
  return is_rolling_back_;
}

void Session::owe_rollback() {
  settle();
  tell("ROLLBACK");
  owes_rollback_ = true;
}

bool Session::pay_rollback() { return !std::exchange(owes_rollback_, false) || push_rollback(); }

void Session::settle() {
  // A session that is broken has rolled back by itself.
  (void)pay_rollback();
  if (!std::exchange(is_rolling_back_, false))
    return;
  while (PGresult* result = PQgetResult(connection_))
    PQclear(result);
}

bool Session::in_transaction() const {
  if (is_rolling_back_ || owes_rollback_)
    return false;
  PGTransactionStatusType status = PQtransactionStatus(connection_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool Session::is_broken() const { return PQstatus(connection_) != CONNECTION_OK; }

bool Session::was_closed_by_server() {
  // One that is owed stays so: it goes with the statement that comes now.
  if (!owes_rollback_)
    settle();
  if (is_broken())
    return true;
  // Something that waits while nothing was asked is a notice, a parameter, or the end; the end
  // comes behind the server's reason for it.
  for (int reads = 0; reads < 4; ++reads) {
    pollfd wait{PQsocket(connection_), POLLIN, 0};
    if (poll(&wait, 1, 0) <= 0)
      return false;
    if (PQconsumeInput(connection_) != 1 || is_broken())
      return true;
  }
  return false;
}

int Session::server_version() const { return PQserverVersion(connection_); }
int Session::backend_pid() const { return PQbackendPID(connection_); }

std::string Session::parameter(const char* name) const {
  const char* value = PQparameterStatus(connection_, name);
  return value == nullptr ? std::string() : std::string(value);
}

void Session::cancel() {
  char message[256];
  if (cancel_ != nullptr)
    PQcancel(cancel_, message, sizeof message);
}

}  // namespace weft::adapter::postgres
