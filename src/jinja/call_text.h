// Arguments of a call as text that does not depend on a render: what state comparison calls the
// unrendered configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/environment.h"

namespace weft::jinja {

/// The keyword arguments of the first call of `function` in a template's text: a string constant as
/// it is, any other expression written out anew, and kinds of expressions that have no short form as
/// Jinja2 prints their syntax tree. Nothing when there is no such call or the text cannot be parsed.
std::optional<std::vector<std::pair<std::string, std::string>>> keyword_texts(
    const Environment& environment, std::string_view text, std::string_view function);

}  // namespace weft::jinja
