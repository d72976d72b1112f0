// parse_command_line: arguments become a command and typed values, by click's rules as dbt has
// them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/data.h"
#include "cli/options.h"
#include "diag/source.h"

namespace weft::cli {

struct CommandLine {
  /// Null for --help and --version without a command.
  const CommandSpec* command = nullptr;
  /// By flag name; only what was given.
  base::DataMap values;
  std::vector<std::string> arguments;
  bool wants_help = false, wants_version = false;
  /// --models, --model or -m stands for --select.
  bool says_models = false;
  /// "dbt run --select x", for artifacts.
  std::string invocation;

  /// True when the switch was given, and not as --no-x.
  bool is_on(std::string_view name) const;
};

/// What is wrong, as click words it: goes to standard error below the usage line, exit code 2.
struct UsageError {
  std::string message;
  std::string hint;
  const CommandSpec* command = nullptr;
};

/// Options may stand before or after the command; one that stands at both places is an error.
std::variant<CommandLine, UsageError> parse_command_line(const std::vector<std::string>& words,
                                                         std::string_view program,
                                                         diag::Sources& sources);

std::string usage_line(std::string_view program, const CommandSpec* command);
/// --help of the program or of one command.
std::string help_text(std::string_view program, const CommandSpec* command);
/// A script that completes commands and options.
std::string completion_script(std::string_view program, std::string_view shell);

}  // namespace weft::cli
