// Offsets of this machine's time zone.
#pragma once

namespace weft::base {

/// Minutes east of UTC of a local time on this machine; the month counts from 1.
int local_offset_minutes(int year, int month, int day, int hour, int minute, int second);

}  // namespace weft::base
