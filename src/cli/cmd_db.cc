// db: the embedded server of the project.
#include <unistd.h>

#include <fmt/format.h>

#include "adapter/embedded/server.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

namespace embedded = adapter::embedded;

void say(Session& session, std::string text) {
  session.log.write({"DebugCmdOut", "Z047", Level::Info, std::move(text), {}, true});
}

std::string psql_command(const config::Credentials& credentials) {
  return fmt::format("psql -h {} -p {} -U {} {}", credentials.host, credentials.port,
                     credentials.user, credentials.database);
}

int start(Session& session, const std::string& folder, bool open_psql) {
  config::Credentials requested;
  requested.embedded = true;
  diag::Result<config::Credentials> running = embedded::start(folder, requested, session.env);
  if (!running)
    return session.fail(running.error());
  if (!open_psql) {
    say(session, "running; connect with: " + psql_command(*running));
    return kSuccess;
  }
  std::string port = std::to_string(running->port);
  const char* words[] = {"psql",       "-h", running->host.c_str(), "-p",
                         port.c_str(), "-U", running->user.c_str(), running->database.c_str(),
                         nullptr};
  execvp("psql", const_cast<char* const*>(words));
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::EmbeddedUnavailable;
  diagnostic.message = "psql cannot be started";
  diagnostic.hint = "install the package postgresql-client";
  return session.fail(diagnostic);
}

int status(Session& session, const std::string& folder) {
  diag::Result<embedded::ServerStatus> now = embedded::status(folder, session.env);
  if (!now)
    return session.fail(now.error());
  say(session, fmt::format("{}\n  data    {}\n  socket  {}\n  version {}",
                           !now->is_initialised ? "not made yet"
                           : now->is_running    ? fmt::format("running, process {}", now->pid)
                                                : "stopped",
                           now->data_directory, now->socket_directory, now->version));
  return kSuccess;
}

}  // namespace

int cmd_db(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  std::string folder = session.state_folder();
  std::string action = session.line.arguments.empty() ? "status" : session.line.arguments.front();
  if (action == "start" || action == "psql")
    return start(session, folder, action == "psql");
  if (action == "status")
    return status(session, folder);
  if (action == "stop" || action == "reset") {
    diag::Status done = action == "stop" ? embedded::stop(folder, session.env)
                                         : embedded::reset(folder, session.env);
    if (!done)
      return session.fail(done.error());
    say(session, action == "stop" ? "stopped" : "stopped and removed");
    return kSuccess;
  }
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::Usage;
  diagnostic.message = fmt::format("db has no action `{}`", action);
  diagnostic.hint = "one of: start, stop, status, psql, reset";
  return session.fail(diagnostic);
}

}  // namespace weft::cli
