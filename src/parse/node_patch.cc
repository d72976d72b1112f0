#include "parse/node_patch.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/text_list.h"
#include "context/relations.h"
#include "jinja/call_text.h"
#include "manifest/metadata_json.h"
#include "parse/checks.h"
#include "parse/contract.h"
#include "parse/duplicate_patch.h"
#include "parse/names.h"
#include "parse/properties_error.h"
#include "parse/static_config.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;

std::vector<std::string> text_list(const DataMap& config, std::string_view key) {
  std::vector<std::string> made;
  const Data* list = config.find(key);
  if (list != nullptr && list->is_list()) {
    for (const Data& item : list->as_list())
      made.push_back(python_str(item));
  }
  return made;
}

std::optional<std::string> text_of(const DataMap& config, std::string_view key) {
  const Data* value = config.find(key);
  if (value == nullptr || value->is_null())
    return std::nullopt;
  return python_str(*value);
}

/// Tags, each once, in the order in which dbt meets them: what projects and the text say, then what
/// only the properties say.
std::vector<std::string> tags_in_order(const Node& node, const DataMap& config,
                                       const DataMap& patch) {
  std::vector<std::string> all = text_list(config, "tags");
  std::vector<std::string> of_patch;
  if (node.type != ResourceType::Test)
    of_patch = base::text_list(patch.find("tags"));
  auto from = std::find_end(all.begin(), all.end(), of_patch.begin(), of_patch.end());
  if (!of_patch.empty() && from != all.end())
    std::rotate(from, from + static_cast<std::ptrdiff_t>(of_patch.size()), all.end());
  std::vector<std::string> made;
  for (std::string& tag : all) {
    if (std::find(made.begin(), made.end(), tag) == made.end())
      made.push_back(std::move(tag));
  }
  return made;
}

void take_config(Node& node, const DataMap& config, const DataMap& patch) {
  node.tags = tags_in_order(node, config, patch);
  if (const Data* meta = config.find("meta"); meta != nullptr && meta->is_map())
    node.meta = meta->as_map();
  node.group = text_of(config, "group");
  if (const Data* docs = config.find("docs"); docs != nullptr && docs->is_map()) {
    if (const Data* show = docs->get("show"))
      node.docs.show = show->bool_or(true);
    const Data* color = docs->get("node_color");
    if (color != nullptr && !color->is_null())
      node.docs.node_color = python_str(*color);
  }
  if (node.model != nullptr) {
    if (std::optional<std::string> access = text_of(config, "access"))
      node.model->access = *access;
  }
}

bool is_contract_enforced(const DataMap& config) {
  const Data* contract = config.find("contract");
  const Data* enforced = contract == nullptr ? nullptr : contract->get("enforced");
  return enforced != nullptr && enforced->truthy();
}

/// "models", "analyses", "data_tests": the name of a kind's section.
std::string plural_of(ResourceType type) {
  switch (type) {
    case ResourceType::Test:
      return "data_tests";
    case ResourceType::Analysis:
      return "analyses";
    case ResourceType::SavedQuery:
      return "saved_queries";
    default:
      return std::string(resource_type_name(type)) + "s";
  }
}

void report_contract(State& state, const Node& node, const Entry* entry, std::string message,
                     std::string hint, std::string_view words) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::ContractInvalid;
  diagnostic.message = std::move(message);
  diagnostic.span = entry == nullptr ? node.source_span : entry->node->span;
  diagnostic.hint = std::move(hint);
  diagnostic.legacy_text =
      fmt::format("Parsing Error\n  Contract enforcement failed for: ({})\n  {}",
                  node.original_file_path, words);
  state.report(std::move(diagnostic));
}

void check_contract(State& state, Node& node, const Entry* entry, const DataMap& config) {
  if (!is_contract_enforced(config) || node.type == ResourceType::Test)
    return;
  if (node.columns.empty()) {
    report_contract(state, node, entry,
                    fmt::format("model `{}` has an enforced contract but no columns", node.name),
                    "list its columns with `name` and `data_type` in a properties file",
                    "Constraints must be defined in a `yml` schema configuration file like "
                    "`schema.yml`.");
    return;
  }
  if (node.language != "sql") {
    report_contract(state, node, entry,
                    fmt::format("model `{}` has an enforced contract and is written in {}",
                                node.name, node.language),
                    "contracts are for models in SQL",
                    fmt::format("Language Error: Expected 'sql' but found '{}'", node.language));
    return;
  }
  const Data* materialized = config.find("materialized");
  node.contract_checksum =
      contract_checksum(node, materialized == nullptr ? "" : materialized->string_or(""));
}

