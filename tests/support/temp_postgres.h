// TempPostgres: a throw-away PostgreSQL for tests, started by weft's own embedded server in a
// folder of its own and removed with it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/env.h"
#include "config/profile.h"

namespace weft::test {

class TempPostgres {
 public:
  /// The server that all tests of this program share, started on first use and removed at the end.
  /// Null, with the reason printed once, when this machine has no PostgreSQL programs: then the
  /// test must return, and counts as skipped.
  static TempPostgres* shared();
  /// A server of the caller's own.
  static std::unique_ptr<TempPostgres> start();
  ~TempPostgres();

  /// A superuser, database `weft`.
  const config::Credentials& credentials() const { return credentials_; }
  base::Env& env() { return env_; }
  const std::string& folder() const { return folder_; }
  /// Of the embedded server, as embedded::start() takes it.
  const std::string& state_directory() const { return state_directory_; }

 private:
  explicit TempPostgres(std::string folder);

  std::string folder_, state_directory_;
  base::CancelToken cancel_;
  base::Env env_;
  config::Credentials credentials_;
};

/// An environment as main() makes it, with the machine's own files and clock.
base::Env real_env(base::CancelToken& cancel);

}  // namespace weft::test
