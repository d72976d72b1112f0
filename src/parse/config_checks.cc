// Configuration values: their types, what only some kinds of resources may have, access, and
// properties that enable one of several resources of a name.
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/strings.h"
#include "parse/checks.h"
#include "parse/config_place.h"
#include "parse/node_color.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;

enum class Shape { Bool, OptionalBool, Text, OptionalText, Map };

struct TypedKey {
  std::string_view key;
  Shape shape;
};

constexpr TypedKey kTypedKeys[] = {
    {"enabled", Shape::Bool},
    {"materialized", Shape::Text},
    {"incremental_strategy", Shape::OptionalText},
    {"persist_docs", Shape::Map},
    {"quoting", Shape::Map},
    {"column_types", Shape::Map},
    {"full_refresh", Shape::OptionalBool},
    {"on_schema_change", Shape::OptionalText},
    {"grants", Shape::Map},
    {"meta", Shape::Map},
    {"delimiter", Shape::Text},
    {"quote_columns", Shape::OptionalBool},
    {"store_failures", Shape::OptionalBool},
    {"fail_calc", Shape::Text},
    {"warn_if", Shape::Text},
    {"error_if", Shape::Text},
};

bool fits(const Data& value, Shape shape) {
  switch (shape) {
    case Shape::Bool:
      return value.is_bool();
    case Shape::OptionalBool:
      return value.is_bool() || value.is_null();
    case Shape::Text:
      return value.is_string();
    case Shape::OptionalText:
      return value.is_string() || value.is_null();
    case Shape::Map:
      // Null is the usual way to say nothing.
      return value.is_map() || value.is_null();
  }
  return true;
}

/// What JSON schema, and so dbt, says of a value of the wrong type.
std::string wrong_type(const Data& value, Shape shape) {
  const char* type = shape == Shape::Bool   ? "boolean"
                     : shape == Shape::Text ? "string"
                     : shape == Shape::Map  ? "object"
                                            : nullptr;
  if (type == nullptr)
    return python_repr(value) + " is not valid under any of the given schemas";
  return fmt::format("{} is not of type '{}'", python_repr(value), type);
}

std::string_view wanted(Shape shape) {
  switch (shape) {
    case Shape::Bool:
    case Shape::OptionalBool:
      return "true or false";
    case Shape::Text:
    case Shape::OptionalText:
      return "text";
    case Shape::Map:
      return "a mapping";
  }
  return "";
}

/// Shown where `place` is; at the node when nothing is known of the value's own place.
void report_value(State& state, const Node& node, std::string_view key, std::string legacy,
                  std::string message, std::string hint,
                  std::optional<diag::Span> place = std::nullopt) {
  diag::Diagnostic d;
  d.code = diag::Code::ConfigInvalid;
  d.message = std::move(message);
  d.span = place.value_or(place_of(node));
  d.hint = std::move(hint);
  std::string at = key.empty() ? "" : fmt::format("at path ['{}']: ", key);
  d.legacy_text = fmt::format("Parsing Error in {} {} ({})\n  {}{}", resource_type_name(node.type),
                              node.name, node.original_file_path, at, legacy);
  state.report(std::move(d));
}

/// Kinds that only one materialization fits.
bool check_materialization(State& state, const Node& node, const DataMap& config) {
  std::string_view only = node.type == ResourceType::Seed       ? "seed"
                          : node.type == ResourceType::Snapshot ? "snapshot"
                          : node.type == ResourceType::Test     ? "test"
                                                                : "";
  const Data* value = config.find("materialized");
  if (only.empty() || value == nullptr || !value->truthy() || value->string_or("") == only)
    return true;
  report_value(state, node, "", fmt::format("A {0} must have a materialized value of '{0}'", only),
               fmt::format("{} `{}` has the materialization `{}`, and only `{}` is possible", only,
                           node.name, python_str(*value), only),
               "remove `materialized`");
  return false;
}

bool check_contract_with_incremental(State& state, const Node& node, const DataMap& config) {
  const Data* contract = config.find("contract");
  const Data* enforced = contract == nullptr ? nullptr : contract->get("enforced");
  const Data* materialized = config.find("materialized");
  const Data* change = config.find("on_schema_change");
  if (enforced == nullptr || !enforced->truthy() || materialized == nullptr ||
      materialized->string_or("") != "incremental" || change == nullptr)
    return true;
  std::string value = python_str(*change);
  if (value == "append_new_columns" || value == "fail")
    return true;
  report_value(
      state, node, "",
      fmt::format("Invalid value for on_schema_change: {}. Models materialized as incremental with "
                  "contracts enabled must set on_schema_change to 'append_new_columns' or 'fail'",
                  value),
      fmt::format("model `{}` is incremental with a contract, and `on_schema_change` is `{}`",
                  node.name, value),
      "set on_schema_change to `append_new_columns` or `fail`");
  return false;
}

bool check_node_color(State& state, const Node& node, const DataMap& config) {
  const Data* docs = config.find("docs");
  const Data* color = docs == nullptr ? nullptr : docs->get("node_color");
  if (color == nullptr || !color->truthy() || is_node_color(python_str(*color)))
    return true;
  const std::string text = python_str(*color);
  report_value(state, node, "",
               fmt::format("Invalid color name for docs.node_color: {}. It is neither a valid HTML "
                           "color name nor a valid HEX code.",
                           text),
               fmt::format("`docs.node_color` of {} `{}` is `{}`, and a colour is expected",
                           resource_type_name(node.type), node.name, text),
               "write a name like `gold`, or a code like `\"#cd7f32\"`");
  return false;
}

