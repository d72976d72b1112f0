// Names of build relations, and how a later run knows which of them nobody needs any more.
//
// A build relation is called <name, up to 40 bytes>__<hash of the full name>__b<run><check>: the
// check digits are computed from the rest, so that no relation of a user's is taken for one of
// weft's, and no comment is needed that a model's own documentation would replace. All sessions of
// a run hold a shared advisory lock on (kRunLockClass, run); the run is dead when that lock can be
// taken exclusively. Behind a pooler sessions hold no lock, so the run part is kPooledRun and
// nothing is ever removed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter::postgres {

inline constexpr int kRunLockClass = 0x77656674;
inline constexpr uint32_t kPooledRun = 0;

/// 24 bits of an invocation's id, never kPooledRun.
uint32_t run_of(std::string_view invocation_id);

/// The build name of `target` in a schema; `purpose` makes several for one target.
std::string build_name(std::string_view schema, std::string_view target, uint32_t run,
                       std::string_view purpose = {});

/// The run in a build name; nothing for any other name.
std::optional<uint32_t> run_of_build_name(std::string_view name);

/// The key of the lock that lock_target() takes.
int64_t target_lock_key(std::string_view schema, std::string_view target);

}  // namespace weft::adapter::postgres
