// dbt's notion of what counts as a change, kind by kind. Descriptions count only where they are
// persisted; tags, alias, schema, database and group are no configuration here, since the relation
// and the properties that they lead to are compared on their own.
#include "select/state_compare.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/metadata_json.h"
#include "select/contract_compare.h"

namespace weft::select {
namespace {

using base::Data;
using base::DataMap;
using manifest::Node;
using manifest::ResourceType;

const Data& member(const Data& map, std::string_view key) {
  static const Data kNull;
  const Data* value = map.get(key);
  return value == nullptr ? kNull : *value;
}

const Data& member(const DataMap& map, std::string_view key) {
  static const Data kNull;
  const Data* value = map.find(key);
  return value == nullptr ? kNull : *value;
}

const Data& detail(const Node& n, std::string_view key) {
  static const DataMap kNone;
  return member(n.details ? *n.details : kNone, key);
}

bool same_text(const Data& old, std::string_view now) {
  return old.is_string() ? old.as_string() == now : old.is_null() && now.empty();
}

bool same_optional(const Data& old, const std::optional<std::string>& now) {
  return now ? old.is_string() && old.as_string() == *now : old.is_null();
}

bool same_texts(const Data& old, const std::vector<std::string>& now) {
  if (!old.is_list() || old.as_list().size() != now.size())
    return old.is_null() && now.empty();
  for (size_t i = 0; i < now.size(); ++i)
    if (!same_text(old.as_list()[i], now[i]))
      return false;
  return true;
}

/// Up to dbt 1.11 an expression in config() was kept as Jinja's dump of its tree. The text it came
/// from is compared with the node's body.
bool is_tree_dump(const Data& value) {
  return value.is_string() && base::starts_with(value.as_string(), "Keyword(key=");
}

bool same_keys(const DataMap& now, const DataMap& was, std::string_view key) {
  const Data* x = now.find(key);
  const Data* y = was.find(key);
  return x == nullptr || y == nullptr ? x == y : *x == *y || is_tree_dump(*y);
}

/// Tests' modifiers may stand as texts in one artifact and as values in the other.
bool same_modifier(const DataMap& now, const DataMap& was, std::string_view key) {
  const Data* x = now.find(key);
  const Data* y = was.find(key);
  return same_keys(now, was, key) ||
         (x != nullptr && y != nullptr && python_str(*x) == python_str(*y));
}

/// Executable rows: models, seeds, ..., and functions.
bool is_parsed(const Node& n) {
  return is_executable_node(n.type) || n.type == ResourceType::Function;
}

bool is_generic_test(const Node& n) {
  return n.type == ResourceType::Test && n.test && n.test->metadata.has_value();
}

/// Macros of weft itself. Their text differs from that of dbt, which may have written the state,
/// and a new version of the program is no change of the project.
bool is_builtin(const manifest::Macro& macro) {
  return macro.package_name == "dbt" || macro.package_name == "dbt_postgres";
}

constexpr std::string_view kTestModifiers[] = {
    "severity",          "where",     "limit", "fail_calc", "warn_if", "error_if", "store_failures",
    "store_failures_as", "sql_header"};

/// Keys of a kind's configuration that do not count.
bool is_ignored(const Node& n, std::string_view key) {
  if (is_parsed(n))
    return key == "alias" || key == "schema" || key == "database" || key == "tags" ||
           key == "group";
  return n.type == ResourceType::Metric && key == "group";
}

bool same_threshold(const Data& old, const manifest::FreshnessThreshold& now) {
  if (now.is_null || old.is_null())
    return now.is_null && old.is_null();
  const Data& count = member(old, "count");
  return (now.count ? count == Data(*now.count) : count.is_null()) &&
         same_text(member(old, "period"), now.period);
}

bool same_freshness(const Data& old, const std::optional<manifest::Freshness>& now) {
  if (!now || !old.is_map())
    return !now && old.is_null();
  return same_threshold(member(old, "warn_after"), now->warn_after) &&
         same_threshold(member(old, "error_after"), now->error_after) &&
         same_optional(member(old, "filter"), now->filter);
}

bool same_quoting(const Data& old, const DataMap& now) {
  for (std::string_view part : {"database", "schema", "identifier", "column"})
    if (!(member(old, part) == member(now, part)))
      return false;
  return true;
}

bool same_details(const Node& n, const Data& old, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](std::string_view key) { return member(old, key) == detail(n, key); });
}

