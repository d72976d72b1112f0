// Rendering under budgets: no crash, no leak, no hang, and a span map that is true.
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weft;
  fuzz::Input input = fuzz::read_input(data, size);
  fuzz::Setup& setup = fuzz::shared_setup(input);
  fuzz::Compiled compiled = setup.environment.compile(setup.sources.add("t", input.text), "t");
  if (auto* error = std::get_if<jinja::Error>(&compiled)) {
    fuzz::check_error(*error);
    return 0;
  }
  jinja::Interpreter& interpreter = setup.interpreter;
  fuzz::FuzzNames names;
  if ((input.kinds & 4) != 0) {
    auto value = interpreter.render_native(*std::get<0>(compiled), names);
    if (auto* error = std::get_if<jinja::Error>(&value)) {
      fuzz::check_error(*error);
    }
    return 0;
  }
  fuzz::Outcome outcome = interpreter.render(*std::get<0>(compiled), names);
  if (auto* error = std::get_if<jinja::Error>(&outcome)) {
    fuzz::check_error(*error);
  } else {
    fuzz::check_spans(std::get<jinja::Rendered>(outcome), setup.sources);
  }
  return 0;
}
