// Models, seeds, snapshots and functions: the materialization macro does the work.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/relation_object.h"
#include "run/node_run.h"
#include "run/version_pointer.h"

namespace weft::run {
namespace {

using jinja::Value;
using manifest::Node;

std::string materialization_of(const NodeRun& run) {
  return std::string(run.manifest().config_of(run.node()).text("materialized"));
}

diag::Diagnostic no_materialization(const NodeRun& run, const std::string& name) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::MaterializationMissing;
  diagnostic.message = fmt::format("no materialization is called `{}`", name);
  diagnostic.span = run.node().source_span;
  const std::vector<std::string> known = {"view", "table",    "incremental",       "ephemeral",
                                          "seed", "snapshot", "materialized_view", "function"};
  if (std::optional<std::string> near = base::nearest(name, known))
    diagnostic.hint = fmt::format("did you mean `{}`?", *near);
  diagnostic.legacy_text = fmt::format(
      "Compilation Error in {} {} ({})\n  No materialization '{}' was found for adapter postgres! "
      "(searched types 'default' and 'postgres')",
      resource_type_name(run.node().type), run.node().name, run.node().original_file_path, name);
  return diagnostic;
}

diag::Diagnostic bad_return(const NodeRun& run, std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::MaterializationReturn;
  diagnostic.legacy_text =
      fmt::format("Compilation Error in {} {} ({})\n  {}", resource_type_name(run.node().type),
                  run.node().name, run.node().original_file_path, message);
  diagnostic.message = std::move(message);
  diagnostic.hint = "end the materialization with return({'relations': [target_relation]})";
  return diagnostic;
}

/// A materialization says which languages it takes; SQL only, when it says nothing.
diag::Status check_language(const NodeRun& run, const context::CallableMacro& macro,
                            const std::string& name) {
  const manifest::Macro& row = run.manifest().macros[macro.id.index()];
  const Node& node = run.node();
  if (!row.supported_languages)
    return diag::Done{};
  const std::vector<std::string>& known = *row.supported_languages;
  if (std::find(known.begin(), known.end(), node.language) != known.end())
    return diag::Done{};
  base::DataList languages;
  for (const std::string& language : known)
    languages.emplace_back(language);
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::MaterializationMissing;
  diagnostic.message = fmt::format("the materialization `{}` takes no {}", name, node.language);
  diagnostic.span = node.source_span;
  diagnostic.hint = node.language == "python"
                        ? "PostgreSQL cannot run Python models: write it in SQL"
                        : "choose another materialization";
  diagnostic.legacy_text = fmt::format(
      "Validation Error in {} {} ({})\n  Materialization \"{}\" only supports "
      "languages {}; got \"{}\"",
      resource_type_name(node.type), node.name, node.original_file_path, row.name,
      python_repr(base::Data(std::move(languages))), node.language);
  return diagnostic;
}

/// Whether rows of earlier runs are kept, and would be lost with a relation that is not found
/// again.
bool keeps_rows(const NodeRun& run) {
  return run.node().type == manifest::ResourceType::Snapshot ||
         run.manifest().config_of(run.node()).text("materialized") == "incremental";
}

/// PostgreSQL would cut a longer name, which is then not found again, and other relations might get
/// the same one. It counts bytes. A schema that is cut does no harm to what is made anew each time.
diag::Status check_name_length(const NodeRun& run) {
  const Node& node = run.node();
  bool fits = node.alias.size() <= adapter::kMaxNameBytes;
  bool schema_fits = node.schema.size() <= adapter::kMaxNameBytes || !keeps_rows(run);
  if (node.type == manifest::ResourceType::Test || (fits && schema_fits))
    return diag::Done{};
  const std::string& name = fits ? node.schema : node.alias;
  std::string_view unit =
      base::utf8_length(name) <= adapter::kMaxNameBytes ? "bytes" : "characters";
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::NameTooLong;
  diagnostic.message =
      fmt::format("the {} `{}` is longer than {} {}", fits ? "schema's name" : "relation's name",
                  name, adapter::kMaxNameBytes, unit);
  diagnostic.span = node.source_span.valid() ? node.source_span : node.patch_span;
  diagnostic.hint = fits ? "give it a shorter `schema`" : "give it a shorter `alias`";
  diagnostic.legacy_text =
      fmt::format("Runtime Error in {} {} ({})\n  {} name '{}' is longer than {} {}",
                  resource_type_name(node.type), node.name, node.original_file_path,
                  fits ? "Schema" : "Relation", name, adapter::kMaxNameBytes, unit);
  return diagnostic;
}

const Value* find_result(const context::NodeScope& scope, std::string_view name) {
  for (const context::StatementResult& result : scope.results) {
    if (result.name == name)
      return &result.value;
  }
  return nullptr;
}

}  // namespace

