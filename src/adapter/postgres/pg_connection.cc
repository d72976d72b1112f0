#include "adapter/postgres/pg_connection.h"

#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "adapter/postgres/build_names.h"
#include "adapter/postgres/errors.h"
#include "adapter/postgres/types.h"
#include "adapter/relation.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

constexpr std::string_view kBegin = "BEGIN;";
/// With the transaction's number the truth can be found out should the answer to COMMIT get lost.
constexpr std::string_view kNumberQuery = "select pg_catalog.txid_current_if_assigned()";
/// The same behind another text, whose last semicolon may stand in a comment.
constexpr std::string_view kAskNumber = "\n;select pg_catalog.txid_current_if_assigned()";
/// How long a commit of unknown fate is asked about.
constexpr int kFateTries = 100;
constexpr auto kFatePause = std::chrono::milliseconds(100);

/// Command tag, its words, and the count, as psycopg2's statusmessage and rowcount show them.
Response response_of(const PGresult* result) {
  Response response;
  response.message = PQcmdStatus(const_cast<PGresult*>(result));
  for (std::string_view word : base::split_words(response.message)) {
    if (base::parse_int(word))
      continue;
    if (!response.code.empty())
      response.code += ' ';
    response.code += word;
  }
  if (PQresultStatus(result) == PGRES_TUPLES_OK)
    response.rows_affected = PQntuples(result);
  else if (auto count = base::parse_int(PQcmdTuples(const_cast<PGresult*>(result))))
    response.rows_affected = *count;
  return response;
}

/// A role as profiles write it: bare names fold to lower case as in `set role x`, quoted ones are
/// kept.
std::string quoted_role(std::string_view role) {
  if (role.size() >= 2 && role.front() == '"' && role.back() == '"')
    return quote_identifier(base::replace_all(role.substr(1, role.size() - 2), "\"\"", "\""));
  return quote_identifier(base::to_lower(role));
}

/// Comment marks around the text, unless it has them; an end mark inside cannot end it.
std::string as_comment(std::string_view text) {
  text = base::trim(text);
  if (base::starts_with(text, "/*") && base::ends_with(text, "*/") && text.size() >= 4)
    text = base::trim(text.substr(2, text.size() - 4));
  return "/* " + base::replace_all(text, "*/", "* /") + " */";
}

}  // namespace

void Shared::remember_final_name(const std::string& schema, const std::string& built,
                                 const std::string& name) {
  std::lock_guard lock(names_mutex_);
  final_names_[{schema, built}] = name;
}

std::optional<std::string> Shared::final_name(const std::string& schema, const std::string& built) {
  std::lock_guard lock(names_mutex_);
  auto found = final_names_.find({schema, built});
  return found == final_names_.end() ? std::nullopt : std::optional(found->second);
}

void Shared::remember_plain(const std::string& schema, const std::string& name, uint32_t oid) {
  std::lock_guard lock(names_mutex_);
  plain_[{schema, name}] = oid;
}

std::optional<uint32_t> Shared::take_plain(const std::string& schema, const std::string& name) {
  std::lock_guard lock(names_mutex_);
  auto found = plain_.extract({schema, name});
  return found.empty() ? std::nullopt : std::optional(found.mapped());
}

PgConnection::PgConnection(Shared& shared, std::string connection_name) : shared_(shared) {
  name = std::move(connection_name);
  std::lock_guard lock(shared_.mutex);
  shared_.connections.insert(this);
}

PgConnection::~PgConnection() {
  std::lock_guard lock(shared_.mutex);
  shared_.connections.erase(this);
}

void PgConnection::notice(std::string_view text) {
  if (shared_.observer != nullptr)
    shared_.observer->on_notice(name, text);
}

/// The transaction that opens with a statement is a line of its own, as dbt's readers expect.
void PgConnection::sending(std::string_view sql) {
  if (shared_.observer == nullptr)
    return;
  if (base::starts_with(sql, kBegin)) {
    shared_.observer->on_query(name, "BEGIN");
    shared_.observer->on_result(name, "BEGIN", 0);
    sql.remove_prefix(kBegin.size());
  }
  if (!sql.empty())
    shared_.observer->on_query(name, sql);
}

