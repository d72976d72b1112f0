// Versions and ranges of versions, as require-dbt-version and the package hub use them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::config {

struct Version {
  uint32_t major = 0, minor = 0, patch = 0;
  /// "rc1" of "1.0.0-rc1" or "1.0.0rc1"; empty for a release.
  std::string prerelease;
};

/// "1.2.3", "1.2.3-rc1" or "1.2.3rc1", with "v" before it or not. Nothing for anything else.
std::optional<Version> parse_version(std::string_view text);
/// Negative, zero or positive, in semantic versioning's order.
int compare(const Version& a, const Version& b);

struct VersionBound {
  enum class Op { Equal, Greater, GreaterEqual, Less, LessEqual };
  Op op = Op::Equal;
  Version version;
};

/// ">=1.0.0"; without an operator it means exactly that version. Nothing when it cannot be read.
std::optional<VersionBound> parse_bound(std::string_view text);
/// A prerelease is not less than its own release here, though compare() says so.
bool satisfies(const Version& version, const VersionBound& bound);

/// The parts of a list and of comma-separated texts in it, trimmed.
std::vector<std::string> split_bounds(std::span<const std::string> texts);

}  // namespace weft::config
