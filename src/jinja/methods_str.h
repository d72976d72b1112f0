// What the files of str methods share.
#pragma once

#include <cstdint>
#include <string_view>

#include "jinja/methods.h"

namespace weft::jinja {

/// Adds the methods that ask about text: find, count, startswith, isdigit, encode.
void add_string_queries(MethodTable& table);
/// What a match costs when all of a text's are counted or replaced.
inline constexpr uint64_t kStepsOfMatch = 4;
/// Charges for the text that a replacement makes.
void charge_replacement(Interpreter& interpreter, std::string_view text, std::string_view from,
                        std::string_view to, int64_t limit);
/// Python's str.islower() and isupper().
bool is_lower_text(std::string_view text);
bool is_upper_text(std::string_view text);

}  // namespace weft::jinja
