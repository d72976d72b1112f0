#include "parse/parse.h"

#include "base/hash.h"
#include "config/variables.h"
#include "context/render_budget.h"
#include "parse/cache.h"
#include "parse/checks.h"
#include "parse/names.h"
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
  diag::Result<jinja::Budget> budget =
      context::render_budget(input.env.variable(context::kLimitVariable));
  if (!budget)
    state.report(budget.error());
  state.result->jinja = std::make_unique<jinja::Environment>(
      context::jinja_options(budget ? *budget : jinja::Budget{}), input.sources);
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
  state.shared->reads = &state.reads;
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
  metadata.env = config::custom_variables(input.env);
}

void check_all(State& state) {
  check_names(state);
  check_enabled_and_access(state);
  check_microbatch(state);
  check_time_spines(state);
  report_unused_config(state);
  report_deprecated_models(state);
}

/// Everything from the files. False when errors forbid going on.
bool parse_fully(State& state) {
  diag::Sink& sink = state.input.sink;
  read_files(state);
  read_properties(state);
  apply_source_overrides(state);
  load_macros(state);
  report_stray_blocks(state);
  load_docs(state);
  // Without its macros nothing can be rendered: more errors would only mislead.
  if (sink.has_errors())
    return false;
  render_macro_descriptions(state);
  find_default_names(state);
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
  return !sink.has_errors();
}

/// What is only needed while parsing goes before what is kept is made.
void drop_inputs(State& state) {
  std::vector<Entry>().swap(state.entries);
  std::vector<yaml::Document>().swap(state.documents);
}

/// A parse that is to come out of the cache.
struct CachedParse {
  explicit CachedParse(const ParseInput& input) : state(input), cache(state) {}

  State state;
  ParseCache cache;
};

std::unique_ptr<ParsedProject> parse_or_load(const ParseInput& input) {
  auto cached = std::make_unique<CachedParse>(input);
  prepare(cached->state);
  cached->cache.start_reading();
  std::vector<diag::Diagnostic> prepared = input.sink.take();
  find_files(cached->state);
  // Folders that cannot be read: what they hold is not gone.
  std::vector<diag::Diagnostic> unreadable = input.sink.take();
  for (diag::Diagnostic& one : prepared)
    input.sink.report(std::move(one));
  if (unreadable.empty() && cached->cache.load()) {
    fill_metadata(cached->state);
    return std::move(cached->state.result);
  }
  // What loading said or left behind is of no use; its rows may be as many as those to come.
  input.sink.take();
  for (diag::Diagnostic& one : unreadable)
    input.sink.report(std::move(one));
  State state(input);
  state.files = std::move(cached->state.files);
  ParseCache next(state);
  next.adopt(cached->cache);
  cached.reset();
  prepare(state);
  if (!parse_fully(state))
    return nullptr;
  fill_metadata(state);
  drop_inputs(state);
  std::vector<diag::Diagnostic> warnings = input.sink.take();
  next.keep(warnings);
  for (diag::Diagnostic& warning : warnings)
    input.sink.report(std::move(warning));
  return std::move(state.result);
}

}  // namespace

std::unique_ptr<ParsedProject> parse_project(const ParseInput& input) {
  // What was said before parsing is not a part of what is kept.
  diag::Sink found;
  ParseInput own{
      input.env,           input.sources,    found,        input.flags,      input.profile,
      input.root,          input.packages,   input.vars,   input.cli_vars,   input.messages,
      input.invocation_id, input.started_at, input.which,  input.cache_from, input.cache_to,
      input.reads_cache,   input.notes,      input.threads};
  std::unique_ptr<ParsedProject> result = parse_or_load(own);
  for (diag::Diagnostic& one : found.take())
    input.sink.report(std::move(one));
  return result;
}

}  // namespace weft::parse
