// Names: spaces in them, and one name for resources of two kinds.
#include <set>

#include <fmt/format.h>

#include "parse/checks.h"

namespace weft::parse {
namespace {

using base::Data;

bool has_space(std::string_view name) { return name.find(' ') != std::string_view::npos; }

struct BadName {
  std::string unique_id, path;
  diag::Span span;
};

void report_name(State& state, const BadName& bad) {
  diag::Diagnostic d;
  d.code = diag::Code::SpaceInName;
  d.message = fmt::format("the name of `{}` has a space", bad.unique_id);
  d.span = bad.span;
  d.hint = "use underscores";
  d.legacy_text = fmt::format("Found spaces in the name of `{}`", bad.unique_id);
  d.event_data.set("unique_id", Data(bad.unique_id));
  d.event_data.set("level", Data("warn"));
  state.report(std::move(d));
}

void report_names(State& state, const std::vector<BadName>& bad, bool is_error) {
  if (bad.empty())
    return;
  if (is_error) {
    diag::Diagnostic d;
    d.code = diag::Code::ConfigInvalid;
    d.message = fmt::format("the name of `{}` has a space", bad.front().unique_id);
    d.span = bad.front().span;
    d.hint = "use underscores";
    d.legacy_text = "Validation Error\n  Resource names cannot contain spaces:";
    for (size_t i = 0; i < bad.size(); ++i) {
      d.legacy_text += fmt::format("\n    * '{}' ({})", bad[i].unique_id, bad[i].path);
      if (i > 0)
        d.labels.push_back({bad[i].span, fmt::format("`{}`, too", bad[i].unique_id)});
    }
    d.legacy_text +=
        "\n  Please rename the invalid model(s) so that their name(s) do not contain any spaces.";
    state.report(std::move(d));
    return;
  }
  bool shows_all = state.input.flags.get_bool("debug");
  for (size_t i = 0; i < bad.size() && (i == 0 || shows_all); ++i)
    report_name(state, bad[i]);
  diag::Diagnostic d;
  d.code = diag::Code::SpacesInNames;
  d.message = fmt::format("{} resources have names with spaces", bad.size());
  d.legacy_text = fmt::format(
      "Spaces found in {} resource name(s). This is deprecated, and may lead to errors when using "
      "dbt.{} For more information: "
      "https://docs.getdbt.com/reference/global-configs/legacy-behaviors",
      bad.size(), shows_all ? "" : " Run again with `--debug` to see them all.");
  d.event_data.set("count_invalid_names", Data(bad.size()));
  d.event_data.set("show_debug_hint", Data(!shows_all));
  state.report(std::move(d));
}

void check_spaces(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  std::vector<BadName> nodes, others;
  std::set<std::string> seen_sources;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (manifest.is_disabled(NodeId(i)))
      continue;
    BadName bad{node.unique_id, node.original_file_path, place_of(node)};
    if (node.source != nullptr && has_space(node.source->source_name)) {
      bad.unique_id = fmt::format("source.{}.{}", node.package_name, node.source->source_name);
      if (seen_sources.insert(node.source->source_name).second)
        others.push_back(std::move(bad));
    } else if (node.type == ResourceType::SemanticModel && has_space(node.name)) {
      others.push_back(std::move(bad));
    } else if (is_executable_node(node.type) && has_space(node.name)) {
      nodes.push_back(std::move(bad));
    }
  }
  const config::Flags& flags = state.input.flags;
  report_names(state, nodes, flags.get_bool("require_resource_names_without_spaces"));
  report_names(state, others,
               flags.get_bool("require_source_and_semantic_model_names_without_spaces"));
}

void report_same_name(State& state, const Node& first, const Node& second, bool is_error) {
  diag::Diagnostic d;
  d.code = is_error ? diag::Code::DuplicateResource : diag::Code::SameNameTwoTypes;
  d.message = fmt::format("{} `{}` has the name of a {}", resource_type_name(second.type),
                          second.name, resource_type_name(first.type));
  d.span = place_of(second);
  d.labels.push_back({place_of(first), "the other one"});
  d.hint = "rename one of them";
  if (is_error) {
    d.legacy_text = fmt::format(
        "Compilation Error\n  dbt found two resources with the name \"{0}\".\n  \n  Since these "
        "resources have the same name, dbt will be unable to find the correct resource\n  when "
        "looking for ref(\"{0}\").\n  \n  To fix this, change the name of one of these "
        "resources:\n  - {1} ({2})\n  - {3} ({4})",
        second.name, first.unique_id, first.original_file_path, second.unique_id,
        second.original_file_path);
  } else {
    d.legacy_text = fmt::format(
        "Found resources with the same name '{}' in package '{}': '{}' and '{}'. Please update one "
        "of the resources to have a unique name.",
        second.name, second.package_name, first.unique_id, second.unique_id);
    d.event_data.set("resource_name", Data(second.name));
    d.event_data.set("unique_id1", Data(first.unique_id));
    d.event_data.set("unique_id2", Data(second.unique_id));
    d.event_data.set("package_name", Data(second.package_name));
  }
  state.report(std::move(d));
}

void report_versioned_twin(State& state, const Node& versioned, const Node& plain) {
  diag::Diagnostic d;
  d.code = diag::Code::DuplicateResource;
  d.message = fmt::format("`{}` exists with versions and without", plain.name);
  d.span = place_of(plain);
  d.labels.push_back({place_of(versioned), "one with a version"});
  d.hint = "rename the one without, or make it a version";
  d.legacy_text = fmt::format(
      "Parsing Error\n  dbt found versioned and unversioned models with the name \"{0}\".\n  \n  "
      "Since these resources have the same name, dbt will be unable to find the correct resource\n "
      " when looking for ref('{0}').\n  \n  To fix this, change the name of the unversioned "
      "resource\n  {1} ({2})\n  or add the unversioned model to the versions in {3}",
      plain.name, plain.unique_id, plain.original_file_path, versioned.patch_path.value_or(""));
  state.report(std::move(d));
}

void check_same_names(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  bool is_error = state.input.flags.get_bool("require_unique_project_resource_names");
  std::unordered_map<std::string, const Node*> plain, versioned;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    bool is_relational = node.type == ResourceType::Model || node.type == ResourceType::Seed ||
                         node.type == ResourceType::Snapshot;
    if (!is_relational || manifest.is_disabled(NodeId(i)))
      continue;
    std::string key = node.package_name + "." + node.name;
    bool has_version = node.model != nullptr && !node.model->version.is_null();
    auto [place, is_new] = (has_version ? versioned : plain).emplace(std::move(key), &node);
    if (!is_new && !has_version)
      report_same_name(state, *place->second, node, is_error);
  }
  for (const auto& [key, node] : versioned) {
    if (auto found = plain.find(key); found != plain.end())
      report_versioned_twin(state, *node, *found->second);
  }
}

}  // namespace

void check_names(State& state) {
  check_spaces(state);
  check_same_names(state);
}

}  // namespace weft::parse