/// Columns that tests and constraints say are unique and never null.
std::vector<std::string> primary_key_of(const manifest::ModelFields& model,
                                        const std::vector<manifest::Column>& columns) {
  for (const manifest::Constraint& constraint : model.constraints) {
    if (constraint.type == "primary_key")
      return constraint.columns;
  }
  for (const manifest::Column& column : columns) {
    for (const manifest::Constraint& constraint : column.constraints) {
      if (constraint.type == "primary_key")
        return {column.name};
    }
  }
  return {};
}

void report_foreign_key(State& state, const Node& node, const std::string& to) {
  state.report(properties_error(
      fmt::format("a foreign key of model `{}` refers to `{}`, expected ref or source", node.name,
                  to),
      node.patch_span, "write `to: ref('the_model')`",
      fmt::format(
          "Invalid 'ref' or 'source' syntax on foreign key constraint 'to' on model {}: {}.",
          node.name, to)));
}

/// The refs and sources in `to:` of foreign keys: the model depends on them.
void render_foreign_keys(State& state, context::Worker& worker, Node& node) {
  if (node.model == nullptr)
    return;
  auto render = [&](const std::vector<manifest::Constraint>& constraints) {
    for (const manifest::Constraint& constraint : constraints) {
      if (!constraint.to || constraint.type != "foreign_key")
        continue;
      if (constraint.to->find('(') == std::string::npos || constraint.to->back() != ')') {
        report_foreign_key(state, node, *constraint.to);
        continue;
      }
      context::Capture capture;
      context::NodeScope scope;
      scope.package_name = node.package_name;
      scope.node = &node;
      scope.capture = &capture;
      diag::Result<jinja::Rendered> rendered =
          worker.render_text("{{ " + *constraint.to + " }}", "constraint", scope);
      if (!rendered) {
        diag::Diagnostic error = rendered.error();
        error.span = node.patch_span;
        state.report(std::move(error));
        continue;
      }
      if (capture.refs.empty() && capture.sources.empty())
        report_foreign_key(state, node, *constraint.to);
      for (manifest::RefCall& ref : capture.refs)
        node.refs.push_back(std::move(ref));
      for (manifest::SourceCall& source : capture.sources)
        node.sources.push_back(std::move(source));
    }
  };
  render(node.model->constraints);
  for (const manifest::Column& column : node.columns)
    render(column.constraints);
}

/// `config` of the entry as written; of a versioned model the version's own.
const yaml::Node* written_config(const Entry* entry, const Node& node) {
  if (entry == nullptr)
    return nullptr;
  if (node.model == nullptr || node.model->version.is_null())
    return entry->node->find("config");
  const yaml::Node* versions = entry->node->find("versions");
  if (versions == nullptr || !versions->is_sequence())
    return nullptr;
  std::string wanted = python_str(node.model->version);
  for (const yaml::Node* item : versions->items) {
    const yaml::Node* v = item->is_mapping() ? item->find("v") : nullptr;
    if (v != nullptr && v->text == wanted)
      return item->find("config");
  }
  return nullptr;
}

/// Whether the project or the package has a macro in the place of ref, source or config: dbt then
/// renders every model.
bool has_own_macro(const State& state, const std::string& package) {
  for (const std::string& owner : {package, state.projects.front()->name}) {
    for (const char* name : {"ref", "source", "config"}) {
      if (state.result->macros->find_in(owner, name) != nullptr)
        return true;
    }
  }
  return false;
}

void take_deprecation_date(State& state, Node& node, const Data& date) {
  node.model->deprecation_date = deprecation_date(python_str(date));
  if (manifest::parse_iso_time(*node.model->deprecation_date))
    return;
  state.report(properties_error(
      fmt::format("deprecation_date of `{}` is `{}`, which is no date", node.name,
                  python_str(date)),
      node.patch_span, "write it like 2024-12-31",
      fmt::format("Invalid models config given in {} @ models: deprecation_date {} is not a date",
                  node.original_file_path, python_repr(date))));
}

