// pytz over the machine's time zone database (/usr/share/zoneinfo), read by Howard Hinnant's date
// library.
//
// As in pytz, a zone put on a moment with replace() gives its first offset in history; localize(),
// normalize() and astimezone() give the one that holds then. Offsets are whole minutes.
// The library is built to read the system's files; its header must agree.
#ifndef USE_OS_TZDB
#define USE_OS_TZDB 1
#endif
#include <algorithm>
#include <fstream>
#include <map>

#include <date/tz.h>
#include <fmt/format.h>

#include "base/strings.h"
#include "context/modules.h"
#include "jinja/datetime.h"
#include "jinja/parameters.h"
#include "jinja/zone_object.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::bind;
using jinja::DateTime;
using jinja::Interpreter;
using jinja::Kind;
using jinja::kMicrosPerDay;
using jinja::kMicrosPerSecond;
using jinja::Value;

using LocalSeconds = date::local_seconds;
using SystemSeconds = date::sys_seconds;

/// The database; null when the machine has none.
const date::tzdb* zone_database() {
  try {
    return &date::get_tzdb();
  } catch (const std::exception&) {
    return nullptr;
  }
}

const date::time_zone* find_zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

/// What holds in a zone for a while.
struct Period {
  int offset = 0;
  bool is_dst = false;
  std::string name;
};

/// pytz reads the tables of 32 bits: before them the first offset of the zone holds.
constexpr int64_t kFirstKnownSecond = -2'147'483'648;

Period period_of(const date::sys_info& info) {
  auto seconds = static_cast<int>(info.offset.count());
  // pytz keeps offsets in whole minutes, the half rounded up.
  int minutes = (seconds + 30 >= 0 ? seconds + 30 : seconds + 30 - 59) / 60;
  return {minutes * 60, info.save != std::chrono::minutes(0), info.abbrev};
}

int64_t epoch_seconds(int64_t micros_since_year_one) {
  int64_t micros = micros_since_year_one - jinja::to_ordinal({1970, 1, 1}) * kMicrosPerDay;
  return micros / kMicrosPerSecond - (micros % kMicrosPerSecond < 0 ? 1 : 0);
}

