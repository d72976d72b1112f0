#include "cli/session.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/paths.h"
#include "base/strings.h"
#include "cli/check_values.h"
#include "cli/last_run.h"
#include "config/deprecations.h"
#include "config/profile_flags.h"
#include "config/variables.h"
#include "config/written_flags.h"
#include "manifest/manifest_parts.h"
#include "manifest/run_results_writer.h"
#include "run/defer.h"

namespace weft::cli {
namespace {

using manifest::ResourceType;

constexpr std::string_view kCacheFile = "partial_parse.weft";

std::string option_text(const CommandLine& line, std::string_view name) {
  const base::Data* value = line.values.find(name);
  return value == nullptr ? "" : python_str(*value);
}

std::string plural(size_t count, std::string_view word) {
  // dbt leaves `data` out in the singular.
  if (count == 1)
    return fmt::format("1 {}", word == "data test" ? "test" : word);
  if (word == "analysis")
    return fmt::format("{} analyses", count);
  if (word == "saved query")
    return fmt::format("{} saved queries", count);
  return fmt::format("{} {}s", count, word);
}

/// The command's name as artifacts and templates see it: "generate" for docs generate.
std::string which_of(const CommandLine& line) {
  std::string_view name = line.command->name;
  if (name == "source freshness")
    return "freshness";
  if (name == "docs generate")
    return "generate";
  if (name == "docs serve")
    return "serve";
  if (name == "ls")
    return "list";
  return std::string(name);
}

void report_models_option(diag::Sink& sink) {
  diag::Diagnostic warning;
  warning.code = diag::Code::ModelsOption;
  warning.message = "`--models`, `--model` and `-m` are called `--select` now";
  warning.hint = "write --select or -s";
  warning.legacy_text =
      "Usage of `--models`, `--model`, and `-m` is deprecated in favor of `--select` or `-s`.";
  sink.report(std::move(warning));
}

/// A run that compares with its own target folder overwrites what it compares with.
void warn_of_own_state(Log& log, const std::string& folder) {
  base::DataMap data;
  data.set("state_path", base::Data(folder));
  log.write({"WarnStateTargetEqual", "I072", Level::Warn,
             fmt::format("[WARNING]: The state and target directories are the same: "
                         "'{}'. This could lead to missing changes due to overwritten state "
                         "including non-idempotent retries.",
                         folder),
             std::move(data)});
}

select::IndirectSelection indirect_selection(const config::Flags& flags) {
  std::string mode = flags.get_string("indirect_selection");
  return mode == "cautious"    ? select::IndirectSelection::Cautious
         : mode == "buildable" ? select::IndirectSelection::Buildable
         : mode == "empty"     ? select::IndirectSelection::Empty
                               : select::IndirectSelection::Eager;
}

/// The kinds that words of --resource-type and its like name; other words are left out.
std::vector<ResourceType> kinds_named(const std::vector<std::string>& words) {
  std::vector<ResourceType> kinds;
  for (const std::string& word : words) {
    if (std::optional<ResourceType> type = manifest::parse_resource_type(word))
      kinds.push_back(*type);
  }
  return kinds;
}

/// The kinds of --resource-type, else those that the command works on.
std::vector<ResourceType> wanted_kinds(const config::Flags& flags,
                                       const std::vector<ResourceType>& of_command) {
  std::vector<std::string> words = flags.get_list("resource_types");
  if (words.empty())
    return of_command;
  std::vector<ResourceType> kinds = kinds_named(words);
  bool has_all = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "all" || word == "default";
  });
  if (has_all)
    kinds.insert(kinds.end(), of_command.begin(), of_command.end());
  return kinds;
}

/// Commands that work on many nodes without a line for each.
bool hides_nodes(const CommandLine& line) {
  std::string_view name = line.command->name;
  return name == "compile" || name == "clone" || name == "docs generate";
}

}  // namespace

