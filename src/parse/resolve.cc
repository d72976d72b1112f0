// References become edges. What cannot be resolved is reported on the line that says it.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "parse/duplicate_patch.h"
#include "parse/state.h"

namespace weft::parse {
namespace {

using context::NodeLookup;
using manifest::Manifest;
using manifest::RefCall;
using manifest::SourceCall;

/// Kinds whose broken references are warnings only.
bool is_lenient(ResourceType type) { return type == ResourceType::Test; }

/// Where the name stands in the node's text; the whole properties entry when it is not there.
diag::Span find_name(const State& state, const Node& node, const std::string& name) {
  if (!node.source_span.valid())
    return node.patch_span;
  std::string_view text = state.input.sources.get(node.source_span.source).text;
  for (char quote : {'\'', '"'}) {
    std::string quoted = quote + name + quote;
    size_t at = text.find(quoted, node.source_span.begin);
    if (at != std::string_view::npos && at < node.source_span.end) {
      auto begin = static_cast<uint32_t>(at);
      return {node.source_span.source, begin, begin + static_cast<uint32_t>(quoted.size())};
    }
  }
  return node.source_span;
}

class Resolver {
 public:
  explicit Resolver(State& state)
      : state_(state), manifest_(state.manifest()), lookup_(*state.result->lookup) {}

  void resolve(NodeId id) {
    Node& node = manifest_.node(id);
    for (const SourceCall& source : node.sources)
      resolve_source(node, source);
    for (const RefCall& ref : node.refs)
      resolve_ref(node, ref, false);
    for (const RefCall& call : node.functions)
      resolve_ref(node, call, true);
  }

 private:
  void add_edge(Node& node, NodeId to) {
    if (std::find(node.depends_on.begin(), node.depends_on.end(), to) == node.depends_on.end())
      node.depends_on.push_back(to);
  }

  /// A test of something that is not there stays in the manifest, but nothing selects it.
  void disable_test(Node& node) {
    if (node.type != ResourceType::Test || !node.config.valid())
      return;
    base::DataMap config = manifest_.config_of(node).values;
    config.set("enabled", base::Data(false));
    node.config = state_.interner->intern(std::move(config));
  }

  /// A package that means its own model may get the root project's of the same name.
  void warn_of_root_node(const Node& node, const Node& target, const RefCall& call) {
    const std::string& root = state_.input.root.name;
    if (state_.input.flags.get_bool("require_ref_searches_node_package_before_root") ||
        node.package_name == root || target.package_name != root || call.package == root)
      return;
    diag::Diagnostic warning;
    warning.code = diag::Code::PackageRefersToRoot;
    warning.message =
        fmt::format("{} `{}` of package `{}` refers to `{}` of the root project",
                    resource_type_name(node.type), node.name, node.package_name, target.name);
    warning.span = find_name(state_, node, call.name);
    warning.hint =
        "name the package in ref(), or set require_ref_searches_node_package_before_root";
    warning.legacy_text = fmt::format(
        "The node '{}'in package '{}' depends on the root project node '{}'.This may lead to "
        "unexpected cycles downstream. Please set the "
        "'require_ref_searches_node_package_before_root' behavior change flag to True to avoid "
        "this issue.For more information, see the documentation at "
        "https://docs.getdbt.com/reference/global-configs/"
        "behavior-changes#package-ref-search-order",
        node.name, node.package_name, target.unique_id);
    warning.event_data.set("node_name", base::Data(node.name));
    warning.event_data.set("package_name", base::Data(node.package_name));
    warning.event_data.set("root_project_unique_id", base::Data(target.unique_id));
    state_.report(std::move(warning));
  }

