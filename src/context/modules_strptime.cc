// datetime.strptime. The format becomes one regular expression, so that directives without
// separators
// ("%Y%m%d%H") share the digits as Python's do; the named groups are then read into fields.
#include <map>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/modules.h"
#include "context/regex.h"
#include "jinja/datetime.h"
#include "jinja/text.h"

namespace weft::context {
namespace {

using jinja::Date;
using jinja::DateTime;
using jinja::Interpreter;
using jinja::kMicrosPerSecond;
using jinja::Time;
using jinja::Value;

constexpr std::string_view kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                          "friday", "saturday", "sunday"};
constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

std::string one_of(std::span<const std::string_view> names, size_t letters) {
  std::string text;
  for (std::string_view name : names)
    text += (text.empty() ? "" : "|") + std::string(name.substr(0, letters));
  return text;
}

/// What a directive matches; empty for one that does not exist.
std::string directive_pattern(char code) {
  switch (code) {
    case 'd':
      return "3[01]|[12]\\d|0[1-9]|[1-9]| [1-9]";
    case 'f':
      return "[0-9]{1,6}";
    case 'H':
      return "2[0-3]|[01]\\d|\\d";
    case 'I':
    case 'm':
      return "1[0-2]|0[1-9]|[1-9]";
    case 'j':
      return "36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]";
    case 'M':
      return "[0-5]\\d|\\d";
    case 'S':
      return "6[01]|[0-5]\\d|\\d";
    case 'U':
    case 'W':
      return "5[0-3]|[0-4]\\d|\\d";
    case 'V':
      return "5[0-3]|0[1-9]|[1-4]\\d|\\d";
    case 'w':
      return "[0-6]";
    case 'u':
      return "[1-7]";
    case 'y':
      return "\\d\\d";
    case 'Y':
    case 'G':
      return "\\d\\d\\d\\d";
    case 'z':
      return "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|(?-i:Z)";
    case 'Z':
      return "utc|gmt";
    case 'p':
      return "am|pm";
    case 'A':
      return one_of(kWeekdays, 16);
    case 'a':
      return one_of(kWeekdays, 3);
    case 'B':
      return one_of(kMonths, 16);
    case 'b':
      return one_of(kMonths, 3);
    default:
      return "";
  }
}

/// Directives that stand for several; empty for all others.
std::string_view expansion(char code) {
  return code == 'c'   ? "%a %b %d %H:%M:%S %Y"
         : code == 'x' ? "%m/%d/%y"
         : code == 'X' ? "%H:%M:%S"
                       : "";
}

void append_format(Interpreter& interpreter, std::string_view format, std::string_view whole,
                   std::string& out) {
  for (size_t at = 0; at < format.size();) {
    size_t next = at;
    if (jinja::is_space(jinja::next_code_point(format, next))) {
      while (next < format.size()) {
        size_t after = next;
        if (!jinja::is_space(jinja::next_code_point(format, after)))
          break;
        next = after;
      }
      out += "\\s+";
      at = next;
      continue;
    }
    if (format[at] != '%') {
      if (std::string_view("\\.^$*+?(){}[]|").find(format[at]) != std::string_view::npos)
        out += '\\';
      out += format.substr(at, next - at);
      at = next;
      continue;
    }
    if (at + 1 == format.size())
      interpreter.raise("ValueError", fmt::format("stray % in format '{}'", whole));
    char code = format[at + 1];
    at += 2;
    if (code == '%') {
      out += '%';
    } else if (std::string_view parts = expansion(code); !parts.empty()) {
      append_format(interpreter, parts, whole, out);
    } else {
      std::string pattern = directive_pattern(code);
      if (pattern.empty()) {
        interpreter.raise("ValueError",
                          fmt::format("'{}' is a bad directive in format '{}'", code, whole));
      }
      out += fmt::format("(?P<{}>{})", code, pattern);
    }
  }
}

using Fields = std::map<char, std::string>;

int number_of(const Fields& fields, char code, int fallback) {
  auto found = fields.find(code);
  if (found == fields.end())
    return fallback;
  // Digits of other scripts match \d; they have no value here.
  return static_cast<int>(base::parse_int(base::trim(found->second)).value_or(fallback));
}

int name_index(std::span<const std::string_view> names, const Fields& fields, char full,
               char shortened) {
  for (char code : {full, shortened}) {
    auto found = fields.find(code);
    if (found == fields.end())
      continue;
    std::string text = base::to_lower(found->second);
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i].substr(0, code == full ? 16 : 3) == text)
        return static_cast<int>(i);
    }
  }
  return -1;
}

Time time_of(const Fields& fields) {
  Time time;
  time.hour = number_of(fields, 'H', 0);
  if (fields.contains('I')) {
    auto half = fields.find('p');
    bool is_afternoon = half != fields.end() && base::to_lower(half->second) == "pm";
    time.hour = number_of(fields, 'I', 0) % 12 + (is_afternoon ? 12 : 0);
  }
  time.minute = number_of(fields, 'M', 0);
  time.second = number_of(fields, 'S', 0);
  if (auto found = fields.find('f'); found != fields.end()) {
    std::string digits = found->second;
    digits.resize(6, '0');
    time.microsecond = static_cast<int>(base::parse_int(digits).value_or(0));
  }
  return time;
}