Session::Session(base::Env& given, const CommandLine& command_line, std::string name)
    : env(given),
      line(command_line),
      program(std::move(name)),
      log(given),
      console(log, sources, given.clock),
      invocation_id(base::random_uuid()),
      started_at(given.clock.now_us()),
      plain_names(given.clock, invocation_id, started_at) {}

config::RenderContext Session::render_context() {
  config::RenderContext context{env, cli_vars};
  context.more = &plain_names;
  return context;
}

Session::Session(Session& first, const CommandLine& command_line, const RetriedRun& run)
    : Session(first.env, command_line, first.program) {
  invocation_id = first.invocation_id;
  started_at = first.started_at;
  retried = &run;
}

bool Session::fatal(const diag::Diagnostic& diagnostic) {
  console.fatal(diagnostic);
  return false;
}

bool Session::flush_sink() {
  std::vector<diag::Diagnostic> all = sink.take();
  const diag::Diagnostic* first = nullptr;
  std::vector<const diag::Diagnostic*> others;
  for (diag::Diagnostic& diagnostic : all) {
    if (diagnostic.severity() == diag::Severity::Warning) {
      diag::Status status = console.warn(diagnostic);
      if (!status && first == nullptr)
        first = &diagnostic;
    } else if (first == nullptr) {
      first = &diagnostic;
    } else {
      others.push_back(&diagnostic);
    }
  }
  if (first == nullptr)
    return true;
  console.fatal(*first);
  constexpr size_t kMostShown = 20;
  for (size_t i = 0; i < others.size() && i < kMostShown; ++i)
    console.show(*others[i]);
  if (others.size() > kMostShown) {
    log.write({"Note", "Z050", Level::Error,
               fmt::format("and {} more errors", others.size() - kMostShown)});
  }
  return false;
}

bool Session::load_project(std::string* problem) {
  if (const base::Data* given = line.values.find("vars"))
    cli_vars = given->as_map();
  for (const auto& [key, value] : cli_vars) {
    if (base::starts_with(key, config::kSecretPrefix))
      log.add_secret(python_str(value));
  }
  diag::Result<std::string> root = config::find_project_root(env, option_text(line, "project_dir"));
  // Flags come before anything is said; a project's own flags need the project.
  diag::Result<config::Project> partial =
      root ? config::load_project_partial(*root, env, sources, sink, &cli_vars, &plain_names)
           : diag::Result<config::Project>(root.error());
  base::DataMap project_flags = partial ? partial->flags : base::DataMap{};
  diag::Result<base::DataMap> profile_flags =
      config::flags_of_profiles(profile_request(root ? *root : ""), project_flags, env, sink);
  const yaml::Node* written = partial ? partial->document->root->find("flags") : nullptr;
  if (profile_flags && !profile_flags->empty()) {
    project_flags = *profile_flags;
    written = nullptr;
  }
  diag::Result<config::Flags> resolved =
      config::resolve_written_flags(line.values, env, project_flags, sources, written);
  flags = resolved ? *resolved : config::Flags{};
  if (resolved) {
    std::string folder = root ? *root : env.working_directory;
    std::string log_path = flags.get_string("log_path");
    if (log_path.empty())
      log_path = partial ? partial->log_path : "logs";
    log_folder_ = base::absolute_path(base::join_path(folder, log_path), env.working_directory);
    log.configure(flags, log_folder_, invocation_id);
    console.configure(flags, "", hides_nodes(line));
  }
  if (retried == nullptr)
    report_version();
  if (!resolved || !partial || !profile_flags) {
    const diag::Diagnostic& error = !resolved  ? resolved.error()
                                    : !partial ? partial.error()
                                               : profile_flags.error();
    if (problem == nullptr)
      return fatal(error);
    *problem = error.legacy_text.empty() ? error.message : error.legacy_text;
    return false;
  }
  project = std::move(*partial);
  config::report_old_flags(line.values, project_flags, env, sink);
  if (line.says_models)
    report_models_option(sink);
  if (line.command->name == "clean")
    config::report_old_package_folder(project, sink);
  return flush_sink();
}

