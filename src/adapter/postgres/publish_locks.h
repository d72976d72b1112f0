// Waiting for the locks of publishing: short slices, so that readers behind us never wait long,
// until a deadline, then an error that names who holds them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "adapter/postgres/pg_connection.h"

namespace weft::adapter::postgres {

/// One wait for a lock at most; what others behind us may lose.
inline constexpr int kLockSliceMs = 100;

class LockWait {
 public:
  /// The deadline is the profile's lock_timeout when it has one.
  LockWait(const config::Credentials& credentials, const base::Env& env);
  /// Rests after a failed try. False when the time is over or the command was cancelled.
  bool rest();

 private:
  const base::Env& env_;
  std::chrono::steady_clock::time_point deadline_;
  int tries_ = 0;
};

/// The error for locks that were not to be had: names the session that blocks, and its query.
diag::Diagnostic blocked_error(PgConnection& connection, std::string_view schema,
                               std::string_view target, const std::vector<uint32_t>& oids);

}  // namespace weft::adapter::postgres
