// Methods and attributes of date, time, datetime and timedelta.
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/datetime.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/zone_object.h"

namespace weft::jinja {
namespace {

/// The date and time of any of the three kinds.
DateTime moment_of(const Value& self) {
  switch (self.kind()) {
    case Kind::Date:
      return {self.as_date(), {}, {}, {}};
    case Kind::Time:
      return {{1900, 1, 1}, self.as_time(), {}, {}};
    default:
      return self.as_date_time();
  }
}

Value text_of(std::string text) { return Value::string(std::move(text)); }

Value isoformat(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  if (self.kind() == Kind::Date) {
    expect_count(interpreter, "date.isoformat", arguments, 0, 0);
    return text_of(iso_text(self.as_date()));
  }
  char separator = 'T';
  const Value* timespec = nullptr;
  if (self.kind() == Kind::DateTime) {
    auto [sep, spec] = bind<2>(interpreter, "isoformat", arguments, {"sep", "timespec"}, 0);
    if (sep) {
      std::string_view text = to_text_argument(interpreter, "isoformat()", *sep);
      if (text.size() != 1) {
        interpreter.raise("TypeError",
                          "isoformat() argument 1 must be a unicode character, not str");
      }
      separator = text[0];
    }
    timespec = spec;
  } else {
    auto [spec] = bind<1>(interpreter, "isoformat", arguments, {"timespec"}, 0);
    timespec = spec;
  }
  std::string_view spec =
      timespec ? to_text_argument(interpreter, "isoformat()", *timespec) : "auto";
  DateTime moment = moment_of(self);
  const Time& t = moment.time;
  std::string clock;
  if (spec == "auto") {
    clock = iso_text(t);
  } else if (spec == "hours") {
    clock = fmt::format("{:02d}", t.hour);
  } else if (spec == "minutes") {
    clock = fmt::format("{:02d}:{:02d}", t.hour, t.minute);
  } else if (spec == "seconds") {
    clock = fmt::format("{:02d}:{:02d}:{:02d}", t.hour, t.minute, t.second);
  } else if (spec == "milliseconds") {
    clock = fmt::format("{:02d}:{:02d}:{:02d}.{:03d}", t.hour, t.minute, t.second,
                        t.microsecond / 1000);
  } else if (spec == "microseconds") {
    clock = fmt::format("{:02d}:{:02d}:{:02d}.{:06d}", t.hour, t.minute, t.second, t.microsecond);
  } else {
    interpreter.raise("ValueError", "Unknown timespec value");
  }
  if (self.kind() == Kind::Time) {
    return text_of(clock);
  }
  return text_of(iso_text(moment.date) + separator + clock + offset_text(moment.utc_offset));
}

Value strftime(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty() && arguments.named.empty()) {
    interpreter.raise("TypeError", "strftime() missing required argument 'format' (pos 1)");
  }
  auto [format] = bind<1>(interpreter, "strftime", arguments, {"format"}, 1);
  std::string_view text = to_text_argument(interpreter, "strftime()", *format);
  charge_bytes(interpreter, text.size() * 8);
  return text_of(format_moment(text, moment_of(self)));
}

Value weekday_of(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "weekday", arguments, 0, 0);
  return Value::integer(weekday(moment_of(self).date));
}

Value isoweekday(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "isoweekday", arguments, 0, 0);
  return Value::integer(weekday(moment_of(self).date) + 1);
}

Value toordinal(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "toordinal", arguments, 0, 0);
  return Value::integer(to_ordinal(moment_of(self).date));
}

/// What isocalendar() and timetuple() give: a tuple of numbers whose items have names.
class NumberTuple : public Object {
 public:
  struct Field {
    std::string_view name;
    int value;
  };
  NumberTuple(std::string_view type, std::vector<Field> fields)
      : type_(type), fields_(std::move(fields)) {}

