// datetime: the classes date, time, datetime, timedelta and timezone. Their instances are value
// kinds of the engine, which has their methods.
//
// A naive moment counts as UTC everywhere, so that a render does not depend on the machine's zone.
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "context/modules.h"
#include "jinja/datetime.h"
#include "jinja/parameters.h"
#include "jinja/zone_object.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::bind;
using jinja::Date;
using jinja::DateTime;
using jinja::Int128;
using jinja::Interpreter;
using jinja::Kind;
using jinja::kMicrosPerDay;
using jinja::kMicrosPerSecond;
using jinja::Time;
using jinja::TimeDelta;
using jinja::Value;

int64_t epoch_micros() { return jinja::to_ordinal({1970, 1, 1}) * kMicrosPerDay; }

int to_field(Interpreter& interpreter, const Value* value, int fallback) {
  if (value == nullptr)
    return fallback;
  int64_t number = jinja::to_index(interpreter, *value);
  if (number > INT32_MAX)
    interpreter.raise("OverflowError", "signed integer is greater than maximum");
  if (number < INT32_MIN)
    interpreter.raise("OverflowError", "signed integer is less than minimum");
  return static_cast<int>(number);
}

Date checked(Interpreter& interpreter, const Date& date) {
  if (date.year < 1 || date.year > 9999)
    interpreter.raise("ValueError", fmt::format("year {} is out of range", date.year));
  if (date.month < 1 || date.month > 12)
    interpreter.raise("ValueError", "month must be in 1..12");
  if (!jinja::is_valid_date(date))
    interpreter.raise("ValueError", "day is out of range for month");
  return date;
}

Time checked(Interpreter& interpreter, const Time& time) {
  if (time.hour < 0 || time.hour > 23)
    interpreter.raise("ValueError", "hour must be in 0..23");
  if (time.minute < 0 || time.minute > 59)
    interpreter.raise("ValueError", "minute must be in 0..59");
  if (time.second < 0 || time.second > 59)
    interpreter.raise("ValueError", "second must be in 0..59");
  if (!jinja::is_valid_time(time))
    interpreter.raise("ValueError", "microsecond must be in 0..999999");
  return time;
}

Date to_date(Interpreter& interpreter, std::string_view function, const Value& value) {
  if (value.kind() == Kind::Date)
    return value.as_date();
  if (value.kind() == Kind::DateTime)
    return value.as_date_time().date;
  interpreter.raise("TypeError", fmt::format("{} argument 1 must be datetime.date, not {}",
                                             function, value.type_name()));
}

/// The moment so many microseconds after 1970, in UTC or in `zone`.
Value moment_at(Interpreter& interpreter, Int128 micros, const Value* zone) {
  Int128 shifted = micros + epoch_micros();
  DateTime start;
  std::optional<DateTime> utc;
  if (shifted >= 0 && shifted < Int128{4'000'000} * kMicrosPerDay)
    utc = jinja::with_local_micros(start, static_cast<int64_t>(shifted));
  if (!utc)
    interpreter.raise("ValueError", "year is out of range");
  if (zone == nullptr || zone->is_none())
    return Value::date_time(*utc);
  utc->utc_offset = 0;
  utc->zone = "UTC";
  return jinja::from_utc(interpreter, *utc, *zone);
}

/// Microseconds of a POSIX timestamp, rounded half to even as Python does.
Int128 timestamp_micros(Interpreter& interpreter, const Value& value) {
  if (value.kind() != Kind::Float)
    return Int128{jinja::to_index(interpreter, value)} * kMicrosPerSecond;
  double seconds = value.as_float();
  if (std::isnan(seconds))
    interpreter.raise("ValueError", "Invalid value NaN (not a number)");
  if (std::abs(seconds) > 1e15)
    interpreter.raise("OverflowError", "timestamp out of range for platform time_t");
  double whole = 0;
  double part = std::modf(seconds, &whole);
  return Int128{static_cast<int64_t>(whole)} * kMicrosPerSecond +
         static_cast<int64_t>(std::nearbyint(part * 1e6));
}

Value make_date(Interpreter& interpreter, const Arguments& arguments) {
  auto [year, month, day] = bind<3>(interpreter, "date", arguments, {"year", "month", "day"}, 3);
  return Value::date(
      checked(interpreter, Date{to_field(interpreter, year, 1), to_field(interpreter, month, 1),
                                to_field(interpreter, day, 1)}));
}

Value make_time(Interpreter& interpreter, const Arguments& arguments) {
  auto given = bind<6>(interpreter, "time", arguments,
                       {"hour", "minute", "second", "microsecond", "tzinfo", "fold"}, 0);
  return Value::time(checked(
      interpreter, Time{to_field(interpreter, given[0], 0), to_field(interpreter, given[1], 0),
                        to_field(interpreter, given[2], 0), to_field(interpreter, given[3], 0)}));
}

