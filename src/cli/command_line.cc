#include "cli/command_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "yaml/document.h"

namespace weft::cli {
namespace {

bool has_word(std::string_view list, std::string_view word) {
  for (std::string_view one : base::split(list, ' ')) {
    if (one == word)
      return true;
  }
  return false;
}

bool command_has(const CommandSpec* command, const OptionSpec& option) {
  return is_global_option(option.name) ||
         (command != nullptr && has_word(command->options, option.name));
}

/// dbt's earlier names of --select.
bool is_models_spelling(std::string_view word) {
  return word == "-m" || word == "--models" || word == "--model";
}

/// One pass over the words.
class Parser {
 public:
  Parser(const std::vector<std::string>& words, std::string_view program, diag::Sources& sources)
      : words_(words), program_(program), sources_(sources) {}

  std::variant<CommandLine, UsageError> parse() {
    find_command();
    for (size_t i = 0; i < words_.size(); ++i) {
      if (i == command_at_ || (is_pair_ && i == command_at_ + 1))
        continue;
      if (!take(i))
        return error_;
    }
    if (std::optional<UsageError> wrong = check())
      return *wrong;
    line_.invocation = std::string(program_);
    for (const std::string& word : words_)
      line_.invocation += " " + word;
    return line_;
  }

 private:
  /// The first word that is neither an option nor an option's value.
  void find_command() {
    for (size_t i = 0; i < words_.size(); ++i) {
      const std::string& word = words_[i];
      if (word.size() > 1 && word.front() == '-') {
        if (const OptionSpec* option = option_of(word, nullptr);
            option && takes_value(*option) && word.find('=') == std::string::npos)
          ++i;
        continue;
      }
      command_at_ = i;
      for (const CommandSpec& command : command_specs()) {
        std::string pair = i + 1 < words_.size() ? word + " " + words_[i + 1] : word;
        if ((command.name == pair || command.alias == pair) && pair != word) {
          line_.command = &command;
          is_pair_ = true;
          return;
        }
        if (command.name == word || (!command.alias.empty() && command.alias == word)) {
          line_.command = &command;
          return;
        }
      }
      return;
    }
  }

  static bool takes_value(const OptionSpec& option) { return option.kind != OptionKind::Switch; }

  /// The option a word names; `negated` tells --no-x.
  const OptionSpec* option_of(std::string_view word, bool* negated) const {
    std::string_view name = word.substr(0, word.find('='));
    for (const OptionSpec& option : option_specs()) {
      if (command_at_ != kNone && !command_has(line_.command, option))
        continue;
      // "m" is dbt's old letter for --select.
      if (name.size() == 2 && name[0] == '-' &&
          (option.letter == name[1] || (name[1] == 'm' && option.name == "select")))
        return &option;
      if (!base::starts_with(name, "--"))
        continue;
      std::string_view longer = name.substr(2);
      for (std::string_view spelling : base::split(option.spellings, ' ')) {
        if (longer == spelling)
          return &option;
        if (option.kind == OptionKind::Switch && base::starts_with(longer, "no-") &&
            longer.substr(3) == spelling) {
          if (negated != nullptr)
            *negated = true;
          return &option;
        }
      }
    }
    return nullptr;
  }

  bool fail(std::string message, std::string hint = "") {
    error_ = {std::move(message), std::move(hint), line_.command};
    return false;
  }

  bool take(size_t& i) {
    const std::string& word = words_[i];
    if (word == "--help" || word == "-h") {
      line_.wants_help = true;
      return true;
    }
    if (word == "--version" || word == "-V" || (word == "-v" && line_.command == nullptr)) {
      line_.wants_version = true;
      return true;
    }
    if (word.size() < 2 || word.front() != '-') {
      line_.arguments.push_back(word);
      return true;
    }
    bool negated = false;
    const OptionSpec* option = option_of(word, &negated);
    if (option == nullptr)
      return fail_unknown(word);
    bool before = command_at_ != kNone && i < command_at_;
    if (option->kind != OptionKind::Words && line_.values.contains(option->name) &&
        before_.contains(option->name) && !before) {
      return fail(fmt::format("Invalid value for '--{}': it is given before and after the command",
                              base::split(option->spellings, ' ').front()));
    }
    if (before)
      before_.set(option->name, base::Data(true));
    std::string_view spelled = std::string_view(word).substr(0, word.find('='));
    if (is_models_spelling(spelled))
      line_.says_models = true;
    return take_value(*option, negated, i);
  }

