// The embedded server.
//
// What it is tuned for: a laptop or a CI job that builds models. synchronous_commit is off, so that
// no commit waits for the disk; fsync stays on, so that a power cut costs the last moments and
// never the cluster. wal_level is minimal: new tables, which is what models are, then need no log
// of their rows. jit is off, as it costs more than it gives on statements that run once.
//
// Encoding UTF8 and collation C: text is compared by code points, on every machine alike. The
// character classes are those of C.UTF-8 where the system has it, so that lower() knows more than
// ASCII.
//
// Anyone who reaches the socket is trusted: only the server's user can enter its folder.
#include "adapter/embedded/server.h"

#include <algorithm>
#include <chrono>
#include <clocale>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <locale.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "adapter/embedded/binaries.h"
#include "adapter/embedded/places.h"
#include "adapter/embedded/process.h"
#include "adapter/postgres/probe.h"
#include "adapter/relation.h"
#include "base/paths.h"
#include "base/strings.h"

namespace weft::adapter::embedded {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kDefaultUser = "weft", kDefaultDatabase = "weft";
/// Long enough for the recovery of a cluster of gigabytes.
constexpr seconds kStartTimeout{120};
constexpr seconds kStopTimeout{30};
constexpr milliseconds kPoll{5};
constexpr size_t kShownLog = 1500;

constexpr const char* kSettings[] = {
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=2GB",
    "checkpoint_timeout=15min",
    "max_connections=120",
    "max_locks_per_transaction=256",
    "jit=off",
    "log_min_error_statement=panic",
};

struct Server {
  std::string state_directory;
  ServerUser user;
  Places places;
};

diag::Result<Server> find_server(const std::string& state_directory) {
  std::optional<ServerUser> user = server_user();
  if (!user) {
    return unavailable("PostgreSQL does not run as root, and there is no user to run it as",
                       "run weft as another user, or add a user named `postgres`");
  }
  return Server{state_directory, *user, places_of(state_directory, *user)};
}

config::Credentials credentials_for(const Server& server, const config::Credentials& requested) {
  config::Credentials credentials = requested;
  credentials.embedded = true;
  credentials.host = server.places.socket;
  credentials.port = 5432;
  credentials.password.clear();
  credentials.sslmode.clear();
  if (credentials.user.empty())
    credentials.user = kDefaultUser;
  if (credentials.database.empty())
    credentials.database = kDefaultDatabase;
  return credentials;
}

/// The database that is always there, for looking after the others.
config::Credentials for_upkeep(config::Credentials credentials) {
  credentials.database = "template1";
  credentials.role.clear();
  credentials.search_path.clear();
  return credentials;
}

std::string end_of_log(const Places& places) {
  std::ifstream file(places.log);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (text.size() > kShownLog)
    text = text.substr(text.size() - kShownLog);
  return std::string(base::trim(text));
}

bool is_initialised(const Places& places) {
  std::error_code error;
  return fs::exists(base::join_path(places.data, "PG_VERSION"), error) &&
         fs::exists(base::join_path(places.root, "initialised"), error);
}

std::string version_of(const Places& places) {
  std::ifstream file(base::join_path(places.data, "PG_VERSION"));
  std::string version;
  std::getline(file, version);
  return version;
}

std::string character_type() {
  locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (locale == nullptr)
    return "C";
  freelocale(locale);
  return "C.UTF-8";
}

diag::Result<Binaries> binaries_for(const Server& server, const base::Env& env) {
  std::string major = is_initialised(server.places) ? version_of(server.places) : "";
  if (std::optional<Binaries> found = find_binaries(env, major))
    return *found;
  if (!major.empty()) {
    return unavailable(
        fmt::format("the data in `{}` is of PostgreSQL {}, which this machine does not have",
                    server.places.data, major),
        fmt::format("install PostgreSQL {}, or drop the data: weft db reset", major));
  }
  return unavailable("no PostgreSQL server programs (initdb, postgres) were found",
                     "install them, for example: apt install postgresql; or name their folder in "
                     "WEFT_POSTGRES_BIN; or use a server of your own in profiles.yml");
}

/// Makes the cluster. What an interrupted initdb left is removed first.
diag::Status initialise(const Server& server, const Binaries& binaries, const std::string& user) {
  const Places& places = server.places;
  std::error_code error;
  if (fs::exists(places.data, error) && !fs::is_empty(places.data, error))
    fs::remove_all(places.data, error);
  diag::Status made = make_places(places, server.user);
  if (!made)
    return made;
  int status = run_program(
      {binaries.initdb, "--no-sync", "--no-instructions", "--auth=trust", "--encoding=UTF8",
       "--lc-collate=C", "--lc-messages=C", "--lc-monetary=C", "--lc-numeric=C", "--lc-time=C",
       "--lc-ctype=" + character_type(), "--username=" + user, "--pgdata=" + places.data},
      server.user, places.log);
  if (status != 0) {
    return unavailable(fmt::format("initdb failed ({}): {}", status, end_of_log(places)),
                       fmt::format("its output is in {}", places.log));
  }
  return diag::Done{};
}

/// Waits until the server answers; `pid` is the process that must not end meanwhile.
diag::Status wait_until_ready(const Server& server, const config::Credentials& credentials, int pid,
                              const base::Env& env) {
  Clock::time_point deadline = Clock::now() + kStartTimeout;
  while (Clock::now() < deadline && !env.cancel.is_cancelled()) {
    if (postgres::probe(for_upkeep(credentials)) == postgres::ServerState::Answers)
      return diag::Done{};
    if (!is_alive(pid)) {
      return unavailable(
          fmt::format("the server ended while it started: {}", end_of_log(server.places)),
          fmt::format("its log is {}", server.places.log));
    }
    std::this_thread::sleep_for(kPoll);
  }
  return unavailable(fmt::format("the server did not answer within {} s: {}", kStartTimeout.count(),
                                 end_of_log(server.places)),
                     fmt::format("its log is {}", server.places.log));
}

diag::Status launch(const Server& server, const Binaries& binaries,
                    const config::Credentials& credentials, const base::Env& env) {
  const Places& places = server.places;
  forget_foreign_pid(places);
  std::vector<std::string> arguments = {binaries.postgres, "-D", places.data, "-k", places.socket};
  for (const char* setting : kSettings) {
    arguments.push_back("-c");
    arguments.push_back(setting);
  }
  pid_t pid = start_daemon(arguments, server.user, places.log);
  if (pid == 0)
    return unavailable(fmt::format("`{}` cannot be started", binaries.postgres));
  return wait_until_ready(server, credentials, pid, env);
}

/// The cluster's first database gets the asked name, which is quicker than making another.
diag::Status name_database(const config::Credentials& credentials, const base::Env& env) {
  if (credentials.database == "postgres")
    return diag::Done{};
  diag::Result<postgres::RawRows> done = postgres::run_once(
      for_upkeep(credentials),
      fmt::format("alter database postgres rename to {}", quote_identifier(credentials.database)),
      env);
  if (!done)
    return unavailable(fmt::format("database `{}` cannot be made: {}", credentials.database,
                                   done.error().message));
  return diag::Done{};
}

/// A profile may ask for another user or database than the one the cluster began with.
diag::Status ensure_database(const Server& server, const config::Credentials& credentials,
                             const base::Env& env) {
  if (postgres::run_once(credentials, "select 1", env))
    return diag::Done{};
  std::ifstream file(base::join_path(server.places.root, "initialised"));
  config::Credentials upkeep = for_upkeep(credentials);
  std::getline(file, upkeep.user);
  diag::Result<postgres::RawRows> done = postgres::run_once(
      upkeep,
      fmt::format(
          "do $$ begin if not exists (select from pg_catalog.pg_roles where rolname = {0}) then "
          "create role {1} superuser login; end if; end $$",
          quote_literal(credentials.user), quote_identifier(credentials.user)),
      env);
  if (done) {
    done = postgres::run_once(upkeep,
                              fmt::format("select 1 from pg_catalog.pg_database where datname = {}",
                                          quote_literal(credentials.database)),
                              env);
  }
  if (done && done->empty()) {
    done = postgres::run_once(upkeep,
                              fmt::format("create database {} template template0",
                                          quote_identifier(credentials.database)),
                              env);
  }
  if (!done)
    return unavailable(fmt::format("database `{}` cannot be made: {}", credentials.database,
                                   done.error().message));
  return diag::Done{};
}

/// Initialises on need and launches; the lock is held.
diag::Status bring_up(const Server& server, const config::Credentials& credentials,
                      const base::Env& env) {
  diag::Result<Binaries> binaries = binaries_for(server, env);
  if (!binaries)
    return binaries.error();
  bool is_new = !is_initialised(server.places);
  diag::Status ready = is_new ? initialise(server, *binaries, credentials.user)
                              : make_places(server.places, server.user);
  if (!ready)
    return ready;
  diag::Status launched = launch(server, *binaries, credentials, env);
  if (!launched || !is_new)
    return launched;
  diag::Status named = name_database(credentials, env);
  if (!named)
    return named;
  // Written last: without it the next start begins anew. It holds the first user's name.
  std::ofstream(base::join_path(server.places.root, "initialised")) << credentials.user << "\n";
  return diag::Done{};
}

diag::Status stop_locked(const Server& server) {
  int pid = running_pid(server.places);
  if (pid == 0)
    return diag::Done{};
  Clock::time_point deadline = Clock::now() + kStopTimeout;
  for (int signal : {SIGINT, SIGQUIT}) {
    if (kill(pid, signal) != 0 && is_alive(pid))
      return unavailable(fmt::format("the server, process {}, cannot be stopped", pid));
    while (is_alive(pid) && Clock::now() < deadline)
      std::this_thread::sleep_for(kPoll);
    if (!is_alive(pid))
      return diag::Done{};
    deadline += seconds(10);
  }
  return unavailable(fmt::format("the server, process {}, does not stop", pid));
}

/// Stops the server; with `removes` its folders go too. Nothing to do where there never was one.
diag::Status take_down(const std::string& state_directory, bool removes) {
  diag::Result<Server> server = find_server(state_directory);
  if (!server)
    return server.error();
  std::error_code error;
  if (!fs::exists(server->places.root, error))
    return diag::Done{};
  StartLock lock(state_directory);
  diag::Status stopped = stop_locked(*server);
  if (!stopped || !removes)
    return stopped;
  fs::remove_all(server->places.socket, error);
  fs::remove_all(server->places.root, error);
  if (error)
    return unavailable(
        fmt::format("`{}` cannot be removed: {}", server->places.root, error.message()));
  return diag::Done{};
}

}  // namespace

