// retry: the nodes that failed or were skipped in an earlier run, under that run's flags.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

using base::Data;
using base::DataMap;

/// Flags that are never those of the earlier run: where things are, and how output looks, since
/// that run may have had a terminal and this one none.
constexpr std::array<std::string_view, 15> kOwnFlags = {
    "log_path",   "profiles_dir",    "project_dir", "defer_state",     "target_path",
    "warn_error", "quiet",           "use_colors",  "use_colors_file", "printer_width",
    "log_format", "log_format_file", "log_level",   "log_level_file",  "log_file_max_bytes"};
/// Flags of the earlier run that the command line may replace.
constexpr std::array<std::string_view, 2> kReplaceable = {"vars", "threads"};

template <size_t kCount>
bool has(const std::array<std::string_view, kCount>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The command that `which` of an artifact names; null for those that cannot be repeated.
const CommandSpec* command_of(std::string_view which) {
  constexpr std::string_view kRepeatable[] = {"run",      "build",   "test",  "seed",
                                              "snapshot", "compile", "clone", "run-operation"};
  std::string_view name = which == "generate" ? "docs generate" : which;
  if (which != "generate" &&
      std::find(std::begin(kRepeatable), std::end(kRepeatable), name) == std::end(kRepeatable))
    return nullptr;
  for (const CommandSpec& command : command_specs()) {
    if (command.name == name)
      return &command;
  }
  return nullptr;
}

/// True when the value is what the option's reader would have made of words.
bool fits(const OptionSpec& option, const Data& value) {
  switch (option.kind) {
    case OptionKind::Switch:
      return value.is_bool();
    case OptionKind::Text:
      return value.is_string() && !value.as_string().empty();
    case OptionKind::Integer:
      return value.is_int();
    case OptionKind::Words:
      return value.is_list() && !value.as_list().empty();
    case OptionKind::Yaml:
      return value.is_map() && !value.as_map().empty();
  }
  return false;
}

/// The earlier command line with what this one may say.
CommandLine combine(const CommandLine& own, const CommandSpec& command, const DataMap& args) {
  CommandLine line;
  line.command = &command;
  line.invocation = own.invocation;
  for (const auto& [name, value] : args) {
    const OptionSpec* option = find_option(name);
    // `show` of seeds is not repeated.
    bool is_kept = option != nullptr && !has(kOwnFlags, name) && name != "show";
    if (is_kept && fits(*option, value))
      line.values.set(name, value);
  }
  for (const auto& [name, value] : own.values) {
    if (has(kOwnFlags, name) || has(kReplaceable, name))
      line.values.set(name, value);
  }
  if (const Data* macro = args.find("macro"); macro != nullptr && macro->is_string())
    line.arguments.push_back(macro->as_string());
  return line;
}

int fail(Session& session, std::string message, std::string sentence, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::StateMissing;
  diagnostic.message = std::move(message);
  diagnostic.legacy_text = "Runtime Error\n  " + sentence;
  diagnostic.hint = std::move(hint);
  return session.fail(diagnostic);
}

bool is_retryable(const manifest::RunResult& result, bool warnings_too) {
  return result.status == "error" || result.status == "fail" || result.status == "skipped" ||
         result.status == "runtime error" || result.status == "partial success" ||
         (warnings_too && result.status == "warn");
}

}  // namespace

int cmd_retry(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  std::string folder = session.flags.get_string("state");
  if (folder.empty())
    folder = session.target_path();
  std::string path =
      base::join_path(base::join_path(session.project.root, folder), "run_results.json");
  if (!session.env.files.exists(path)) {
    return fail(session, fmt::format("there is no `{}` to repeat", path),
                fmt::format("Could not find previous run in '{}' target directory", folder),
                "run a command first, or point `--state` at the artifacts of one");
  }
  diag::Result<manifest::RunResults> read = manifest::read_run_results(session.env.files, path);
  if (!read)
    return session.fail(read.error());
  const Data* which = read->args.find("which");
  std::string name = which == nullptr ? "" : python_str(*which);
  const CommandSpec* command = command_of(name);
  if (command == nullptr) {
    return fail(session, fmt::format("`{}` cannot be repeated", name),
                fmt::format("The previous command '{}' cannot be retried", name),
                "retry repeats commands that build, test or compile nodes");
  }
  CommandLine line = combine(session.line, *command, read->args);
  RetriedRun retried;
  bool warnings_too = session.flags.get_bool("warn_error");
  for (const manifest::RunResult& result : read->results) {
    bool is_hook = base::starts_with(result.unique_id, "operation.") && name != "run-operation";
    if (!is_hook && is_retryable(result, warnings_too))
      retried.unique_ids.push_back(result.unique_id);
  }
  retried.results = std::move(*read);
  if (retried.unique_ids.empty() && name == "run-operation")
    return kSuccess;
  Session repeated(session, line, retried);
  return run_command(repeated);
}

}  // namespace weft::cli
