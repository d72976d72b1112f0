#include "base/clock.h"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace weft::base {
namespace {

class RealClock final : public Clock {
 public:
  int64_t now_us() override {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  }
  int64_t steady_ns() override {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  }
};

/// Writes the digits of a number that is not negative so that they end before `end`.
void put_number(std::string& text, size_t end, int64_t number) {
  for (; number > 0; number /= 10)
    text[--end] = static_cast<char>('0' + number % 10);
}

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

std::string format_utc(int64_t us) {
  using namespace std::chrono;
  sys_time<microseconds> instant{microseconds(us)};
  sys_days day = floor<days>(instant);
  year_month_day date(day);
  hh_mm_ss<microseconds> time(instant - day);
  int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", year,
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
  }
  // A run makes a dozen of these for each node, so the digits of usual years are put in by hand.
  std::string text = "0000-00-00T00:00:00.000000Z";
  put_number(text, 4, year);
  put_number(text, 7, static_cast<unsigned>(date.month()));
  put_number(text, 10, static_cast<unsigned>(date.day()));
  put_number(text, 13, time.hours().count());
  put_number(text, 16, time.minutes().count());
  put_number(text, 19, time.seconds().count());
  put_number(text, 26, time.subseconds().count());
  return text;
}

std::string format_local_time(int64_t us) {
  // Rounds down, so that times before 1970 stay within their second.
  std::time_t seconds = static_cast<std::time_t>(us / 1'000'000 - (us % 1'000'000 < 0 ? 1 : 0));
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace weft::base