diag::Result<config::Credentials> start(const std::string& state_directory,
                                        const config::Credentials& requested,
                                        const base::Env& env) {
  diag::Result<Server> server = find_server(state_directory);
  if (!server)
    return server.error();
  config::Credentials credentials = credentials_for(*server, requested);
  // The usual case needs no lock: the server runs, and has what is asked for.
  if (running_pid(server->places) != 0 && is_initialised(server->places) &&
      postgres::probe(for_upkeep(credentials)) == postgres::ServerState::Answers) {
    diag::Status ensured = ensure_database(*server, credentials, env);
    if (!ensured)
      return ensured.error();
    return credentials;
  }
  StartLock lock(state_directory);
  if (!lock.is_held())
    return unavailable(fmt::format("folder `{}` cannot be written", state_directory));
  int pid = running_pid(server->places);
  diag::Status up = pid != 0 ? wait_until_ready(*server, credentials, pid, env)
                             : bring_up(*server, credentials, env);
  if (up)
    up = ensure_database(*server, credentials, env);
  if (!up)
    return up.error();
  return credentials;
}

diag::Status stop(const std::string& state_directory, const base::Env&) {
  return take_down(state_directory, false);
}

diag::Result<ServerStatus> status(const std::string& state_directory, const base::Env&) {
  diag::Result<Server> server = find_server(state_directory);
  if (!server)
    return server.error();
  ServerStatus result;
  result.is_initialised = is_initialised(server->places);
  result.data_directory = server->places.data;
  result.socket_directory = server->places.socket;
  result.version = version_of(server->places);
  result.pid = running_pid(server->places);
  result.is_running = result.pid != 0;
  return result;
}

diag::Status reset(const std::string& state_directory, const base::Env&) {
  return take_down(state_directory, true);
}

}  // namespace weft::adapter::embedded