  bool fail_unknown(const std::string& word) {
    std::vector<std::string> known;
    for (const OptionSpec& option : option_specs()) {
      if (!command_has(line_.command, option) || option.hidden)
        continue;
      for (std::string_view spelling : base::split(option.spellings, ' '))
        known.push_back("--" + std::string(spelling));
    }
    std::string name = word.substr(0, word.find('='));
    std::optional<std::string> near = base::nearest(name, known);
    return fail(fmt::format("No such option: {}", name),
                near ? fmt::format("Did you mean {}?", *near) : "");
  }

  bool take_value(const OptionSpec& option, bool negated, size_t& i) {
    const std::string& word = words_[i];
    size_t equal = word.find('=');
    bool has_inline = base::starts_with(word, "--") && equal != std::string::npos;
    if (option.kind == OptionKind::Switch) {
      if (has_inline)
        return fail(fmt::format("Option '{}' does not take a value.", word.substr(0, equal)));
      line_.values.set(option.name, base::Data(!negated));
      return true;
    }
    if (option.kind == OptionKind::Words)
      return take_words(option, has_inline ? word.substr(equal + 1) : "", has_inline, i);
    std::string value;
    if (has_inline) {
      value = word.substr(equal + 1);
    } else if (i + 1 < words_.size()) {
      value = words_[++i];
    } else {
      return fail(fmt::format("Option '{}' requires an argument.", word));
    }
    return set_value(option, word.substr(0, equal), value);
  }

  /// `ls --models x` means models only; everywhere else it is another word for --select.
  std::string_view list_name(const OptionSpec& option, std::string_view word) const {
    std::string_view spelling = word.substr(0, word.find('='));
    bool is_list = line_.command != nullptr && line_.command->name == "ls";
    return is_list && is_models_spelling(spelling) && option.name == "select" ? "models"
                                                                              : option.name;
  }

  bool take_words(const OptionSpec& option, const std::string& first, bool has_inline, size_t& i) {
    base::Data& list = line_.values[list_name(option, words_[i])];
    if (!list.is_list())
      list = base::Data(base::DataList{});
    size_t taken = 0;
    auto add = [&](std::string_view text) {
      ++taken;
      for (std::string_view part : base::split_words(text))
        list.as_list().emplace_back(part);
    };
    if (has_inline) {
      add(first);
      return true;
    }
    while (i + 1 < words_.size() && (words_[i + 1].empty() || words_[i + 1].front() != '-') &&
           i + 1 != command_at_)
      add(words_[++i]);
    if (taken == 0)
      return fail(fmt::format("Option '{}' requires an argument.", words_[i]));
    return true;
  }

  bool set_value(const OptionSpec& option, const std::string& shown, const std::string& value) {
    if (option.kind == OptionKind::Integer) {
      std::optional<int64_t> number = base::parse_int(value);
      if (!number) {
        return fail(
            fmt::format("Invalid value for '{}': '{}' is not a valid integer.", shown, value));
      }
      line_.values.set(option.name, base::Data(*number));
      return true;
    }
    if (option.kind == OptionKind::Yaml) {
      diag::Result<base::Data> data = yaml::parse_data(value, shown, sources_);
      if (!data || !data->is_map()) {
        return fail(fmt::format("Invalid value for '{}': String '{}' is not valid YAML mapping",
                                shown, value));
      }
      line_.values.set(option.name, std::move(*data));
      return true;
    }
    line_.values.set(option.name, base::Data(value));
    return true;
  }

