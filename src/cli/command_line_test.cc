#include "cli/command_line.h"

#include <catch2/catch.hpp>

#include "base/strings.h"
#include "cli/options.h"

namespace weft::cli {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (std::string_view word : base::split_words(line))
    words.emplace_back(word);
  return words;
}

CommandLine parsed(const std::vector<std::string>& words) {
  diag::Sources sources;
  auto result = parse_command_line(words, "weft", sources);
  if (auto* error = std::get_if<UsageError>(&result))
    FAIL(error->message);
  return std::get<CommandLine>(result);
}

CommandLine parsed(const std::string& line) { return parsed(words_of(line)); }

UsageError refused(const std::string& line) {
  diag::Sources sources;
  auto result = parse_command_line(words_of(line), "weft", sources);
  REQUIRE(std::holds_alternative<UsageError>(result));
  return std::get<UsageError>(result);
}

std::string text_of(const CommandLine& line, std::string_view name) {
  const base::Data* value = line.values.find(name);
  return value == nullptr ? "not given" : python_repr(*value);
}

}  // namespace

TEST_CASE("options stand before or behind the command", "[command_line]") {
  for (const char* text :
       {"--target prod run", "run --target prod", "run -t prod", "--target=prod run"}) {
    CommandLine line = parsed(std::string(text));
    CHECK(line.command->name == "run");
    CHECK(text_of(line, "target") == "'prod'");
  }
  CHECK(refused("--target a run --target b").message ==
        "Invalid value for '--target': it is given before and after the command");
  CHECK(parsed("--quiet run -s a").invocation == "weft --quiet run -s a");
}

TEST_CASE("commands of two words, and their other names", "[command_line]") {
  CHECK(parsed("docs generate").command->name == "docs generate");
  CHECK(parsed("source snapshot-freshness").command->name == "source freshness");
  CHECK(parsed("list").command->name == "ls");
  CHECK(refused("--threads 2 docs --quiet").message == "Command 'docs' needs a second word.");
  CHECK(refused("docs").hint == "One of: docs generate, docs serve.");
  CHECK(parsed("run-operation grant").arguments == std::vector<std::string>{"grant"});
  UsageError unknown = refused("biuld");
  CHECK(unknown.message == "No such command 'biuld'.");
  CHECK(unknown.hint == "Did you mean 'build'?");
  CHECK(refused("run orders").message == "Got unexpected extra argument (orders)");
}

TEST_CASE("switches are on, off, or not given", "[command_line]") {
  CommandLine line = parsed("docs generate --static --no-compile");
  CHECK(line.is_on("static"));
  CHECK_FALSE(line.is_on("compile"));
  CHECK(text_of(line, "compile") == "False");
  CHECK_FALSE(line.is_on("empty_catalog"));
  CHECK(text_of(line, "empty_catalog") == "not given");
  CHECK(refused("run --quiet=yes").message == "Option '--quiet' does not take a value.");
}

TEST_CASE("an option of words takes all up to the next option", "[command_line]") {
  CHECK(text_of(parsed("run -s a b --exclude c -s d"), "select") == "['a', 'b', 'd']");
  CHECK(text_of(parsed({"run", "--select", "a b", "--quiet"}), "select") == "['a', 'b']");
  CHECK(text_of(parsed("run --select=a"), "select") == "['a']");
  CHECK(text_of(parsed("--exclude a run"), "exclude") == "['a']");
  CHECK(refused("run --select --quiet").message == "Option '--select' requires an argument.");
}

TEST_CASE("the earlier names of --select", "[command_line]") {
  for (const char* text : {"run -m a", "run --models a", "run --model a"}) {
    CommandLine line = parsed(std::string(text));
    CHECK(text_of(line, "select") == "['a']");
    CHECK(line.says_models);
  }
  CHECK_FALSE(parsed("run -s a").says_models);
  // There it means models only.
  CHECK(text_of(parsed("ls -m a"), "models") == "['a']");
  CHECK(text_of(parsed("ls -m a"), "select") == "not given");
}

TEST_CASE("values have the type of their option", "[command_line]") {
  CHECK(text_of(parsed("run --threads 4"), "threads") == "4");
  CHECK(refused("run --threads four").message ==
        "Invalid value for '--threads': 'four' is not a valid integer.");
  CHECK(text_of(parsed({"run", "--vars", "{a: 1}"}), "vars") == "{'a': 1}");
  CHECK(refused("run --vars a").message ==
        "Invalid value for '--vars': String 'a' is not valid YAML mapping");
  CHECK(refused("run --target").message == "Option '--target' requires an argument.");
}

TEST_CASE("options that are unknown, of another command, or exclude each other", "[command_line]") {
  UsageError unknown = refused("run --selct a");
  CHECK(unknown.message == "No such option: --selct");
  CHECK(unknown.hint == "Did you mean --select?");
  CHECK(unknown.command->name == "run");
  CHECK(refused("parse --select a").message == "No such option: --select");
  CHECK(refused("show --select a --inline b").message ==
        "inline: not allowed with argument select");
}

TEST_CASE("help has a line for each option with an effect", "[command_line]") {
  std::string all = help_text("weft", nullptr);
  for (const CommandSpec& command : command_specs())
    all += help_text("weft", &command);
  for (const OptionSpec& option : option_specs()) {
    INFO(option.name);
    CHECK(option.hidden == option.help.empty());
    std::string_view shown = base::split(option.spellings, ' ').front();
    std::string spelled = option.kind == OptionKind::Switch ? "--[no-]" : "--";
    bool is_there = all.find(spelled + std::string(shown) + " ") != std::string::npos;
    CHECK(is_there == !option.hidden);
  }
}

TEST_CASE("each option of a command is in the table", "[command_line]") {
  for (const CommandSpec& command : command_specs()) {
    for (std::string_view name : base::split_words(command.options)) {
      INFO(command.name << " " << name);
      REQUIRE(find_option(name) != nullptr);
      CHECK_FALSE(is_global_option(name));
    }
  }
}

TEST_CASE("completion knows commands and options", "[command_line]") {
  std::string bash = completion_script("weft", "bash");
  CHECK(bash.find("_weft_complete() {\n") == 0);
  CHECK(bash.find("local word=\"${COMP_WORDS[COMP_CWORD]}\"\n") != std::string::npos);
  CHECK(bash.find("compgen -W \"init debug deps ") != std::string::npos);
  CHECK(bash.find(" --select ") != std::string::npos);
  CHECK(bash.find("--macro-debugging") == std::string::npos);
  CHECK(bash.substr(bash.rfind("complete -o")) == "complete -o default -F _weft_complete weft\n");
  CHECK(completion_script("weft", "zsh").find("autoload -U +X bashcompinit") == 0);
}

}  // namespace weft::cli
