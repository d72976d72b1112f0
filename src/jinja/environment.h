// Environment: settings, filters, tests and globals with which templates are compiled and rendered.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "diag/diagnostic.h"
#include "diag/source.h"
#include "jinja/error.h"
#include "jinja/object.h"
#include "jinja/template.h"
#include "jinja/value.h"

namespace weft::jinja {

enum class UndefinedKind {
  /// Prints as nothing; its attributes are errors.
  Default,
  /// Every use is an error.
  Strict,
  /// Attributes and items are undefined again.
  Chainable,
  /// Attributes, items and calls are undefined again: dbt while it parses.
  Permissive,
};

/// What a render may use up before it ends with an error. Zero means no limit.
struct Budget {
  uint64_t steps = 50'000'000;
  uint32_t depth = 500;
  /// Of the values that are alive and the output together.
  uint64_t bytes = 96ull << 20;
  std::chrono::milliseconds time{0};
};

/// A host tag that defines a macro: `{% test unique(model) %}…{% endtest %}`.
struct MacroTag {
  /// How the header after the tag's word reads.
  enum class Header {
    /// name(parameters), as for `macro`; the parentheses may be missing.
    Signature,
    /// name, then options: `view, default`, `view, adapter='postgres',
    /// supported_languages=['sql']`.
    NameAndOptions,
  };
  std::string word;
  std::string end_word;
  Header header = Header::Signature;
  /// Gives the macro its name. Options are (word, "") for a bare word, (key, constant) otherwise.
  std::function<std::string(std::string_view name,
                            const std::vector<std::pair<std::string, base::Data>>& options)>
      macro_name;
};

struct Options {
  bool trim_blocks = false;
  bool lstrip_blocks = false;
  bool keep_trailing_newline = false;
  bool autoescape = false;
  /// No attributes that start with '_', range() up to 100000, no methods that reach outside.
  bool sandboxed = false;
  UndefinedKind undefined = UndefinedKind::Default;
  bool do_extension = true;
  bool loop_controls = true;
  /// `{% macro f(a: string, b: list[string] = []) %}`: annotations are read and dropped.
  bool macro_annotations = false;
  std::string block_start = "{%", block_end = "%}";
  std::string variable_start = "{{", variable_end = "}}";
  std::string comment_start = "{#", comment_end = "#}";
  std::string line_statement_prefix, line_comment_prefix;
  std::string newline_sequence = "\n";
  std::vector<MacroTag> macro_tags;
  /// Raw text of another template for extends, include and import; nothing when there is none.
  std::function<std::optional<std::string>(std::string_view name)> loader;
  Budget budget;
};

/// A filter gets the value as its first positional argument; a test returns a truth value.
using Filter = NativeFunction;

/// Immutable once templates are compiled with it; shared by threads. Must outlive its templates.
class Environment {
 public:
  Environment(Options options, diag::Sources& sources);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  const Options& options() const;
  diag::Sources& sources() const;
  /// Adds or replaces; only before the first template.
  void add_filter(std::string name, Filter filter, void* self = nullptr);
  void add_test(std::string name, Filter test, void* self = nullptr);

  /// Compiles the text of `source` from `offset` (the part of a file that is one macro, one model).
  /// `name` is what error messages call the template.
  std::variant<std::shared_ptr<const Template>, Error> compile(diag::SourceId source,
                                                               std::string_view name,
                                                               uint32_t begin = 0,
                                                               uint32_t end = 0xffffffff) const;
  /// Compiles one expression, without braces.
  std::variant<std::shared_ptr<const Template>, Error> compile_expression(
      diag::SourceId source, std::string_view name) const;

 private:
  friend class Interpreter;
  friend struct EnvironmentAccess;

 public:
  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::jinja
