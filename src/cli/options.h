// The commands and options of the command line as tables: parsing, --help, shell completion and the
// manual all read them.
#pragma once

#include <span>
#include <string_view>

namespace weft::cli {

enum class OptionKind {
  /// --x and --no-x
  Switch,
  /// one value
  Text,
  Integer,
  /// words up to the next one that starts with '-'; may be repeated
  Words,
  /// text that must be a YAML mapping
  Yaml,
};

struct OptionSpec {
  /// dbt's flag name in snake case: the value is kept under it.
  std::string_view name;
  OptionKind kind;
  /// Long spellings separated by blanks, the first is shown: "select models model".
  std::string_view spellings;
  char letter = 0;
  /// What --help calls the value.
  std::string_view metavar = {};
  std::string_view help = {};
  /// Accepted and without effect here; left out of --help.
  bool hidden = false;
};

struct CommandSpec {
  /// "run", "docs generate"
  std::string_view name;
  std::string_view alias;
  std::string_view summary;
  /// Names of the options it has beside the global ones, separated by blanks.
  std::string_view options;
  /// What stands behind the command without a dash: "MACRO", "[NAME]"; empty for nothing.
  std::string_view argument;
  /// Longer text for `weft help COMMAND`, with examples.
  std::string_view text;
};

std::span<const OptionSpec> option_specs();
std::span<const CommandSpec> command_specs();
/// Options that every command has, before or after its name.
bool is_global_option(std::string_view name);
const OptionSpec* find_option(std::string_view name);

}  // namespace weft::cli
