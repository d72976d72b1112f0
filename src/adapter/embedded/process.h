// Process: running PostgreSQL's programs, as an unprivileged user when weft runs as root.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace weft::adapter::embedded {

/// The user that the server runs as: our own, or `postgres`, else `nobody`, for root.
struct ServerUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
  /// True when it is not the user weft runs as.
  bool differs = false;
};
std::optional<ServerUser> server_user();

/// Runs a program to its end, output appended to the log file. Gives the exit status, -1 when it
/// could not run.
int run_program(const std::vector<std::string>& arguments, const ServerUser& user,
                const std::string& log_path);
/// Its output, cut at a few kilobytes; empty when it could not run.
std::string output_of(const std::vector<std::string>& arguments);
/// Starts a program that goes on by itself, in a session of its own, so that neither the end of
/// weft nor Ctrl-C reaches it. Gives its process id, 0 when it could not start.
pid_t start_daemon(const std::vector<std::string>& arguments, const ServerUser& user,
                   const std::string& log_path);

/// True while the process exists.
bool is_alive(pid_t pid);

}  // namespace weft::adapter::embedded