diag::Status keep_relations(NodeRun& run, const Value& returned) {
  if (returned.is_string()) {
    return bad_return(run, fmt::format("The materialization (\"{}\") did not explicitly return a "
                                       "list of relations to add to the cache.",
                                       materialization_of(run)));
  }
  if (!returned.is_dict()) {
    return bad_return(run, fmt::format("Invalid return value from materialization, expected a dict "
                                       "with key \"relations\", got: {}",
                                       returned.str()));
  }
  const Value* relations = returned.find("relations");
  if (relations == nullptr)
    return bad_return(run, "Invalid return value from materialization, \"relations\" not found");
  if (!relations->is_list() && !relations->is_tuple()) {
    return bad_return(run, fmt::format("Invalid return value from materialization, \"relations\" "
                                       "not a list, got: {}",
                                       relations->str()));
  }
  for (size_t i = 0; i < relations->size(); ++i) {
    auto* relation = relations->at(i).as<context::RelationObject>();
    if (relation == nullptr) {
      return bad_return(run, fmt::format("Invalid return value from materialization, "
                                         "\"relations\" contains non-Relation: {}",
                                         relations->at(i).str()));
    }
    if (relation->relation().type != adapter::RelationType::Unknown)
      run.context.shared.adapter->cache().add(relation->relation());
  }
  return diag::Done{};
}

void take_main_result(NodeRun& run) {
  const Value* main = find_result(run.scope, "main");
  const Value* response = main == nullptr ? nullptr : main->find("response");
  if (response == nullptr)
    return;
  run.result.message = response->str();
  base::Data data = response->to_data();
  if (data.is_map())
    run.result.adapter_response = data.as_map();
}

diag::Status materialize(NodeRun& run) {
  diag::Status done = materialize(run, run.scope);
  if (!done)
    return done;
  take_main_result(run);
  return publish_version_pointer(run);
}

diag::Status materialize(NodeRun& run, context::NodeScope& scope) {
  return materialize_as(run, materialization_of(run), scope);
}

diag::Status materialize_as(NodeRun& run, const std::string& name, context::NodeScope& scope) {
  const context::Shared& shared = run.context.shared;
  bool packages_may_override =
      !shared.flags.get_bool("require_explicit_package_overrides_for_builtin_materializations");
  const context::CallableMacro* macro =
      shared.macros.find_materialization(run.node().package_name, name, packages_may_override);
  if (macro == nullptr)
    return no_materialization(run, name);
  if (diag::Status status = check_language(run, *macro, name); !status)
    return status;
  if (diag::Status status = check_name_length(run); !status)
    return status;
  diag::Result<Value> returned = run.lane.worker->call_macro(*macro, {}, {}, scope);
  if (!returned)
    return returned.error();
  bool is_model = run.node().type == manifest::ResourceType::Model ||
                  run.node().type == manifest::ResourceType::Seed ||
                  run.node().type == manifest::ResourceType::Function ||
                  run.node().type == manifest::ResourceType::Snapshot;
  if (diag::Status kept = is_model ? keep_relations(run, *returned) : diag::Status(diag::Done{});
      !kept)
    return kept;
  return diag::Done{};
}

}  // namespace weft::run