config::ProfileRequest Session::profile_request(const std::string& root) const {
  config::ProfileRequest request;
  request.project_root = root;
  request.profiles_dir = option_text(line, "profiles_dir");
  for (const char* variable : {"DBT_PROFILES_DIR", "DBT_ENGINE_PROFILES_DIR"}) {
    std::optional<std::string_view> given = env.variable(variable);
    if (request.profiles_dir.empty() && given)
      request.profiles_dir = std::string(*given);
  }
  return request;
}

void Session::report_version() {
  base::DataMap version;
  version.set("log_version", base::Data(3));
  version.set("version", base::Data("=" + std::string(config::kDbtVersion)));
  log.write(
      {"MainReportVersion", "A001", Level::Info,
       fmt::format("Running with dbt={} (weft {})", config::kDbtVersion, config::kWeftVersion),
       std::move(version)});
  base::DataMap args, data;
  std::string shown;
  for (const auto& [key, value] : artifact_args()) {
    if (value.is_null() || (value.is_list() && value.as_list().empty()))
      continue;
    args.set(key, base::Data(python_str(value)));
    shown +=
        fmt::format("{}'{}': {}", shown.empty() ? "" : ", ", key, python_repr(*args.find(key)));
  }
  data.set("args", base::Data(std::move(args)));
  log.write({"MainReportArgs", "A002", Level::Debug,
             fmt::format("running dbt with arguments {{{}}}", shown), std::move(data)});
}

config::ProfileRequest Session::profile_request() const {
  config::ProfileRequest request;
  request.profile_name = option_text(line, "profile");
  if (request.profile_name.empty())
    request.profile_name = project.profile_name;
  request.target_name = option_text(line, "target");
  if (request.target_name.empty())
    request.target_name = flags.get_string("target");
  request.profiles_dir = option_text(line, "profiles_dir");
  if (request.profiles_dir.empty())
    request.profiles_dir = flags.get_string("profiles_dir");
  request.project_root = project.root.empty() ? env.working_directory : project.root;
  request.threads = static_cast<int>(flags.get_int("threads"));
  request.embedded = line.is_on("embedded") || flags.get_bool("embedded");
  return request;
}

diag::Result<config::Profile> Session::read_profile() {
  config::RenderContext context = render_context();
  context.secrets_allowed = true;
  return config::load_profile(profile_request(), context, sources, sink);
}

size_t Session::threads() const { return static_cast<size_t>(std::max(1, profile.threads)); }

bool Session::load_profile() {
  diag::Result<config::Profile> loaded = read_profile();
  if (!loaded)
    return fatal(loaded.error());
  profile = std::move(*loaded);
  if (profile.credentials.embedded) {
    // Names of databases stand in every relation: the server's own is known before anything is
    // parsed.
    base::Data host("");
    profile.target.set("host", host);
  }
  console.configure(flags, profile.target_name, hides_nodes(line));
  base::DataMap data;
  data.set("adapter_name", base::Data("postgres"));
  data.set("adapter_version", base::Data(fmt::format("={}", kPostgresVersion)));
  log.write({"AdapterRegistered", "E034", Level::Info,
             fmt::format("Registered adapter: postgres={}", kPostgresVersion), std::move(data)});
  return true;
}

void Session::parse_files() {
  parse::ParseInput input{env,           sources,    sink,          flags,    profile,
                          project,       packages,   vars,          cli_vars, console,
                          invocation_id, started_at, which_of(line)};
  std::vector<parse::CacheNote> notes;
  input.notes = &notes;
  input.cache_to = cache_path();
  input.cache_from = flags.get_string("partial_parse_file_path");
  if (input.cache_from.empty())
    input.cache_from = known_cache_path();
  else
    input.cache_from = base::join_path(env.working_directory, input.cache_from);
  input.reads_cache = flags.get_bool("partial_parse");
  parsed = parse::parse_project(input);
  for (parse::CacheNote& note : notes) {
    log.write({note.event, note.code, note.is_shown ? Level::Info : Level::Debug, note.message,
               std::move(note.data)});
  }
}

