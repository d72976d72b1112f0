#include "parse/semantic_data.h"

#include <array>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "parse/node_patch.h"

namespace weft::parse {

using base::Data;
using base::DataList;
using base::DataMap;

namespace {

constexpr std::array<std::string_view, 11> kGranularities = {
    "nanosecond", "microsecond", "millisecond", "second",  "minute", "hour",
    "day",        "week",        "month",       "quarter", "year"};

Data named(const Data& data) {
  if (!data.is_string())
    return data;
  DataMap made;
  made.set("name", data);
  return Data(std::move(made));
}

}  // namespace

Data member_or_null(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  return value == nullptr ? Data() : *value;
}

Data text_or_null(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  return value == nullptr || value->is_null() ? Data() : Data(python_str(*value));
}

DataMap map_or_empty(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  return value != nullptr && value->is_map() ? value->as_map() : DataMap{};
}

DataList list_or_empty(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  return value != nullptr && value->is_list() ? value->as_list() : DataList{};
}

Data where_filter(const Data& filter) {
  if (filter.is_null())
    return Data();
  DataList made;
  for (const Data& text : filter.is_list() ? filter.as_list() : DataList{filter}) {
    DataMap one;
    one.set("where_sql_template", Data(python_str(text)));
    made.push_back(Data(std::move(one)));
  }
  DataMap outer;
  outer.set("where_filters", Data(std::move(made)));
  return Data(std::move(outer));
}

Data time_window(const Data& window, std::string& problem) {
  if (window.is_null())
    return Data();
  std::string text = base::to_lower(python_str(window));
  std::vector<std::string_view> parts = base::split(text, ' ');
  std::optional<int64_t> count = parts.size() == 2 ? base::parse_int(parts[0]) : std::nullopt;
  if (!count || *count < 0) {
    problem = fmt::format("window `{}` is not `<count> <granularity>`, such as `28 days`",
                          python_str(window));
    return Data();
  }
  std::string_view granularity = parts[1];
  if (granularity.ends_with('s')) {
    std::string_view singular = granularity.substr(0, granularity.size() - 1);
    // Only the known units lose their plural: a custom one may end in s.
    for (std::string_view known : kGranularities) {
      if (known == singular)
        granularity = known;
    }
  }
  DataMap made;
  made.set("count", Data(*count));
  made.set("granularity", Data(granularity));
  return Data(std::move(made));
}

Data input_measure(const Data& data) {
  if (data.is_null())
    return Data();
  Data given = named(data);
  DataMap made;
  made.set("name", text_or_null(given, "name"));
  made.set("filter", where_filter(member_or_null(given, "filter")));
  made.set("alias", text_or_null(given, "alias"));
  const Data* join = given.get("join_to_timespine");
  made.set("join_to_timespine", Data(join != nullptr && join->bool_or(false)));
  made.set("fill_nulls_with", member_or_null(given, "fill_nulls_with"));
  return Data(std::move(made));
}

Data metric_input(const Data& data, std::string& problem) {
  if (data.is_null())
    return Data();
  Data given = named(data);
  DataMap made;
  made.set("name", text_or_null(given, "name"));
  made.set("filter", where_filter(member_or_null(given, "filter")));
  made.set("alias", text_or_null(given, "alias"));
  made.set("offset_window", time_window(member_or_null(given, "offset_window"), problem));
  made.set("offset_to_grain", text_or_null(given, "offset_to_grain"));
  return Data(std::move(made));
}

Data element_config(const DataMap& model_meta, const DataMap& own_meta) {
  DataMap meta = model_meta;
  for (const auto& [key, value] : own_meta)
    meta.set(key, value);
  DataMap made;
  made.set("meta", Data(std::move(meta)));
  return Data(std::move(made));
}

Node make_described_node(State& state, context::Worker& worker, ResourceType type,
                         const Entry& entry, const std::string& name, const DataMap& given,
                         const std::string& description) {
  const ProjectFile& file = state.files[entry.file];
  Node node;
  node.type = type;
  node.name = name;
  node.package_name = state.project_of(file).name;
  node.path = file.path;
  node.original_file_path = file.original_file_path;
  node.unique_id = fmt::format("{}.{}.{}", resource_type_name(type), node.package_name, name);
  node.fqn = folder_fqn(node.package_name, file.path);
  node.fqn.push_back(name);
  node.created_at = state.now;
  node.patch_span = entry.node->span;
  node.details = std::make_unique<DataMap>();
  DescriptionRenderer descriptions(state, worker);
  node.description =
      descriptions.render(description, node.package_name, entry.node->span, node.doc_blocks);
  ConfigBuilder configs(state);
  DataMap config = configs.build(type, node.package_name, node.fqn, given, {});
  if (const Data* group = config.find("group"); group != nullptr && !group->is_null())
    node.group = python_str(*group);
  // dbt leaves dbt_project.yml out here for all but metrics.
  node.unrendered_config =
      state.interner->intern(type == ResourceType::Metric
                                 ? configs.unrendered(type, node.package_name, node.fqn, given, {})
                                 : given);
  node.config = state.interner->intern(std::move(config));
  return node;
}

}  // namespace weft::parse
