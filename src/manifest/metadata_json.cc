#include "manifest/metadata_json.h"

#include <cstdio>

#include "base/clock.h"
#include "base/strings.h"

namespace weft::manifest {
namespace {

void text_or_null(JsonText& json, std::string_view key, std::string_view value) {
  json.key(key);
  value.empty() ? json.null() : json.text(value);
}

/// Days from 1970-01-01 to the day of the Gregorian calendar. Years start in March, so that the
/// leap day is the last one of its year.
int64_t days_since_1970(int year, unsigned month, unsigned day) {
  const int64_t y = int64_t{year} - (month <= 2 ? 1 : 0);
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * ((int64_t{month} + 9) % 12) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

}  // namespace

std::string iso_time(int64_t us, std::string_view suffix) {
  std::string text = base::format_utc(us);
  text.pop_back();
  if (us % 1000000 == 0 && base::ends_with(text, ".000000"))
    text.resize(text.size() - 7);
  text += suffix;
  return text;
}

void open_metadata(JsonText& json, const Metadata& metadata, std::string_view schema) {
  json.key("metadata");
  json.open_map();
  json.key("dbt_schema_version");
  json.text("https://schemas.getdbt.com/dbt/" + std::string(schema) + ".json");
  json.key("dbt_version");
  json.text(metadata.dbt_version);
  json.key("generated_at");
  json.text(iso_time(metadata.generated_at, "Z"));
  text_or_null(json, "invocation_id", metadata.invocation_id);
  json.key("invocation_started_at");
  json.text(iso_time(metadata.invocation_started_at, "Z"));
  json.key("env");
  json.map(metadata.env);
}

std::optional<int64_t> parse_iso_time(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int used = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2u%*1[T ]%2u:%2u:%2u%n", &year, &month, &day, &hour,
                  &minute, &second, &used) != 6 ||
      used == 0 || month < 1 || month > 12 || day < 1 || day > 31)
    return std::nullopt;
  int64_t us =
      (days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
  std::string_view rest = std::string_view(copy).substr(static_cast<size_t>(used));
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    for (int64_t unit = 100000; !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
         rest.remove_prefix(1), unit /= 10)
      us += unit * (rest.front() - '0');
  }
  if (rest.empty() || rest == "Z")
    return us;
  char sign = 0;
  unsigned zone_hours = 0, zone_minutes = 0;
  if (std::sscanf(std::string(rest).c_str(), "%c%2u:%2u", &sign, &zone_hours, &zone_minutes) != 3 ||
      (sign != '+' && sign != '-'))
    return std::nullopt;
  const int64_t zone = (int64_t{zone_hours} * 60 + zone_minutes) * 60 * 1000000;
  return sign == '+' ? us - zone : us + zone;
}

}  // namespace weft::manifest
