// Diagnostic: one message to the user as data, and Result, which carries it instead of a value.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/data.h"
#include "diag/code.h"
#include "diag/source.h"

namespace weft::diag {

/// A second place that belongs to the message: "defined here before".
struct Label {
  Span span;
  std::string text;
};

/// One step of how a failing piece was reached, innermost first: macro `cents`, model `orders`.
struct TrailStep {
  Span span;
  std::string text;
};

/// What PostgreSQL said.
struct DatabaseError {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
  std::string context;
  /// 1-based code point in the statement sent, 0 when unknown.
  int position = 0;
  /// All of it as psql shows it, without the severity: the message, the line of the statement with
  /// a caret, DETAIL, HINT, CONTEXT. The message alone where there is no more.
  std::string text;
};

struct Diagnostic {
  Code code = Code::Internal;
  /// Lower case, no full stop, user text in backticks, what was found before what was expected.
  std::string message;
  Span span;
  /// Shown under the caret.
  std::string note;
  std::vector<Label> labels;
  /// What to do about it; may be empty.
  std::string hint;
  std::vector<TrailStep> trail;
  std::optional<DatabaseError> database;
  /// dbt's own wording where clients look for it ("Compilation Error in model x (path)\n  ...");
  /// empty when the rendered text is all there is.
  std::string legacy_text;
  /// The fields of dbt's event for this warning, under dbt's names; may be empty.
  base::DataMap event_data;

  Severity severity() const { return code_info(code).severity; }
};

/// A value, or the diagnostic that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}
  Result(Diagnostic error) : content_(std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() { return std::get<0>(content_); }
  const T& value() const { return std::get<0>(content_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Diagnostic& error() { return std::get<1>(content_); }
  const Diagnostic& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Diagnostic> content_;
};

/// Success without a value.
struct Done {};
using Status = Result<Done>;

}  // namespace weft::diag