  void resolve_ref(Node& node, const RefCall& call, bool is_function) {
    NodeLookup::Found found =
        is_function ? lookup_.find_function(call.name, call.package, node.package_name)
                    : lookup_.find_ref(call.name, call.package, call.version, node.package_name);
    if (!found.ambiguous.empty()) {
      report_ambiguous(node, call, found);
      return;
    }
    if (!found.id.valid() || found.is_disabled) {
      std::string shown = call.package.empty() ? call.name : call.package + "." + call.name;
      disable_test(node);
      report_missing(node, call.name, shown, found, is_function ? "function" : "model",
                     lookup_.ref_names());
      return;
    }
    check_access(node, manifest_.node(found.id), call);
    warn_of_root_node(node, manifest_.node(found.id), call);
    add_edge(node, found.id);
  }

  void resolve_source(Node& node, const SourceCall& call) {
    NodeLookup::Found found =
        lookup_.find_source(call.source_name, call.table_name, node.package_name);
    if (!found.id.valid() || found.is_disabled) {
      std::string shown = call.source_name + "." + call.table_name;
      disable_test(node);
      report_missing(node, call.table_name, shown, found, "source", lookup_.source_names());
      return;
    }
    add_edge(node, found.id);
  }

  void report_missing(const Node& node, const std::string& name, const std::string& shown,
                      const NodeLookup::Found& found, std::string_view kind,
                      const std::vector<std::string>& names) {
    bool lenient = is_lenient(node.type);
    // A test of what is disabled is disabled with it.
    if (lenient && found.is_disabled)
      return;
    diag::Diagnostic diagnostic;
    diagnostic.code = lenient            ? diag::Code::UnknownNodeInTest
                      : kind == "source" ? diag::Code::UnknownSource
                                         : diag::Code::UnknownRef;
    std::string_view why = found.is_disabled ? "disabled" : "unknown";
    diagnostic.message = fmt::format("{} `{}` refers to {} {} `{}`", resource_type_name(node.type),
                                     node.name, why, kind, shown);
    diagnostic.span = find_name(state_, node, name);
    if (found.is_disabled) {
      diagnostic.note = "it is disabled";
      diagnostic.hint = "enable it, or remove the reference";
    } else {
      diagnostic.note = kind == "source" ? "no source has this table"
                                         : "no model, seed or snapshot has this name";
      if (std::optional<std::string> near = base::nearest(shown, names))
        diagnostic.hint = fmt::format("did you mean `{}`?", *near);
    }
    std::string type(resource_type_name(node.type));
    type.front() = static_cast<char>(type.front() - 'a' + 'A');
    std::string sentence =
        fmt::format("{} '{}' ({}) depends on a {} named '{}' which {}", type, node.unique_id,
                    node.original_file_path, kind == "source" ? "source" : "node", shown,
                    found.is_disabled ? "is disabled" : "was not found");
    diagnostic.legacy_text = lenient ? sentence : "Compilation Error\n  " + sentence;
    state_.report(std::move(diagnostic));
  }

  void report_ambiguous(const Node& node, const RefCall& call, const NodeLookup::Found& found) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::DuplicateResource;
    diagnostic.message =
        fmt::format("`ref('{}')` is ambiguous: several packages have it", call.name);
    diagnostic.span = find_name(state_, node, call.name);
    for (NodeId id : found.ambiguous) {
      const Node& other = manifest_.node(id);
      diagnostic.labels.push_back(
          {other.source_span, fmt::format("in package `{}`", other.package_name)});
    }
    diagnostic.hint = fmt::format("name the package: ref('{}', '{}')",
                                  manifest_.node(found.ambiguous.front()).package_name, call.name);
    state_.report(std::move(diagnostic));
  }

