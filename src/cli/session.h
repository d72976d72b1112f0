// Session: what most commands do first: flags, project, profile, packages, parsing, graph,
// selection.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapter/adapter.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/log.h"
#include "compile/compiler.h"
#include "config/flags.h"
#include "config/packages.h"
#include "config/profile.h"
#include "config/project.h"
#include "config/vars.h"
#include "context/plain_names.h"
#include "diag/sink.h"
#include "graph/graph.h"
#include "parse/parse.h"
#include "run/run.h"
#include "select/select.h"

namespace weft::cli {

/// The version of dbt-postgres whose behaviour this is.
inline constexpr std::string_view kPostgresVersion = "1.11.0";

/// Exit codes as dbt documents them.
inline constexpr int kSuccess = 0, kNodeFailed = 1, kUnhandled = 2;

/// A run that retry repeats: what it left, and the rows to work on again.
struct RetriedRun {
  manifest::RunResults results;
  std::vector<std::string> unique_ids;
};

/// One command's state, filled step by step. A step that fails has shown why; the command then ends
/// with the code it returned.
class Session {
 public:
  Session(base::Env& env, const CommandLine& line, std::string program);
  /// The same invocation under another command line; all three must outlive this.
  Session(Session& first, const CommandLine& line, const RetriedRun& retried);

  /// Flags from everywhere, the log, the project file. Nothing needs a database or profile.
  /// With `problem`, an error goes there and is not shown.
  bool load_project(std::string* problem = nullptr);
  /// The profile, --embedded included.
  bool load_profile();
  /// How many threads the profile or --threads asks for, one at least.
  size_t threads() const;
  /// What load_profile() asks for, and the same without a word to the user.
  config::ProfileRequest profile_request() const;
  diag::Result<config::Profile> read_profile();
  /// Packages and everything in the files; writes manifest.json unless --no-write-json.
  bool parse();
  /// The adapter, and workers' shared state for running.
  bool connect();
  /// --select, --exclude, --selector over the kinds a command works on.
  std::optional<graph::NodeSet> select(const std::vector<manifest::ResourceType>& kinds,
                                       bool drop_empty = true);

  /// Reads the state's relations for --defer: what is not in `selected` may come from there.
  bool defer(const graph::NodeSet& selected);
  /// manifest.json of --defer-state, else of --state; null after an error.
  const manifest::StateManifest* defer_manifest();

  /// The adapter of the profile; nothing needs to be parsed.
  diag::Result<std::unique_ptr<adapter::Adapter>> make_adapter();
  /// Runs the nodes of the request on as many threads as the profile says. Nothing when the run
  /// could not begin.
  std::optional<run::RunOutcome> run_nodes(run::RunRequest request);

  bool write_artifact(const std::string& name, const std::string& text);
  /// A large one: `fill` gives its parts in order.
  using FillArtifact = std::function<std::optional<base::IoError>(const base::PutPart& put)>;
  bool write_artifact(const std::string& name, const FillArtifact& fill);
  /// manifest.json as the rows are now; nothing with --no-write-json.
  bool write_manifest();
  /// run_results.json.
  bool write_run_results(const run::RunOutcome& outcome);
  /// Says that the selection is empty.
  void nothing_to_do();
  /// Shows the error that ends the command, and gives the command's code.
  int fail(const diag::Diagnostic& error);
  /// The command's code after a run; shows the error that ended it, if any.
  int exit_code(const run::RunOutcome& outcome);
  /// The flags in effect, as run_results.json has them under args.
  base::DataMap artifact_args() const;
  std::string target_path() const;
  /// The folder of weft's own files, the embedded server's data among them.
  std::string state_folder() const;
  /// What the Jinja of configuration files may use, before the target is known.
  config::RenderContext render_context();
  /// Everything the sink holds: warnings are shown, the first error is the fatal one. False on an
  /// error.
  bool flush_sink();
  /// command_end.cc: says what belongs to the end of every command. Gives the command's exit code,
  /// or that of what went wrong here.
  int finish(int code);

  base::Env& env;
  const CommandLine& line;
  std::string program;
  diag::Sources sources;
  diag::Sink sink;
  Log log;
  Console console;
  std::string invocation_id;
  int64_t started_at = 0;
  context::PlainNames plain_names;
  /// Null unless retry repeats a run: then its rows are the selection.
  const RetriedRun* retried = nullptr;

  config::Flags flags;
  base::DataMap cli_vars;
  config::Project project;
  config::Profile profile;
  std::vector<config::Project> packages;
  config::Vars vars;
  std::unique_ptr<parse::ParsedProject> parsed;
  std::unique_ptr<graph::Graph> graph;
  select::Selectors selectors;
  std::unique_ptr<adapter::Adapter> adapter;
  std::unique_ptr<context::Shared> shared;
  std::unique_ptr<compile::Compiler> compiler;

 private:
  /// Fills `parsed`, from the cache of parsing where that can be.
  void parse_files();
  std::string cache_path() const;
  std::string known_cache_path() const;
  /// manifest.json after parsing, unless it is there already.
  bool write_parsed_manifest();
  /// `earlier`: the manifest.json that parsed->written is about, or null. Puts the sizes of the
  /// parts into the mark.
  bool write_manifest(const base::OpenFile* earlier, parse::ManifestMark& mark);
  /// True when there is a manifest.json and this command ends by writing a new one, with what it
  /// has compiled: then the one of parsing would be written for nobody.
  bool may_write_later() const;
  /// What was left for later and has not been written, because the command ended early.
  bool write_due_manifest();
  bool fatal(const diag::Diagnostic& diagnostic);
  /// Where profiles.yml is looked for, as far as that is known before flags are.
  config::ProfileRequest profile_request(const std::string& root) const;
  void report_version();
  void report_artifact(const std::string& name, const std::string& path);
  void report_counts();
  /// The artifacts under --state, where there are any. False when one of them cannot be read.
  bool read_state();
  /// What read_state() has read, as selecting takes it.
  select::State state() const;
  /// The nodes that `retry` repeats. False, with an error, when one of them is gone.
  bool find_retried(graph::NodeSet& nodes);

  std::optional<manifest::StateManifest> state_manifest_, defer_manifest_;
  std::optional<manifest::RunResults> state_results_;
  std::optional<base::Data> state_sources_, current_sources_;
  bool is_manifest_due_ = false;
  std::string log_folder_;
};

}  // namespace weft::cli
