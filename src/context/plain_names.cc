#include "context/plain_names.h"

#include "context/modules.h"
#include "context/worker.h"

namespace weft::context {

using jinja::Value;

std::optional<Value> PlainNames::lookup(jinja::Interpreter&, std::string_view name) {
  if (name == "modules")
    return modules_value(clock_, [](jinja::Interpreter&) {});
  if (name == "run_started_at")
    return Value::date_time(utc_date_time(run_started_at_));
  if (name == "invocation_id")
    return Value::string(invocation_id_);
  if (name == "thread_id")
    return Value::string("MainThread");
  return collection_function(name);
}

jinja::DateTime utc_date_time(int64_t us) {
  int64_t days = us >= 0 ? us / 86'400'000'000 : -((-us + 86'399'999'999) / 86'400'000'000);
  int64_t rest = us - days * 86'400'000'000;
  // Civil date from days since 1970 (Howard Hinnant's algorithm).
  int64_t z = days + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  auto doe = static_cast<unsigned>(z - era * 146097);
  unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  unsigned mp = (5 * doy + 2) / 153;
  unsigned day = doy - (153 * mp + 2) / 5 + 1;
  unsigned month = mp < 10 ? mp + 3 : mp - 9;
  int64_t year = static_cast<int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0);
  jinja::DateTime made;
  made.date = {static_cast<int>(year), static_cast<int>(month), static_cast<int>(day)};
  made.time = {static_cast<int>(rest / 3'600'000'000), static_cast<int>(rest / 60'000'000 % 60),
               static_cast<int>(rest / 1'000'000 % 60), static_cast<int>(rest % 1'000'000)};
  made.utc_offset = 0;
  made.zone = "UTC";
  return made;
}

}  // namespace weft::context