bool same_members(const Data& a, const Data& b, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](std::string_view key) { return member(a, key) == member(b, key); });
}

bool same_exports(const Data& old, const Data& now) {
  const size_t old_count = old.is_list() ? old.as_list().size() : 0;
  const size_t count = now.is_list() ? now.as_list().size() : 0;
  if (old_count != count)
    return false;
  for (size_t i = 0; i < count; ++i) {
    const Data& a = old.as_list()[i];
    const Data& b = now.as_list()[i];
    if (!same_members(a, b, {"name"}) ||
        !same_members(member(a, "unrendered_config"), member(b, "unrendered_config"),
                      {"export_as", "schema", "alias"}))
      return false;
  }
  return true;
}

bool same_parents(const manifest::Manifest& manifest, const Node& n, const Data& old) {
  const Data& nodes = member(member(old, "depends_on"), "nodes");
  std::vector<std::string> was, is;
  if (nodes.is_list())
    for (const Data& id : nodes.as_list())
      was.emplace_back(id.string_or(""));
  for (manifest::NodeId id : n.depends_on)
    is.push_back(manifest.node(id).unique_id);
  for (auto* ids : {&was, &is}) {
    std::sort(ids->begin(), ids->end());
    ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
  }
  return was == is;
}

bool same_column_descriptions(const Node& n, const Data& old) {
  const Data& columns = member(old, "columns");
  const size_t count = columns.is_map() ? columns.as_map().size() : 0;
  if (count != n.columns.size())
    return false;
  return std::all_of(n.columns.begin(), n.columns.end(), [&](const manifest::Column& c) {
    const Data* was = columns.get(c.name);
    return was != nullptr && same_text(member(*was, "description"), c.description);
  });
}

bool same_function(const manifest::FunctionFields& f, const Data& old) {
  const Data& arguments = member(old, "arguments");
  const size_t count = arguments.is_list() ? arguments.as_list().size() : 0;
  if (count != f.arguments.size())
    return false;
  for (size_t i = 0; i < count; ++i) {
    const Data& was = arguments.as_list()[i];
    const manifest::FunctionArgument& now = f.arguments[i];
    if (!same_text(member(was, "name"), now.name) ||
        !same_text(member(was, "data_type"), now.data_type) ||
        !same_text(member(was, "description"), now.description) ||
        !(member(was, "default_value") == now.default_value))
      return false;
  }
  const Data& returns = member(old, "returns");
  if (!same_text(member(returns, "data_type"), f.returns_type) ||
      !same_text(member(returns, "description"), f.returns_description))
    return false;
  const Data& overloads = member(old, "overloads");
  const size_t overload_count = overloads.is_list() ? overloads.as_list().size() : 0;
  if (overload_count != (f.overloads.is_list() ? f.overloads.as_list().size() : 0))
    return false;
  for (size_t i = 0; i < overload_count; ++i)
    if (!same_members(overloads.as_list()[i], f.overloads.as_list()[i],
                      {"defined_in", "arguments", "returns", "raw_body"}))
      return false;
  return true;
}

diag::Diagnostic broken_contract(std::string_view name, std::string_view file,
                                 const diag::Span& span, const std::vector<std::string>& breaking,
                                 bool is_versioned) {
  diag::Diagnostic made;
  made.code = is_versioned ? diag::Code::ContractBroken : diag::Code::UnversionedBreakingChange;
  made.span = span;
  const std::string reasons = fmt::format("{}", fmt::join(breaking, "\n  - "));
  made.message = fmt::format("the contract of `{}` was broken since the state was made:\n  - {}",
                             name, reasons);
  made.hint = is_versioned ? "make an additive change instead, or a new version of the model"
                           : "give the model versions, so that consumers can move one by one";
  if (is_versioned)
    made.legacy_text = fmt::format(
        "While comparing to previous project state, dbt detected a breaking change to an enforced "
        "contract.\n  - {}\nConsider making an additive (non-breaking) change instead, if "
        "possible.\nOtherwise, create a new model version: "
        "https://docs.getdbt.com/docs/collaborate/govern/model-versions",
        reasons);
  else
    made.legacy_text = fmt::format(
        "Breaking change to contracted, unversioned model {} ({})\nWhile comparing to previous "
        "project state, dbt detected a breaking change to an unversioned model.\n  - {}\n",
        name, file, reasons);
  return made;
}

}  // namespace

