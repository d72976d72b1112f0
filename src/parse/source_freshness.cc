#include "parse/source_freshness.h"

#include <fmt/format.h>

#include "parse/properties_error.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;
using manifest::Freshness;
using manifest::FreshnessThreshold;

const Data* config_member(const Data& entry, std::string_view key) {
  const Data* config = entry.get("config");
  return config != nullptr && config->is_map() ? config->get(key) : nullptr;
}

FreshnessThreshold read_threshold(const Data* given) {
  FreshnessThreshold made;
  if (given == nullptr)
    return made;
  made.is_null = given->is_null();
  if (const Data* count = given->get("count"); count != nullptr && count->is_int())
    made.count = count->as_int();
  if (const Data* period = given->get("period"); period != nullptr && period->is_string())
    made.period = period->as_string();
  return made;
}

/// Count and period fall back one by one; null switches off what stood before.
FreshnessThreshold merge(const FreshnessThreshold& base, const FreshnessThreshold& update) {
  if (update.is_null)
    return update;
  if (!update.is_set())
    return base;
  FreshnessThreshold made = base.is_null ? FreshnessThreshold{} : base;
  made.count = update.count;
  made.period = update.period;
  return made;
}

std::optional<Freshness> merge(const std::optional<Freshness>& base,
                               const std::optional<Freshness>& update) {
  if (!update || (!base && !update->is_set()))
    return std::nullopt;
  if (!base)
    return update;
  Freshness made;
  made.warn_after = merge(base->warn_after, update->warn_after);
  made.error_after = merge(base->error_after, update->error_after);
  made.filter = update->filter ? update->filter : base->filter;
  return made;
}

/// One of the four levels: nothing said is a level without thresholds.
std::optional<Freshness> read_level(const Data* given) {
  return given == nullptr ? Freshness{} : read_freshness(*given);
}

Data threshold_data(const FreshnessThreshold& threshold) {
  if (threshold.is_null)
    return Data();
  DataMap made;
  made.set("count", threshold.count ? Data(*threshold.count) : Data());
  made.set("period", threshold.period.empty() ? Data() : Data(threshold.period));
  return Data(std::move(made));
}

std::optional<std::string> text_of(const Data* value) {
  if (value == nullptr || value->is_null())
    return std::nullopt;
  return python_str(*value);
}

/// The key of the entry itself, else of its `config`.
std::optional<std::string> own_text(const Data& entry, std::string_view key) {
  std::optional<std::string> own = text_of(entry.get(key));
  return own && !own->empty() ? own : text_of(config_member(entry, key));
}

diag::Diagnostic both_given(std::string_view level) {
  return properties_error(
      fmt::format("`loaded_at_field` and `loaded_at_query` are both given at the {} level", level),
      {}, "remove one of them",
      fmt::format("Cannot specify both loaded_at_field and loaded_at_query at {} level.", level));
}

}  // namespace

std::optional<Freshness> read_freshness(const Data& given) {
  if (given.is_null())
    return std::nullopt;
  Freshness made;
  made.warn_after = read_threshold(given.get("warn_after"));
  made.error_after = read_threshold(given.get("error_after"));
  made.filter = text_of(given.get("filter"));
  return made;
}

std::optional<Freshness> merged_freshness(const Data& source, const Data& table) {
  std::optional<Freshness> made = read_level(source.get("freshness"));
  for (const Data* given : {config_member(source, "freshness"), table.get("freshness"),
                            config_member(table, "freshness")})
    made = merge(made, read_level(given));
  return made;
}

Data freshness_data(const std::optional<Freshness>& freshness) {
  if (!freshness)
    return Data();
  DataMap made;
  made.set("warn_after", threshold_data(freshness->warn_after));
  made.set("error_after", threshold_data(freshness->error_after));
  made.set("filter", freshness->filter ? Data(*freshness->filter) : Data());
  return Data(std::move(made));
}

diag::Status read_loaded_at(const Data& source, const Data& table, manifest::SourceFields& fields) {
  std::optional<std::string> field = own_text(table, "loaded_at_field"),
                             query = own_text(table, "loaded_at_query");
  // A table that names its field, even as null, does not look at the source's settings.
  bool table_names_field = field || table.get("loaded_at_field") != nullptr;
  if (table_names_field && query)
    return both_given("table");
  std::optional<std::string> source_field = own_text(source, "loaded_at_field"),
                             source_query = own_text(source, "loaded_at_query");
  if (source_field && source_query)
    return both_given("source");
  fields.loaded_at_field = table_names_field ? field : source_field;
  fields.loaded_at_query = query || table_names_field ? query : source_query;
  return diag::Done{};
}

}  // namespace weft::parse