void take_model_keys(State& state, Node& node, const Data& entry) {
  if (node.model == nullptr)
    return;
  manifest::ModelFields& model = *node.model;
  model.constraints = read_constraints(entry);
  if (const Data* date = entry.get("deprecation_date"); date != nullptr && !date->is_null())
    take_deprecation_date(state, node, *date);
  if (const Data* spine = entry.get("time_spine"))
    model.time_spine = time_spine(*spine);
  model.primary_key = primary_key_of(model, node.columns);
}

/// Entries that describe a resource which a file makes; others make one themselves.
bool is_patch_section(std::string_view section) {
  return section == "models" || section == "seeds" || section == "snapshots" ||
         section == "analyses" || section == "functions";
}

}  // namespace

EntryIndex::EntryIndex(State& state) : state_(state) {
  for (size_t i = 0; i < state.entries.size(); ++i) {
    Entry& entry = state.entries[i];
    std::string key = fmt::format("{}.{}.{}", entry.section,
                                  state.project_of(state.files[entry.file]).name, entry.name);
    by_name_[fmt::format("{}.{}", entry.section, entry.name)].push_back(i);
    auto [place, is_new] = rows_.emplace(key, i);
    if (is_new || !is_patch_section(entry.section))
      continue;
    // The index is made more than once; a duplicate is told once, and never as an unused entry.
    if (std::exchange(entry.is_used, true))
      continue;
    report_duplicate_patch(state, entry, state.entries[place->second]);
  }
}

size_t EntryIndex::find(std::string_view section, const std::string& package,
                        const std::string& name) const {
  auto found = rows_.find(fmt::format("{}.{}.{}", section, package, name));
  return found == rows_.end() ? PendingNode::kNoEntry : found->second;
}

size_t EntryIndex::find_foreign(
    std::string_view section, const std::string& package, const std::string& name,
    const std::function<bool(const std::string& package)>& is_taken) const {
  auto found = by_name_.find(fmt::format("{}.{}", section, name));
  if (found == by_name_.end())
    return PendingNode::kNoEntry;
  for (size_t row : found->second) {
    // Versions are files of the entry's own package.
    const Data* versions = state_.entries[row].data.get("versions");
    if (versions != nullptr && versions->truthy())
      continue;
    const std::string& owner = state_.project_of(state_.files[state_.entries[row].file]).name;
    if (owner != package && !is_taken(owner))
      return row;
  }
  return PendingNode::kNoEntry;
}

void take_capture(Node& node, context::Capture& capture) {
  for (const manifest::RefCall& ref : capture.refs)
    node.refs.push_back(ref);
  node.sources = std::move(capture.sources);
  node.functions = std::move(capture.functions);
  node.metrics = std::move(capture.metrics);
  node.depends_on_macros = std::move(capture.macros);
  node.config_call = capture.config;
}

void render_hooks(State& state, context::Worker& worker, Node& node, const DataMap& config) {
  for (const char* key : {"pre-hook", "post-hook"}) {
    const Data* hooks = config.find(key);
    if (hooks == nullptr || !hooks->is_list())
      continue;
    for (const Data& hook : hooks->as_list()) {
      const Data* sql = hook.get("sql");
      if (sql == nullptr || !sql->is_string() || sql->as_string().find("{") == std::string::npos)
        continue;
      context::Capture capture;
      capture.macros = node.depends_on_macros;
      context::NodeScope scope;
      scope.package_name = node.package_name;
      scope.node = &node;
      scope.capture = &capture;
      scope.relation = context::relation_of(node, config, state.input.root.quoting);
      diag::Result<jinja::Rendered> rendered = worker.render_text(sql->as_string(), key, scope);
      if (!rendered) {
        state.report(rendered.error());
        continue;
      }
      node.depends_on_macros = std::move(capture.macros);
      for (manifest::RefCall& ref : capture.refs)
        node.refs.push_back(std::move(ref));
      for (manifest::SourceCall& source : capture.sources)
        node.sources.push_back(std::move(source));
    }
  }
}

namespace {

/// Before it was a matter of a flag, state comparison saw values as they were rendered.
bool compares_unrendered(const State& state) {
  return state.input.flags.get_bool("state_modified_compare_more_unrendered_values");
}

}  // namespace

