// The same template by different ways must give the same: rendered twice by one interpreter, by a
// fresh one, and included by another template, whose output is captured.
#include "fuzz/harness.h"

namespace {

using namespace weft;

/// The outcome in one text, without the name that an included template has in messages.
std::string shown(const fuzz::Outcome& outcome, const std::string& own_name) {
  if (const auto* error = std::get_if<jinja::Error>(&outcome)) {
    std::string text = error->type + ": " + error->message;
    std::string place = " in '" + own_name + "'";
    size_t at = text.find(place);
    return at == std::string::npos ? text : text.erase(at, place.size());
  }
  return std::get<jinja::Rendered>(outcome).text;
}

/// Whether a text may hold the address of an object, as it is or as letters that a filter has taken
/// apart, raised or turned round.
bool has_address(const std::string& text) {
  std::string letters;
  for (char c : text) {
    bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      letters += static_cast<char>(is_upper ? c + ('a' - 'A') : c);
    }
  }
  return letters.find("0x") != std::string::npos || letters.find("x0") != std::string::npos;
}

bool is_comparable(const std::string& text, const std::string& first) {
  auto has = [](const std::string& where, const char* word) {
    return where.find(word) != std::string::npos;
  };
  // What is random, shows addresses or its own name, or ends by a budget that two ways use
  // differently.
  return !has(text, "random") && !has(text, "lipsum") && !has(text, "self") &&
         !has_address(first) && !has(first, "Budget") && !has(first, "memory:") &&
         !has(first, "RecursionError");
}

fuzz::Outcome render(const fuzz::Compiled& compiled, jinja::Interpreter& interpreter) {
  if (const auto* error = std::get_if<jinja::Error>(&compiled)) {
    return *error;
  }
  fuzz::FuzzNames names;
  return interpreter.render(*std::get<0>(compiled), names);
}

fuzz::Compiled compile(fuzz::Setup& setup, std::string text) {
  return setup.environment.compile(setup.sources.add("t", std::move(text)), "");
}

void expect_same(const std::string& first, const std::string& second, std::string_view way) {
  if (first != second) {
    fuzz::report(way, "first:  " + first + "\nsecond: " + second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input = fuzz::read_input(data, size);
  fuzz::Setup& setup = fuzz::shared_setup(input);
  fuzz::Compiled compiled = compile(setup, input.text);
  fuzz::Outcome outcome = render(compiled, setup.interpreter);
  std::string own_name = setup.own_name();
  std::string first = shown(outcome, own_name);
  if (!is_comparable(input.text, first)) {
    return 0;
  }
  expect_same(first, shown(render(compiled, setup.interpreter), own_name),
              "the second render differs");
  jinja::Interpreter fresh(setup.environment);
  expect_same(first, shown(render(compiled, fresh), own_name), "a fresh interpreter differs");
  std::string include = "{% include '" + own_name + "' %}";
  fuzz::Outcome included = render(compile(setup, include), fresh);
  if (!std::holds_alternative<jinja::Error>(outcome) ||
      std::holds_alternative<jinja::Error>(included)) {
    expect_same(first, shown(included, own_name), "the included template differs");
  }
  if (std::holds_alternative<jinja::Rendered>(outcome)) {
    std::string captured = "{% set all %}" + include + "{% endset %}{{ all }}";
    expect_same(first, shown(render(compile(setup, captured), fresh), own_name),
                "the captured template differs");
  }
  return 0;
}
