// Time spines: models with a row for every point of time, which metrics are joined to.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "parse/checks.h"
#include "parse/properties_error.h"

namespace weft::parse {
namespace {

using base::Data;

/// From fine to coarse.
constexpr std::array<std::string_view, 11> kGranularities = {
    "nanosecond", "microsecond", "millisecond", "second",  "minute", "hour",
    "day",        "week",        "month",       "quarter", "year"};

size_t rank_of(std::string_view granularity) {
  return static_cast<size_t>(std::find(kGranularities.begin(), kGranularities.end(), granularity) -
                             kGranularities.begin());
}

void report(State& state, diag::Span span, std::string message, std::string hint,
            const std::string& sentence) {
  state.report(properties_error(std::move(message), span, std::move(hint), sentence));
}

/// ['a', 'b'], as Python shows a list of texts.
std::string shown_list(const std::vector<std::string>& names) {
  base::DataList list;
  for (const std::string& name : names)
    list.emplace_back(name);
  return python_repr(Data(std::move(list)));
}

const manifest::Column* find_column(const Node& node, std::string_view name) {
  for (const manifest::Column& column : node.columns) {
    if (column.name == name)
      return &column;
  }
  return nullptr;
}

std::vector<std::string> column_names(const Node& node) {
  std::vector<std::string> names;
  for (const manifest::Column& column : node.columns)
    names.push_back(column.name);
  return names;
}

void check_custom_columns(State& state, const Node& node, const Data& spine) {
  const Data* customs = spine.get("custom_granularities");
  if (customs == nullptr || !customs->is_list())
    return;
  std::vector<std::string> missing;
  for (const Data& custom : customs->as_list()) {
    const Data* name = custom.get("column_name");
    if (name == nullptr || !name->truthy())
      name = custom.get("name");
    if (name != nullptr && find_column(node, python_str(*name)) == nullptr)
      missing.push_back(python_str(*name));
  }
  if (missing.empty())
    return;
  report(state, place_of(node),
         fmt::format("time spine `{}` has no column `{}`", node.name, missing.front()),
         "describe the column under `columns`",
         fmt::format("Time spine custom granularity columns do not exist in the model. Columns not "
                     "found: {}; Available columns: {}",
                     shown_list(missing), shown_list(column_names(node))));
}

/// The rank of its granularity; nothing when it is not usable, which has been reported.
std::optional<size_t> check_spine(State& state, const Node& node) {
  const Data& spine = node.model->time_spine;
  const Data* given = spine.get("standard_granularity_column");
  std::string name = given == nullptr ? "" : python_str(*given);
  const manifest::Column* column = find_column(node, name);
  if (column == nullptr) {
    report(state, place_of(node),
           fmt::format("time spine `{}` has no column `{}`", node.name, name),
           "describe the column under `columns`, with `granularity`",
           fmt::format("Time spine standard granularity column must be defined on the model. Got "
                       "invalid column name '{}' for model '{}'. Valid names: {}.",
                       name, node.name, shown_list(column_names(node))));
    return std::nullopt;
  }
  if (!column->granularity) {
    report(state, place_of(node),
           fmt::format("column `{}` of time spine `{}` has no granularity", name, node.name),
           "add `granularity: day` to the column",
           fmt::format("Time spine standard granularity column must have a granularity defined. "
                       "Please add one for column '{}' in model '{}'.",
                       name, node.name));
    return std::nullopt;
  }
  check_custom_columns(state, node, spine);
  return rank_of(*column->granularity);
}

void report_undescribed(State& state, const Node& node) {
  diag::Diagnostic d;
  d.code = diag::Code::TimeSpineWithoutYaml;
  d.message = fmt::format("`{}` is a time spine by nothing but its name", node.name);
  d.span = place_of(node);
  d.hint = "add `time_spine:` to its properties";
  d.legacy_text =
      "Time spines without YAML configuration are in the process of deprecation. Please add YAML "
      "configuration for your 'metricflow_time_spine' model. See documentation on MetricFlow time "
      "spines: https://docs.getdbt.com/docs/build/metricflow-time-spine and behavior change "
      "documentation: https://docs.getdbt.com/reference/global-configs/behavior-changes.";
  state.report(std::move(d));
}

}  // namespace

void check_time_spines(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  const Node *old_spine = nullptr, *semantic_model = nullptr;
  std::optional<size_t> finest;
  bool has_day = false, is_sound = true;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (manifest.is_disabled(NodeId(i)))
      continue;
    if (node.type == ResourceType::SemanticModel && semantic_model == nullptr)
      semantic_model = &node;
    if (node.model == nullptr)
      continue;
    if (node.name == "metricflow_time_spine")
      old_spine = &node;
    if (!node.model->time_spine.is_map())
      continue;
    std::optional<size_t> rank = check_spine(state, node);
    is_sound = is_sound && rank.has_value();
    has_day = has_day || rank == rank_of("day");
    if (rank && (!finest || *rank < *finest))
      finest = rank;
  }
  if (semantic_model == nullptr || !is_sound)
    return;
  if (old_spine != nullptr && (!finest || rank_of("day") < *finest))
    finest = rank_of("day");
  if (!finest || *finest > rank_of("day")) {
    report(state, place_of(*semantic_model),
           "there are semantic models, but no time spine of days or smaller",
           "add a model with a row a day, and `time_spine:` in its properties",
           "The semantic layer requires a time spine model with granularity DAY or smaller in the "
           "project, but none was found. Guidance on creating this model can be found on our docs "
           "site (https://docs.getdbt.com/docs/build/metricflow-time-spine).");
    return;
  }
  if (old_spine != nullptr && !old_spine->model->time_spine.is_map() && !has_day &&
      !state.input.flags.get_bool("require_yaml_configuration_for_mf_time_spines"))
    report_undescribed(state, *old_spine);
}

}  // namespace weft::parse