  std::string_view type_name() const override { return type_; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    for (const Field& field : fields_) {
      if (field.name == name) {
        return Value::integer(field.value);
      }
    }
    return std::nullopt;
  }
  std::optional<Value> item(Interpreter&, const Value& key) override {
    auto size = static_cast<int64_t>(fields_.size());
    if (key.kind() != Kind::Int || key.as_int() < -size || key.as_int() >= size) {
      return std::nullopt;
    }
    return Value::integer(fields_[static_cast<size_t>((key.as_int() + size) % size)].value);
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override {
    std::vector<Value> items;
    for (const Field& field : fields_) {
      items.push_back(Value::integer(field.value));
    }
    return items;
  }
  std::optional<size_t> length() const override { return fields_.size(); }
  std::string repr() const override {
    std::string text(type_);
    for (const Field& field : fields_) {
      text += &field == fields_.data() ? "(" : ", ";
      text += fmt::format("{}={}", field.name, field.value);
    }
    return text + ")";
  }

 private:
  std::string_view type_;
  std::vector<Field> fields_;
};

Value isocalendar(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "isocalendar", arguments, 0, 0);
  IsoWeek week = iso_week(moment_of(self).date);
  return Value::object(
      new NumberTuple("datetime.IsoCalendarDate",
                      {{"year", week.year}, {"week", week.week}, {"weekday", week.weekday}}));
}

Value ctime(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "ctime", arguments, 0, 0);
  return text_of(format_moment("%a %b %e %H:%M:%S %Y", moment_of(self)));
}

Value timetuple(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "timetuple", arguments, 0, 0);
  DateTime m = moment_of(self);
  return Value::object(new NumberTuple("time.struct_time", {{"tm_year", m.date.year},
                                                            {"tm_mon", m.date.month},
                                                            {"tm_mday", m.date.day},
                                                            {"tm_hour", m.time.hour},
                                                            {"tm_min", m.time.minute},
                                                            {"tm_sec", m.time.second},
                                                            {"tm_wday", weekday(m.date)},
                                                            {"tm_yday", day_of_year(m.date)},
                                                            {"tm_isdst", -1}}));
}

/// Puts a field of replace() where it belongs.
void replace_field(Interpreter& interpreter, const Value* given, int& field) {
  if (given) {
    int64_t n = to_index(interpreter, *given);
    if (n < INT32_MIN || n > INT32_MAX) {
      interpreter.raise("OverflowError", "signed integer is greater than maximum");
    }
    field = static_cast<int>(n);
  }
}

void check_date(Interpreter& interpreter, const Date& date) {
  if (date.year < 1 || date.year > 9999) {
    interpreter.raise("ValueError", fmt::format("year {} is out of range", date.year));
  }
  if (date.month < 1 || date.month > 12) {
    interpreter.raise("ValueError", "month must be in 1..12");
  }
  if (!is_valid_date(date)) {
    interpreter.raise("ValueError", "day is out of range for month");
  }
}

void check_time(Interpreter& interpreter, const Time& time) {
  if (time.hour < 0 || time.hour > 23) {
    interpreter.raise("ValueError", "hour must be in 0..23");
  }
  if (time.minute < 0 || time.minute > 59) {
    interpreter.raise("ValueError", "minute must be in 0..59");
  }
  if (time.second < 0 || time.second > 59) {
    interpreter.raise("ValueError", "second must be in 0..59");
  }
  if (!is_valid_time(time)) {
    interpreter.raise("ValueError", "microsecond must be in 0..999999");
  }
}

Value replace_date(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [year, month, day] = bind<3>(interpreter, "replace", arguments, {"year", "month", "day"}, 0);
  Date date = self.as_date();
  replace_field(interpreter, year, date.year);
  replace_field(interpreter, month, date.month);
  replace_field(interpreter, day, date.day);
  check_date(interpreter, date);
  return Value::date(date);
}

Value replace_time(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto fields = bind<6>(interpreter, "replace", arguments,
                        {"hour", "minute", "second", "microsecond", "tzinfo", "fold"}, 0);
  Time time = self.as_time();
  replace_field(interpreter, fields[0], time.hour);
  replace_field(interpreter, fields[1], time.minute);
  replace_field(interpreter, fields[2], time.second);
  replace_field(interpreter, fields[3], time.microsecond);
  check_time(interpreter, time);
  return Value::time(time);
}