Value make_datetime(Interpreter& interpreter, const Arguments& arguments) {
  auto given = bind<9>(
      interpreter, "datetime", arguments,
      {"year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"}, 3);
  std::array<int, 7> fields{};
  for (size_t i = 0; i < fields.size(); ++i)
    fields[i] = to_field(interpreter, given[i], 0);
  DateTime made;
  made.date = checked(interpreter, Date{fields[0], fields[1], fields[2]});
  made.time = checked(interpreter, Time{fields[3], fields[4], fields[5], fields[6]});
  if (given[7] != nullptr)
    jinja::set_zone(interpreter, made, *given[7]);
  return Value::date_time(made);
}

/// Sums the arguments of timedelta. Whole parts add up exactly, fractions of microseconds as
/// doubles.
class DeltaSum {
 public:
  explicit DeltaSum(Interpreter& interpreter) : interpreter_(interpreter) {}

  void add(const Value* value, std::string_view name, int64_t micros_per_unit) {
    if (value == nullptr)
      return;
    if (value->kind() == Kind::Float) {
      add_float(value->as_float(), micros_per_unit);
      return;
    }
    if (!value->is_integer()) {
      interpreter_.raise("TypeError", fmt::format("unsupported type for timedelta {} component: {}",
                                                  name, value->type_name()));
    }
    total_ += Int128{jinja::to_index(interpreter_, *value)} * micros_per_unit;
  }

  Value finish() {
    if (rest_ != 0) {
      double whole = std::round(rest_);
      if (std::abs(whole - rest_) == 0.5) {
        // A tie goes to the even total.
        double odd = (total_ & 1) != 0 ? 1 : 0;
        whole = 2.0 * std::round((rest_ + odd) * 0.5) - odd;
      }
      total_ += static_cast<int64_t>(whole);
    }
    std::optional<TimeDelta> made = jinja::make_delta(0, total_);
    if (!made) {
      Int128 days = total_ / kMicrosPerDay;
      if (days > INT32_MAX || days < INT32_MIN)
        interpreter_.raise("OverflowError", "Python int too large to convert to C int");
      interpreter_.raise("OverflowError", fmt::format("days={}; must have magnitude <= 999999999",
                                                      static_cast<int>(days)));
    }
    return Value::time_delta(*made);
  }

 private:
  void add_float(double units, int64_t micros_per_unit) {
    if (std::isnan(units))
      interpreter_.raise("ValueError", "cannot convert float NaN to integer");
    if (std::isinf(units))
      interpreter_.raise("OverflowError", "cannot convert float infinity to integer");
    if (std::abs(units) > 9e18)
      interpreter_.raise("OverflowError", "Python int too large to convert to C int");
    double whole = 0;
    double part = std::modf(units, &whole);
    total_ += Int128{static_cast<int64_t>(whole)} * micros_per_unit;
    double micros = 0;
    rest_ += std::modf(part * static_cast<double>(micros_per_unit), &micros);
    total_ += static_cast<int64_t>(micros);
  }

  Interpreter& interpreter_;
  Int128 total_ = 0;
  double rest_ = 0;
};

Value make_timedelta(Interpreter& interpreter, const Arguments& arguments) {
  auto given =
      bind<7>(interpreter, "timedelta", arguments,
              {"days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"}, 0);
  DeltaSum sum(interpreter);
  // The order of CPython's sum, on which the rounding of fractions depends.
  sum.add(given[2], "microseconds", 1);
  sum.add(given[3], "milliseconds", 1000);
  sum.add(given[1], "seconds", kMicrosPerSecond);
  sum.add(given[4], "minutes", 60 * kMicrosPerSecond);
  sum.add(given[5], "hours", 3600 * kMicrosPerSecond);
  sum.add(given[0], "days", kMicrosPerDay);
  sum.add(given[6], "weeks", 7 * kMicrosPerDay);
  return sum.finish();
}

Value make_timezone(Interpreter& interpreter, const Arguments& arguments) {
  auto [offset, name] = bind<2>(interpreter, "timezone", arguments, {"offset", "name"}, 1);
  if (offset->kind() != Kind::TimeDelta) {
    interpreter.raise("TypeError",
                      fmt::format("timezone() argument 1 must be datetime.timedelta, not {}",
                                  offset->type_name()));
  }
  Int128 micros = jinja::total_micros(offset->as_time_delta());
  if (micros <= -kMicrosPerDay || micros >= kMicrosPerDay) {
    interpreter.raise("ValueError",
                      fmt::format("offset must be a timedelta strictly between "
                                  "-timedelta(hours=24) and timedelta(hours=24), not {}.",
                                  offset->repr()));
  }
  std::string_view text = name ? jinja::to_text_argument(interpreter, "timezone()", *name) : "";
  return jinja::make_fixed_zone(static_cast<int>(micros / kMicrosPerSecond), text);
}

