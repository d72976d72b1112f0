// Wrapping of one paragraph, as Python's textwrap.wrap does it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::jinja {

struct WrapStyle {
  /// At least 1.
  int64_t width = 79;
  bool breaks_long_words = true;
  bool breaks_on_hyphens = true;
};

/// Lines of at most the width, without white space at their ends; tabs and line ends are kept.
std::vector<std::string> wrap_line(std::string_view text, const WrapStyle& style);

}  // namespace weft::jinja