Value replace_date_time(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto fields = bind<9>(
      interpreter, "replace", arguments,
      {"year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"}, 0);
  DateTime moment = self.as_date_time();
  replace_field(interpreter, fields[0], moment.date.year);
  replace_field(interpreter, fields[1], moment.date.month);
  replace_field(interpreter, fields[2], moment.date.day);
  replace_field(interpreter, fields[3], moment.time.hour);
  replace_field(interpreter, fields[4], moment.time.minute);
  replace_field(interpreter, fields[5], moment.time.second);
  replace_field(interpreter, fields[6], moment.time.microsecond);
  check_date(interpreter, moment.date);
  check_time(interpreter, moment.time);
  if (fields[7]) {
    set_zone(interpreter, moment, *fields[7]);
  }
  return Value::date_time(moment);
}

Value date_part(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "datetime.date", arguments, 0, 0);
  return Value::date(self.as_date_time().date);
}

Value time_part(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "datetime.time", arguments, 0, 0);
  return Value::time(self.as_date_time().time);
}

Value timestamp(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "datetime.timestamp", arguments, 0, 0);
  // A naive value counts as UTC: a render must not depend on the zone of the machine.
  int64_t epoch = to_ordinal({1970, 1, 1}) * kMicrosPerDay;
  return Value::floating(*integer_true_divide(
      Value::integer(utc_micros(self.as_date_time()) - epoch), Value::integer(kMicrosPerSecond)));
}

Value utcoffset(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "utcoffset", arguments, 0, 0);
  const std::optional<int>& offset = self.as_date_time().utc_offset;
  return offset ? Value::time_delta(*make_delta(0, *offset * kMicrosPerSecond)) : Value::none();
}

Value tzname(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "tzname", arguments, 0, 0);
  const DateTime& moment = self.as_date_time();
  return moment.utc_offset ? text_of(format_moment("%Z", moment)) : Value::none();
}

Value utctimetuple(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  DateTime moment = self.as_date_time();
  std::optional<DateTime> utc = with_local_micros(moment, utc_micros(moment));
  return timetuple(interpreter, Value::date_time(utc.value_or(moment)), arguments);
}

Value astimezone(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [zone] = bind<1>(interpreter, "astimezone", arguments, {"tz"}, 0);
  DateTime moment = self.as_date_time();
  std::optional<DateTime> utc = with_local_micros(moment, utc_micros(moment));
  if (!utc) {
    interpreter.raise("OverflowError", "date value out of range");
  }
  utc->utc_offset = 0;
  utc->zone = "UTC";
  return !zone || zone->is_none() ? Value::date_time(*utc) : from_utc(interpreter, *utc, *zone);
}

Value no_offset(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  expect_count(interpreter, "utcoffset", arguments, 0, 0);
  return Value::none();
}

Value total_seconds(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "timedelta.total_seconds", arguments, 0, 0);
  return binary(interpreter, BinaryOp::Divide, self,
                Value::time_delta(TimeDelta{0, kMicrosPerSecond}));
}

std::optional<Value> date_attribute(const Date& date, std::string_view name) {
  return name == "year"    ? std::optional(Value::integer(date.year))
         : name == "month" ? std::optional(Value::integer(date.month))
         : name == "day"   ? std::optional(Value::integer(date.day))
                           : std::nullopt;
}

std::optional<Value> time_attribute(const Time& time, std::string_view name) {
  return name == "hour"          ? std::optional(Value::integer(time.hour))
         : name == "minute"      ? std::optional(Value::integer(time.minute))
         : name == "second"      ? std::optional(Value::integer(time.second))
         : name == "microsecond" ? std::optional(Value::integer(time.microsecond))
         : name == "fold"        ? std::optional(Value::integer(0))
                                 : std::nullopt;
}

std::optional<Value> delta_attribute(const TimeDelta& delta, std::string_view name) {
  return name == "days"      ? std::optional(Value::integer(delta.days))
         : name == "seconds" ? std::optional(Value::integer(delta.microseconds / kMicrosPerSecond))
         : name == "microseconds"
             ? std::optional(Value::integer(delta.microseconds % kMicrosPerSecond))
             : std::nullopt;
}

