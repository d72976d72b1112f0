// What the fuzz targets share: an input as options and a template, and names for it to use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

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
/// be loaded under the names `base`, `lib` and `part`, and the input itself as `self`.
jinja::Options options_of(const Input& input);

/// A few values of every kind; a fresh set for each render, as templates change them.
class FuzzNames final : public jinja::Names {
 public:
  FuzzNames();
  std::optional<jinja::Value> lookup(jinja::Interpreter& interpreter,
                                     std::string_view name) override;

 private:
  std::vector<std::pair<std::string_view, jinja::Value>> values_;
};

/// A template with all that it needs to live.
struct Setup {
  explicit Setup(const Input& input);

  diag::Sources sources;
  jinja::Environment environment;
};

/// A setup that was made for inputs with the same options, since making one takes longer than most
/// runs. It must not load the input itself: what was loaded stays.
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