std::string Session::cache_path() const {
  return base::join_path(base::join_path(project.root, target_path()), kCacheFile);
}

/// A target folder of its own for each run, as orchestrators have it, starts from what the
/// project's target folder keeps.
std::string Session::known_cache_path() const {
  std::string own = cache_path();
  std::string usual =
      base::join_path(base::join_path(project.root, project.target_path), kCacheFile);
  return !env.files.exists(own) && env.files.exists(usual) ? usual : own;
}

bool Session::parse() {
  config::RenderContext context = render_context();
  context.target = &profile.target;
  diag::Result<config::Project> full =
      config::load_project(project.root, true, context, sources, sink);
  if (!full)
    return fatal(full.error());
  project = std::move(*full);
  if (flags.get_bool("version_check")) {
    diag::Status version = config::check_required_version(project);
    if (!version)
      return fatal(version.error());
  }
  diag::Result<std::vector<config::Project>> installed =
      config::load_packages(project, context, sources, sink);
  if (!installed)
    return fatal(installed.error());
  packages = std::move(*installed);
  vars = config::Vars(cli_vars, project, packages);
  parse_files();
  if (!flush_sink() || parsed == nullptr)
    return false;
  console.set_manifest(&parsed->manifest);
  graph = std::make_unique<graph::Graph>(parsed->manifest);
  std::vector<manifest::NodeId> cycle = graph->find_cycle();
  if (!cycle.empty())
    return fatal(graph::cycle_error(parsed->manifest, cycle));
  diag::Result<select::Selectors> read =
      select::read_selectors(env.files, project.root, sources, sink, &context);
  if (!read)
    return fatal(read.error());
  selectors = std::move(*read);
  parsed->manifest.selectors = select::expanded_selectors(selectors);
  parsed->manifest.metadata.dbt_version = std::string(config::kDbtVersion);
  report_counts();
  // `docs generate --no-compile` describes what an earlier command left.
  bool leaves_manifest = line.values.contains("compile") && !line.is_on("compile");
  if (leaves_manifest)
    return true;
  is_manifest_due_ = may_write_later();
  return is_manifest_due_ || write_parsed_manifest();
}

bool Session::may_write_later() const {
  constexpr std::string_view kWriters[] = {"run", "build", "test", "seed", "snapshot", "compile"};
  std::string_view name = line.command->name;
  if (std::find(std::begin(kWriters), std::end(kWriters), name) == std::end(kWriters))
    return false;
  // Who follows the events reads the manifest as soon as one says that it is written.
  if (log.wants_data())
    return false;
  // A state may be the target folder itself, and is compared with what was just parsed.
  bool has_state = !option_text(line, "state").empty() || !flags.get_string("state").empty() ||
                   !flags.get_string("defer_state").empty();
  return !has_state && flags.get_bool("write_json") &&
         env.files.exists(
             base::join_path(base::join_path(project.root, target_path()), "manifest.json"));
}

bool Session::write_due_manifest() { return !is_manifest_due_ || write_manifest(); }

