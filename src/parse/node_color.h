// Colours of nodes on the documentation site, as dbt takes them.
#pragma once

#include <string_view>

namespace weft::parse {

/// A name of CSS Color Module Level 3 or `#` with three or six hexadecimal digits, in any case.
bool is_node_color(std::string_view text);

}  // namespace weft::parse
