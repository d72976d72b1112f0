// Whether a text is JSON, without building its values: for files that are streamed to the server,
// which reads the values itself.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace weft::adapter {

/// What is wrong first, as RFC 8259 has it (no NaN, no comments); none for one JSON document with
/// white space around it. Nesting may be of any depth. The text must be UTF-8.
std::optional<base::JsonError> check_json(std::string_view text);

}  // namespace weft::adapter