CallConfig call_config(const State& state, const Node& node, const context::Capture& capture,
                       bool is_model) {
  CallConfig made;
  if (!compares_unrendered(state)) {
    made.unrendered = capture.config;
    return made;
  }
  made.unrendered = capture.raw_config;
  if (made.unrendered.empty())
    return made;
  if (is_model && !has_own_macro(state, node.package_name)) {
    if (std::optional<DataMap> read = static_config(node.raw_code)) {
      made.over_all = std::move(*read);
      return made;
    }
  }
  if (node.raw_code.find("config(") == std::string::npos)
    return made;
  auto written = jinja::keyword_texts(state.shared->jinja, node.raw_code, "config");
  if (!written || written->empty())
    return made;
  made.unrendered = {};
  for (auto& [key, text] : *written)
    made.unrendered.set(key, Data(std::move(text)));
  return made;
}

void finish_node(State& state, context::Worker& worker, ConfigBuilder& configs, Node& node,
                 const Entry* entry, const Data& entry_data, const DataMap& inline_config,
                 const CallConfig& calls) {
  DataMap patch = entry_config(entry_data);
  DataMap config = configs.build(node.type, node.package_name, node.fqn, patch, inline_config);
  set_relation_names(state, worker, node, config);
  take_config(node, config, patch);
  if (entry != nullptr) {
    DescriptionRenderer descriptions(state, worker);
    node.patch_path = patch_path(state, *entry);
    node.patch_span = entry->node->span;
    node.description = descriptions.render(description_text(entry_data), node.package_name,
                                           entry->node->span, node.doc_blocks);
    node.columns = read_columns(entry_data, entry->node, node.package_name, descriptions);
    take_model_keys(state, node, entry_data);
    check_constraints(state, node, config);
    render_foreign_keys(state, worker, node);
  }
  check_config(state, node, config);
  check_contract(state, node, entry, config);
  render_hooks(state, worker, node, config);
  DataMap unrendered =
      configs.unrendered(node.type, node.package_name, node.fqn,
                         compares_unrendered(state) && node.type != ResourceType::Test
                             ? unrendered_entry_config(entry_data, written_config(entry, node))
                             : patch,
                         calls.unrendered);
  if (patch.empty()) {
    for (const auto& [key, value] : calls.over_all)
      unrendered.set(key, value);
  }
  node.unrendered_config = state.interner->intern(std::move(unrendered));
  node.config = state.interner->intern(std::move(config));
}

std::string duplicate_sentence(std::string_view kinds, std::string_view name,
                               std::string_view wanted, const NamedPlace& first,
                               const NamedPlace& second) {
  return fmt::format(
      "Compilation Error\n  dbt found two {} with the name \"{}\".\n  \n  Since these resources "
      "have "
      "the same name, dbt will be unable to find the correct resource\n  when looking for {}.\n  "
      "\n "
      " To fix this, change the name of one of these resources:\n  - {} ({})\n  - {} ({})",
      kinds, name, wanted, first.unique_id, first.path, second.unique_id, second.path);
}

NodeId add_node(State& state, Node node) {
  manifest::Manifest& manifest = state.manifest();
  NodeId id(manifest.nodes.size());
  bool enabled = !node.config.valid() || manifest.config_of(node).flag("enabled", true);
  if (enabled) {
    auto [place, is_new] = manifest.node_by_unique_id.emplace(node.unique_id, id);
    if (!is_new) {
      const Node& other = manifest.node(place->second);
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::DuplicateResource;
      std::string kinds = plural_of(node.type);
      diagnostic.message = fmt::format("two {} are called `{}`", kinds, node.name);
      diagnostic.span = node.source_span.valid() ? node.source_span : node.patch_span;
      diagnostic.note = node.original_file_path;
      diagnostic.labels.push_back(
          {other.source_span.valid() ? other.source_span : other.patch_span, "the other one"});
      diagnostic.hint = "rename one of them, or disable it with `enabled: false`";
      std::string name = node.name, wanted = node.name;
      if (is_refable(node.type)) {
        wanted = fmt::format("ref(\"{}\")", node.name);
      } else if (node.source != nullptr) {
        name = node.source->source_name + "_" + node.name;
        wanted = fmt::format("source(\"{}\", \"{}\")", node.source->source_name, node.name);
      }
      diagnostic.legacy_text =
          duplicate_sentence(kinds, name, wanted, {other.unique_id, other.original_file_path},
                             {node.unique_id, node.original_file_path});
      state.report(std::move(diagnostic));
      enabled = false;
    }
  }
  manifest.disabled_flags.push_back(!enabled);
  if (!enabled)
    manifest.disabled.push_back(id);
  manifest.nodes.push_back(std::move(node));
  return id;
}

}  // namespace weft::parse
