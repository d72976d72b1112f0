// Profiles hold passwords: what of them may be shown.
#pragma once

#include <string>
#include <string_view>

#include "diag/diagnostic.h"

namespace weft::config {

/// The text of a profiles.yml with the same length and lines, in which all that could be a password
/// is stars: every value but those of keys that are known to be harmless.
std::string redact_profile(std::string_view text);

/// The message without the user's text in it; the place stays.
void redact_message(diag::Diagnostic& diagnostic);

}  // namespace weft::config
