// What the fuzz targets share: an input as options and a template, and names for it to use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "jinja/environment.h"
#include "jinja/interpreter.h"

namespace weft::fuzz {

/// An input: two bytes whose low bits choose options (`@@` for none), then the template. Bytes that
/// are no UTF-8 become `?`, since templates come from files that were checked.
struct Input {
  uint8_t flags = 0;
  uint8_t kinds = 0;
  std::string text;
};
Input read_input(const uint8_t* data, size_t size);

/// Options that the first two bytes mean, with budgets that keep a run short. Other templates can
/// be loaded under the names `base`, `lib` and `part`; `load_own` gives those of other names.
jinja::Options options_of(const Input& input,
                          std::function<std::optional<std::string>(std::string_view)> load_own);

/// A few values of every kind; a fresh set for each render, as templates change them. They are made
/// when they are asked for, which most are not.
class FuzzNames final : public jinja::Names {
 public:
  std::optional<jinja::Value> lookup(jinja::Interpreter& interpreter,
                                     std::string_view name) override;

 private:
  std::vector<std::pair<std::string_view, jinja::Value>> values_;
};

/// What templates of the same options are rendered with.
struct Setup {
  explicit Setup(const Input& input);

  /// The name under which templates can load the input that runs. Each input has another, since
  /// what was loaded stays.
  std::string own_name() const { return "input" + std::to_string(uses); }

  int uses = 0;
  std::string text;
  diag::Sources sources;
  jinja::Environment environment;
  jinja::Interpreter interpreter;
};

/// The setup for an input: one that was used for others with the same options, since making one
/// takes longer than most runs.
Setup& shared_setup(const Input& input);

using Compiled = std::variant<std::shared_ptr<const jinja::Template>, jinja::Error>;
using Outcome = std::variant<jinja::Rendered, jinja::Error>;

/// Ends the program with a message, as a crash that the fuzzer keeps.
[[noreturn]] void report(std::string_view what, std::string_view detail);

/// Reports an error that no user should see: without a type, or the engine's own mistake.
void check_error(const jinja::Error& error);
/// Reports a span map that does not cover its text, or does not lead to the bytes it claims.
void check_spans(const jinja::Rendered& rendered, const diag::Sources& sources);

}  // namespace weft::fuzz
