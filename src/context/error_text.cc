#include "context/error_text.h"

#include <string_view>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/worker.h"
#include "diag/code.h"

namespace weft::context {
namespace {

/// What dbt adds when a name is undefined in the text of the node itself.
constexpr std::string_view kUndefinedHelp =
    ". This can happen when calling a macro that does not exist. Check for typos and/or install "
    "package dependencies with \"dbt deps\".";

/// How a message about wrong arguments of a macro begins.
constexpr std::string_view kMacro = "macro '";

std::string indent_lines(std::string_view text) {
  return "  " + base::replace_all(text, "\n", "\n  ");
}

/// "macro `cents`" gives "cents".
std::string_view macro_name(std::string_view step) {
  size_t begin = step.find('`'), end = step.rfind('`');
  return begin == std::string_view::npos || end <= begin ? std::string_view{}
                                                         : step.substr(begin + 1, end - begin - 1);
}

/// The macros that the failure left, inmost first: "cents (macros/money.sql)". A macro that the
/// file at `own_path` defines is no macro of the project.
std::vector<std::string> macros_left(const jinja::Error& error, const Shared& shared,
                                     std::string_view own_path) {
  std::vector<std::string> made;
  diag::Span inside = error.host && error.host->span.valid() ? error.host->span : error.span;
  for (const diag::TrailStep& step : error.trail) {
    std::string_view name = macro_name(step.text);
    std::string_view path;
    if (inside.valid())
      path = shared.sources.get(inside.source).path;
    if (!name.empty() && !path.empty() && path != own_path) {
      for (std::string_view package : {kBuiltinPackage, kPostgresPackage}) {
        if (base::starts_with(path, std::string(package) + "/macros/"))
          path.remove_prefix(package.size() + 1);
      }
      made.push_back(fmt::format("{} ({})", name, path));
    }
    inside = step.span;
  }
  return made;
}

/// Failures of Jinja and wrong types become dbt's error in the inmost macro, which is not listed
/// then; other errors of Python pass all macros unseen.
size_t macros_unseen(const jinja::Error& error, diag::Code code, size_t count) {
  if (error.host || code == diag::Code::JinjaBudget)
    return 0;
  for (std::string_view seen : {"TypeError", "UndefinedError", "TemplateRuntimeError",
                                "FilterArgumentError", "SecurityError"}) {
    if (error.type != seen)
      continue;
    // Wrong arguments fail before the macro is entered.
    bool is_entered = !base::starts_with(error.message, kMacro);
    return is_entered && count > 0 ? 1 : 0;
  }
  return count;
}

std::string chain_text(const std::vector<std::string>& macros, size_t unseen,
                       std::string_view caller) {
  std::string out;
  for (size_t i = unseen; i < macros.size(); ++i)
    out += fmt::format("\n> {} macro {}", i == unseen ? "in" : "called by", macros[i]);
  if (!out.empty())
    out += fmt::format("\n> called by {}", caller);
  return out;
}

/// The message under a headline: "Compilation Error\n  x" gives "x". Nothing for other texts.
std::optional<std::string> under_headline(std::string_view text) {
  constexpr std::string_view kHeadline = "Compilation Error\n  ";
  if (!base::starts_with(text, kHeadline))
    return std::nullopt;
  return base::replace_all(text.substr(kHeadline.size()), "\n  ", "\n");
}

}  // namespace

std::string error_text(const jinja::Error& error, const diag::Diagnostic& diagnostic,
                       const Shared& shared, const manifest::Node* node) {
  bool is_running = shared.phase == Phase::Execute;
  std::string text = diagnostic.legacy_text.empty() ? diagnostic.message : diagnostic.legacy_text;
  if (error.host && !error.host->legacy_text.empty()) {
    std::optional<std::string> message = under_headline(text);
    if (!message || node == nullptr || !is_running)
      return text;
    text = *std::move(message);
  }
  std::vector<std::string> macros;
  if (node != nullptr)
    macros = macros_left(error, shared, node->original_file_path);
  if (diagnostic.code == diag::Code::JinjaUndefined && is_running && macros.empty())
    text += kUndefinedHelp;
  // dbt's macros have a prefix, which the engine's messages show there.
  if (error.type == "TypeError" && base::starts_with(text, kMacro))
    text = fmt::format("macro 'dbt_macro__{}", text.substr(kMacro.size()));
  std::string headline(code_info(diagnostic.code).headline);
  if (node == nullptr)
    return headline + "\n" + indent_lines(text);
  std::string place = describe_node(*node);
  size_t unseen = macros_unseen(error, diagnostic.code, macros.size());
  std::string chain = chain_text(macros, unseen, place);
  return fmt::format("{} in {}\n{}{}{}", headline, place, indent_lines(text),
                     chain.empty() ? "" : "\n  ", base::replace_all(chain, "\n", "\n  "));
}

}  // namespace weft::context
