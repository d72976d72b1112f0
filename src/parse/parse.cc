#include "parse/parse.h"

#include "base/hash.h"
#include "parse/checks.h"
#include "parse/state.h"

namespace weft::parse {
namespace {

void prepare(State& state) {
  const ParseInput& input = state.input;
  state.projects.push_back(&input.root);
  for (const config::Project& package : input.packages)
    state.projects.push_back(&package);
  state.now = static_cast<double>(input.env.clock.now_us()) / 1e6;
  state.result = std::make_unique<ParsedProject>();
  state.result->jinja =
      std::make_unique<jinja::Environment>(context::jinja_options(), input.sources);
  context::add_dbt_filters(*state.result->jinja);
  state.result->macros =
      std::make_unique<context::MacroTable>(input.root.name, input.root.dispatch);
  state.interner = std::make_unique<manifest::ConfigInterner>(state.manifest());
  state.shared = std::make_unique<context::Shared>(context::Shared{input.env,
                                                                   input.sources,
                                                                   input.flags,
                                                                   input.profile,
                                                                   input.root,
                                                                   input.packages,
                                                                   input.vars,
                                                                   *state.result->macros,
                                                                   *state.result->jinja,
                                                                   state.result->manifest,
                                                                   input.messages,
                                                                   context::Phase::Parse,
                                                                   input.invocation_id,
                                                                   input.started_at,
                                                                   nullptr,
                                                                   nullptr,
                                                                   {},
                                                                   {},
                                                                   {},
                                                                   false,
                                                                   input.which});
}

void fill_metadata(State& state) {
  const ParseInput& input = state.input;
  manifest::Metadata& metadata = state.manifest().metadata;
  metadata.project_name = input.root.name;
  metadata.project_id = base::md5_hex(input.root.name);
  metadata.invocation_id = input.invocation_id;
  metadata.invocation_started_at = metadata.run_started_at = input.started_at;
  metadata.generated_at = input.env.clock.now_us();
  const config::Quoting& quoting = input.root.quoting;
  metadata.quoting.set("database", base::Data(quoting.database.value_or(true)));
  metadata.quoting.set("schema", base::Data(quoting.schema.value_or(true)));
  metadata.quoting.set("identifier", base::Data(quoting.identifier.value_or(true)));
  metadata.quoting.set("column", quoting.column ? base::Data(*quoting.column) : base::Data());
  constexpr std::string_view kCustom = "DBT_ENV_CUSTOM_ENV_";
  for (const auto& [name, value] : input.env.variables) {
    if (std::string_view(name).substr(0, kCustom.size()) == kCustom)
      metadata.env.set(std::string_view(name).substr(kCustom.size()), base::Data(value));
  }
}

void check_all(State& state) {
  check_names(state);
  check_enabled_and_access(state);
  check_microbatch(state);
  check_time_spines(state);
  report_unused_config(state);
  report_deprecated_models(state);
}

}  // namespace

std::unique_ptr<ParsedProject> parse_project(const ParseInput& input) {
  State state(input);
  prepare(state);
  discover_files(state);
  read_properties(state);
  apply_source_overrides(state);
  load_macros(state);
  report_stray_blocks(state);
  load_docs(state);
  // Without its macros nothing can be rendered: more errors would only mislead.
  if (input.sink.has_errors())
    return nullptr;
  parse_groups(state);
  parse_sql_nodes(state);
  parse_seeds(state);
  parse_hooks(state);
  parse_sources(state);
  parse_generic_tests(state);
  parse_unit_tests(state);
  parse_exposures(state);
  parse_semantic_layer(state);
  resolve_references(state);
  check_snapshots(state);
  check_all(state);
  fill_metadata(state);
  state.result->templates.resize(state.manifest().nodes.size());
  return input.sink.has_errors() ? nullptr : std::move(state.result);
}

}  // namespace weft::parse