StateComparison::StateComparison(const manifest::Manifest& manifest,
                                 const manifest::StateManifest& old, diag::Sink& sink)
    : manifest_(manifest), old_(old), sink_(sink) {}

const Data* StateComparison::before(const Node& node) const {
  return old_.nodes.find(node.unique_id);
}

void StateComparison::find_modified_macros() {
  const size_t count = manifest_.macros.size();
  std::vector<std::vector<size_t>> callers(count);
  std::vector<bool> modified(count, false);
  std::vector<size_t> open;
  for (size_t i = 0; i < count; ++i) {
    const manifest::Macro& macro = manifest_.macros[i];
    for (manifest::MacroId called : macro.depends_on)
      callers[called.index()].push_back(i);
    const Data* was = old_.macros.find(macro.unique_id);
    if (is_builtin(macro) ||
        (was != nullptr && same_text(member(*was, "macro_sql"), macro.macro_sql)))
      continue;
    modified[i] = true;
    open.push_back(i);
  }
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    for (size_t caller : callers[at])
      if (!modified[caller]) {
        modified[caller] = true;
        open.push_back(caller);
      }
  }
  modified_macros_ = std::move(modified);
}

/// Nothing calls a test whose macro is gone, and dbt does not go on either.
std::optional<diag::Diagnostic> StateComparison::missing_macro(const Node& node) const {
  if (node.test == nullptr || !node.test->metadata)
    return std::nullopt;
  std::string name = "test_" + node.test->metadata->name;
  for (manifest::MacroId id : node.depends_on_macros)
    if (manifest_.macros[id.index()].name == name)
      return std::nullopt;
  diag::Diagnostic error;
  error.code = diag::Code::MacroMissing;
  error.message = fmt::format("test `{}` needs the generic test `{}`, which does not exist",
                              node.name, node.test->metadata->name);
  error.span = node.patch_span;
  error.hint = "remove the test from the properties, or install the package it comes from";
  error.legacy_text = fmt::format(
      "Compilation Error\n  Node '{}' (in {}) depends on a macro or test that does not exist. This "
      "can happen when a macro or generic test is removed but is still referenced. Check for typos "
      "and/or install package dependencies with 'dbt deps'.",
      node.name, node.original_file_path);
  return error;
}

bool StateComparison::has_modified_macro(const Node& node) {
  if (!modified_macros_)
    find_modified_macros();
  return std::any_of(node.depends_on_macros.begin(), node.depends_on_macros.end(),
                     [&](manifest::MacroId id) { return (*modified_macros_)[id.index()]; });
}

bool StateComparison::same_body(const Node& node, const Data& old) {
  if (node.type != ResourceType::Seed)
    return same_text(member(old, "raw_code"), node.raw_code);
  const Data& checksum = member(old, "checksum");
  const bool same = node.checksum.name != "none" &&
                    same_text(member(checksum, "name"), node.checksum.name) &&
                    same_text(member(checksum, "checksum"), node.checksum.checksum);
  if (same && node.checksum.name == "path") {
    diag::Diagnostic warning;
    warning.code = diag::Code::SeedNotCompared;
    warning.message = fmt::format(
        "found a seed (`{}.{}`) too large to be compared, at the same path: it counts as unchanged",
        node.package_name, node.name);
    warning.hint = "raise `maximum_seed_size_mib` to have it compared";
    warn_once(node.unique_id, std::move(warning));
  }
  return same;
}