  std::optional<UsageError> check() {
    if (line_.wants_help || line_.wants_version)
      return std::nullopt;
    if (command_at_ != kNone && line_.command == nullptr) {
      std::vector<std::string> names;
      for (const CommandSpec& command : command_specs())
        names.emplace_back(command.name);
      const std::string& word = words_[command_at_];
      std::string longer;
      for (const std::string& name : names) {
        if (base::starts_with(name, word + " "))
          longer += (longer.empty() ? "" : ", ") + name;
      }
      if (!longer.empty())
        return UsageError{fmt::format("Command '{}' needs a second word.", word),
                          fmt::format("One of: {}.", longer), nullptr};
      std::optional<std::string> near = base::nearest(word, names);
      return UsageError{fmt::format("No such command '{}'.", word),
                        near ? fmt::format("Did you mean '{}'?", *near) : "", nullptr};
    }
    if (line_.command == nullptr)
      return std::nullopt;
    if (line_.command->argument.empty() && !line_.arguments.empty()) {
      return UsageError{fmt::format("Got unexpected extra argument ({})", line_.arguments.front()),
                        "", line_.command};
    }
    for (auto [a, b] : {std::pair{"select", "inline"}, std::pair{"selector", "inline"},
                        std::pair{"warn_error", "warn_error_options"}}) {
      if (line_.values.contains(a) && line_.values.contains(b)) {
        return UsageError{fmt::format("{}: not allowed with argument {}", b, a), "", line_.command};
      }
    }
    return std::nullopt;
  }

  static constexpr size_t kNone = static_cast<size_t>(-1);

  const std::vector<std::string>& words_;
  std::string_view program_;
  diag::Sources& sources_;
  CommandLine line_;
  UsageError error_;
  base::DataMap before_;
  size_t command_at_ = kNone;
  bool is_pair_ = false;
};

std::string option_line(const OptionSpec& option) {
  std::string_view spelling = base::split(option.spellings, ' ').front();
  std::string left = option.letter == 0 ? "    " : fmt::format("-{}, ", option.letter);
  left += option.kind == OptionKind::Switch ? fmt::format("--[no-]{}", spelling)
                                            : fmt::format("--{} {}", spelling, option.metavar);
  return fmt::format("  {:<36} {}\n", left, option.help);
}

}  // namespace

bool CommandLine::is_on(std::string_view name) const {
  const base::Data* value = values.find(name);
  return value != nullptr && value->truthy();
}

std::variant<CommandLine, UsageError> parse_command_line(const std::vector<std::string>& words,
                                                         std::string_view program,
                                                         diag::Sources& sources) {
  return Parser(words, program, sources).parse();
}

std::string usage_line(std::string_view program, const CommandSpec* command) {
  if (command == nullptr)
    return fmt::format("Usage: {} [OPTIONS] COMMAND [ARGS]...", program);
  std::string argument = command->argument.empty() ? "" : fmt::format(" {}", command->argument);
  return fmt::format("Usage: {} {} [OPTIONS]{}", program, command->name, argument);
}

std::string help_text(std::string_view program, const CommandSpec* command) {
  std::string text = usage_line(program, command) + "\n\n";
  if (command == nullptr) {
    text +=
        "  Builds a project of SQL models on PostgreSQL, tests and documents it.\n\nCommands:\n";
    for (const CommandSpec& one : command_specs())
      text += fmt::format("  {:<16} {}\n", one.name, one.summary);
  } else {
    text += fmt::format("  {}\n", command->summary);
    if (!command->text.empty())
      text += fmt::format("\n{}", command->text);
    text += "\nOptions:\n";
    for (const OptionSpec& option : option_specs()) {
      if (!option.hidden && has_word(command->options, option.name))
        text += option_line(option);
    }
  }
  text += "\nOptions of every command:\n";
  for (const OptionSpec& option : option_specs()) {
    if (!option.hidden && is_global_option(option.name))
      text += option_line(option);
  }
  text += "  -h, --help                           this text\n";
  if (command == nullptr)
    text += "  -V, --version                        versions of weft and of the dbt it follows\n";
  return text;
}

std::string completion_script(std::string_view program, std::string_view shell) {
  std::string commands, options;
  for (const CommandSpec& command : command_specs())
    commands += (commands.empty() ? "" : " ") + std::string(base::split(command.name, ' ').front());
  for (const OptionSpec& option : option_specs()) {
    if (!option.hidden)
      options += fmt::format(" --{}", base::split(option.spellings, ' ').front());
  }
  std::string script;
  if (shell == "zsh")
    script += "autoload -U +X bashcompinit && bashcompinit\n";
  script += fmt::format(R"(_{0}_complete() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}"
  case "$word" in
    -*) COMPREPLY=($(compgen -W "{2}" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "{1}" -- "$word")) ;;
  esac
}}
complete -o default -F _{0}_complete {0}
)",
                        program, commands, options);
  return script;
}

}  // namespace weft::cli
