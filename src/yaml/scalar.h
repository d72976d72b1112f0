// What a plain scalar means in YAML 1.1, as PyYAML's safe loader decides it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yaml/document.h"

namespace weft::yaml {

/// Sets kind and value of `node` from the plain scalar `text`; node.text is left alone. Words that
/// mean nothing special are strings. Integers beyond 64 bits are strings, too, so that no digit is
/// lost. False for a date that looks like one but does not exist.
[[nodiscard]] bool type_plain(std::string_view text, Node& node);

/// True when the plain text is a string for PyYAML, so that it can be written without quotes.
bool is_plain_string(std::string_view text);

/// Python's str() of the date or datetime that a scalar of kind Timestamp holds: "2020-01-31" or
/// "2020-01-31 10:00:00+00:00". Nothing when there is no such date.
std::optional<std::string> timestamp_text(std::string_view text);

/// Python's str() of a scalar: the text of keys.
std::string scalar_str(const Node& node);

}  // namespace weft::yaml