bool StateComparison::same_config(const Node& node, const Data& old) const {
  static const DataMap kNone;
  // dbt compares these two as rendered.
  if (node.type == ResourceType::SemanticModel || node.type == ResourceType::SavedQuery)
    return member(old, "config") ==
           (node.config.valid() ? Data(manifest_.config(node.config).values) : Data());
  const DataMap& now =
      node.unrendered_config.valid() ? manifest_.config(node.unrendered_config).values : kNone;
  const Data& was_data = member(old, "unrendered_config");
  const DataMap& was = was_data.is_map() ? was_data.as_map() : kNone;
  if (node.type == ResourceType::Test)
    return std::all_of(std::begin(kTestModifiers), std::end(kTestModifiers),
                       [&](std::string_view key) { return same_modifier(now, was, key); });
  for (const DataMap* side : {&now, &was})
    for (const base::DataEntry& entry : *side)
      if (!is_ignored(node, entry.key) && !same_keys(now, was, entry.key))
        return false;
  return true;
}

bool StateComparison::same_persisted_description(const Node& node, const Data& old) const {
  const Data* persist =
      node.config.valid() ? manifest_.config(node.config).find("persist_docs") : nullptr;
  if (persist == nullptr)
    return true;
  if (member(*persist, "relation").truthy() &&
      !same_text(member(old, "description"), node.description))
    return false;
  return !member(*persist, "columns").truthy() || same_column_descriptions(node, old);
}

bool StateComparison::same_relation(const Node& node, const Data& old) const {
  static const DataMap kNone;
  if (node.source)
    return same_optional(member(old, "unrendered_database"), node.source->unrendered_database) &&
           same_optional(member(old, "unrendered_schema"), node.source->unrendered_schema) &&
           same_text(member(old, "identifier"), node.source->identifier);
  const DataMap& now =
      node.unrendered_config.valid() ? manifest_.config(node.unrendered_config).values : kNone;
  const Data& was = member(old, "unrendered_config");
  for (std::string_view key : {"database", "schema", "alias"})
    if (!(member(now, key) == member(was, key)))
      return false;
  return true;
}

bool StateComparison::same_own_fields(const Node& node, const Data& old) const {
  switch (node.type) {
    case ResourceType::Source:
      return same_relation(node, old) && same_texts(member(old, "fqn"), node.fqn) &&
             same_config(node, old) && same_quoting(member(old, "quoting"), node.source->quoting) &&
             same_freshness(member(old, "freshness"), node.source->freshness) &&
             same_optional(member(old, "loaded_at_field"), node.source->loaded_at_field) &&
             member(old, "external") == node.source->external;
    case ResourceType::Exposure:
      return same_texts(member(old, "fqn"), node.fqn) &&
             same_details(node, old, {"type", "owner", "maturity", "url", "label"}) &&
             same_text(member(old, "description"), node.description) &&
             same_parents(manifest_, node, old) && same_config(node, old);
    case ResourceType::Metric:
      return same_details(node, old, {"type", "label"}) &&
             same_text(member(old, "description"), node.description) && same_config(node, old);
    case ResourceType::SemanticModel:
      return same_details(
                 node, old,
                 {"model", "defaults", "entities", "dimensions", "measures", "primary_entity"}) &&
             same_text(member(old, "description"), node.description) && same_config(node, old) &&
             same_optional(member(old, "group"), node.group);
    case ResourceType::SavedQuery:
      return same_members(member(old, "query_params"), detail(node, "query_params"),
                          {"metrics", "group_by", "where"}) &&
             same_details(node, old, {"label"}) &&
             same_text(member(old, "description"), node.description) && same_config(node, old) &&
             same_optional(member(old, "group"), node.group) &&
             same_exports(member(old, "exports"), detail(node, "exports")) &&
             same_texts(member(old, "tags"), node.tags);
    default:
      return true;
  }
}