/// A zone of the database, or UTC.
class PytzZone final : public jinja::ZoneObject {
 public:
  /// `zone` is null for UTC.
  PytzZone(std::string name, const date::time_zone* zone) : name_(std::move(name)), zone_(zone) {
    if (zone_ == nullptr) {
      first_ = {0, false, "UTC"};
      return;
    }
    date::sys_info info = zone_->get_info(SystemSeconds(std::chrono::seconds(-10'000'000'000)));
    first_ = period_of(info);
    // A zone that never changes prints otherwise.
    is_static_ = info.end > SystemSeconds(std::chrono::seconds(10'000'000'000));
  }

  std::string_view type_name() const override { return zone_ ? std::string_view(name_) : "UTC"; }
  const std::string& name() const { return name_; }

  void attach(DateTime& local) const override { put(local, first_); }

  DateTime from_utc(const DateTime& utc) const override {
    Period period = at_utc(jinja::utc_micros(utc));
    int64_t micros = jinja::utc_micros(utc) + period.offset * kMicrosPerSecond;
    DateTime local = jinja::with_local_micros(utc, micros).value_or(utc);
    put(local, period);
    return local;
  }

  std::string str() const override { return name_; }
  std::string repr() const override {
    if (zone_ == nullptr)
      return "<UTC>";
    if (is_static_)
      return fmt::format("<StaticTzInfo '{}'>", name_);
    std::string offset = jinja::delta_text(*jinja::make_delta(0, first_.offset * kMicrosPerSecond));
    return fmt::format("<DstTzInfo '{}' {}{}{} {}>", name_, first_.name,
                       first_.offset >= 0 ? "+" : "", offset, first_.is_dst ? "DST" : "STD");
  }
  bool equals(const jinja::Object& other) const override {
    const auto* zone = dynamic_cast<const PytzZone*>(&other);
    return zone != nullptr && zone->name_ == name_;
  }
  size_t hash() const override { return std::hash<std::string>{}(name_); }

  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override {
    if (name == "zone")
      return Value::string(name_);
    for (const auto& [method, function] : kMethods) {
      if (method != name)
        continue;
      // The bound method keeps the zone alive.
      Value self = Value::object(this);
      return make_module_function(
          method, [self, this, function](Interpreter& run, const Arguments& arguments) {
            return (this->*function)(run, arguments);
          });
    }
    return jinja::Object::attribute(interpreter, name);
  }

 private:
  using Method = Value (PytzZone::*)(Interpreter&, const Arguments&) const;
  static const std::pair<std::string_view, Method> kMethods[6];

  static void put(DateTime& moment, const Period& period) {
    moment.utc_offset = period.offset;
    moment.zone = period.name;
  }

  Period at_utc(int64_t micros_since_year_one) const {
    int64_t seconds = epoch_seconds(micros_since_year_one);
    if (zone_ == nullptr || seconds < kFirstKnownSecond)
      return first_;
    return period_of(zone_->get_info(SystemSeconds(std::chrono::seconds(seconds))));
  }

  /// By how much summer time is ahead: the difference to the winter before it, or after it.
  int saving_at(int64_t micros_since_year_one) const {
    int64_t seconds = epoch_seconds(micros_since_year_one);
    if (zone_ == nullptr || seconds < kFirstKnownSecond)
      return 0;
    date::sys_info info = zone_->get_info(SystemSeconds(std::chrono::seconds(seconds)));
    if (info.save == std::chrono::minutes(0))
      return 0;
    for (SystemSeconds neighbour : {info.begin - std::chrono::seconds(1), info.end}) {
      date::sys_info other = zone_->get_info(neighbour);
      if (other.save == std::chrono::minutes(0))
        return static_cast<int>((info.offset - other.offset).count());
    }
    return 3600;
  }

  const DateTime& moment_argument(Interpreter& interpreter, std::string_view function,
                                  const Value& value) const {
    if (value.kind() != Kind::DateTime) {
      interpreter.raise("AttributeError", fmt::format("{}() needs a datetime, found {}", function,
                                                      value.type_name()));
    }
    return value.as_date_time();
  }

  /// The period of a local time; `is_dst` decides where two or none fit, none makes that an error.
  Period at_local(Interpreter& interpreter, const DateTime& moment, const Value* is_dst) const {
    int64_t seconds = epoch_seconds(jinja::local_micros(moment));
    if (zone_ == nullptr || seconds - first_.offset < kFirstKnownSecond)
      return first_;
    LocalSeconds local{std::chrono::seconds(seconds)};
    date::local_info info = zone_->get_info(local);
    if (info.result == date::local_info::unique)
      return period_of(info.first);
    std::string text = jinja::iso_text(moment, ' ');
    bool is_gap = info.result == date::local_info::nonexistent;
    if (is_dst != nullptr && is_dst->is_none())
      interpreter.raise(is_gap ? "NonExistentTimeError" : "AmbiguousTimeError", text);
    bool wants_dst = is_dst != nullptr && is_dst->truthy();
    Period first = period_of(info.first), second = period_of(info.second);
    bool differ = first.is_dst != second.is_dst;
    if (differ)
      return first.is_dst == wants_dst ? first : second;
    // Neither is summer time: the earlier moment counts as it.
    return (first.offset > second.offset) == wants_dst ? first : second;
  }

  Value localize(Interpreter& interpreter, const Arguments& arguments) const {
    auto [given, is_dst] = bind<2>(interpreter, "localize", arguments, {"dt", "is_dst"}, 1);
    DateTime moment = moment_argument(interpreter, "localize", *given);
    if (moment.utc_offset)
      interpreter.raise("ValueError", "Not naive datetime (tzinfo is already set)");
    put(moment, at_local(interpreter, moment, is_dst));
    return Value::date_time(moment);
  }

  Value normalize(Interpreter& interpreter, const Arguments& arguments) const {
    auto [given, is_dst] = bind<2>(interpreter, "normalize", arguments, {"dt", "is_dst"}, 1);
    const DateTime& moment = moment_argument(interpreter, "normalize", *given);
    if (!moment.utc_offset)
      interpreter.raise("ValueError", "Naive time - no tzinfo set");
    std::optional<DateTime> utc = jinja::with_local_micros(moment, jinja::utc_micros(moment));
    if (!utc)
      interpreter.raise("OverflowError", "date value out of range");
    utc->utc_offset = 0;
    return Value::date_time(from_utc(*utc));
  }

  Value fromutc(Interpreter& interpreter, const Arguments& arguments) const {
    auto [given] = bind<1>(interpreter, "fromutc", arguments, {"dt"}, 1);
    DateTime utc = moment_argument(interpreter, "fromutc", *given);
    utc.utc_offset = 0;
    return Value::date_time(from_utc(utc));
  }

  /// The period of the moment that utcoffset(), dst() and tzname() are asked for; nothing for none.
  std::optional<Period> period_argument(Interpreter& interpreter, std::string_view function,
                                        const Arguments& arguments) const {
    auto [given, is_dst] = bind<2>(interpreter, function, arguments, {"dt", "is_dst"}, 1);
    if (given->is_none())
      return std::nullopt;
    const DateTime& moment = moment_argument(interpreter, function, *given);
    if (moment.utc_offset)
      return at_utc(jinja::utc_micros(moment));
    return at_local(interpreter, moment, is_dst);
  }

  static Value seconds_value(int seconds) {
    return Value::time_delta(*jinja::make_delta(0, seconds * kMicrosPerSecond));
  }

  Value utcoffset(Interpreter& interpreter, const Arguments& arguments) const {
    std::optional<Period> period = period_argument(interpreter, "utcoffset", arguments);
    return period ? seconds_value(period->offset) : Value::none();
  }
  Value dst(Interpreter& interpreter, const Arguments& arguments) const {
    std::optional<Period> period = period_argument(interpreter, "dst", arguments);
    if (!period)
      return Value::none();
    DateTime moment = arguments.find(0, "dt")->as_date_time();
    moment.utc_offset = period->offset;
    return seconds_value(period->is_dst ? saving_at(jinja::utc_micros(moment)) : 0);
  }
  Value tzname(Interpreter& interpreter, const Arguments& arguments) const {
    std::optional<Period> period = period_argument(interpreter, "tzname", arguments);
    return Value::string(period ? period->name : name_);
  }
  std::string name_;
  const date::time_zone* zone_;
  Period first_;
  bool is_static_ = false;
};

const std::pair<std::string_view, PytzZone::Method> PytzZone::kMethods[6] = {
    {"localize", &PytzZone::localize}, {"normalize", &PytzZone::normalize},
    {"fromutc", &PytzZone::fromutc},   {"utcoffset", &PytzZone::utcoffset},
    {"dst", &PytzZone::dst},           {"tzname", &PytzZone::tzname},
};

Value utc_zone() { return Value::object(new PytzZone("UTC", nullptr)); }

bool is_utc_name(std::string_view name) { return base::equal_ignoring_case(name, "UTC"); }

/// Folders of the database that hold copies, and entries that are no zones.
bool is_public_name(std::string_view name) {
  return !name.starts_with("posix/") && !name.starts_with("right/") && name != "posixrules" &&
         name != "localtime" && name != "Factory" && name != "leapseconds";
}

/// All names in order.
std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  if (const date::tzdb* database = zone_database()) {
    for (const date::time_zone& zone : database->zones) {
      if (is_public_name(zone.name()))
        names.push_back(zone.name());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Value timezone(Interpreter& interpreter, const Arguments& arguments) {
  auto [zone] = bind<1>(interpreter, "timezone", arguments, {"zone"}, 1);
  if (!zone->is_string())
    interpreter.raise("UnknownTimeZoneError", zone->str());
  std::string name(zone->as_string());
  if (is_utc_name(name))
    return utc_zone();
  const date::time_zone* found = is_public_name(name) ? find_zone(name) : nullptr;
  if (found == nullptr) {
    for (const std::string& known : zone_names()) {
      if (base::equal_ignoring_case(known, name)) {
        name = known;
        found = find_zone(name);
      }
    }
  }
  if (found == nullptr) {
    interpreter.raise("UnknownTimeZoneError",
                      zone_database() == nullptr
                          ? fmt::format("{}: this machine has no /usr/share/zoneinfo", zone->repr())
                          : zone->repr());
  }
  try {
    return Value::object(new PytzZone(name, found));
  } catch (const std::exception& error) {
    interpreter.raise("UnknownTimeZoneError", fmt::format("{}: {}", zone->repr(), error.what()));
  }
}

Value fixed_offset(Interpreter& interpreter, const Arguments& arguments) {
  auto [offset] = bind<1>(interpreter, "FixedOffset", arguments, {"offset"}, 1);
  int64_t minutes = jinja::to_index(interpreter, *offset);
  if (minutes == 0)
    return utc_zone();
  if (minutes <= -1440 || minutes >= 1440)
    interpreter.raise("ValueError", fmt::format("('absolute offset is too large', {})", minutes));
  return jinja::make_fixed_zone(static_cast<int>(minutes * 60),
                                fmt::format("pytz.FixedOffset({})", minutes));
}

Value list_of_names(const std::vector<std::string>& names) {
  std::vector<Value> items;
  for (const std::string& name : names)
    items.push_back(Value::string(name));
  return Value::list(std::move(items));
}

/// Rows of a table in the database's folder: fields between tabs, comments left out.
std::vector<std::vector<std::string>> read_table(const char* file) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream stream(std::string("/usr/share/zoneinfo/") + file);
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    std::vector<std::string> fields;
    for (std::string_view field : base::split(line, '\t'))
      fields.emplace_back(field);
    rows.push_back(std::move(fields));
  }
  return rows;
}

/// A mapping by country code, which may be written in any case. With `is_callable`, also a
/// function.
class CountryTable final : public jinja::Object {
 public:
  CountryTable(std::map<std::string, Value> values, bool is_callable)
      : values_(std::move(values)), is_callable_(is_callable) {}
  std::string_view type_name() const override {
    return is_callable_ ? "_CountryTimezoneDict" : "_CountryNameDict";
  }
  bool is_mapping() const override { return true; }
  bool is_callable() const override { return is_callable_; }
  std::optional<size_t> length() const override { return values_.size(); }
  std::optional<Value> item(Interpreter&, const Value& key) override {
    if (!key.is_string())
      return std::nullopt;
    auto found = values_.find(base::to_upper(key.as_string()));
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    if (!is_callable_)
      return jinja::Object::call(interpreter, arguments);
    auto [code] = bind<1>(interpreter, "country_timezones", arguments, {"iso3166_code"}, 1);
    std::optional<Value> found = item(interpreter, *code);
    if (!found)
      interpreter.raise("KeyError", code->repr());
    return *found;
  }
  std::optional<std::vector<Value>> iterate(Interpreter&) override {
    std::vector<Value> codes;
    for (const auto& [code, value] : values_)
      codes.push_back(Value::string(code));
    return codes;
  }

 private:
  std::map<std::string, Value> values_;
  bool is_callable_;
};

std::map<std::string, Value> country_zones() {
  std::map<std::string, Value> made;
  for (const std::vector<std::string>& row : read_table("zone.tab")) {
    if (row.size() < 3)
      continue;
    auto [place, is_new] = made.emplace(row[0], Value());
    if (is_new)
      place->second = Value::list();
    place->second.append(Value::string(row[2]));
  }
  return made;
}

std::map<std::string, Value> country_names() {
  std::map<std::string, Value> made;
  for (const std::vector<std::string>& row : read_table("iso3166.tab")) {
    if (row.size() >= 2)
      made.emplace(row[0], Value::string(row[1]));
  }
  return made;
}

/// Zones that a country uses, the usual ones of the United States and Canada, GMT and UTC.
std::vector<std::string> common_names(const std::vector<std::string>& all) {
  std::vector<std::string> wanted = {"Canada/Atlantic",
                                     "Canada/Central",
                                     "Canada/Eastern",
                                     "Canada/Mountain",
                                     "Canada/Newfoundland",
                                     "Canada/Pacific",
                                     "GMT",
                                     "US/Alaska",
                                     "US/Arizona",
                                     "US/Central",
                                     "US/Eastern",
                                     "US/Hawaii",
                                     "US/Mountain",
                                     "US/Pacific",
                                     "UTC"};
  for (const std::vector<std::string>& row : read_table("zone.tab")) {
    if (row.size() >= 3)
      wanted.push_back(row[2]);
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::vector<std::string> made;
  std::set_intersection(all.begin(), all.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(made));
  return made;
}

}  // namespace

Value pytz_module() {
  Value module = Value::dict();
  module.set_item("timezone", make_module_function("timezone", timezone));
  module.set_item("utc", utc_zone());
  module.set_item("FixedOffset", make_module_function("FixedOffset", fixed_offset));
  std::vector<std::string> all = zone_names();
  Value all_list = list_of_names(all);
  Value common_list = list_of_names(common_names(all));
  std::vector<Value> items;
  module.set_item("all_timezones", all_list);
  for (size_t i = 0; i < all_list.size(); ++i)
    items.push_back(all_list.at(i));
  module.set_item("all_timezones_set", Value::set(items));
  module.set_item("common_timezones", common_list);
  items.clear();
  for (size_t i = 0; i < common_list.size(); ++i)
    items.push_back(common_list.at(i));
  module.set_item("common_timezones_set", Value::set(items));
  module.set_item("country_timezones", Value::object(new CountryTable(country_zones(), true)));
  module.set_item("country_names", Value::object(new CountryTable(country_names(), false)));
  for (const char* name :
       {"AmbiguousTimeError", "InvalidTimeError", "NonExistentTimeError", "UnknownTimeZoneError"}) {
    module.set_item(
        name, Value::object(new ClassObject(fmt::format("pytz.exceptions.{}", name), nullptr)));
  }
  module.set_item("BaseTzInfo", Value::object(new ClassObject("pytz.tzinfo.BaseTzInfo", nullptr)));
  return module;
}

}  // namespace weft::context
