// Diagnostics as text (excerpt, caret, labels, hint, trail) and as JSON.
#pragma once

#include <string>

#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::diag {

struct RenderOptions {
  bool colors = false;
  /// Lines longer than this are cut around the caret.
  int width = 120;
  /// Of a message of several lines only the first; where the whole text stands above.
  bool only_first_line = false;
};

/// Several lines, ending with a newline:
///   error[E1104]: model `orders` refers to unknown model `custmers`
///     models/marts/orders.sql:12:13
///   12 | from {{ ref('custmers') }}
///      |             ^^^^^^^^^^ no model, seed or snapshot has this name
///   hint: did you mean `customers`?
/// Control characters of the user's text are shown escaped.
std::string render_text(const Diagnostic& diagnostic, const Sources& sources,
                        const RenderOptions& options = {});

/// One JSON object on one line: code, name, severity, message, file, line, column, end_line,
/// end_column, note, labels, hint, trail, database.
std::string render_json(const Diagnostic& diagnostic, const Sources& sources);

}  // namespace weft::diag
