// Where a failed template is shown: the user's own text rather than weft's macros.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "context/scope.h"
#include "context/shared.h"
#include "diag/diagnostic.h"

namespace weft::context {

/// Moves the place of `diagnostic` out of weft's own macros: to the innermost of the user's calls
/// that led there, or to the first line of `node` when there is none. Steps of the trail inside
/// weft's macros go, unless nothing else is known of the place. `node` may be null.
void point_at_user_text(diag::Diagnostic& diagnostic, const Shared& shared,
                        const manifest::Node* node);

/// Points at the text of the node in `scope` that made the piece of `sql` which the server refused;
/// shows the statement itself where that is no file's text. Without effect when the server named no
/// position.
void place_database_error(diag::Diagnostic& error, const NodeScope& scope, diag::Sources& sources,
                          std::string_view sql);

/// The same for a generic test, whose text nobody wrote: its entry in the properties file is the
/// place, or a second one where the failing macro is the user's.
void point_at_test_entry(diag::Diagnostic& diagnostic, const diag::Sources& sources,
                         const manifest::Node& test);

/// For the error "'name' is undefined": the macro or context name that is nearest, as a hint.
std::string undefined_hint(std::string_view message, const Shared& shared,
                           const std::vector<std::string>& known);

}  // namespace weft::context
