// What properties files say about macros: Jinja in their descriptions, and arguments that do not
// agree with the macro.
#include <fmt/format.h>

#include "parse/checks.h"
#include "parse/descriptions.h"

namespace weft::parse {
namespace {

/// A type of a macro's argument, and how many types it takes in brackets.
struct ArgumentType {
  std::string_view name;
  int parameters;
};

constexpr ArgumentType kTypes[] = {{"str", 0},     {"string", 0},   {"bool", 0},     {"int", 0},
                                   {"integer", 0}, {"float", 0},    {"any", 0},      {"list", 1},
                                   {"dict", 2},    {"optional", 1}, {"relation", 0}, {"column", 0}};

/// Takes one type off the front of the text; false when there is none. `depth` bounds nesting.
bool take_type(std::string_view& text, int depth) {
  size_t length = 0;
  while (length < text.size() && text[length] >= 'a' && text[length] <= 'z')
    ++length;
  const ArgumentType* type = nullptr;
  for (const ArgumentType& known : kTypes) {
    if (known.name == text.substr(0, length))
      type = &known;
  }
  if (type == nullptr || depth == 0)
    return false;
  text.remove_prefix(length);
  for (int i = 0; i < type->parameters; ++i) {
    if (text.empty() || text.front() != (i == 0 ? '[' : ','))
      return false;
    text.remove_prefix(1);
    if (!take_type(text, depth - 1))
      return false;
  }
  if (type->parameters == 0)
    return true;
  if (text.empty() || text.front() != ']')
    return false;
  text.remove_prefix(1);
  return true;
}

bool is_type(const std::string& written) {
  std::string text;
  for (char c : written) {
    if (c != ' ' && c != '\t')
      text += c;
  }
  constexpr int kDeepest = 50;
  std::string_view rest = text;
  return take_type(rest, kDeepest) && rest.empty();
}

void report(State& state, const manifest::Macro& macro, const Entry& entry, std::string message,
            std::string legacy) {
  diag::Diagnostic d;
  d.code = diag::Code::MacroAnnotation;
  d.message = std::move(message);
  d.span = entry.node->span;
  d.labels.push_back({macro.span, "the macro"});
  d.event_data.set("msg", base::Data(legacy));
  d.event_data.set("macro_unique_id", base::Data(macro.unique_id));
  d.event_data.set("macro_file_path", base::Data(macro.original_file_path));
  d.legacy_text = std::move(legacy);
  state.report(std::move(d));
}

}  // namespace

void check_macro_arguments(State& state, const manifest::Macro& macro, const Entry& entry,
                           const std::vector<manifest::MacroArgument>& described) {
  for (size_t i = 0; i < described.size() && i < macro.arguments.size(); ++i) {
    if (described[i].name != macro.arguments[i].name) {
      report(state, macro, entry,
             fmt::format("argument `{}` of macro `{}` is called `{}` there", described[i].name,
                         macro.name, macro.arguments[i].name),
             fmt::format("Argument {} in yaml for macro {} does not match the jinja definition.",
                         described[i].name, macro.name));
    }
  }
  if (described.size() != macro.arguments.size()) {
    report(state, macro, entry,
           fmt::format("{} arguments of macro `{}` are described, and it has {}", described.size(),
                       macro.name, macro.arguments.size()),
           fmt::format("The number of arguments in the yaml for macro {} does not match the jinja "
                       "definition.",
                       macro.name));
  }
  for (const manifest::MacroArgument& argument : described) {
    bool has_type = argument.type && argument.type->find_first_not_of(" \t") != std::string::npos;
    if (!has_type || is_type(*argument.type))
      continue;
    report(state, macro, entry,
           fmt::format("`{}` is no type for argument `{}` of macro `{}`", *argument.type,
                       argument.name, macro.name),
           fmt::format("Argument {} in the yaml for macro {} has an invalid type.", argument.name,
                       macro.name));
  }
}

void render_macro_descriptions(State& state) {
  context::Worker worker(*state.shared, nullptr);
  DescriptionRenderer descriptions(state, worker);
  for (const Entry& entry : state.entries) {
    if (entry.section != "macros")
      continue;
    const std::string& package = state.project_of(state.files[entry.file]).name;
    auto found =
        state.manifest().macro_by_unique_id.find(fmt::format("macro.{}.{}", package, entry.name));
    if (found == state.manifest().macro_by_unique_id.end())
      continue;
    manifest::Macro& macro = state.manifest().macros[found->second.index()];
    std::vector<std::string> blocks;
    auto render = [&](std::string& text) {
      text = descriptions.render(text, package, entry.node->span, blocks);
    };
    render(macro.description);
    for (manifest::MacroArgument& argument : macro.arguments)
      render(argument.description);
  }
}

}  // namespace weft::parse
