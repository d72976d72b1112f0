// Opening a session: the parameters libpq gets, the wait for it, and which failures are tried
// again.
//
// A failure to reach the server is tried again `retries` times, as dbt does, when it never
// answered: a wrong port should be told at once. A server that answered before, that is starting,
// or that has no free connection gets a minute, with growing pauses. A refusal (password, database)
// is final.
#include <algorithm>
#include <chrono>
#include <poll.h>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "adapter/postgres/errors.h"
#include "adapter/postgres/session.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kRetryDeadline = std::chrono::seconds(60);
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5000};
/// How long a wait goes on before the cancel flag is looked at.
constexpr milliseconds kSlice{100};
/// A dead peer is noticed within about half a minute.
constexpr const char* kUserTimeoutMs = "30000";
constexpr int kKeepalivesIdleS = 15;

class Parameters {
 public:
  void add(const char* name, std::string value) {
    if (value.empty())
      return;
    names_.push_back(name);
    values_.push_back(std::move(value));
  }
  pg_conn* start() const {
    std::vector<const char*> names(names_), values;
    for (const std::string& value : values_)
      values.push_back(value.c_str());
    names.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectStartParams(names.data(), values.data(), 0);
  }

 private:
  std::vector<const char*> names_;
  std::vector<std::string> values_;
};

Parameters parameters_of(const config::Credentials& credentials) {
  Parameters parameters;
  parameters.add("host", credentials.host);
  parameters.add("port", fmt::to_string(credentials.port));
  parameters.add("user", credentials.user);
  parameters.add("password", credentials.password);
  parameters.add("dbname", credentials.database);
  parameters.add("sslmode", credentials.sslmode);
  parameters.add("sslcert", credentials.sslcert);
  parameters.add("sslkey", credentials.sslkey);
  parameters.add("sslrootcert", credentials.sslrootcert);
  parameters.add("application_name", credentials.application_name);
  parameters.add("client_encoding", "UTF8");
  int idle = credentials.keepalives_idle_s > 0 ? credentials.keepalives_idle_s : kKeepalivesIdleS;
  parameters.add("keepalives_idle", fmt::to_string(idle));
  parameters.add("keepalives_interval", "5");
  parameters.add("keepalives_count", "3");
  parameters.add("tcp_user_timeout", kUserTimeoutMs);
  return parameters;
}

/// Waits until the socket is ready in the way libpq wants. False at the deadline or when cancelled.
bool wait_for(pg_conn* connection, PostgresPollingStatusType wanted, Clock::time_point deadline,
              const base::Env& env) {
  while (Clock::now() < deadline && !env.cancel.is_cancelled()) {
    short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    pollfd wait{PQsocket(connection), events, 0};
    if (poll(&wait, 1, static_cast<int>(kSlice.count())) > 0)
      return true;
  }
  return false;
}

/// Nothing on success, else why not.
std::optional<diag::Diagnostic> connect_once(pg_conn* connection,
                                             const config::Credentials& credentials,
                                             const base::Env& env) {
  if (connection == nullptr)
    return plain_error(diag::Code::ConnectionFailed, "there is no memory for a connection");
  // The verbose form has the SQLSTATE, which libpq offers in no other way at this stage.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  int seconds = credentials.connect_timeout_s > 0 ? credentials.connect_timeout_s : 10;
  Clock::time_point deadline = Clock::now() + std::chrono::seconds(seconds);
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (PQstatus(connection) != CONNECTION_BAD) {
    if (!wait_for(connection, status, deadline, env)) {
      if (env.cancel.is_cancelled())
        return plain_error(diag::Code::Interrupted, "interrupted while connecting");
      return connect_error(credentials, fmt::format("no answer within {} s", seconds));
    }
    status = PQconnectPoll(connection);
    if (status == PGRES_POLLING_OK) {
      PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
      return std::nullopt;
    }
    if (status == PGRES_POLLING_FAILED)
      break;
  }
  return connect_error(credentials, PQerrorMessage(connection));
}

/// Grows with the attempts, and differs between threads so that they do not come back at once.
milliseconds pause_before(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  int64_t longest = std::min(kFirstPause.count() << std::min(attempt, 10), kLongestPause.count());
  return milliseconds(std::uniform_int_distribution<int64_t>(longest / 2, longest)(random));
}

void sleep_unless_cancelled(milliseconds time, const base::Env& env) {
  Clock::time_point end = Clock::now() + time;
  while (Clock::now() < end && !env.cancel.is_cancelled()) {
    auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    std::this_thread::sleep_for(std::min(left, kSlice));
  }
}

}  // namespace

diag::Result<std::unique_ptr<Session>> Session::open(const config::Credentials& credentials,
                                                     bool was_reachable, const base::Env& env) {
  Parameters parameters = parameters_of(credentials);
  Clock::time_point deadline = Clock::now() + kRetryDeadline;
  for (int attempt = 0;; ++attempt) {
    std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection(parameters.start(), PQfinish);
    std::optional<diag::Diagnostic> error = connect_once(connection.get(), credentials, env);
    if (!error)
      return std::unique_ptr<Session>(new Session(connection.release()));
    std::string_view state = sqlstate_of(*error);
    bool passes = error->code == diag::Code::ConnectionFailed && state.empty();
    bool wait_long = is_transient(state) || (passes && was_reachable);
    bool wait_short = passes && attempt < credentials.retries;
    if (env.cancel.is_cancelled() || Clock::now() > deadline || (!wait_long && !wait_short))
      return *error;
    // dbt waits attempt² seconds, beginning with none.
    sleep_unless_cancelled(
        wait_long ? pause_before(attempt) : milliseconds(1000) * attempt * attempt, env);
  }
}

}  // namespace weft::adapter::postgres
