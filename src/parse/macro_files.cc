// Macros: compiles every macro file, weft's own first, and finds which macros call which.
#include <algorithm>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/paths.h"
#include "base/strings.h"
#include "base/text_list.h"
#include "jinja/blocks.h"
#include "parse/builtin_files.h"
#include "parse/checks.h"
#include "parse/state.h"

namespace weft::parse {
namespace {

using context::CallableMacro;
using manifest::Macro;
using manifest::MacroId;

struct MacroFile {
  std::string package, original_file_path;
  /// Below tests/generic: dbt does not read the parameters of tests there.
  bool is_generic_test = false;
  diag::SourceId source;
  std::shared_ptr<const jinja::Template> code;
  std::optional<jinja::Error> error;
};

std::vector<MacroFile> macro_files(State& state) {
  std::vector<MacroFile> made;
  for (const BuiltinFile& file : builtin_files()) {
    diag::SourceId source = state.input.sources.add(fmt::format("{}/{}", file.package, file.path),
                                                    std::string(file.text));
    made.push_back({std::string(file.package), std::string(file.path), false, source, nullptr, {}});
  }
  for (const ProjectFile& file : state.files) {
    if (file.kind == FileKind::Macro || file.kind == FileKind::GenericTest)
      made.push_back({state.project_of(file).name,
                      file.original_file_path,
                      file.kind == FileKind::GenericTest,
                      file.source,
                      nullptr,
                      {}});
  }
  return made;
}

constexpr uint32_t kToTheEnd = 0xffffffff;

void compile_part(const jinja::Environment& jinja, MacroFile& file, uint32_t begin, uint32_t end) {
  auto compiled = jinja.compile(file.source, file.original_file_path, begin, end);
  if (auto* error = std::get_if<jinja::Error>(&compiled))
    file.error = std::move(*error);
  else
    file.code = std::get<0>(compiled);
}

/// What stands outside of macros does nothing and need not be Jinja: a file that does not compile
/// is taken apart into its blocks, and only their errors count.
std::vector<MacroFile> without_stray_errors(const State& state, std::vector<MacroFile> files) {
  static const std::vector<std::string> kWords = {"macro", "materialization", "test", "data_test"};
  std::vector<MacroFile> made;
  for (MacroFile& file : files) {
    if (!file.error) {
      made.push_back(std::move(file));
      continue;
    }
    auto found = jinja::find_blocks(file.source, state.input.sources, kWords);
    const auto* blocks = std::get_if<jinja::FoundBlocks>(&found);
    if (blocks == nullptr || blocks->strays.empty()) {
      made.push_back(std::move(file));
      continue;
    }
    file.error.reset();
    for (const jinja::Block& block : blocks->blocks) {
      compile_part(*state.result->jinja, made.emplace_back(file), block.span.begin, block.span.end);
    }
  }
  return made;
}

/// The macro's text as dbt cuts it: white space that a `-` of the outer tags takes away belongs to
/// it, unless the tag before took it already. White space around the whole file does not count.
std::string macro_text(const State& state, diag::Span span) {
  std::string_view all = state.input.sources.get(span.source).text;
  auto is_space = [&](size_t at) {
    return std::string_view(" \t\r\n\f\v").find(all[at]) != std::string_view::npos;
  };
  size_t begin = span.begin, end = span.end;
  if (all.substr(begin, 3) == "{%-") {
    while (begin > 0 && is_space(begin - 1))
      --begin;
    if (begin == 0 || (begin >= 3 && all.substr(begin - 3, 3) == "-%}"))
      begin = span.begin;
  }
  if (end >= 3 && all.substr(end - 3, 3) == "-%}") {
    while (end < all.size() && is_space(end))
      ++end;
  }
  if (all.find_first_not_of(" \t\r\n\f\v", end) == std::string_view::npos) {
    while (end > begin && is_space(end - 1))
      --end;
  }
  return std::string(all.substr(begin, end - begin));
}

/// The row of a file's macro.
Macro make_macro(const State& state, const MacroFile& file, const jinja::MacroInfo& info) {
  Macro macro;
  macro.name = info.name;
  macro.package_name = file.package;
  macro.path = macro.original_file_path = file.original_file_path;
  macro.unique_id = fmt::format("macro.{}.{}", file.package, info.name);
  macro.macro_sql = macro_text(state, info.span);
  macro.created_at = state.now;
  macro.span = info.span;
  if (info.tag == "materialization") {
    // dbt adds this parameter to each of them, given or not.
    macro.arguments.push_back({"supported_languages", std::nullopt, ""});
  } else if (!file.is_generic_test) {
    for (const jinja::Parameter& parameter : info.parameters) {
      std::optional<std::string> type;
      if (!parameter.annotation.empty())
        type = parameter.annotation;
      macro.arguments.push_back({parameter.name, std::move(type), ""});
    }
  }
  for (const auto& [key, value] : info.options) {
    if (key == "supported_languages" && value.is_list())
      macro.supported_languages = base::text_list(&value);
  }
  if (info.tag == "materialization" && !macro.supported_languages)
    macro.supported_languages = std::vector<std::string>{"sql"};
  return macro;
}

void report_twin(State& state, const Macro& first, const Macro& second) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::DuplicateResource;
  diagnostic.message =
      fmt::format("two macros of package `{}` are called `{}`", second.package_name, second.name);
  diagnostic.span = second.span;
  diagnostic.labels.push_back({first.span, "the other one"});
  diagnostic.hint = "rename or remove one of them";
  diagnostic.legacy_text = fmt::format(
      "Compilation Error\n  dbt found multiple macros named \"{}\" in the project\n  "
      "\"{}\".\n   To fix this error, rename or remove one of the following macros:\n      - "
      "{}\n      - {}",
      second.name, second.package_name, first.original_file_path, second.original_file_path);
  state.report(std::move(diagnostic));
}

void add_macro(State& state, const MacroFile& file, size_t index) {
  manifest::Manifest& manifest = state.manifest();
  Macro macro = make_macro(state, file, file.code->macros()[index]);
  MacroId id(manifest.macros.size());
  auto [known, is_new] = manifest.macro_by_unique_id.emplace(macro.unique_id, id);
  if (!is_new) {
    report_twin(state, manifest.macros[known->second.index()], macro);
    return;
  }
  state.result->macros->add(file.package, macro.name, {file.code.get(), index, id});
  manifest.macros.push_back(std::move(macro));
}

/// What a call of adapter.dispatch finds without a node: without a namespace, any package's macro.
/// That nothing implements the name is an error even where the call is never reached.
const CallableMacro* dispatched(State& state, const std::string& package, const std::string& name,
                                const std::string& space, diag::Span span) {
  const context::MacroTable& table = *state.result->macros;
  std::vector<std::string> tried;
  if (const CallableMacro* found = table.dispatch(package, name, space, &tried))
    return found;
  if (table.dispatch_packages(space).front().empty()) {
    for (const char* prefix : {"postgres__", "default__"}) {
      if (const CallableMacro* found = table.find_anywhere(prefix + name))
        return found;
    }
  }
  diag::Diagnostic diagnostic = context::missing_dispatch(name, space, tried);
  diagnostic.span = span;
  state.report(std::move(diagnostic));
  return nullptr;
}

/// The macro that dbt takes a name for: the package's, else any of that name.
const CallableMacro* named_macro(const context::MacroTable& table, std::string_view package,
                                 std::string_view name) {
  const CallableMacro* found = table.find_in(package, name);
  return found == nullptr ? table.find_anywhere(name) : found;
}

/// The macros a call names, as seen from macro `own` of `package`: dbt resolves these without a
/// node. A dispatched name counts as what it finds, and as a macro of that name.
std::vector<const CallableMacro*> called_macros(State& state, const std::string& package,
                                                std::string_view own, const jinja::CallSite& call) {
  const context::MacroTable& table = *state.result->macros;
  if (call.name == "adapter.dispatch" || call.name == "dispatch") {
    std::string name, space;
    if (!call.positional.empty() && call.positional[0] && call.positional[0]->is_string())
      name = call.positional[0]->as_string();
    if (call.positional.size() > 1 && call.positional[1] && call.positional[1]->is_string())
      space = call.positional[1]->as_string();
    for (const auto& [key, value] : call.named) {
      if (!value || !value->is_string())
        continue;
      if (key == "macro_name")
        name = value->as_string();
      else if (key == "macro_namespace")
        space = value->as_string();
    }
    if (name.empty())
      return {};
    return {name == own ? nullptr : named_macro(table, package, name),
            call.name == "dispatch" ? table.dispatch(package, name, space, nullptr)
                                    : dispatched(state, package, name, space, call.span)};
  }
  size_t dot = call.name.find('.');
  if (dot == std::string::npos)
    return {call.name == own ? nullptr : named_macro(table, package, call.name)};
  // Methods of the adapter share names with macros that they call.
  if (call.name.substr(0, dot) == "adapter")
    return {};
  // Also the method of a variable, where a macro happens to have its name.
  return {named_macro(table, call.name.substr(0, dot), call.name.substr(dot + 1))};
}

void find_macro_calls(State& state, const std::vector<MacroFile>& files) {
  manifest::Manifest& manifest = state.manifest();
  for (const MacroFile& file : files) {
    if (file.code == nullptr)
      continue;
    for (const jinja::MacroInfo& info : file.code->macros()) {
      auto own =
          manifest.macro_by_unique_id.find(fmt::format("macro.{}.{}", file.package, info.name));
      if (own == manifest.macro_by_unique_id.end())
        continue;
      std::vector<MacroId>& depends_on = manifest.macros[own->second.index()].depends_on;
      for (const jinja::CallSite& call : info.calls) {
        for (const CallableMacro* macro : called_macros(state, file.package, info.name, call)) {
          if (macro == nullptr)
            continue;
          if (std::find(depends_on.begin(), depends_on.end(), macro->id) == depends_on.end())
            depends_on.push_back(macro->id);
        }
      }
    }
  }
}

/// What `config` says comes on top of what the entry says itself.
void take_docs_and_meta(Macro& macro, const base::Data& entry) {
  for (const base::Data* holder : {&entry, entry.get("config")}) {
    const base::Data* docs = holder == nullptr ? nullptr : holder->get("docs");
    if (docs != nullptr && docs->get("show") != nullptr)
      macro.docs.show = docs->get("show")->bool_or(true);
    if (docs != nullptr && docs->get("node_color") != nullptr &&
        docs->get("node_color")->is_string())
      macro.docs.node_color = docs->get("node_color")->as_string();
    const base::Data* meta = holder == nullptr ? nullptr : holder->get("meta");
    if (meta == nullptr || !meta->is_map())
      continue;
    for (const auto& [key, value] : meta->as_map())
      macro.meta.set(key, value);
  }
}

std::vector<manifest::MacroArgument> described_arguments(const base::Data& entry) {
  std::vector<manifest::MacroArgument> described;
  const base::Data* arguments = entry.get("arguments");
  if (arguments == nullptr || !arguments->is_list())
    return described;
  for (const base::Data& argument : arguments->as_list()) {
    manifest::MacroArgument made;
    if (const base::Data* name = argument.get("name"))
      made.name = python_str(*name);
    if (const base::Data* type = argument.get("type"); type != nullptr && !type->is_null())
      made.type = python_str(*type);
    if (const base::Data* text = argument.get("description"))
      made.description = std::string(text->string_or(""));
    described.push_back(std::move(made));
  }
  return described;
}

void apply_macro_entry(State& state, Entry& entry) {
  const std::string& package = state.project_of(state.files[entry.file]).name;
  manifest::Manifest& manifest = state.manifest();
  auto found = manifest.macro_by_unique_id.find(fmt::format("macro.{}.{}", package, entry.name));
  if (found == manifest.macro_by_unique_id.end()) {
    diag::Diagnostic warning;
    warning.code = diag::Code::UnknownMacroPatch;
    warning.message =
        fmt::format("properties describe macro `{}`, which does not exist", entry.name);
    warning.span = entry.node->span;
    warning.legacy_text =
        fmt::format("Found patch for macro \"{}\" which was not found", entry.name);
    state.report(std::move(warning));
    return;
  }
  Macro& macro = manifest.macros[found->second.index()];
  entry.is_used = true;
  macro.patch_path = patch_path(state, entry);
  if (const base::Data* text = entry.data.get("description"))
    macro.description = std::string(text->string_or(""));
  take_docs_and_meta(macro, entry.data);
  // What the properties say replaces what the signature tells.
  std::vector<manifest::MacroArgument> described = described_arguments(entry.data);
  if (described.empty())
    return;
  if (state.input.flags.get_bool("validate_macro_args"))
    check_macro_arguments(state, macro, entry, described);
  macro.arguments = std::move(described);
}

}  // namespace

void load_macros(State& state) {
  std::vector<MacroFile> files = macro_files(state);
  const jinja::Environment& jinja = *state.result->jinja;
  base::parallel_for(files.size(), state.input.threads,
                     [&](size_t, size_t i) { compile_part(jinja, files[i], 0, kToTheEnd); });
  files = without_stray_errors(state, std::move(files));
  for (const MacroFile& file : files) {
    if (file.error) {
      diag::Diagnostic diagnostic = jinja::to_diagnostic(*file.error);
      if (diagnostic.legacy_text.empty()) {
        diagnostic.legacy_text = fmt::format("Compilation Error\n  {}\n    line {}",
                                             diagnostic.message, file.error->line);
      }
      state.report(std::move(diagnostic));
      continue;
    }
    state.result->macros->keep(file.code);
    for (size_t i = 0; i < file.code->macros().size(); ++i)
      add_macro(state, file, i);
  }
  find_macro_calls(state, files);
  for (Entry& entry : state.entries) {
    if (entry.section == "macros")
      apply_macro_entry(state, entry);
  }
}

}  // namespace weft::parse
