#include "manifest/metadata_json.h"

#include "base/clock.h"
#include "base/strings.h"

namespace weft::manifest {
namespace {

void text_or_null(JsonText& json, std::string_view key, std::string_view value) {
  json.key(key);
  value.empty() ? json.null() : json.text(value);
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

}  // namespace weft::manifest