diag::Status PgConnection::ensure_open() {
  if (session_ && session_->in_transaction())
    return diag::Done{};
  if (session_ && !session_->was_closed_by_server())
    return diag::Done{};
  close();
  diag::Result<std::unique_ptr<Session>> opened =
      Session::open(shared_.credentials, shared_.was_reachable, shared_.env);
  if (!opened)
    return opened.error();
  shared_.was_reachable = true;
  (*opened)->on_notice = [this](std::string_view text) { notice(text); };
  (*opened)->on_send = [this](std::string_view text) { sending(text); };
  if (QueryObserver* observer = shared_.observer; observer != nullptr) {
    (*opened)->on_done = [this, observer](std::string_view tag, double seconds) {
      observer->on_result(name, tag, seconds);
    };
    (*opened)->on_failure = [this, observer](std::string_view message) {
      observer->on_failure(name, message);
    };
  }
  diag::Status ready = set_up(**opened);
  if (!ready)
    return ready;
  std::lock_guard lock(mutex_);
  session_ = std::move(*opened);
  return diag::Done{};
}

/// One round trip for everything a session needs. The server notices within a second when weft
/// dies; not every system can do that, so a refusal of that one setting is no failure.
diag::Status PgConnection::set_up(Session& session) {
  const config::Credentials& credentials = shared_.credentials;
  std::string sql = "select pg_catalog.pg_backend_pid()";
  auto set = [&](std::string_view setting, std::string_view value) {
    sql += fmt::format(", pg_catalog.set_config('{}', {}, false)", setting, quote_literal(value));
  };
  if (session.parameter("DateStyle").find("ISO") != 0)
    set("DateStyle", "ISO");
  if (!credentials.search_path.empty())
    set("search_path", credentials.search_path);
  if (credentials.statement_timeout_ms > 0)
    set("statement_timeout", fmt::to_string(credentials.statement_timeout_ms));
  if (credentials.lock_timeout_ms > 0)
    set("lock_timeout", fmt::to_string(credentials.lock_timeout_ms));
  // A session that is not the server's own would take the lock to the next user of the pool.
  sql += fmt::format(
      ", case when pg_catalog.pg_backend_pid() = {} then "
      "pg_catalog.pg_advisory_lock_shared({}, {})::text end",
      session.backend_pid(), kRunLockClass, shared_.run);
  std::string role = credentials.role.empty() ? "" : "; set role " + quoted_role(credentials.role);
  std::string watch = ", pg_catalog.set_config('client_connection_check_interval', '1000', false)";
  bool can_watch = session.server_version() >= 140000;
  diag::Result<std::vector<ResultPtr>> done = session.run(sql + (can_watch ? watch : "") + role);
  if (!done && can_watch && sqlstate_of(done.error()) == "22023")
    done = session.run(sql + role);
  if (!done)
    return done.error();
  RawRows rows = raw_rows(done->front().get());
  if (rows.empty() || rows.front().empty())
    return plain_error(diag::Code::ConnectionFailed,
                       "what answers as the server does not answer a query with rows",
                       "is it PostgreSQL, or a pool that leads to one?");
  if (rows.front().front() != fmt::to_string(session.backend_pid()))
    shared_.is_pooled = true;
  return diag::Done{};
}

std::string PgConnection::with_comment(std::string_view sql, size_t& prefix) const {
  std::string text;
  bool opens = !in_transaction() && !shared_.credentials.autocommit && !was_ended_by_statement_;
  if (begin_wanted_ || opens)
    text = kBegin;
  prefix = text.size();
  if (query_comment.empty())
    return text + std::string(sql);
  if (!comment_after) {
    text += as_comment(query_comment) + "\n";
    prefix = text.size();
    return text + std::string(sql);
  }
  std::string_view body = sql;
  while (!body.empty() && (body.back() == ' ' || body.back() == '\n' || body.back() == '\t' ||
                           body.back() == '\r' || body.back() == ';'))
    body.remove_suffix(1);
  bool had_end = body.size() != sql.size() && sql.find(';', body.size()) != std::string_view::npos;
  return text + std::string(body) + "\n" + as_comment(query_comment) + (had_end ? ";" : "");
}

