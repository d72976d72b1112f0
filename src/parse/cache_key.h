// What a parse depends on beside the files that discover_files() finds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parse/cache_file.h"
#include "parse/parse.h"

namespace weft::parse {

/// In a fixed order; one part for each project. Values are hashed: the key holds no secret.
std::vector<KeyPart> cache_key(const ParseInput& input);

/// The reason of which dbt knows nothing: another flag of the command line.
inline constexpr std::string_view kOtherCommand = "the command has other flags";

/// Why a cache with the key `old` is of no use under `now`, in dbt's words; empty when they are
/// equal.
std::string key_difference(const std::vector<KeyPart>& old, const std::vector<KeyPart>& now);

/// The hash that stands for an environment variable's value, or for one that is not set.
std::string variable_hash(const std::optional<std::string>& value);

}  // namespace weft::parse