bool StateComparison::same_contents(const Node& node, const Data& old) {
  if (node.type == ResourceType::UnitTest)
    return node.unit_test && same_text(member(old, "checksum"), node.unit_test->checksum);
  if (!is_parsed(node))
    return same_own_fields(node, old);
  if (!same_config(node, old) || !same_texts(member(old, "fqn"), node.fqn))
    return false;
  if (is_generic_test(node))
    return true;
  if (!same_body(node, old) || !same_persisted_description(node, old) || !same_relation(node, old))
    return false;
  if (node.model)
    return member(old, "latest_version") == node.model->latest_version &&
           same_text(member(old, "access"), node.model->access) &&
           same_optional(member(old, "deprecation_date"), node.model->deprecation_date);
  return !node.function || same_function(*node.function, old);
}

void StateComparison::warn_once(const std::string& unique_id, diag::Diagnostic warning) {
  if (warned_.insert(unique_id).second)
    sink_.report(std::move(warning));
}

diag::Result<bool> StateComparison::same_contract(const Node& node, const Data& old) {
  if (!node.model || member(old, "resource_type").string_or("") != "model")
    return true;
  const ContractChange change = compare_contracts(manifest_, node, old);
  if (!change.breaking.empty()) {
    const bool is_versioned = !node.model->version.is_null();
    diag::Diagnostic message = broken_contract(node.name, node.original_file_path, node.patch_span,
                                               change.breaking, is_versioned);
    if (is_versioned)
      return message;
    warn_once(node.unique_id, std::move(message));
  }
  return change.is_same;
}

diag::Result<bool> StateComparison::is_modified(const Node& node) {
  if (auto missing = missing_macro(node))
    return *missing;
  const Data* old = before(node);
  // New sources, exposures, metrics, semantic models and saved queries do not count as modified.
  bool modified = old == nullptr && (is_parsed(node) || node.type == ResourceType::UnitTest);
  if (old != nullptr) {
    modified = !same_contents(node, *old);
    diag::Result<bool> same = same_contract(node, *old);
    if (!same)
      return same;
    modified = modified || !*same;
  }
  return modified || has_modified_macro(node);
}

diag::Result<bool> StateComparison::is_modified_in(const Node& node, Aspect aspect) {
  const Data* old = before(node);
  const bool parsed = is_parsed(node);
  switch (aspect) {
    case Aspect::Macros:
      if (auto missing = missing_macro(node))
        return *missing;
      return has_modified_macro(node);
    case Aspect::Body:
      return parsed && (old == nullptr || !same_body(node, *old));
    case Aspect::Configs:
      return node.type != ResourceType::UnitTest && (old == nullptr || !same_config(node, *old));
    case Aspect::PersistedDescriptions:
      return parsed && (old == nullptr || !same_persisted_description(node, *old));
    case Aspect::Relation:
      return (parsed || node.type == ResourceType::Source) &&
             (old == nullptr || !same_relation(node, *old));
    case Aspect::Contract:
      break;
  }
  if (!parsed || old == nullptr)
    return parsed;
  diag::Result<bool> same = same_contract(node, *old);
  if (!same)
    return same;
  return !*same;
}

diag::Status StateComparison::check_removed() {
  const manifest::Metadata& metadata = manifest_.metadata;
  const int64_t now =
      std::max({metadata.generated_at, metadata.run_started_at, metadata.invocation_started_at});
  std::unordered_set<std::string_view> disabled;
  for (manifest::NodeId id : manifest_.disabled)
    disabled.insert(manifest_.node(id).unique_id);
  for (const base::DataEntry& entry : old_.nodes) {
    const Data& old = entry.value;
    if (member(old, "resource_type").string_or("") != "model" || !contract_was_enforced(old) ||
        manifest_.find(entry.key).valid())
      continue;
    const auto date = manifest::parse_iso_time(member(old, "deprecation_date").string_or(""));
    if (date && *date < now)
      continue;
    const bool is_versioned = !member(old, "version").is_null();
    diag::Diagnostic message = broken_contract(
        member(old, "name").string_or(""), member(old, "original_file_path").string_or(""), {},
        {fmt::format("Contracted model '{}' was {}.", entry.key,
                     disabled.count(entry.key) > 0 ? "disabled" : "deleted or renamed")},
        is_versioned);
    if (is_versioned)
      return message;
    warn_once(entry.key, std::move(message));
  }
  return diag::Done{};
}

}  // namespace weft::select
