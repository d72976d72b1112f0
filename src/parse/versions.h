// Versioned models: which file holds which version, and an entry as one version sees it.
#pragma once

#include <string>
#include <unordered_map>

#include "base/data.h"
#include "parse/state.h"

namespace weft::parse {

struct VersionedModel {
  size_t entry = 0;
  /// The item of `versions`.
  base::Data item;
};

/// File stem -> version, by "package.stem". Entries whose versions are wrong are reported.
std::unordered_map<std::string, VersionedModel> find_versions(State& state);

/// The highest version, or what the entry says is the latest.
base::Data latest_version(const base::Data& entry);

/// The entry with the version's own keys over it and its columns chosen by include and exclude.
base::Data entry_of_version(const base::Data& entry, const base::Data& item);

}  // namespace weft::parse
