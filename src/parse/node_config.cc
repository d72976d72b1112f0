#include "parse/node_config.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "context/config_merge.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

constexpr std::string_view kNodeDefaults = R"json({
"enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {},
"group": null, "static_analysis": null, "materialized": "view", "incremental_strategy": null,
"batch_size": null, "lookback": 1, "begin": null, "persist_docs": {}, "post-hook": [],
"pre-hook": [], "quoting": {}, "column_types": {}, "full_refresh": null, "unique_key": null,
"on_schema_change": "ignore", "on_configuration_change": "apply", "grants": {}, "packages": [],
"docs": {"show": true, "node_color": null}, "contract": {"enforced": false, "alias_types": true},
"event_time": null, "concurrent_batches": null})json";

constexpr std::string_view kTestDefaults = R"json({
"enabled": true, "alias": null, "schema": "dbt_test__audit", "database": null, "tags": [],
"meta": {}, "group": null, "static_analysis": null, "materialized": "test", "severity": "ERROR",
"store_failures": null, "store_failures_as": null, "sql_header": null, "where": null,
"limit": null, "fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0"})json";

constexpr std::string_view kModelExtra = R"json({"access": "protected", "freshness": null,
"on_error": null, "latest_version_pointer": {"enabled": null, "alias": null}})json";
constexpr std::string_view kSeedExtra = R"json({"delimiter": ",", "quote_columns": null})json";
constexpr std::string_view kSnapshotExtra = R"json({"strategy": null, "target_schema": null,
"target_database": null, "updated_at": null, "check_cols": null,
"snapshot_meta_column_names": {"dbt_valid_to": null, "dbt_valid_from": null, "dbt_scd_id": null,
"dbt_updated_at": null, "dbt_is_deleted": null}, "dbt_valid_to_current": null})json";
constexpr std::string_view kFunctionExtra = R"json({"type": "scalar", "volatility": null,
"runtime_version": null, "entry_point": null, "snowflake": {"quote_args": true}})json";
constexpr std::string_view kSourceDefaults = R"json({"enabled": true, "event_time": null,
"freshness": {"warn_after": {"count": null, "period": null}, "error_after": {"count": null,
"period": null}, "filter": null}, "loaded_at_field": null, "loaded_at_query": null, "meta": {},
"tags": [], "static_analysis": null})json";
constexpr std::string_view kUnitTestDefaults =
    R"json({"tags": [], "meta": {}, "enabled": true, "static_analysis": null})json";
constexpr std::string_view kExposureDefaults =
    R"json({"enabled": true, "tags": [], "meta": {}})json";
constexpr std::string_view kMetricDefaults =
    R"json({"enabled": true, "group": null, "meta": {}})json";
constexpr std::string_view kSavedQueryDefaults = R"json({"enabled": true, "group": null, "meta": {},
"export_as": null, "schema": null, "cache": {"enabled": false}})json";

DataMap read(std::string_view text) {
  auto parsed = base::parse_json(text);
  return std::get<Data>(parsed).as_map();
}

DataMap node_defaults(std::string_view extra, const char* materialized) {
  DataMap made = read(kNodeDefaults);
  made.set("materialized", Data(materialized));
  for (const auto& [key, value] : read(extra))
    made.set(key, value);
  return made;
}

/// The keys of one level that are configuration: "+key" always, others when they are no mapping.
DataMap raw_level_config(const DataMap& level) {
  DataMap made;
  for (const auto& [key, value] : level) {
    if (!key.empty() && key.front() == '+')
      made.set(std::string(base::trim(std::string_view(key).substr(1))), value);
    else if (!value.is_map())
      made.set(key, value);
  }
  return made;
}

/// The same with one spelling for each key.
DataMap level_config(const DataMap& level) {
  DataMap made;
  for (auto& [key, value] : raw_level_config(level))
    made.set(context::config_key(key), std::move(value));
  return made;
}