std::optional<Value> limit_attribute(Kind kind, std::string_view name) {
  bool is_min = name == "min", is_max = name == "max";
  if (!is_min && !is_max && name != "resolution") {
    return std::nullopt;
  }
  Date date = is_min ? Date{1, 1, 1} : Date{9999, 12, 31};
  Time time = is_min ? Time{} : Time{23, 59, 59, 999999};
  if (!is_min && !is_max) {
    return Value::time_delta(kind == Kind::Date ? TimeDelta{1, 0} : TimeDelta{0, 1});
  }
  switch (kind) {
    case Kind::Date:
      return Value::date(date);
    case Kind::Time:
      return Value::time(time);
    case Kind::DateTime:
      return Value::date_time({date, time, {}, {}});
    default:
      return Value::time_delta(is_min ? TimeDelta{-999999999, 0}
                                      : TimeDelta{999999999, kMicrosPerDay - 1});
  }
}

std::optional<Value> number_attribute(const Value& self, std::string_view name) {
  bool is_whole = self.is_integer();
  if (name == "real" || (is_whole && name == "numerator")) {
    return is_whole ? integer_add(self, Value::integer(0)) : self;
  }
  if (name == "imag") {
    return self.kind() == Kind::Float     ? Value::floating(0)
           : self.kind() == Kind::Decimal ? Value::decimal("0")
                                          : Value::integer(0);
  }
  return is_whole && name == "denominator" ? std::optional(Value::integer(1)) : std::nullopt;
}

}  // namespace

std::optional<Value> builtin_attribute(const Value& self, std::string_view name) {
  std::optional<Value> found;
  switch (self.kind()) {
    case Kind::Date:
      found = date_attribute(self.as_date(), name);
      break;
    case Kind::Time:
      found = time_attribute(self.as_time(), name);
      if (!found && name == "tzinfo") {
        found = Value::none();
      }
      break;
    case Kind::DateTime:
      found = date_attribute(self.as_date_time().date, name);
      if (!found) {
        found = time_attribute(self.as_date_time().time, name);
      }
      if (!found && name == "tzinfo") {
        found = zone_of(self.as_date_time());
      }
      break;
    case Kind::TimeDelta:
      found = delta_attribute(self.as_time_delta(), name);
      break;
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
    case Kind::Float:
    case Kind::Decimal:
      return number_attribute(self, name);
    case Kind::Tuple:
      if (ValueAccess::flags(self) & ValueAccess::kGroup) {
        return name == "grouper" ? std::optional(self.at(0))
               : name == "list"  ? std::optional(self.at(1))
                                 : std::nullopt;
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
  return found ? found : limit_attribute(self.kind(), name);
}

const MethodTable& date_methods() {
  static const MethodTable table = {
      {"isoformat", isoformat},   {"strftime", strftime},   {"weekday", weekday_of},
      {"isoweekday", isoweekday}, {"toordinal", toordinal}, {"isocalendar", isocalendar},
      {"ctime", ctime},           {"timetuple", timetuple}, {"replace", replace_date},
  };
  return table;
}

const MethodTable& time_methods() {
  static const MethodTable table = {
      {"isoformat", isoformat}, {"strftime", strftime}, {"replace", replace_time},
      {"utcoffset", no_offset}, {"tzname", no_offset},  {"dst", no_offset},
  };
  return table;
}

const MethodTable& date_time_methods() {
  static const MethodTable table = {
      {"isoformat", isoformat},
      {"strftime", strftime},
      {"weekday", weekday_of},
      {"isoweekday", isoweekday},
      {"toordinal", toordinal},
      {"isocalendar", isocalendar},
      {"ctime", ctime},
      {"timetuple", timetuple},
      {"utctimetuple", utctimetuple},
      {"replace", replace_date_time},
      {"date", date_part},
      {"time", time_part},
      {"timetz", time_part},
      {"timestamp", timestamp},
      {"utcoffset", utcoffset},
      {"tzname", tzname},
      {"dst", no_offset},
      {"astimezone", astimezone},
  };
  return table;
}

const MethodTable& time_delta_methods() {
  static const MethodTable table = {{"total_seconds", total_seconds}};
  return table;
}

}  // namespace weft::jinja
