// Lexer, parser and compiler on any text, as a template and as an expression.
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weft;
  fuzz::Input input = fuzz::read_input(data, size);
  fuzz::Setup& setup = fuzz::shared_setup(input);
  diag::SourceId source = setup.sources.add("t", input.text);
  fuzz::Compiled compiled = (input.kinds & 4) != 0
                                ? setup.environment.compile_expression(source, "t")
                                : setup.environment.compile(source, "t");
  if (auto* error = std::get_if<jinja::Error>(&compiled)) {
    fuzz::check_error(*error);
  } else {
    std::get<0>(compiled)->macros();
  }
  return 0;
}