bool Session::write_parsed_manifest() {
  if (!flags.get_bool("write_json"))
    return true;
  std::string folder = base::join_path(project.root, target_path());
  std::string path = base::join_path(folder, "manifest.json");
  parse::ManifestMark mark;
  mark.selectors = base::hash64(base::to_json(base::Data(parsed->manifest.selectors), true));
  mark.cache = parsed->cache_id;
  mark.changes = parsed->changed.hash;
  // A small one is written all the same, and whole, as it costs nothing.
  constexpr uint64_t kSmall = 4u << 20;
  std::unique_ptr<base::OpenFile> earlier = parsed->written ? env.files.open(path) : nullptr;
  if (earlier != nullptr && (earlier->info().size <= kSmall ||
                             parse::stamp_of(earlier->info()) != parsed->written->stamp))
    earlier = nullptr;
  // It would differ in its metadata alone.
  if (!log.wants_data() && earlier != nullptr && parsed->written->says_same_as(mark) &&
      env.files.exists(base::join_path(folder, "semantic_manifest.json")))
    return true;
  mark.changed_parts =
      manifest::parts_about(parsed->manifest, parsed->changed.rows, parsed->changed.parents);
  if (!write_manifest(earlier.get(), mark))
    return false;
  std::optional<parse::FileStamp> stamp = parse::stamp_of(env.files, path);
  if (parsed->cache_id != 0 && stamp) {
    mark.stamp = *stamp;
    parse::append_mark(env.files, cache_path(), mark);
  }
  return true;
}

bool Session::write_manifest() {
  parse::ManifestMark mark;
  return write_manifest(nullptr, mark);
}

bool Session::write_manifest(const base::OpenFile* earlier, parse::ManifestMark& mark) {
  is_manifest_due_ = false;
  if (!flags.get_bool("write_json"))
    return true;
  std::optional<manifest::EarlierManifest> reused;
  if (earlier != nullptr) {
    const parse::ManifestMark& written = *parsed->written;
    reused.emplace(manifest::EarlierManifest{*earlier, written.part_sizes, written.changed_parts});
    reused->differing.insert(reused->differing.end(), mark.changed_parts.begin(),
                             mark.changed_parts.end());
  }
  return write_artifact("manifest.json",
                        [&](const base::PutPart& put) {
                          return manifest::write_manifest_json(
                              parsed->manifest, base::hardware_threads(), put,
                              reused ? &*reused : nullptr, mark.part_sizes);
                        }) &&
         write_artifact("semantic_manifest.json", semantic_manifest_json(parsed->manifest));
}

void Session::report_counts() {
  constexpr std::pair<ResourceType, std::string_view> kKinds[] = {
      {ResourceType::Model, "model"},
      {ResourceType::Analysis, "analysis"},
      {ResourceType::Seed, "seed"},
      {ResourceType::Snapshot, "snapshot"},
      {ResourceType::Operation, "operation"},
      {ResourceType::Test, "data test"},
      {ResourceType::Source, "source"},
      {ResourceType::Exposure, "exposure"},
      {ResourceType::Metric, "metric"},
      {ResourceType::SavedQuery, "saved query"},
      {ResourceType::SemanticModel, "semantic model"},
      {ResourceType::UnitTest, "unit test"},
      {ResourceType::Function, "function"}};
  std::map<ResourceType, size_t> counts;
  for (size_t i = 0; i < parsed->manifest.nodes.size(); ++i) {
    if (!parsed->manifest.is_disabled(manifest::NodeId(i)))
      ++counts[parsed->manifest.nodes[i].type];
  }
  std::string text;
  base::DataMap data;
  for (auto [type, word] : kKinds) {
    if (size_t count = counts[type]; count > 0)
      text += (text.empty() ? "" : ", ") + plural(count, word);
    // The text of --inline counts as a node of its own behind those that files hold.
    if (type == ResourceType::Test && line.values.find("inline") != nullptr)
      text += std::string(text.empty() ? "" : ", ") + "1 sql operation";
  }
  text += (text.empty() ? "" : ", ") + plural(parsed->manifest.macros.size(), "macro");
  if (size_t groups = parsed->manifest.groups.size(); groups > 0)
    text += ", " + plural(groups, "group");
  data.set("stat_line", base::Data(text));
  log.write({"FoundStats", "W006", Level::Info, "Found " + text, std::move(data)});
  log.info("");
}

std::string Session::state_folder() const { return base::join_path(project.root, ".weft"); }

diag::Result<std::unique_ptr<adapter::Adapter>> Session::make_adapter() {
  adapter::AdapterOptions options;
  options.state_directory = state_folder();
  options.invocation_id = invocation_id;
  options.observer = &console;
  return adapter::make_postgres_adapter(profile, options, env);
}

