#include "adapter/postgres/array_text.h"

#include <cmath>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

std::string float_json(std::string_view text) {
  std::optional<double> number = base::parse_float(text);
  if (!number)
    return std::string(text);
  if (std::isnan(*number))
    return "NaN";
  if (std::isinf(*number))
    return *number > 0 ? "Infinity" : "-Infinity";
  return base::format_float(*number);
}

std::string element_json(std::string_view text, ElementKind kind) {
  switch (kind) {
    case ElementKind::Integer:
      return std::string(text);
    case ElementKind::Float:
      return float_json(text);
    case ElementKind::Boolean:
      return text == "t" ? "true" : "false";
    case ElementKind::Json:
      if (std::optional<std::string> json = json_as_python(text))
        return *json;
      break;
    case ElementKind::DateTime: {
      // json.dumps gets isoformat(), which has a T.
      std::string iso(text);
      if (iso.size() > 10 && iso[10] == ' ')
        iso[10] = 'T';
      if (size_t size = iso.size(); size > 13 && (iso[size - 3] == '+' || iso[size - 3] == '-'))
        iso += ":00";
      std::string out;
      base::append_json_string(out, iso, true);
      return out;
    }
    case ElementKind::Interval: {
      std::string out;
      base::append_json_string(out, interval_text(text).value_or(std::string(text)), true);
      return out;
    }
    case ElementKind::Text:
      break;
  }
  std::string out;
  base::append_json_string(out, text, true);
  return out;
}

/// One element, quoted or bare, from the front of `rest`; false when it never ends.
bool take_element(std::string_view& rest, std::string& element, bool& quoted) {
  element.clear();
  quoted = !rest.empty() && rest[0] == '"';
  if (quoted)
    rest.remove_prefix(1);
  while (!rest.empty()) {
    char c = rest[0];
    if (quoted ? c == '"' : c == ',' || c == '}') {
      rest.remove_prefix(quoted ? 1 : 0);
      return true;
    }
    if (c == '\\') {
      rest.remove_prefix(1);
      if (rest.empty())
        return false;
    }
    element += rest[0];
    rest.remove_prefix(1);
  }
  return false;
}

/// "HH:MM:SS[.ffffff]" with an optional sign, in microseconds.
std::optional<int64_t> clock_microseconds(std::string_view text) {
  bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+'))
    text.remove_prefix(1);
  std::vector<std::string_view> parts = base::split(text, ':');
  if (parts.size() != 3)
    return std::nullopt;
  size_t point = parts[2].find('.');
  std::string fraction(point == std::string_view::npos ? "" : parts[2].substr(point + 1));
  fraction.resize(6, '0');
  std::optional<int64_t> hours = base::parse_int(parts[0]), minutes = base::parse_int(parts[1]),
                         seconds = base::parse_int(parts[2].substr(0, point)),
                         micros = base::parse_int(fraction);
  if (!hours || !minutes || !seconds || !micros)
    return std::nullopt;
  int64_t total = ((*hours * 60 + *minutes) * 60 + *seconds) * 1'000'000 + *micros;
  return negative ? -total : total;
}

}  // namespace

std::optional<std::string> json_as_python(std::string_view text) {
  std::variant<base::Data, base::JsonError> read = base::parse_json(text);
  if (const base::Data* data = std::get_if<base::Data>(&read))
    return base::to_json(*data, true);
  return std::nullopt;
}

std::optional<std::string> array_to_json(std::string_view text, ElementKind kind) {
  // Arrays that do not begin at 1 carry their bounds: "[0:1]={…}".
  if (base::starts_with(text, "[")) {
    size_t mark = text.find('=');
    if (mark == std::string_view::npos)
      return std::nullopt;
    text.remove_prefix(mark + 1);
  }
  if (text.size() < 2 || text[0] != '{')
    return std::nullopt;
  std::string out, element;
  size_t depth = 0;
  bool after_value = false;
  while (!text.empty()) {
    char c = text[0];
    if (c == '{') {
      out += '[';
      ++depth;
      text.remove_prefix(1);
    } else if (c == '}') {
      out += ']';
      after_value = true;
      text.remove_prefix(1);
      if (--depth == 0)
        return text.empty() ? std::optional(out) : std::nullopt;
    } else if (c == ',' && after_value) {
      out += ", ";
      after_value = false;
      text.remove_prefix(1);
    } else {
      bool quoted = false;
      if (!take_element(text, element, quoted))
        return std::nullopt;
      out += !quoted && element == "NULL" ? "null" : element_json(element, kind);
      after_value = true;
    }
  }
  return std::nullopt;
}

std::optional<std::string> interval_text(std::string_view text) {
  int64_t days = 0, microseconds = 0;
  std::vector<std::string_view> words = base::split_words(text);
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].find(':') != std::string_view::npos) {
      std::optional<int64_t> clock = clock_microseconds(words[i]);
      if (!clock)
        return std::nullopt;
      microseconds += *clock;
      continue;
    }
    std::string_view digits = words[i];
    if (base::starts_with(digits, "+"))
      digits.remove_prefix(1);
    std::optional<int64_t> count = base::parse_int(digits);
    if (!count || ++i == words.size())
      return std::nullopt;
    if (base::starts_with(words[i], "year"))
      days += *count * 365;
    else if (base::starts_with(words[i], "mon"))
      days += *count * 30;
    else if (base::starts_with(words[i], "day"))
      days += *count;
    else
      return std::nullopt;
  }
  constexpr int64_t kDay = 86'400'000'000;
  int64_t whole = microseconds / kDay - (microseconds % kDay < 0 ? 1 : 0);
  days += whole;
  microseconds -= whole * kDay;
  std::string out;
  if (days != 0)
    out = fmt::format("{} day{}, ", days, days == 1 || days == -1 ? "" : "s");
  out += fmt::format("{}:{:02}:{:02}", microseconds / 3'600'000'000, microseconds / 60'000'000 % 60,
                     microseconds / 1'000'000 % 60);
  if (microseconds % 1'000'000 != 0)
    out += fmt::format(".{:06}", microseconds % 1'000'000);
  return out;
}

std::string range_text(std::string_view text) {
  if (text == "empty" || text.size() < 3)
    return std::string(text);
  std::string bounds[2];
  size_t bound = 0;
  bool quoted = false;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    char c = text[i];
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted && bound == 0)
      bound = 1;
    else
      bounds[bound] += c;
  }
  auto shown = [](const std::string& b) { return b.empty() ? std::string("None") : b; };
  return fmt::format("{}{}, {}{}", text.front(), shown(bounds[0]), shown(bounds[1]), text.back());
}

}  // namespace weft::adapter::postgres