  void check_access(const Node& node, const Node& target, const RefCall& call) {
    if (target.model == nullptr || node.type == ResourceType::Analysis)
      return;
    bool same_group = target.group && node.group == target.group;
    bool same_package = node.package_name == target.package_name;
    bool restricted = is_restricted(target.package_name);
    const std::string& access = target.model->access;
    bool is_private = access == "private" && target.group && !same_group &&
                      (same_package || restricted) && !is_test_of(node, target);
    bool is_protected = access == "protected" && !same_package && restricted;
    if (!is_private && !is_protected)
      return;
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::AccessDenied;
    diagnostic.message = fmt::format("{} `{}` may not refer to {} model `{}`",
                                     resource_type_name(node.type), node.name, access, target.name);
    diagnostic.span = find_name(state_, node, call.name);
    diagnostic.note = is_private
                          ? fmt::format("it is private to group `{}`", *target.group)
                          : fmt::format("it is protected by package `{}`", target.package_name);
    diagnostic.hint = "put both into one group, or widen `access`";
    diagnostic.legacy_text = fmt::format(
        "Parsing Error\n  Node {} attempted to reference node {}, which is not allowed because the "
        "referenced node is {} to the '{}' {}.",
        node.unique_id, target.unique_id, access, is_private ? *target.group : target.package_name,
        is_private ? "group" : "package");
    state_.report(std::move(diagnostic));
  }

  /// Generic tests belong to the model they are declared on.
  bool is_test_of(const Node& node, const Node& target) const {
    return node.test != nullptr && node.test->attached_node.valid() &&
           manifest_.node(node.test->attached_node).unique_id == target.unique_id;
  }

  bool is_restricted(const std::string& package) const {
    for (const config::Project* project : state_.projects) {
      if (project->name == package)
        return project->restrict_access;
    }
    return false;
  }

  State& state_;
  Manifest& manifest_;
  const NodeLookup& lookup_;
};

/// A generic test on a model of a group belongs to that group.
void inherit_groups(Manifest& manifest) {
  for (Node& node : manifest.nodes) {
    if (node.test == nullptr || !node.test->attached_node.valid() || node.group)
      continue;
    node.group = manifest.node(node.test->attached_node).group;
  }
}

void check_groups(State& state) {
  std::vector<std::string> names;
  for (const manifest::Group& group : state.manifest().groups)
    names.push_back(group.name);
  for (size_t i = 0; i < state.manifest().nodes.size(); ++i) {
    const Node& node = state.manifest().nodes[i];
    if (!node.group || state.manifest().is_disabled(NodeId(i)) ||
        std::find(names.begin(), names.end(), *node.group) != names.end())
      continue;
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::ConfigInvalid;
    diagnostic.message = fmt::format("{} `{}` is in group `{}`, which does not exist",
                                     resource_type_name(node.type), node.name, *node.group);
    diagnostic.span = node.patch_span.valid() ? node.patch_span : node.source_span;
    if (std::optional<std::string> near = base::nearest(*node.group, names))
      diagnostic.hint = fmt::format("did you mean `{}`?", *near);
    diagnostic.legacy_text = fmt::format("Parsing Error\n  Invalid group '{}', expected one of {}",
                                         *node.group, "[" + base::join(names, ", ") + "]");
    state.report(std::move(diagnostic));
  }
}

void check_relations(State& state) {
  std::unordered_map<std::string, NodeId> seen;
  const Manifest& manifest = state.manifest();
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    NodeId id(i);
    const Node& node = manifest.nodes[i];
    if (manifest.is_disabled(id) || !node.relation_name || node.type == ResourceType::Source ||
        node.type == ResourceType::Test)
      continue;
    auto [place, is_new] = seen.emplace(*node.relation_name, id);
    if (is_new)
      continue;
    const Node& other = manifest.node(place->second);
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::AmbiguousRelation;
    diagnostic.message =
        fmt::format("{} `{}` and {} `{}` would both become {}", resource_type_name(other.type),
                    other.name, resource_type_name(node.type), node.name, *node.relation_name);
    diagnostic.span = node.source_span.valid() ? node.source_span : node.patch_span;
    diagnostic.labels.push_back({other.source_span, "the other one"});
    diagnostic.hint = "give one of them another `alias` or `schema`";
    diagnostic.legacy_text = fmt::format(
        "Compilation Error\n  dbt found two resources with the database representation "
        "\"{}\".\n  dbt cannot create two resources with identical database representations. To "
        "fix "
        "this,\n  change the configuration of one of these resources:\n  - {} ({})\n  - {} ({})",
        *node.relation_name, other.unique_id, other.original_file_path, node.unique_id,
        node.original_file_path);
    state.report(std::move(diagnostic));
  }
}

