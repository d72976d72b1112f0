#include "jinja/zone_object.h"

#include <fmt/format.h>

#include "jinja/datetime.h"

namespace weft::jinja {
namespace {

class FixedZone : public ZoneObject {
 public:
  FixedZone(int offset, std::string_view name) : offset_(offset), name_(name) {
    if (name_.empty()) {
      name_ = offset == 0 ? "UTC" : "UTC" + offset_text(offset);
    }
  }

  std::string_view type_name() const override { return "datetime.timezone"; }
  void attach(DateTime& local) const override {
    local.utc_offset = offset_;
    local.zone = name_;
  }
  DateTime from_utc(const DateTime& utc) const override {
    DateTime local =
        with_local_micros(utc, utc_micros(utc) + offset_ * kMicrosPerSecond).value_or(utc);
    attach(local);
    return local;
  }
  std::string str() const override { return name_; }
  std::string repr() const override {
    return offset_ == 0
               ? "datetime.timezone.utc"
               : "datetime.timezone(" + repr_of(*make_delta(0, offset_ * kMicrosPerSecond)) + ")";
  }
  bool equals(const Object& other) const override {
    const auto* zone = dynamic_cast<const FixedZone*>(&other);
    return zone && zone->offset_ == offset_;
  }
  size_t hash() const override { return static_cast<size_t>(offset_); }

 private:
  int offset_;
  std::string name_;
};

const ZoneObject& zone_from(Interpreter& interpreter, const Value& zone) {
  auto* object = zone.as<ZoneObject>();
  if (!object) {
    interpreter.raise("TypeError",
                      fmt::format("tzinfo argument must be None or of a tzinfo subclass, not type "
                                  "'{}'",
                                  zone.type_name()));
  }
  return *object;
}

}  // namespace

Value make_fixed_zone(int offset, std::string_view name) {
  return Value::object(new FixedZone(offset, name));
}

Value zone_of(const DateTime& moment) {
  return moment.utc_offset ? make_fixed_zone(*moment.utc_offset, moment.zone) : Value::none();
}

void set_zone(Interpreter& interpreter, DateTime& moment, const Value& zone) {
  moment.utc_offset.reset();
  moment.zone.clear();
  if (!zone.is_none()) {
    zone_from(interpreter, zone).attach(moment);
  }
}

Value from_utc(Interpreter& interpreter, const DateTime& utc, const Value& zone) {
  return Value::date_time(zone_from(interpreter, zone).from_utc(utc));
}

}  // namespace weft::jinja