bool Session::connect() {
  diag::Result<std::unique_ptr<adapter::Adapter>> made = make_adapter();
  if (!made)
    return fatal(made.error());
  adapter = std::move(*made);
  shared = std::make_unique<context::Shared>(context::Shared{.env = env,
                                                             .sources = sources,
                                                             .flags = flags,
                                                             .profile = profile,
                                                             .root = project,
                                                             .packages = packages,
                                                             .vars = vars,
                                                             .macros = *parsed->macros,
                                                             .jinja = *parsed->jinja,
                                                             .manifest = parsed->manifest,
                                                             .messages = console,
                                                             .phase = context::Phase::Execute,
                                                             .invocation_id = invocation_id,
                                                             .run_started_at = started_at,
                                                             .lookup = parsed->lookup.get(),
                                                             .adapter = adapter.get(),
                                                             .publish = {},
                                                             .selected_resources = {},
                                                             .deferred = {},
                                                             .empty = flags.get_bool("empty"),
                                                             .which = which_of(line)});
  for (const auto& [key, value] : artifact_args()) {
    if (!value.is_null())
      shared->invocation_args.set(key, value);
  }
  if (std::string sample = flags.get_string("sample"); !sample.empty()) {
    diag::Result<context::TimeWindow> window = read_sample(sample, started_at, sources);
    if (!window)
      return fatal(window.error());
    shared->sample = *window;
  }
  compiler = std::make_unique<compile::Compiler>(*parsed, *shared, target_path());
  return true;
}

std::optional<run::RunOutcome> Session::run_nodes(run::RunRequest request) {
  request.threads = threads();
  run::RunContext context{*parsed, *graph, *shared, *compiler, console};
  diag::Result<run::RunOutcome> done = run::run_nodes(context, request);
  if (!done) {
    fatal(done.error());
    return std::nullopt;
  }
  return std::move(*done);
}

bool Session::read_state() {
  std::string folder = option_text(line, "state");
  if (folder.empty())
    folder = flags.get_string("state");
  if (folder.empty())
    return true;
  if (base::normalize_path(base::join_path(project.root, folder)) ==
      base::normalize_path(base::join_path(project.root, target_path())))
    warn_of_own_state(log, folder);
  folder = base::join_path(project.root, folder);
  std::string path = folder + "/manifest.json";
  if (env.files.exists(path)) {
    diag::Result<manifest::StateManifest> read = manifest::read_state_manifest(env.files, path);
    if (!read)
      return fatal(read.error());
    state_manifest_ = std::move(*read);
  }
  path = folder + "/run_results.json";
  if (env.files.exists(path)) {
    diag::Result<manifest::RunResults> read = manifest::read_run_results(env.files, path);
    if (!read)
      return fatal(read.error());
    state_results_ = std::move(*read);
  }
  std::string own = base::join_path(base::join_path(project.root, target_path()), "sources.json");
  for (auto [file, kept] :
       {std::pair{folder + "/sources.json", &state_sources_}, std::pair{own, &current_sources_}}) {
    if (!env.files.exists(file))
      continue;
    diag::Result<base::Data> read = manifest::read_artifact(env.files, file);
    if (!read)
      return fatal(read.error());
    *kept = std::move(*read);
  }
  return true;
}