/// A model's build_after is a number of periods: both or neither.
bool check_build_after(State& state, const Node& node, const DataMap& config) {
  const Data* freshness = node.model == nullptr ? nullptr : config.find("freshness");
  const Data* after = freshness == nullptr ? nullptr : freshness->get("build_after");
  if (after == nullptr || !after->is_map())
    return true;
  const Data *count = after->get("count"), *period = after->get("period");
  const bool has_count = count != nullptr && !count->is_null();
  const bool has_period = period != nullptr && period->truthy();
  if (has_count == has_period)
    return true;
  const char* given = has_count ? "count" : "period";
  const char* missing = has_count ? "period" : "count";
  report_value(
      state, node, "",
      fmt::format("`freshness.build_after` must have a value for `{}` if a `{}` is "
                  "provided",
                  missing, given),
      fmt::format("`build_after` of model `{}` has a `{}` and no `{}`", node.name, given, missing),
      "write both, such as `build_after: {count: 4, period: hour}`");
  return false;
}

void report_access(State& state, const Node& node, std::string_view materialization) {
  const std::string& access = node.model->access;
  diag::Diagnostic d;
  d.code = diag::Code::ConfigInvalid;
  d.span = place_of(node);
  if (materialization.empty()) {
    static const std::vector<std::string> kAccess = {"private", "protected", "public"};
    d.message = fmt::format("model `{}` has the access `{}`", node.name, access);
    std::optional<std::string> near = base::nearest(access, kAccess);
    d.hint =
        near ? fmt::format("did you mean `{}`?", *near) : "use one of: private, protected, public";
  } else {
    d.message =
        fmt::format("model `{}` is {} and cannot be {}", node.name, materialization, access);
    d.hint = "choose another materialization, or `access: protected`";
  }
  std::string with =
      materialization.empty() ? "" : fmt::format("with '{}' materialization ", materialization);
  d.legacy_text =
      fmt::format("Parsing Error\n  Node {} {}has an invalid value ({}) for the access field",
                  node.unique_id, with, access);
  state.report(std::move(d));
}

void check_access(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (node.model == nullptr || manifest.is_disabled(NodeId(i)))
      continue;
    const std::string& access = node.model->access;
    if (access != "private" && access != "protected" && access != "public")
      report_access(state, node, "");
    else if (access == "public" && node.is_ephemeral_model(manifest.config_of(node)))
      report_access(state, node, "ephemeral");
  }
}

/// An entry that enables a resource of which several disabled ones exist: it is unclear which.
void check_enabling_entries(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  if (manifest.disabled.empty())
    return;
  std::unordered_map<std::string, size_t> disabled;
  for (NodeId id : manifest.disabled)
    ++disabled[manifest.node(id).unique_id];
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kKinds = {
      {{"models", "model"},
       {"seeds", "seed"},
       {"snapshots", "snapshot"},
       {"analyses", "analysis"}}};
  for (const Entry& entry : state.entries) {
    const Data* config = entry.data.get("config");
    const Data* enabled = config == nullptr ? nullptr : config->get("enabled");
    if (enabled == nullptr || !enabled->truthy())
      continue;
    for (auto [section, type] : kKinds) {
      if (entry.section != section)
        continue;
      std::string id =
          fmt::format("{}.{}.{}", type, state.project_of(state.files[entry.file]).name, entry.name);
      auto found = disabled.find(id);
      if (found == disabled.end() || found->second < 2 || manifest.find(id).valid())
        continue;
      diag::Diagnostic d;
      d.code = diag::Code::ConfigInvalid;
      d.message = fmt::format("{} disabled {}s are called `{}`, and the properties enable them",
                              found->second, type, entry.name);
      d.span = entry.node->span;
      d.hint = "enable one of them in its own file or in dbt_project.yml";
      d.legacy_text = fmt::format(
          "Parsing Error\n  Found {} matching disabled nodes for {} '{}'. Multiple nodes for the "
          "same unique id cannot be enabled in the schema file. They must be enabled in "
          "`dbt_project.yml` or in the sql files.",
          found->second, type, entry.name);
      state.report(std::move(d));
    }
  }
}

}  // namespace

bool check_config(State& state, const Node& node, const DataMap& config) {
  for (const TypedKey& typed : kTypedKeys) {
    const Data* value = config.find(typed.key);
    if (value == nullptr || fits(*value, typed.shape))
      continue;
    report_value(state, node, typed.key, wrong_type(*value, typed.shape),
                 fmt::format("`{}` of {} `{}` is `{}`, and {} is expected", typed.key,
                             resource_type_name(node.type), node.name, python_str(*value),
                             wanted(typed.shape)),
                 "", place_in_project(state, node, typed.key, *value));
    return false;
  }
  return check_materialization(state, node, config) &&
         check_contract_with_incremental(state, node, config) &&
         check_node_color(state, node, config) && check_build_after(state, node, config);
}

void check_enabled_and_access(State& state) {
  check_access(state);
  check_enabling_entries(state);
}

}  // namespace weft::parse
