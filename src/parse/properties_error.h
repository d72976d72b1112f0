// A mistake in a properties file as a message.
#pragma once

#include <string>

#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::parse {

/// `sentence` is what dbt says below its headline; without one it is `message`.
diag::Diagnostic properties_error(std::string message, diag::Span span, std::string hint,
                                  const std::string& sentence = "");

}  // namespace weft::parse
