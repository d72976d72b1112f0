// Template: compiled, immutable code of one text, and what can be known of it without running it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "diag/source.h"

namespace weft::jinja {

struct Parameter {
  std::string name;
  bool has_default = false;
  /// Text of the annotation, empty when there is none.
  std::string annotation;
};

/// A call that stands in the text: `f(…)`, `pkg.f(…)`, `adapter.dispatch('x', 'pkg')(…)`.
struct CallSite {
  /// "f" or "pkg.f"; calls of other expressions are left out.
  std::string name;
  /// Arguments that are constants; null for any other argument.
  std::vector<std::optional<base::Data>> positional;
  std::vector<std::pair<std::string, std::optional<base::Data>>> named;
  diag::Span span;
};

/// A macro defined at the top level of a template.
struct MacroInfo {
  /// Mangled by the tag for host tags: "test_unique", "materialization_view_default".
  std::string name;
  /// "macro", or the word of the host tag.
  std::string tag;
  std::vector<Parameter> parameters;
  /// Options of a NameAndOptions header.
  std::vector<std::pair<std::string, base::Data>> options;
  /// From "{%" of the opening tag to "%}" of the closing one.
  diag::Span span;
  /// Calls within the macro, in order of the text.
  std::vector<CallSite> calls;
};

class Template {
 public:
  ~Template();
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;

  const std::string& name() const;
  diag::SourceId source() const;
  const std::vector<MacroInfo>& macros() const;
  /// Calls in the whole text, macros included, in order.
  const std::vector<CallSite>& calls() const;
  /// True when the text has no statement, expression or comment: rendering returns it as it is.
  bool is_plain_text() const;

 private:
  friend class Environment;
  friend class Interpreter;
  friend struct TemplateAccess;
  Template();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A top-level block of a text, found without compiling: `{% snapshot x %}…{% endsnapshot %}`.
struct Block {
  /// The tag's word.
  std::string word;
  /// The rest of the opening tag, trimmed: "x" or "unique(model)".
  std::string header;
  /// From the opening "{%" to behind the closing "%}".
  diag::Span span;
  /// What stands between the tags.
  diag::Span body;
};

}  // namespace weft::jinja