/// 0 for Monday, -1 when the text does not tell.
int weekday_of(const Fields& fields) {
  int weekday = name_index(kWeekdays, fields, 'A', 'a');
  if (fields.contains('w'))
    weekday = (number_of(fields, 'w', 0) + 6) % 7;
  if (fields.contains('u'))
    weekday = number_of(fields, 'u', 1) - 1;
  return weekday;
}

/// Ordinal of the day that a week of the year (%U, %W) and a weekday name.
int64_t ordinal_in_week(int year, int week, int weekday, bool starts_monday) {
  int64_t first = jinja::to_ordinal({year, 1, 1});
  int first_weekday = jinja::weekday({year, 1, 1});
  if (!starts_monday) {
    first_weekday = (first_weekday + 1) % 7;
    weekday = (weekday + 1) % 7;
  }
  if (week == 0)
    return first + weekday - first_weekday;
  return first + (7 - first_weekday) % 7 + 7 * (week - 1) + weekday;
}

Date date_of(Interpreter& interpreter, const Fields& fields) {
  Date date{1900, 1, 1};
  bool has_year = fields.contains('Y') || fields.contains('y');
  date.year = number_of(fields, 'Y', date.year);
  if (fields.contains('y')) {
    int short_year = number_of(fields, 'y', 0);
    date.year = short_year + (short_year <= 68 ? 2000 : 1900);
  }
  date.month = number_of(fields, 'm', 1);
  if (int month = name_index(kMonths, fields, 'B', 'b'); month >= 0)
    date.month = month + 1;
  date.day = number_of(fields, 'd', 1);
  int weekday = weekday_of(fields);
  std::optional<int64_t> ordinal;
  if (fields.contains('G') && fields.contains('V') && weekday >= 0) {
    int year = number_of(fields, 'G', 1900);
    ordinal = jinja::to_ordinal({year, 1, 4}) - jinja::weekday({year, 1, 4}) +
              (number_of(fields, 'V', 1) - 1) * 7 + weekday;
  } else if (fields.contains('j')) {
    ordinal = jinja::to_ordinal({date.year, 1, 1}) + number_of(fields, 'j', 1) - 1;
  } else if (has_year && weekday >= 0 && (fields.contains('U') || fields.contains('W'))) {
    bool starts_monday = fields.contains('W');
    int week = number_of(fields, starts_monday ? 'W' : 'U', 0);
    ordinal = ordinal_in_week(date.year, week, weekday, starts_monday);
  }
  if (ordinal)
    date = jinja::from_ordinal(*ordinal).value_or(Date{0, 1, 1});
  if (date.year < 1)
    interpreter.raise("ValueError", fmt::format("year {} is out of range", date.year));
  if (!jinja::is_valid_date(date))
    interpreter.raise("ValueError", "day is out of range for month");
  return date;
}

/// Seconds of %z.
int offset_of(const std::string& text) {
  if (text == "Z")
    return 0;
  std::string digits;
  for (char c : text.substr(1, text.find('.') - 1)) {
    if (c != ':')
      digits += c;
  }
  digits.resize(6, '0');
  auto part = [&](size_t at) {
    return static_cast<int>(base::parse_int(digits.substr(at, 2)).value_or(0));
  };
  int seconds = part(0) * 3600 + part(2) * 60 + part(4);
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

DateTime parse_moment(Interpreter& interpreter, std::string_view text, std::string_view format) {
  std::string pattern;
  append_format(interpreter, format, format, pattern);
  auto compiled = Regex::compile(pattern, kRegexIgnoreCase);
  if (auto* error = std::get_if<RegexError>(&compiled))
    interpreter.raise("error", error->message);
  const Regex& regex = *std::get<0>(compiled);
  std::optional<RegexMatch> match;
  if (!base::find_invalid_utf8(text)) {
    auto found = regex.find(text, 0, Regex::Anchor::Match, false);
    if (auto* error = std::get_if<RegexError>(&found))
      interpreter.raise("error", error->message);
    match = std::get<0>(found);
  }
  if (!match) {
    interpreter.raise("ValueError",
                      fmt::format("time data {} does not match format {}",
                                  Value::string(text).repr(), Value::string(format).repr()));
  }
  if (match->end() != text.size()) {
    interpreter.raise("ValueError",
                      fmt::format("unconverted data remains: {}", text.substr(match->end())));
  }
  Fields fields;
  for (const auto& [name, group] : regex.info().names) {
    auto [begin, end] = match->groups[static_cast<size_t>(group)];
    if (begin >= 0)
      fields[name[0]] = text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  }
  DateTime moment;
  moment.date = date_of(interpreter, fields);
  moment.time = time_of(fields);
  if (!jinja::is_valid_time(moment.time))
    interpreter.raise("ValueError", "second must be in 0..59");
  if (auto found = fields.find('z'); found != fields.end()) {
    moment.utc_offset = offset_of(found->second);
    if (moment.utc_offset == 0)
      moment.zone = "UTC";
  }
  return moment;
}

}  // namespace weft::context
