// Time zones as values: what datetime.tzinfo gives and replace(tzinfo=...), astimezone(...) take.
#pragma once

#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

/// Base class of zones; the host adds those of the time zone database.
class ZoneObject : public Object {
 public:
  /// Gives a naive moment the offset and name that hold in this zone.
  virtual void attach(DateTime& local) const = 0;
  /// The local moment of one in UTC.
  virtual DateTime from_utc(const DateTime& utc) const = 0;
};

/// datetime.timezone: a fixed offset in seconds. An empty name prints as UTC±hh:mm.
Value make_fixed_zone(int offset, std::string_view name = "");
/// The zone of a moment as a value; none for a naive one.
Value zone_of(const DateTime& moment);
/// replace(tzinfo=zone): none makes it naive. Raises TypeError for anything that is no zone.
void set_zone(Interpreter& interpreter, DateTime& moment, const Value& zone);
/// The moment in the zone; `utc` has offset 0.
Value from_utc(Interpreter& interpreter, const DateTime& utc, const Value& zone);

}  // namespace weft::jinja
