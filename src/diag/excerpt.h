// Excerpt: one line of a source with a caret under a span, ready for a terminal.
#pragma once

#include <string>
#include <string_view>

#include "diag/source.h"

namespace weft::diag {

/// The user's text made safe to print: control characters, direction overrides and bytes that are
/// no UTF-8 appear as escapes. Line ends stay when `keep_lines`, else they are escaped, too.
std::string printable(std::string_view text, bool keep_lines);

struct Excerpt {
  uint32_t line = 1;
  uint32_t column = 1;
  /// Safe to print, tabs as blanks, cut to the width.
  std::string text;
  /// Blanks and carets that go below `text`.
  std::string marks;
};

/// The first line of the span. `mark` draws the underline. Lines longer than `width` columns are
/// cut around it.
Excerpt make_excerpt(const SourceText& source, Span span, char mark, int width);

}  // namespace weft::diag