std::string_view iso_argument(Interpreter& interpreter, const Arguments& arguments) {
  auto [text] = bind<1>(interpreter, "fromisoformat", arguments, {"date_string"}, 1);
  if (!text->is_string())
    interpreter.raise("TypeError", "fromisoformat: argument must be str");
  return text->as_string();
}

[[noreturn]] void raise_bad_iso(Interpreter& interpreter, std::string_view text) {
  interpreter.raise("ValueError",
                    fmt::format("Invalid isoformat string: {}", Value::string(text).repr()));
}

/// date.fromordinal; of datetime when `with_time`.
Value from_ordinal_argument(Interpreter& interpreter, const Arguments& arguments, bool with_time) {
  auto [ordinal] = bind<1>(interpreter, "fromordinal", arguments, {"ordinal"}, 1);
  int64_t number = jinja::to_index(interpreter, *ordinal);
  std::optional<Date> date = jinja::from_ordinal(number);
  if (!date) {
    interpreter.raise("ValueError", number < 1 ? "ordinal must be >= 1" : "year is out of range");
  }
  return with_time ? Value::date_time({*date, {}, {}, {}}) : Value::date(*date);
}

Value from_iso_calendar(Interpreter& interpreter, const Arguments& arguments, bool with_time) {
  auto given = bind<3>(interpreter, "fromisocalendar", arguments, {"year", "week", "day"}, 3);
  int year = to_field(interpreter, given[0], 1), week = to_field(interpreter, given[1], 1),
      day = to_field(interpreter, given[2], 1);
  if (year < 1 || year > 9999)
    interpreter.raise("ValueError", fmt::format("Year is out of range: {}", year));
  bool is_long = jinja::iso_week({year, 12, 28}).week == 53;
  if (week < 1 || week > (is_long ? 53 : 52))
    interpreter.raise("ValueError", fmt::format("Invalid week: {}", week));
  if (day < 1 || day > 7)
    interpreter.raise("ValueError", fmt::format("Invalid weekday: {} (range is [1, 7])", day));
  // The week of the fourth of January is the first.
  int64_t first = jinja::to_ordinal({year, 1, 4}) - jinja::weekday({year, 1, 4});
  std::optional<Date> date = jinja::from_ordinal(first + (week - 1) * 7 + day - 1);
  if (!date)
    interpreter.raise("ValueError", "year is out of range");
  return with_time ? Value::date_time({*date, {}, {}, {}}) : Value::date(*date);
}

Value date_class(base::Clock& clock) {
  auto* made = new ClassObject("datetime.date", make_date);
  made->set_instances(Kind::Date);
  made->add_function("today", [&clock](Interpreter& interpreter, const Arguments& arguments) {
    jinja::expect_count(interpreter, "date.today", arguments, 0, 0);
    return Value::date(moment_at(interpreter, clock.now_us(), nullptr).as_date_time().date);
  });
  made->add_function("fromtimestamp", [](Interpreter& interpreter, const Arguments& arguments) {
    auto [stamp] = bind<1>(interpreter, "fromtimestamp", arguments, {"timestamp"}, 1);
    Int128 micros = timestamp_micros(interpreter, *stamp);
    return Value::date(moment_at(interpreter, micros, nullptr).as_date_time().date);
  });
  made->add_function("fromisoformat", [](Interpreter& interpreter, const Arguments& arguments) {
    std::string_view text = iso_argument(interpreter, arguments);
    std::optional<Date> date = jinja::parse_date(text);
    if (!date)
      raise_bad_iso(interpreter, text);
    return Value::date(*date);
  });
  made->add_function("fromordinal", [](Interpreter& interpreter, const Arguments& arguments) {
    return from_ordinal_argument(interpreter, arguments, false);
  });
  made->add_function("fromisocalendar", [](Interpreter& interpreter, const Arguments& arguments) {
    return from_iso_calendar(interpreter, arguments, false);
  });
  made->add("min", Value::date({1, 1, 1}));
  made->add("max", Value::date({9999, 12, 31}));
  made->add("resolution", Value::time_delta({1, 0}));
  return Value::object(made);
}

Value time_class() {
  auto* made = new ClassObject("datetime.time", make_time);
  made->set_instances(Kind::Time);
  made->add_function("fromisoformat", [](Interpreter& interpreter, const Arguments& arguments) {
    std::string_view text = iso_argument(interpreter, arguments);
    std::optional<Time> time = jinja::parse_time(text);
    if (!time)
      raise_bad_iso(interpreter, text);
    return Value::time(*time);
  });
  made->add("min", Value::time({}));
  made->add("max", Value::time({23, 59, 59, 999999}));
  made->add("resolution", Value::time_delta({0, 1}));
  return Value::object(made);
}

