#include "adapter/postgres/publish_locks.h"

#include <algorithm>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "adapter/postgres/errors.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDeadline{300'000};
constexpr int64_t kFirstRestMs = 20, kLongestRestMs = 500;
constexpr size_t kShownQuery = 200;

}  // namespace

LockWait::LockWait(const config::Credentials& credentials, const base::Env& env)
    : env_(env),
      deadline_(std::chrono::steady_clock::now() + (credentials.lock_timeout_ms > 0
                                                        ? milliseconds(credentials.lock_timeout_ms)
                                                        : kDeadline)) {}

bool LockWait::rest() {
  if (env_.cancel.is_cancelled() || std::chrono::steady_clock::now() >= deadline_)
    return false;
  // Between two publishers the rests must differ, or they meet again and again.
  thread_local std::minstd_rand random(std::random_device{}());
  int64_t longest = std::min(kFirstRestMs << std::min(tries_++, 10), kLongestRestMs);
  std::this_thread::sleep_for(
      milliseconds(std::uniform_int_distribution<int64_t>(longest / 2, longest)(random)));
  return true;
}

diag::Diagnostic blocked_error(PgConnection& connection, std::string_view schema,
                               std::string_view target, const std::vector<uint32_t>& oids) {
  std::string list = "0";
  for (uint32_t oid : oids)
    list += fmt::format(", {}", oid);
  diag::Result<RawRows> rows = connection.raw(
      fmt::format("select a.pid, a.state, pg_catalog.left(a.query, {}), a.usename, "
                  "pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.xact_start) "
                  "from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid "
                  "where l.relation in ({}) and l.granted and l.pid <> pg_catalog.pg_backend_pid() "
                  "order by a.xact_start limit 1",
                  kShownQuery, list));
  diag::Diagnostic error =
      plain_error(diag::Code::DatabaseFailed,
                  fmt::format("`{}.{}` could not be replaced: its locks were not to be had in time",
                              schema, target));
  diag::DatabaseError database;
  database.sqlstate = "55P03";
  database.text = database.message = error.message;
  if (rows && !rows->empty()) {
    const RawRow& row = rows->front();
    error.message +=
        fmt::format("; session {} of user `{}` has held one for {} and is {}: `{}`",
                    row[0].value_or("?"), row[3].value_or("?"), row[4].value_or("?"),
                    row[1].value_or("?"), base::collapse_whitespace(row[2].value_or("")));
    error.hint = fmt::format("wait for it, or end it: select pg_terminate_backend({})",
                             row[0].value_or("?"));
  }
  error.database = std::move(database);
  return error;
}

}  // namespace weft::adapter::postgres
