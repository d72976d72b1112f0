// Binaries: where this machine has PostgreSQL's server programs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"

namespace weft::adapter::embedded {

struct Binaries {
  std::string initdb, postgres;
  /// "15".
  std::string major;
};

/// Looks in WEFT_POSTGRES_BIN, the system's folders, PATH and pg_config's folder, newest version
/// first. With `major` only that version counts, because a data folder belongs to one.
std::optional<Binaries> find_binaries(const base::Env& env, std::string_view major = {});

}  // namespace weft::adapter::embedded
