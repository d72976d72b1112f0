#include "jinja/error.h"

#include <algorithm>

namespace weft::jinja {
namespace {

diag::Code code_of(std::string_view type) {
  if (type == "TemplateSyntaxError" || type == "TemplateAssertionError") {
    return diag::Code::JinjaSyntax;
  }
  if (type == "UndefinedError") {
    return diag::Code::JinjaUndefined;
  }
  if (type == "BudgetExceeded" || type == "RecursionError") {
    return diag::Code::JinjaBudget;
  }
  return diag::Code::JinjaRuntime;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

}  // namespace

diag::Diagnostic to_diagnostic(const Error& error) {
  if (error.host) {
    diag::Diagnostic diagnostic = *error.host;
    if (diagnostic.trail.empty()) {
      diagnostic.trail = error.trail;
    }
    return diagnostic;
  }
  diag::Diagnostic diagnostic;
  diagnostic.code = code_of(error.type);
  diagnostic.message = error.message;
  diagnostic.span = error.span;
  diagnostic.note = joined(error.variables);
  diagnostic.trail = error.trail;
  return diagnostic;
}

}  // namespace weft::jinja
