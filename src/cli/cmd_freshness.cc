// source freshness: how old the rows of sources are, as sources.json.
#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "cli/commands.h"
#include "run/hooks.h"

namespace weft::cli {
namespace {

using manifest::ResourceType;

/// Only sources with a threshold are checked.
graph::NodeSet with_thresholds(const manifest::Manifest& manifest, const graph::NodeSet& selected) {
  graph::NodeSet made(manifest.nodes.size());
  for (manifest::NodeId id : selected.members()) {
    const manifest::SourceFields* fields = manifest.node(id).source.get();
    if (fields != nullptr && fields->freshness && fields->freshness->is_set())
      made.insert(id);
  }
  return made;
}

diag::Diagnostic deprecated_output(const std::string& path) {
  diag::Diagnostic warning;
  warning.code = diag::Code::FreshnessOutputDeprecated;
  warning.message = fmt::format("`--output {}` is on its way out", path);
  warning.hint = "the result is target/sources.json; choose the folder with --target-path";
  warning.legacy_text = fmt::format(
      "Custom output path usage `--output {}` usage detected in `dbt source freshness` command.",
      path);
  return warning;
}

diag::Diagnostic hooks_not_run() {
  diag::Diagnostic warning;
  warning.code = diag::Code::FreshnessHooksNotRun;
  warning.message = "the project's hooks are not run by `source freshness`";
  warning.hint = "set the flag `source_freshness_run_project_hooks` to true, or remove it";
  warning.legacy_text =
      "In a future version of dbt, the `source freshness` command will start running "
      "`on-run-start` and `on-run-end` hooks by default. For more information: "
      "https://docs.getdbt.com/reference/global-configs/legacy-behaviors";
  return warning;
}

bool has_hooks(const Session& session) {
  for (std::string_view kind : {"on-run-start", "on-run-end"}) {
    if (!run::hooks_of(session.parsed->manifest, kind, session.project.name).empty())
      return true;
  }
  return false;
}

/// Says what dbt says of settings that change one day. False when a warning counts as an error.
bool warn(Session& session, diag::Diagnostic warning) {
  diag::Status shown = session.console.warn(std::move(warning));
  if (!shown)
    session.console.fatal(shown.error());
  return bool(shown);
}

bool write_sources(Session& session, const run::RunOutcome& outcome) {
  std::vector<manifest::FreshnessResult> results;
  for (const manifest::RunResult& result : outcome.results) {
    if (result.freshness)
      results.push_back(*result.freshness);
  }
  manifest::Metadata metadata = session.parsed->manifest.metadata;
  metadata.generated_at = session.env.clock.now_us();
  std::string text = sources_json(metadata, results, outcome.elapsed);
  std::string given = session.flags.get_string("output");
  if (given.empty())
    return !session.flags.get_bool("write_json") || session.write_artifact("sources.json", text);
  std::string path = base::join_path(session.project.root, given);
  std::optional<base::IoError> error = session.env.files.write(path, text);
  if (!error)
    return true;
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::ArtifactUnwritable;
  diagnostic.message = fmt::format("`{}` cannot be written: {}", path, error->message);
  session.console.fatal(diagnostic);
  return false;
}

}  // namespace

int cmd_freshness(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  std::string output = session.flags.get_string("output");
  if (!output.empty() && !warn(session, deprecated_output(output)))
    return kUnhandled;
  std::optional<graph::NodeSet> selected = session.select({ResourceType::Source});
  if (!selected)
    return kUnhandled;
  run::RunOutcome outcome;
  run::RunRequest request;
  request.selected = with_thresholds(session.parsed->manifest, *selected);
  request.run_hooks = session.flags.get_bool("source_freshness_run_project_hooks");
  request.create_schemas = false;
  request.write_files = false;
  if (request.selected.empty()) {
    session.nothing_to_do();
    return write_sources(session, outcome) ? kSuccess : kUnhandled;
  }
  if (!request.run_hooks && has_hooks(session) && !warn(session, hooks_not_run()))
    return kUnhandled;
  std::optional<run::RunOutcome> done = session.run_nodes(std::move(request));
  if (!done)
    return kUnhandled;
  session.console.end_of_freshness(session.parsed->manifest, done->results, done->elapsed);
  if (!write_sources(session, *done))
    return kUnhandled;
  return session.exit_code(*done);
}

}  // namespace weft::cli