void add_now(ClassObject& made, base::Clock& clock) {
  made.add_function("now", [&clock](Interpreter& interpreter, const Arguments& arguments) {
    auto [zone] = bind<1>(interpreter, "now", arguments, {"tz"}, 0);
    return moment_at(interpreter, clock.now_us(), zone);
  });
  for (const char* name : {"utcnow", "today"}) {
    made.add_function(name, [&clock, name](Interpreter& interpreter, const Arguments& arguments) {
      jinja::expect_count(interpreter, name, arguments, 0, 0);
      return moment_at(interpreter, clock.now_us(), nullptr);
    });
  }
}

Value from_timestamp(Interpreter& interpreter, const Arguments& arguments) {
  auto [stamp, zone] = bind<2>(interpreter, "fromtimestamp", arguments, {"timestamp", "tz"}, 1);
  return moment_at(interpreter, timestamp_micros(interpreter, *stamp), zone);
}

Value combine(Interpreter& interpreter, const Arguments& arguments) {
  auto [date, time, zone] =
      bind<3>(interpreter, "combine", arguments, {"date", "time", "tzinfo"}, 2);
  DateTime moment;
  moment.date = to_date(interpreter, "combine()", *date);
  if (time->kind() != Kind::Time) {
    interpreter.raise("TypeError", fmt::format("combine() argument 2 must be datetime.time, not {}",
                                               time->type_name()));
  }
  moment.time = time->as_time();
  if (zone != nullptr)
    jinja::set_zone(interpreter, moment, *zone);
  return Value::date_time(moment);
}

Value strptime(Interpreter& interpreter, const Arguments& arguments) {
  auto [text, format] = bind<2>(interpreter, "strptime", arguments, {"date_string", "format"}, 2);
  if (!text->is_string() || !format->is_string()) {
    const Value& wrong = text->is_string() ? *format : *text;
    interpreter.raise("TypeError", fmt::format("strptime() argument {} must be str, not {}",
                                               text->is_string() ? 2 : 1, wrong.type_name()));
  }
  return Value::date_time(parse_moment(interpreter, text->as_string(), format->as_string()));
}

Value datetime_class(base::Clock& clock) {
  auto* made = new ClassObject("datetime.datetime", make_datetime);
  made->set_instances(Kind::DateTime);
  add_now(*made, clock);
  made->add_function("fromtimestamp", from_timestamp);
  made->add_function("utcfromtimestamp", [](Interpreter& interpreter, const Arguments& arguments) {
    auto [stamp] = bind<1>(interpreter, "utcfromtimestamp", arguments, {"timestamp"}, 1);
    return moment_at(interpreter, timestamp_micros(interpreter, *stamp), nullptr);
  });
  made->add_function("fromisoformat", [](Interpreter& interpreter, const Arguments& arguments) {
    std::string_view text = iso_argument(interpreter, arguments);
    std::optional<DateTime> moment = jinja::parse_date_time(text);
    if (!moment)
      raise_bad_iso(interpreter, text);
    return Value::date_time(*moment);
  });
  made->add_function("fromordinal", [](Interpreter& interpreter, const Arguments& arguments) {
    return from_ordinal_argument(interpreter, arguments, true);
  });
  made->add_function("fromisocalendar", [](Interpreter& interpreter, const Arguments& arguments) {
    return from_iso_calendar(interpreter, arguments, true);
  });
  made->add_function("combine", combine);
  made->add_function("strptime", strptime);
  made->add("min", Value::date_time({{1, 1, 1}, {}, {}, {}}));
  made->add("max", Value::date_time({{9999, 12, 31}, {23, 59, 59, 999999}, {}, {}}));
  made->add("resolution", Value::time_delta({0, 1}));
  return Value::object(made);
}

Value timedelta_class() {
  auto* made = new ClassObject("datetime.timedelta", make_timedelta);
  made->set_instances(Kind::TimeDelta);
  made->add("min", Value::time_delta({-999999999, 0}));
  made->add("max", Value::time_delta({999999999, kMicrosPerDay - 1}));
  made->add("resolution", Value::time_delta({0, 1}));
  return Value::object(made);
}

Value timezone_class() {
  auto* made = new ClassObject("datetime.timezone", make_timezone);
  made->add("utc", jinja::make_fixed_zone(0));
  return Value::object(made);
}

}  // namespace

Value datetime_module(base::Clock& clock) {
  Value module = Value::dict();
  module.set_item("date", date_class(clock));
  module.set_item("datetime", datetime_class(clock));
  module.set_item("time", time_class());
  module.set_item("timedelta", timedelta_class());
  module.set_item("timezone", timezone_class());
  module.set_item("tzinfo", Value::object(new ClassObject("datetime.tzinfo", nullptr)));
  return module;
}

}  // namespace weft::context
