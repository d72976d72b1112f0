// Unwind: the one exception of the engine. It never leaves the module.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "jinja/error.h"

namespace weft::jinja {

struct Unwind {
  Error error;
};

/// A failure of compiling at an offset of the template; Template turns the offset into a span and
/// line.
struct CompileFailure {
  std::string_view type;
  std::string message;
  uint32_t offset = 0;
};

}  // namespace weft::jinja
