#include "base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/unicode.h"

namespace weft::base {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// One element of a shell pattern against one character. `next` is where the pattern goes on.
struct ElementMatch {
  bool matches = false;
  size_t next = 0;
};

/// The end of the set that opens at `open`, or npos when it is not closed and `[` is a plain
/// character.
size_t set_end(std::string_view pattern, size_t open) {
  size_t at = open + 1;
  if (at < pattern.size() && pattern[at] == '!')
    ++at;
  // A bracket right at the start belongs to the set.
  return pattern.find(']', at + 1);
}

bool set_contains(std::string_view set, char32_t c) {
  size_t at = 0;
  while (at < set.size()) {
    DecodedChar first = decode_utf8(set, at);
    at += first.length;
    if (at + 1 < set.size() && set[at] == '-') {
      DecodedChar last = decode_utf8(set, at + 1);
      if (first.value <= c && c <= last.value)
        return true;
      at += 1 + last.length;
    } else if (first.value == c) {
      return true;
    }
  }
  return false;
}

ElementMatch match_element(std::string_view pattern, size_t at, DecodedChar c,
                           std::string_view bytes) {
  if (pattern[at] == '?')
    return {true, at + 1};
  if (pattern[at] == '[') {
    size_t end = set_end(pattern, at);
    if (end != std::string_view::npos) {
      bool negated = pattern[at + 1] == '!';
      size_t begin = at + (negated ? 2 : 1);
      return {set_contains(pattern.substr(begin, end - begin), c.value) != negated, end + 1};
    }
  }
  DecodedChar expected = decode_utf8(pattern, at);
  return {pattern.substr(at, expected.length) == bytes, at + expected.length};
}

/// Digits of the shortest representation without point, and the power of ten of the first one.
struct Digits {
  std::string text;
  int exponent = 0;
};

Digits shortest_digits(double value) {
  std::array<char, 40> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                           std::chars_format::scientific)
                 .ptr;
  std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  size_t e = text.find('e');
  Digits result;
  for (char c : text.substr(0, e)) {
    if (c != '.')
      result.text += c;
  }
  result.exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  return result;
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), upper);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (;;) {
    size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos)
      return parts;
    begin = end + 1;
  }
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t at = 0;
  while (at < text.size()) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    size_t begin = at;
    while (at < text.size() && !is_space(text[at]))
      ++at;
    parts.push_back(text.substr(begin, at - begin));
  }
  return parts;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0)
      out += separator;
    out += parts[i];
  }
  return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty())
    return std::string(text);
  std::string out;
  size_t begin = 0;
  for (;;) {
    size_t found = text.find(from, begin);
    out += text.substr(begin, found - begin);
    if (found == std::string_view::npos)
      return out;
    out += to;
    begin = found + from.size();
  }
}

std::string collapse_whitespace(std::string_view text) {
  std::string out;
  for (std::string_view word : split_words(text)) {
    if (!out.empty())
      out += ' ';
    out += word;
  }
  return out;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

std::optional<int64_t> parse_int(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return value;
}

std::optional<double> parse_float(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size())
    return std::nullopt;
  // Too large and too small numbers become infinity and zero, as in Python; strtod tells which.
  if (error == std::errc::result_out_of_range)
    return std::strtod(std::string(text).c_str(), nullptr);
  if (error != std::errc())
    return std::nullopt;
  return value;
}

std::string format_float(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  std::string sign = std::signbit(value) ? "-" : "";
  auto [digits, exponent] = shortest_digits(std::fabs(value));
  if (exponent < -4 || exponent >= 16) {
    std::string fraction = digits.size() > 1 ? "." + digits.substr(1) : "";
    std::string power = std::to_string(std::abs(exponent));
    if (power.size() < 2)
      power.insert(0, 1, '0');
    return sign + digits[0] + fraction + "e" + (exponent < 0 ? "-" : "+") + power;
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

size_t utf8_length(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count)
    at += decode_utf8(text, at).length;
  return count;
}

std::optional<size_t> find_invalid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    DecodedChar c = decode_utf8(text, at);
    if (!c.valid)
      return at;
    at += c.length;
  }
  return std::nullopt;
}

std::string_view utf8_prefix(std::string_view text, size_t n) {
  size_t at = 0;
  while (n-- > 0 && at < text.size())
    at += decode_utf8(text, at).length;
  return text.substr(0, at);
}

bool matches_pattern(std::string_view text, std::string_view pattern) {
  constexpr size_t kNone = std::string_view::npos;
  size_t at = 0, p = 0;
  // After a mismatch the last star takes one more character; earlier stars never need to.
  size_t star = kNone, star_at = 0;
  while (at < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      star_at = at;
      continue;
    }
    DecodedChar c = decode_utf8(text, at);
    if (p < pattern.size()) {
      ElementMatch element = match_element(pattern, p, c, text.substr(at, c.length));
      if (element.matches) {
        p = element.next;
        at += c.length;
        continue;
      }
    }
    if (star == kNone)
      return false;
    star_at += decode_utf8(text, star_at).length;
    at = star_at;
    p = star;
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit)
    return limit + 1;
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit)
      return limit + 1;
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return std::min(previous[b.size()], limit + 1);
}

std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates) {
  // A third of the letters may be wrong; names of hundreds of letters are not compared in full.
  size_t limit = std::clamp<size_t>(name.size() / 3, 1, 5);
  std::optional<std::string> best;
  size_t best_distance = limit + 1;
  std::string lowered = to_lower(name);
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 200 || name.size() > 200)
      continue;
    size_t distance = edit_distance(lowered, to_lower(candidate), limit);
    // A short name that shares no letter is within the limit, but nobody mistyped that.
    if (distance < best_distance && distance < std::max(name.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace weft::base