/// The kind of a resource that has the name, where another kind is described.
std::optional<ResourceType> kind_of_name(const State& state, const Entry& entry) {
  const std::string& package = state.project_of(state.files[entry.file]).name;
  for (ResourceType type : {ResourceType::Model, ResourceType::Seed, ResourceType::Snapshot}) {
    std::string id = fmt::format("{}.{}.{}", resource_type_name(type), package, entry.name);
    if (state.result->manifest.find(id).valid())
      return type;
  }
  return std::nullopt;
}

void warn_wrong_section(State& state, const Entry& entry, ResourceType type) {
  const std::string& path = state.files[entry.file].original_file_path;
  std::string kind(resource_type_name(type));
  diag::Diagnostic warning;
  warning.code = diag::Code::WrongResourceFile;
  warning.message =
      fmt::format("`{}` is a {} and stands under `{}`", entry.name, kind, entry.section);
  warning.span = entry.node->span;
  warning.hint = fmt::format("move it under `{}s:`", kind);
  warning.legacy_text = fmt::format(
      "'{0}' is a {1} node, but it is specified in the {2} section of {3}. To fix this error, "
      "place the `{0}` specification under the {1}s key instead.",
      entry.name, kind, entry.section, path);
  warning.event_data.set("patch_name", base::Data(entry.name));
  warning.event_data.set("resource_type", base::Data(kind));
  warning.event_data.set("plural_resource_type", base::Data(kind + "s"));
  warning.event_data.set("yaml_key", base::Data(entry.section));
  warning.event_data.set("file_path", base::Data(path));
  state.report(std::move(warning));
}

void warn_unused_entries(State& state) {
  for (const Entry& entry : state.entries) {
    bool is_refable =
        entry.section == "models" || entry.section == "seeds" || entry.section == "snapshots";
    bool is_patch = is_refable || entry.section == "analyses" || entry.section == "functions" ||
                    entry.section == "data_tests";
    if (!is_patch || entry.is_used)
      continue;
    std::optional<ResourceType> type = is_refable ? kind_of_name(state, entry) : std::nullopt;
    if (type) {
      warn_wrong_section(state, entry, *type);
      continue;
    }
    if (is_refable && report_patch_of_patched(state, entry))
      continue;
    const std::string& path = state.files[entry.file].original_file_path;
    diag::Diagnostic warning;
    warning.code = diag::Code::UnknownPatchTarget;
    warning.message = fmt::format("`{}` under `{}` describes nothing: no such resource exists",
                                  entry.name, entry.section);
    warning.span = entry.node->span;
    warning.legacy_text = fmt::format(
        "Did not find matching node for patch with name '{}' in the '{}' section of file '{}'",
        entry.name, entry.section, path);
    warning.event_data.set("patch_name", base::Data(entry.name));
    warning.event_data.set("yaml_key", base::Data(entry.section));
    warning.event_data.set("file_path", base::Data(path));
    state.report(std::move(warning));
  }
}

}  // namespace

void make_lookup(State& state) {
  context::LookupOptions options;
  options.root_package = state.input.root.name;
  options.node_package_first =
      state.input.flags.get_bool("require_ref_searches_node_package_before_root");
  state.result->lookup = std::make_unique<NodeLookup>(state.manifest(), options);
}

void resolve_one(State& state, NodeId id) { Resolver(state).resolve(id); }

void resolve_references(State& state) {
  make_lookup(state);
  inherit_groups(state.manifest());
  Resolver resolver(state);
  for (size_t i = 0; i < state.manifest().nodes.size(); ++i) {
    NodeId id(i);
    if (!state.manifest().is_disabled(id))
      resolver.resolve(id);
  }
  check_groups(state);
  check_relations(state);
  warn_unused_entries(state);
}

}  // namespace weft::parse