std::optional<graph::NodeSet> Session::select(const std::vector<ResourceType>& kinds,
                                              bool drop_empty) {
  select::Request request;
  request.select = flags.get_list("select");
  if (request.select.empty())
    request.select = flags.get_list("models");
  request.exclude = flags.get_list("exclude");
  request.selector = option_text(line, "selector");
  request.indirect = indirect_selection(flags);
  request.resource_types = wanted_kinds(flags, kinds);
  // Some commands take the names of all kinds and work on theirs alone.
  if (line.command->name == "test" || line.command->name == "clone") {
    std::erase_if(request.resource_types, [&](ResourceType type) {
      return std::find(kinds.begin(), kinds.end(), type) == kinds.end();
    });
    if (request.resource_types.empty())
      return graph::NodeSet(parsed->manifest.nodes.size());
  }
  request.exclude_resource_types = kinds_named(flags.get_list("exclude_resource_types"));
  request.drop_empty = drop_empty;
  request.root_package = project.name;
  request.project_root = project.root;
  if (!read_state())
    return std::nullopt;
  diag::Result<graph::NodeSet> selected =
      select::select_nodes(parsed->manifest, *graph, selectors, request, state(), sink);
  if (!selected) {
    fatal(selected.error());
    return std::nullopt;
  }
  if (!flush_sink())
    return std::nullopt;
  if (retried != nullptr && !find_retried(*selected))
    return std::nullopt;
  if (shared != nullptr) {
    shared->selected_resources.clear();
    for (manifest::NodeId id : selected->members())
      shared->selected_resources.push_back(parsed->manifest.node(id).unique_id);
    if (!defer(*selected))
      return std::nullopt;
  }
  return std::move(*selected);
}

select::State Session::state() const {
  select::State state;
  state.manifest = state_manifest_ ? &*state_manifest_ : nullptr;
  state.run_results = state_results_ ? &*state_results_ : nullptr;
  state.sources = state_sources_ ? &*state_sources_ : nullptr;
  state.current_sources = current_sources_ ? &*current_sources_ : nullptr;
  return state;
}

bool Session::find_retried(graph::NodeSet& nodes) {
  nodes = graph::NodeSet(parsed->manifest.nodes.size());
  for (const std::string& unique_id : retried->unique_ids) {
    manifest::NodeId id = parsed->manifest.find(unique_id);
    if (!id.valid()) {
      diag::Diagnostic gone;
      gone.code = diag::Code::StateMissing;
      gone.message =
          fmt::format("`{}` failed in the earlier run and is no longer there", unique_id);
      gone.hint = "give the earlier command again in place of `retry`";
      gone.legacy_text = fmt::format(
          "Compilation Error\n  Couldn't find model '{}' -- does it exist or is it disabled?",
          unique_id);
      return fatal(gone);
    }
    nodes.insert(id);
  }
  return true;
}

const manifest::StateManifest* Session::defer_manifest() {
  std::string folder = flags.get_string("defer_state");
  if (folder.empty() && state_manifest_)
    return &*state_manifest_;
  if (folder.empty())
    folder = flags.get_string("state");
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::StateMissing;
  diagnostic.hint = "name the folder that holds the other environment's manifest.json";
  if (folder.empty()) {
    diagnostic.message = fmt::format("{} needs `--state` or `--defer-state`",
                                     line.command->name == "clone" ? "`clone`" : "`--defer`");
    diagnostic.legacy_text =
        "Runtime Error\n  --state or --defer-state are required for deferral, but neither was "
        "provided";
    fatal(diagnostic);
    return nullptr;
  }
  std::string path = base::join_path(base::join_path(project.root, folder), "manifest.json");
  if (!env.files.exists(path)) {
    diagnostic.message = fmt::format("there is no `{}` to defer to", path);
    diagnostic.legacy_text =
        fmt::format("Runtime Error\n  Could not find manifest in --state path: \"{}\"", folder);
    fatal(diagnostic);
    return nullptr;
  }
  diag::Result<manifest::StateManifest> read = manifest::read_state_manifest(env.files, path);
  if (!read) {
    fatal(read.error());
    return nullptr;
  }
  defer_manifest_ = std::move(*read);
  return &*defer_manifest_;
}

bool Session::defer(const graph::NodeSet& selected) {
  if (!flags.get_bool("defer"))
    return true;
  const manifest::StateManifest* state = defer_manifest();
  if (state == nullptr)
    return false;
  shared->deferred =
      run::deferred_relations(*shared, *state, selected, flags.get_bool("favor_state"));
  return true;
}