diag::Result<QueryResult> PgConnection::execute(std::string_view sql, const QueryOptions& options) {
  diag::Status open = ensure_open();
  if (!open)
    return open.error();
  size_t prefix = 0;
  std::string text = with_comment(sql, prefix);
  bool begins = base::starts_with(text, kBegin) && prefix >= kBegin.size();
  begin_wanted_ = false;
  bool had_transaction = begins || session_->in_transaction();
  // The text may commit and begin anew.
  transaction_.clear();
  bool asks_number = options.commits_next && !options.fetch && had_transaction &&
                     base::ends_with(base::trim(text), ";");
  if (asks_number)
    text += kAskNumber;
  diag::Result<std::vector<ResultPtr>> results = session_->run(text, prefix);
  if (asks_number)
    take_number(results);
  if (results && results->size() == (begins ? 1u : 0u))
    results = plain_error(diag::Code::DatabaseFailed,
                          "the statement is empty: can't execute an empty query");
  if (results && PQresultStatus(results->back().get()) == PGRES_EMPTY_QUERY)
    results = plain_error(diag::Code::DatabaseFailed,
                          "the statement is empty: can't execute an empty query");
  if (!results)
    return give_up(results.error());
  if (had_transaction && !session_->in_transaction())
    was_ended_by_statement_ = true;
  QueryResult answer;
  answer.response = response_of(results->back().get());
  if (options.fetch)
    answer.table = to_table(results->back().get(), options.limit, options.raw);
  return answer;
}

/// Takes the answer to kAskNumber out of the results, or the question out of the error's words: a
/// quote that does not end takes in all that follows.
void PgConnection::take_number(diag::Result<std::vector<ResultPtr>>& results) {
  if (!results) {
    diag::Diagnostic& error = results.error();
    error.message = base::replace_all(error.message, kAskNumber, "");
    if (error.database) {
      error.database->message = base::replace_all(error.database->message, kAskNumber, "");
      error.database->text = base::replace_all(error.database->text, kAskNumber, "");
    }
    return;
  }
  if (results->empty())
    return;
  RawRows rows = raw_rows(results->back().get());
  results->pop_back();
  if (!rows.empty() && session_->in_transaction())
    transaction_ = rows.front().front().value_or("");
}

diag::Result<QueryResult> PgConnection::query_catalog(std::string_view sql) {
  diag::Status open = ensure_open();
  if (!open)
    return open.error();
  std::string_view begin = begin_wanted_ ? kBegin : std::string_view();
  begin_wanted_ = false;
  diag::Result<std::vector<ResultPtr>> results =
      session_->run(std::string(begin) + std::string(sql), begin.size());
  if (!results)
    return give_up(results.error());
  QueryResult answer;
  if (!results->empty()) {
    answer.response = response_of(results->back().get());
    answer.table = to_table(results->back().get(), -1, false);
  }
  return answer;
}

diag::Diagnostic PgConnection::give_up(diag::Diagnostic error) {
  begin_wanted_ = was_ended_by_statement_ = false;
  transaction_.clear();
  if (session_ && session_->is_broken()) {
    close();
  } else if (session_ && session_->in_transaction()) {
    diag::Result<std::vector<ResultPtr>> done = session_->run("ROLLBACK");
    if (!done)
      close();
  }
  return error;
}

void PgConnection::close() {
  kept_.clear();
  transaction_.clear();
  std::unique_ptr<Session> old;
  {
    std::lock_guard lock(mutex_);
    old = std::move(session_);
  }
}

diag::Status PgConnection::begin() {
  if (!in_transaction())
    begin_wanted_ = true;
  return diag::Done{};
}

bool PgConnection::in_transaction() const {
  return begin_wanted_ || (session_ && session_->in_transaction());
}

diag::Status PgConnection::commit() {
  begin_wanted_ = false;
  was_ended_by_statement_ = true;
  if (!session_ || !session_->in_transaction())
    return diag::Done{};
  std::string transaction = std::exchange(transaction_, {});
  if (transaction.empty()) {
    diag::Result<RawRows> rows = raw(kNumberQuery);
    if (!rows)
      return give_up(rows.error());
    if (!rows->empty())
      transaction = rows->front().front().value_or("");
  }
  diag::Result<std::vector<ResultPtr>> done = session_->run("COMMIT");
  if (done) {
    if (std::string_view(PQcmdStatus(done->back().get())) == "ROLLBACK") {
      return plain_error(diag::Code::DatabaseFailed,
                         "the transaction had failed before and was rolled back");
    }
    return diag::Done{};
  }
  bool is_lost = session_->is_broken();
  diag::Diagnostic error = give_up(done.error());
  return is_lost && !transaction.empty() ? find_out(transaction, error) : error;
}

diag::Status PgConnection::find_out(std::string_view transaction, diag::Diagnostic error) {
  for (int attempt = 0; attempt < kFateTries; ++attempt) {
    diag::Status open = ensure_open();
    if (!open)
      break;
    diag::Result<RawRows> rows = raw(fmt::format("select pg_catalog.txid_status({})", transaction));
    if (!rows) {
      close();
      continue;
    }
    std::string status = rows->empty() ? "" : rows->front().front().value_or("");
    if (status == "committed")
      return diag::Done{};
    if (status != "in progress")
      return error;
    std::this_thread::sleep_for(kFatePause);
  }
  error.hint = "whether the transaction was committed is not known";
  if (error.database)
    error.database->sqlstate = "08007";
  return error;
}

