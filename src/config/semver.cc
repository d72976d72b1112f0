#include "config/semver.h"

#include <algorithm>
#include <cctype>

#include "base/strings.h"

namespace weft::config {
namespace {

std::optional<uint32_t> number(std::string_view text) {
  if (text.empty() || text.size() > 9 ||
      text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return static_cast<uint32_t>(*base::parse_int(text));
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c)
    return false;
  text.remove_prefix(1);
  return true;
}

/// The digits that `text` begins with, without zeros in front; what is left stays in `text`.
std::optional<uint32_t> take_number(std::string_view& text) {
  size_t length = base::starts_with(text, "0")
                      ? 1
                      : std::min(text.find_first_not_of("0123456789"), text.size());
  auto value = number(text.substr(0, length));
  if (value)
    text.remove_prefix(length);
  return value;
}

/// Words of letters, digits and dashes between dots.
bool is_prerelease(std::string_view text) {
  auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
  };
  auto words = base::split(text, '.');
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_part);
  });
}

int compare_numbers(uint32_t a, uint32_t b) { return a < b ? -1 : a > b ? 1 : 0; }

/// Numbers are smaller than words; numbers compare as numbers.
int compare_identifiers(std::string_view a, std::string_view b) {
  auto left = number(a), right = number(b);
  if (left && right)
    return compare_numbers(*left, *right);
  if (left || right)
    return left ? -1 : 1;
  return a.compare(b);
}

bool is_prerelease_of(const Version& version, const Version& release) {
  return !version.prerelease.empty() && version.major == release.major &&
         version.minor == release.minor && version.patch == release.patch;
}

int compare_prereleases(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty())
    return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  auto left = base::split(a, '.'), right = base::split(b, '.');
  for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (int order = compare_identifiers(left[i], right[i]))
      return order;
  }
  return static_cast<int>(left.size()) - static_cast<int>(right.size());
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  text = base::trim(text);
  if (base::starts_with(text, "v"))
    text.remove_prefix(1);
  // What follows "+" names a build and does not count.
  text = text.substr(0, text.find('+'));
  std::optional<uint32_t> numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    if (i > 0 && !take(text, '.'))
      return std::nullopt;
    numbers[i] = take_number(text);
    if (!numbers[i])
      return std::nullopt;
  }
  Version version{*numbers[0], *numbers[1], *numbers[2], {}};
  if (text.empty())
    return version;
  // The dash may be left out, as Python's versions do: 1.6.0rc2.
  take(text, '-');
  if (!is_prerelease(text))
    return std::nullopt;
  version.prerelease = text;
  return version;
}

int compare(const Version& a, const Version& b) {
  if (int order = compare_numbers(a.major, b.major))
    return order;
  if (int order = compare_numbers(a.minor, b.minor))
    return order;
  if (int order = compare_numbers(a.patch, b.patch))
    return order;
  return compare_prereleases(a.prerelease, b.prerelease);
}

std::optional<VersionBound> parse_bound(std::string_view text) {
  using Op = VersionBound::Op;
  text = base::trim(text);
  VersionBound bound;
  for (auto [word, op] : {std::pair<std::string_view, Op>{">=", Op::GreaterEqual},
                          {"<=", Op::LessEqual},
                          {">", Op::Greater},
                          {"<", Op::Less},
                          {"=", Op::Equal}}) {
    if (base::starts_with(text, word)) {
      bound.op = op;
      text.remove_prefix(word.size());
      break;
    }
  }
  auto version = parse_version(text);
  if (!version)
    return std::nullopt;
  bound.version = *std::move(version);
  return bound;
}

bool satisfies(const Version& version, const VersionBound& bound) {
  int order = compare(version, bound.version);
  switch (bound.op) {
    case VersionBound::Op::Equal:
      return order == 0;
    case VersionBound::Op::Greater:
      return order > 0;
    case VersionBound::Op::GreaterEqual:
      return order >= 0;
    case VersionBound::Op::Less:
      // "<2.0.0" is not meant to let 2.0.0-rc1 in.
      return order < 0 &&
             !(bound.version.prerelease.empty() && is_prerelease_of(version, bound.version));
    case VersionBound::Op::LessEqual:
      return order <= 0;
  }
  return false;
}

std::vector<std::string> split_bounds(std::span<const std::string> texts) {
  std::vector<std::string> result;
  for (const std::string& text : texts) {
    for (std::string_view part : base::split(text, ',')) {
      if (!base::trim(part).empty())
        result.emplace_back(base::trim(part));
    }
  }
  return result;
}

}  // namespace weft::config
