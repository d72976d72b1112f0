// Time: an interface, so that tests decide what now is.
#pragma once

#include <cstdint>
#include <string>

namespace weft::base {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Microseconds since 1970 in UTC.
  virtual int64_t now_us() = 0;
  /// Nanoseconds of a clock that never goes back; for durations.
  virtual int64_t steady_ns() = 0;
};

/// The machine's own clock. Lives for the whole process.
Clock& real_clock();

class FixedClock final : public Clock {
 public:
  explicit FixedClock(int64_t us) : us_(us) {}
  int64_t now_us() override { return us_; }
  int64_t steady_ns() override { return us_ * 1000; }
  void advance(int64_t us) { us_ += us; }

 private:
  int64_t us_;
};

/// "2026-01-31T12:30:00.123456Z", the form dbt's artifacts use.
std::string format_utc(int64_t us);
/// "12:30:00" in the machine's time zone, for console lines.
std::string format_local_time(int64_t us);

}  // namespace weft::base