std::string Session::target_path() const {
  std::string given = option_text(line, "target_path");
  if (given.empty())
    given = flags.get_string("target_path");
  return given.empty() ? project.target_path : given;
}

bool Session::write_artifact(const std::string& name, const std::string& text) {
  return write_artifact(name, [&](const base::PutPart& put) { return put(text); });
}

void Session::report_artifact(const std::string& name, const std::string& path) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"manifest.json", "WritableManifest"},
      {"semantic_manifest.json", "SemanticManifest"},
      {"run_results.json", "RunExecutionResult"},
      {"catalog.json", "CatalogArtifact"},
      {"sources.json", "FreshnessExecutionResultArtifact"}};
  auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                           [&](const auto& one) { return one.first == name; });
  if (type == std::end(kTypes))
    return;
  std::string shown = base::absolute_path(path, env.working_directory);
  base::DataMap data;
  data.set("artifact_type", base::Data(type->second));
  data.set("artifact_path", base::Data(shown));
  log.write({"ArtifactWritten", "P001", Level::Debug,
             fmt::format("Wrote artifact {} to {}", type->second, shown), std::move(data)});
}

bool Session::write_artifact(const std::string& name, const FillArtifact& fill) {
  std::string path = base::join_path(base::join_path(project.root, target_path()), name);
  std::optional<base::IoError> error = env.files.write_parts(path, fill);
  if (!error) {
    report_artifact(name, path);
    return true;
  }
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::ArtifactUnwritable;
  diagnostic.message = fmt::format("`{}` cannot be written: {}", path, error->message);
  return fatal(diagnostic);
}

base::DataMap Session::artifact_args() const {
  base::DataMap args = flags.all();
  args.set("which", base::Data(which_of(line)));
  if (line.command->name == "run-operation" && !line.arguments.empty())
    args.set("macro", base::Data(line.arguments.front()));
  if (const base::Data* given = line.values.find("args"))
    args.set("args", *given);
  args.set("invocation_command", base::Data(line.invocation));
  // Readers of artifacts look for the files of a run by these.
  if (!project.root.empty()) {
    args.set("project_dir", base::Data(base::absolute_path(project.root, env.working_directory)));
    args.set("profiles_dir", base::Data(config::profiles_directory(profile_request(), env)));
    args.set("log_path", base::Data(log_folder_));
  }
  base::DataMap shown = cli_vars;
  for (base::DataEntry& entry : shown) {
    if (base::starts_with(entry.key, config::kSecretPrefix))
      entry.value = base::Data("*****");
  }
  args.set("vars", base::Data(std::move(shown)));
  base::DataMap given;
  for (const auto& [key, value] : args) {
    if (!value.is_null())
      given.set(key, value);
  }
  return given;
}

int Session::fail(const diag::Diagnostic& error) {
  console.fatal(error);
  return kUnhandled;
}

void Session::nothing_to_do() {
  log.write({"NothingToDo", "Q035", Level::Warn,
             "[WARNING]: Nothing to do. Try checking your model configs and model specification "
             "args"});
}

int Session::exit_code(const run::RunOutcome& outcome) {
  if (outcome.fatal)
    return fail(*outcome.fatal);
  if (outcome.was_cancelled)
    return 128 + env.cancel.signal();
  return outcome.has_failures ? kNodeFailed : kSuccess;
}

bool Session::write_run_results(const run::RunOutcome& outcome) {
  if (!flags.get_bool("write_json"))
    return true;
  manifest::Metadata metadata = parsed->manifest.metadata;
  metadata.generated_at = env.clock.now_us();
  base::DataMap args = artifact_args();
  manifest::RunResultsView view{metadata, outcome.results, outcome.elapsed, args,
                                &parsed->manifest};
  keep_last_run(*this);
  return write_artifact("run_results.json", [&](const base::PutPart& put) {
    return manifest::write_run_results_json(view, base::hardware_threads(), put);
  });
}

}  // namespace weft::cli
