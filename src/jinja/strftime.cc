// strftime in the C locale.
#include <fmt/format.h>

#include "jinja/datetime.h"

namespace weft::jinja {
namespace {

constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

/// How a number is padded: glibc's flags - (none), _ (blanks), 0 (zeros).
std::string number(int64_t n, int width, char natural, char flag) {
  char pad = flag == '-' ? 0 : flag == '_' ? ' ' : flag == '0' ? '0' : natural;
  if (!pad) {
    return std::to_string(n);
  }
  std::string digits = std::to_string(n);
  auto size = static_cast<size_t>(width);
  return std::string(digits.size() < size ? size - digits.size() : 0, pad) + digits;
}

std::string cased(std::string_view text, char flag) {
  std::string out(text);
  if (flag == '^' || flag == '#') {
    for (char& c : out) {
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
  }
  return out;
}

int64_t epoch_seconds(const DateTime& moment) {
  // glibc reads the fields as local time; renders count local time as UTC.
  return (local_micros(moment) - to_ordinal({1970, 1, 1}) * kMicrosPerDay) / kMicrosPerSecond;
}

class Writer {
 public:
  explicit Writer(const DateTime& moment) : m_(moment), day_(weekday(moment.date)) {}

  /// The text of one directive; nothing for one that does not exist.
  std::optional<std::string> directive(char code, char flag) const {
    if (std::optional<std::string> date = date_directive(code, flag)) {
      return date;
    }
    if (std::optional<std::string> time = time_directive(code, flag)) {
      return time;
    }
    switch (code) {
      case 'c':
        return format_moment("%a %b %e %H:%M:%S %Y", m_);
      case 'D':
      case 'x':
        return format_moment("%m/%d/%y", m_);
      case 'F':
        return format_moment("%Y-%m-%d", m_);
      case 'R':
        return format_moment("%H:%M", m_);
      case 'r':
        return format_moment("%I:%M:%S %p", m_);
      case 'T':
      case 'X':
        return format_moment("%H:%M:%S", m_);
      case 'n':
        return "\n";
      case 't':
        return "\t";
      case '%':
        return "%";
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<std::string> date_directive(char code, char flag) const {
    int year_day = day_of_year(m_.date);
    switch (code) {
      case 'a':
        return cased(kDays[day_].substr(0, 3), flag);
      case 'A':
        return cased(kDays[day_], flag);
      case 'b':
      case 'h':
        return cased(kMonths[m_.date.month - 1].substr(0, 3), flag);
      case 'B':
        return cased(kMonths[m_.date.month - 1], flag);
      case 'C':
        return number(m_.date.year / 100, flag == '0' ? 2 : 1, '0', flag);
      case 'd':
        return number(m_.date.day, 2, '0', flag);
      case 'e':
        return number(m_.date.day, 2, ' ', flag);
      case 'G':
        return number(iso_week(m_.date).year, flag == '0' ? 4 : 1, '0', flag);
      case 'g':
        return number(iso_week(m_.date).year % 100, 2, '0', flag);
      case 'j':
        return number(year_day, 3, '0', flag);
      case 'm':
        return number(m_.date.month, 2, '0', flag);
      case 'u':
        return number(day_ + 1, 1, '0', flag);
      case 'U':
        return number((year_day + 6 - (day_ + 1) % 7) / 7, 2, '0', flag);
      case 'V':
        return number(iso_week(m_.date).week, 2, '0', flag);
      case 'w':
        return number((day_ + 1) % 7, 1, '0', flag);
      case 'W':
        return number((year_day + 6 - day_) / 7, 2, '0', flag);
      case 'y':
        return number(m_.date.year % 100, 2, '0', flag);
      case 'Y':
        return number(m_.date.year, flag == '0' ? 4 : 1, '0', flag);
      default:
        return std::nullopt;
    }
  }

  std::optional<std::string> time_directive(char code, char flag) const {
    const Time& t = m_.time;
    int twelve = t.hour % 12 == 0 ? 12 : t.hour % 12;
    switch (code) {
      case 'f':
        return fmt::format("{:06d}", t.microsecond);
      case 'H':
        return number(t.hour, 2, '0', flag);
      case 'I':
        return number(twelve, 2, '0', flag);
      case 'k':
        return number(t.hour, 2, ' ', flag);
      case 'l':
        return number(twelve, 2, ' ', flag);
      case 'M':
        return number(t.minute, 2, '0', flag);
      case 'p':
        return flag == '#' ? (t.hour < 12 ? "am" : "pm") : (t.hour < 12 ? "AM" : "PM");
      case 'P':
        return t.hour < 12 ? "am" : "pm";
      case 's':
        return std::to_string(epoch_seconds(m_));
      case 'S':
        return number(t.second, 2, '0', flag);
      case 'z':
        return offset_text(m_.utc_offset, false);
      case 'Z':
        return zone_name();
      default:
        return std::nullopt;
    }
  }

  std::string zone_name() const {
    if (!m_.utc_offset) {
      return "";
    }
    if (!m_.zone.empty()) {
      return m_.zone;
    }
    return *m_.utc_offset == 0 ? "UTC" : "UTC" + offset_text(m_.utc_offset);
  }

  const DateTime& m_;
  int day_;
};

}  // namespace

std::string format_moment(std::string_view format, const DateTime& moment) {
  Writer writer(moment);
  std::string out;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%' || at + 1 >= format.size()) {
      out += format[at++];
      continue;
    }
    size_t begin = at++;
    char flag = 0;
    if (std::string_view("-_0^#").find(format[at]) != std::string_view::npos) {
      flag = format[at++];
    }
    std::optional<std::string> text;
    if (at < format.size()) {
      text = writer.directive(format[at], flag);
      ++at;
    }
    out += text ? *text : std::string(format.substr(begin, at - begin));
  }
  return out;
}

}  // namespace weft::jinja