bool stands_beside_config(std::string_view key) {
  constexpr std::array<std::string_view, 8> kKeys = {
      "docs", "meta", "tags", "group", "access", "enabled", "freshness", "loaded_at_field"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

/// Null becomes an empty list, one value a list of one.
void make_list(Data& value) {
  if (value.is_null())
    value = Data(DataList{});
  else if (!value.is_list())
    value = Data(DataList{value});
}

void drop_repeated(DataList& list) {
  DataList unique;
  for (const Data& item : list) {
    if (std::find(unique.begin(), unique.end(), item) == unique.end())
      unique.push_back(item);
  }
  list = std::move(unique);
}

/// store_failures_as decides about store_failures and the other way round.
void settle_store_failures(DataMap& config) {
  Data* as = config.find("store_failures_as");
  Data* store = config.find("store_failures");
  if (as == nullptr || store == nullptr)
    return;
  if (as->is_string())
    *store = Data(as->as_string() != "ephemeral");
  else if (store->is_bool())
    *as = Data(store->as_bool() ? "table" : "ephemeral");
}

}  // namespace

const DataMap& default_config(ResourceType type) {
  static const DataMap model = node_defaults(kModelExtra, "view");
  static const DataMap seed = node_defaults(kSeedExtra, "seed");
  static const DataMap snapshot = node_defaults(kSnapshotExtra, "snapshot");
  static const DataMap function = node_defaults(kFunctionExtra, "function");
  static const DataMap plain = node_defaults("{}", "view");
  static const DataMap test = read(kTestDefaults);
  static const DataMap source = read(kSourceDefaults);
  static const DataMap unit_test = read(kUnitTestDefaults);
  static const DataMap exposure = read(kExposureDefaults);
  static const DataMap metric = read(kMetricDefaults);
  static const DataMap saved_query = read(kSavedQueryDefaults);
  switch (type) {
    case ResourceType::Model:
      return model;
    case ResourceType::Seed:
      return seed;
    case ResourceType::Snapshot:
      return snapshot;
    case ResourceType::Function:
      return function;
    case ResourceType::Test:
      return test;
    case ResourceType::Source:
      return source;
    case ResourceType::UnitTest:
      return unit_test;
    case ResourceType::Exposure:
      return exposure;
    case ResourceType::Metric:
    case ResourceType::SemanticModel:
      return metric;
    case ResourceType::SavedQuery:
      return saved_query;
    default:
      return plain;
  }
}

const DataMap& config_tree(const config::ConfigTrees& trees, ResourceType type) {
  switch (type) {
    case ResourceType::Seed:
      return trees.seeds;
    case ResourceType::Snapshot:
      return trees.snapshots;
    case ResourceType::Test:
      return trees.data_tests;
    case ResourceType::Source:
      return trees.sources;
    case ResourceType::UnitTest:
      return trees.unit_tests;
    case ResourceType::Function:
      return trees.functions;
    case ResourceType::Exposure:
      return trees.exposures;
    case ResourceType::Metric:
      return trees.metrics;
    case ResourceType::SemanticModel:
      return trees.semantic_models;
    case ResourceType::SavedQuery:
      return trees.saved_queries;
    default:
      // Analyses and operations follow the models' tree, as in dbt.
      return trees.models;
  }
}

ConfigBuilder::ConfigBuilder(const State& state) : state_(state) {}

void ConfigBuilder::apply_tree(const DataMap& tree, const std::vector<std::string>& fqn,
                               DataMap& config) const {
  context::merge_config(config, level_config(tree));
  const DataMap* level = &tree;
  for (const std::string& part : fqn) {
    const Data* next = level->find(part);
    if (next == nullptr || !next->is_map())
      return;
    level = &next->as_map();
    context::merge_config(config, level_config(*level));
  }
}

namespace {

/// The entries in the order of `order`, then those that it lacks: settings of projects come before
/// those of files, although the root project's are applied last.
DataMap in_order_of(const DataMap& order, DataMap config) {
  DataMap made;
  for (const auto& [key, value] : order) {
    if (const Data* found = config.find(key))
      made.set(key, *found);
  }
  for (const auto& [key, value] : config) {
    if (made.find(key) == nullptr)
      made.set(key, value);
  }
  return made;
}

}  // namespace

DataMap ConfigBuilder::build(ResourceType type, const std::string& package,
                             const std::vector<std::string>& fqn, const DataMap& patch,
                             const DataMap& inline_config) {
  return layered(default_config(type), type, package, fqn, patch, inline_config);
}

DataMap ConfigBuilder::of_group(const std::string& package, const std::vector<std::string>& fqn,
                                const DataMap& patch) {
  DataMap defaults;
  defaults.set("meta", Data(DataMap{}));
  return layered(std::move(defaults), ResourceType::Model, package, fqn, patch, {});
}

DataMap ConfigBuilder::layered(DataMap config, ResourceType type, const std::string& package,
                               const std::vector<std::string>& fqn, const DataMap& patch,
                               const DataMap& inline_config) const {
  const config::Project* own = state_.projects.front();
  for (const config::Project* project : state_.projects) {
    if (project->name == package)
      own = project;
  }
  apply_tree(config_tree(own->trees, type), fqn, config);
  const bool is_of_package = own != state_.projects.front();
  const DataMap& root_tree = config_tree(state_.projects.front()->trees, type);
  DataMap of_projects;
  if (is_of_package) {
    of_projects = config;
    apply_tree(root_tree, fqn, of_projects);
  }
  const bool has_more_keys = is_of_package && of_projects.size() > config.size();
  context::merge_config(config, patch);
  context::merge_config(config, inline_config);
  if (is_of_package)
    apply_tree(root_tree, fqn, config);
  normalize_config(config);
  return has_more_keys ? in_order_of(of_projects, std::move(config)) : config;
}

DataMap ConfigBuilder::unrendered(ResourceType type, const std::string& package,
                                  const std::vector<std::string>& fqn, const DataMap& patch,
                                  const DataMap& inline_config) {
  DataMap config;
  const config::Project* own = state_.projects.front();
  for (const config::Project* project : state_.projects) {
    if (project->name == package)
      own = project;
  }
  auto apply = [&](const DataMap& tree) {
    const DataMap* level = &tree;
    size_t depth = 0;
    while (true) {
      for (const auto& [key, value] : raw_level_config(*level))
        config.set(key, value);
      if (depth == fqn.size())
        return;
      const Data* next = level->find(fqn[depth++]);
      if (next == nullptr || !next->is_map())
        return;
      level = &next->as_map();
    }
  };
  // dbt looks for those of functions among those of models.
  if (type == ResourceType::Function)
    type = ResourceType::Model;
  apply(config_tree(own->unrendered, type));
  for (const auto& [key, value] : patch)
    config.set(key, value);
  for (const auto& [key, value] : inline_config)
    config.set(key, value);
  if (own != state_.projects.front())
    apply(config_tree(state_.projects.front()->unrendered, type));
  return config;
}

namespace {

/// What an entry of a properties file says beside its `config`.
DataMap settings_beside_config(const Data& entry) {
  DataMap made;
  if (!entry.is_map())
    return made;
  for (const auto& [key, value] : entry.as_map()) {
    if (stands_beside_config(key) && !value.is_null())
      made.set(key, value);
  }
  return made;
}

/// Lists stand there twice: dbt puts what is written before what was rendered.
void append_list(Data& written, const Data* rendered) {
  if (rendered == nullptr || !rendered->is_list() || !written.is_list())
    return;
  for (const Data& item : rendered->as_list())
    written.as_list().push_back(item);
}

}  // namespace

DataMap unrendered_entry_config(const Data& entry, const yaml::Node* config) {
  DataMap made = settings_beside_config(entry);
  if (const Data* rendered = entry.get("config"); rendered != nullptr && rendered->is_map()) {
    for (const auto& [key, value] : rendered->as_map())
      made.set(key, value);
  }
  if (config != nullptr && config->is_mapping()) {
    Data written = yaml::to_data(*config);
    for (auto& [key, value] : written.as_map()) {
      Data* known = made.find(key);
      append_list(value, known);
      if (known == nullptr || !known->is_map() || !value.is_map()) {
        made.set(key, std::move(value));
        continue;
      }
      for (auto& [name, part] : value.as_map()) {
        if (key == "grants")
          append_list(part, known->as_map().find(name));
        known->as_map().set(name, std::move(part));
      }
    }
  }
  return made;
}

DataMap entry_config(const Data& entry) {
  DataMap made = settings_beside_config(entry);
  if (const Data* config = entry.get("config"); config != nullptr && config->is_map()) {
    for (const auto& [key, value] : config->as_map())
      made.set(context::config_key(key), value);
  }
  return made;
}

namespace {

/// Leaves other keys of a part out, as dbt does with those parts that have a shape of their own.
void keep_keys(Data* part, std::initializer_list<std::string_view> known) {
  if (part == nullptr || !part->is_map())
    return;
  DataMap kept;
  for (auto& [key, value] : part->as_map()) {
    if (std::find(known.begin(), known.end(), key) != known.end())
      kept.set(key, std::move(value));
  }
  *part = Data(std::move(kept));
}

}  // namespace

void normalize_config(DataMap& config) {
  for (const char* key : {"pre-hook", "post-hook"}) {
    if (Data* hooks = config.find(key))
      *hooks = Data(context::hook_list(*hooks));
  }
  // Tags that projects and files both give stand there twice.
  if (Data* tags = config.find("tags"))
    make_list(*tags);
  if (Data* packages = config.find("packages")) {
    make_list(*packages);
    drop_repeated(packages->as_list());
  }
  if (Data* grants = config.find("grants"); grants != nullptr && grants->is_map()) {
    for (auto& [privilege, grantees] : grants->as_map())
      make_list(grantees);
  }
  keep_keys(config.find("contract"), {"enforced", "alias_types", "checksum"});
  keep_keys(config.find("docs"), {"show", "node_color"});
  if (Data* contract = config.find("contract"); contract != nullptr && contract->is_map() &&
                                                contract->get("enforced") != nullptr &&
                                                contract->get("alias_types") == nullptr)
    contract->as_map().set("alias_types", Data(true));
  settle_store_failures(config);
}

}  // namespace weft::parse
