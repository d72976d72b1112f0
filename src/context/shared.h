// Shared: what every worker of a command reads while it renders. Nothing here changes during a
// phase.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/adapter.h"
#include "base/env.h"
#include "config/flags.h"
#include "config/profile.h"
#include "config/project.h"
#include "config/vars.h"
#include "context/deferred.h"
#include "context/lookup.h"
#include "context/macros.h"
#include "context/scope.h"
#include "diag/source.h"
#include "jinja/environment.h"
#include "manifest/manifest.h"

namespace weft::context {

/// Parse records what a node refers to and never asks the database; Execute does the work.
enum class Phase { Parse, Execute };

/// Where messages of templates go. Called from worker threads.
class Messages {
 public:
  virtual ~Messages() = default;
  /// log(): to the log file, and to the console when `info`.
  virtual void log(std::string_view text, bool info, const NodeScope& scope) = 0;
  /// print(): to standard output, also when quiet.
  virtual void print(std::string_view text) = 0;
  /// exceptions.warn() and warnings of functions. An error when warnings count as errors: the
  /// caller ends the render with it.
  virtual diag::Status warn(diag::Diagnostic warning) = 0;
};

/// What templates asked for while parsing that no file says. Filled by all workers.
struct OutsideReads {
  std::mutex mutex;
  /// Environment variables with their values; nothing for one that is not set.
  std::map<std::string, std::optional<std::string>> variables;
  /// Something that is no node asked for what another command may give otherwise.
  bool is_changeable = false;
};

/// All references must outlive the workers.
struct Shared {
  const base::Env& env;
  diag::Sources& sources;
  const config::Flags& flags;
  const config::Profile& profile;
  const config::Project& root;
  const std::vector<config::Project>& packages;
  const config::Vars& vars;
  const MacroTable& macros;
  const jinja::Environment& jinja;
  const manifest::Manifest& manifest;
  Messages& messages;
  Phase phase = Phase::Parse;
  std::string invocation_id;
  /// Microseconds since 1970.
  int64_t run_started_at = 0;
  /// Null while nodes are parsed.
  const NodeLookup* lookup = nullptr;
  /// Null where no database may be asked.
  adapter::Adapter* adapter = nullptr;
  adapter::PublishContext publish;
  /// Unique ids of the nodes that the command works on.
  std::vector<std::string> selected_resources;
  /// --defer; empty without it. See run/defer.h.
  Deferred deferred;
  /// Every ref and source is rendered without rows (--empty).
  bool empty = false;
  /// Functions of weft's that templates may test for, "which" of the command: "run", "build", ...
  std::string which;
  /// --sample: refs of models and snapshots see only the rows of this window.
  std::optional<TimeWindow> sample = {};
  /// The command's arguments as `invocation_args_dict` has them: flags without those that are none.
  base::DataMap invocation_args = {};
  /// Set while parsing where the result is kept for later commands.
  OutsideReads* reads = nullptr;
};

/// The options of weft's Jinja environment: dbt's settings and its macro tags.
jinja::Options jinja_options(const jinja::Budget& budget = {});
/// dbt's filters: as_bool, as_native, as_number, as_text, is_list.
void add_dbt_filters(jinja::Environment& environment);

}  // namespace weft::context
