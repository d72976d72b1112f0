// The embedded server: a private PostgreSQL of one project, on a unix socket, made and started on
// need.
#pragma once

#include <optional>
#include <string>

#include "base/env.h"
#include "config/profile.h"
#include "diag/diagnostic.h"

namespace weft::adapter::embedded {

struct ServerStatus {
  bool is_initialised = false, is_running = false;
  std::string data_directory, socket_directory, version;
  int pid = 0;
};

/// Finds initdb and postgres, runs initdb once, starts the server when it is not running, waits
/// until it answers, and gives credentials (socket folder as host, user, database) for it. Two
/// commands that start at once share one server. Stale locks and sockets of a killed server are
/// removed. Started by root, the server runs as an unprivileged user.
diag::Result<config::Credentials> start(const std::string& state_directory,
                                        const config::Credentials& requested, const base::Env& env);
/// Fast shutdown; success when it was not running.
diag::Status stop(const std::string& state_directory, const base::Env& env);
diag::Result<ServerStatus> status(const std::string& state_directory, const base::Env& env);
/// Stops and removes all data.
diag::Status reset(const std::string& state_directory, const base::Env& env);

}  // namespace weft::adapter::embedded
