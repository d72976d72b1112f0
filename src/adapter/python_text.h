// How Python reads characters: white space of str.strip(), decimal digits of every script.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter {

/// Without leading and trailing white space as Python's str.strip() knows it, Unicode's included.
std::string_view python_strip(std::string_view text);
/// Decimal digits of all scripts become ASCII digits; all else is kept.
std::string ascii_digits(std::string_view text);
/// True for the empty text and `null` in any case: what seeds take for no value. `text` is
/// stripped.
bool is_null_word(std::string_view text);

}  // namespace weft::adapter
