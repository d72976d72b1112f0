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
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::string format_local_time(int64_t us) {
  // Rounds down, so that times before 1970 stay within their second.
  std::time_t seconds = static_cast<std::time_t>(us / 1'000'000 - (us % 1'000'000 < 0 ? 1 : 0));
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace weft::base
