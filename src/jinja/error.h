// Error: how a template failed, in Python's and Jinja2's words.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.h"

namespace weft::jinja {

/// A failure of compiling or rendering.
struct Error {
  /// Python's class: "TemplateSyntaxError", "UndefinedError", "TypeError", ... or the host's own.
  std::string type;
  std::string message;
  diag::Span span;
  /// 1-based line in the innermost template, as Jinja2 reports it; 0 when the failure belongs to
  /// none.
  uint32_t line = 1;
  /// Loader name of the template that failed; empty for the template itself.
  std::string template_name;
  /// Macro calls from the failing place outwards.
  std::vector<diag::TrailStep> trail;
  /// `name = repr` of the variables that the failing line reads, repr cut to one short line.
  std::vector<std::string> variables;
  /// Set by the host through Interpreter::raise; the host's own diagnostic, kept as is.
  std::shared_ptr<diag::Diagnostic> host;
};

/// The error as a diagnostic: code by type, excerpt span, trail, variables as note.
diag::Diagnostic to_diagnostic(const Error& error);

}  // namespace weft::jinja