/// The answer is not waited for: a session that is gone has rolled back by itself.
diag::Status PgConnection::rollback() {
  begin_wanted_ = was_ended_by_statement_ = false;
  transaction_.clear();
  if (session_ && session_->in_transaction() && !session_->send_rollback())
    close();
  return diag::Done{};
}

diag::Status PgConnection::rollback_later() {
  begin_wanted_ = was_ended_by_statement_ = false;
  transaction_.clear();
  if (session_ && session_->in_transaction())
    session_->owe_rollback();
  return diag::Done{};
}

void PgConnection::settle() {
  if (session_ && !session_->pay_rollback())
    close();
}

diag::Result<int64_t> PgConnection::copy_in(
    std::string_view copy_sql, const std::function<std::optional<std::string>()>& next) {
  diag::Status open = ensure_open();
  if (!open)
    return open.error();
  size_t prefix = 0;
  std::string text = with_comment(copy_sql, prefix);
  begin_wanted_ = false;
  diag::Result<int64_t> rows = session_->copy_in(text, prefix, next);
  return rows ? rows : give_up(rows.error());
}

void PgConnection::cancel() {
  std::lock_guard lock(mutex_);
  if (session_)
    session_->cancel();
}

int PgConnection::server_version() const { return session_ ? session_->server_version() : 0; }

diag::Result<RawRows> PgConnection::raw(std::string_view sql) {
  if (!session_)
    return plain_error(diag::Code::ConnectionLost, "the connection to the server is closed");
  std::string text = (begin_wanted_ ? std::string(kBegin) : std::string()) + std::string(sql);
  begin_wanted_ = false;
  diag::Result<std::vector<ResultPtr>> results = session_->run(text);
  if (!results)
    return results.error();
  return last_rows(*results);
}

diag::Result<RawRows> PgConnection::raw_or_rollback(std::string_view sql) {
  diag::Status open = ensure_open();
  if (!open)
    return open.error();
  diag::Result<RawRows> rows = raw(sql);
  return rows ? rows : give_up(rows.error());
}

diag::Result<bool> PgConnection::keep_statement(const std::string& statement_name,
                                                const std::string& settings,
                                                const std::string& sql) {
  if (shared_.is_pooled)
    return false;
  if (kept_.count(statement_name) > 0)
    return true;
  std::string text = fmt::format("{}prepare {} as {}", settings, statement_name, sql);
  // What is prepared outlives the savepoint, the settings do not.
  if (in_transaction()) {
    text = fmt::format(
        "savepoint weft_keep; {}; rollback to savepoint weft_keep; release savepoint weft_keep",
        text);
  }
  diag::Result<RawRows> done = raw(text);
  if (!done)
    return done.error();
  kept_.insert(statement_name);
  return true;
}

namespace {

/// Something follows a semicolon. One within a literal counts too, which costs nothing: the queries
/// that are described give no rows.
bool may_be_several(std::string_view sql) {
  size_t semicolon = sql.find(';');
  return semicolon != std::string_view::npos && !base::trim(sql.substr(semicolon + 1)).empty();
}

}  // namespace

diag::Result<std::vector<std::pair<std::string, uint32_t>>> PgConnection::describe(
    std::string_view sql) {
  diag::Status open = ensure_open();
  if (!open)
    return open.error();
  // Behind a pooler the two messages of a description may go to two servers; the query is run
  // there, as dbt does anywhere: its callers ask for no rows.
  bool may_change_servers = shared_.is_pooled && !session_->in_transaction();
  diag::Result<ResultPtr> described = ResultPtr();
  if (may_change_servers || may_be_several(sql)) {
    // A header before the query makes several statements, which only the simple protocol takes.
    diag::Result<std::vector<ResultPtr>> results = session_->run(std::string(sql));
    if (!results)
      return give_up(results.error());
    if (!results->empty())
      described = std::move(results->back());
  } else {
    described = session_->describe(std::string(sql));
  }
  if (!described)
    return give_up(described.error());
  std::vector<std::pair<std::string, uint32_t>> columns;
  for (int c = 0; c < PQnfields(described->get()); ++c)
    columns.emplace_back(PQfname(described->get(), c), PQftype(described->get(), c));
  return columns;
}

}  // namespace weft::adapter::postgres
