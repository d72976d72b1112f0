#include "parse/properties_error.h"

#include <utility>

namespace weft::parse {

diag::Diagnostic properties_error(std::string message, diag::Span span, std::string hint,
                                  const std::string& sentence) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::PropertiesInvalid;
  diagnostic.legacy_text = "Parsing Error\n  " + (sentence.empty() ? message : sentence);
  diagnostic.message = std::move(message);
  diagnostic.span = span;
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

}  // namespace weft::parse
