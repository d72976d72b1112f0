// Small text functions that the standard library lacks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::base {

/// ASCII only; other bytes are kept.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without leading and trailing ASCII white space.
std::string_view trim(std::string_view text);
/// The parts between separators; "a,,b" gives three parts, "" gives one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
/// The non-empty parts between runs of ASCII white space, as Python's str.split().
std::vector<std::string_view> split_words(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
/// `text` with runs of white space as one blank and none at the ends.
std::string collapse_whitespace(std::string_view text);
bool starts_with(std::string_view text, std::string_view prefix);
bool ends_with(std::string_view text, std::string_view suffix);

/// Whole-text conversions; nothing when any character is left over.
std::optional<int64_t> parse_int(std::string_view text);
std::optional<double> parse_float(std::string_view text);
/// The shortest text that reads back as `value`, as Python's repr: 1.0, 1e+16, nan, inf.
std::string format_float(double value);

/// Number of code points. Invalid bytes count one each.
size_t utf8_length(std::string_view text);
/// Byte offset of the first invalid sequence, or nothing for valid UTF-8.
std::optional<size_t> find_invalid_utf8(std::string_view text);
/// The first `n` code points.
std::string_view utf8_prefix(std::string_view text, size_t n);

/// Shell-like pattern: * ? [abc] [!abc], as Python's fnmatchcase.
bool matches_pattern(std::string_view text, std::string_view pattern);
/// True when the text has any of * ? [.
bool has_wildcard(std::string_view text);

/// Damerau-Levenshtein distance, no more than `limit` + 1.
size_t edit_distance(std::string_view a, std::string_view b, size_t limit);
/// The candidate nearest to `name` by edit distance, when one is near enough to be a typing error.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace weft::base
