// Descriptions: CommonMark with tables to HTML that is safe to show.
#pragma once

#include <string>
#include <string_view>

namespace weft::docs {

/// The HTML of a description. Raw HTML in the text is escaped; links keep their target only when it
/// starts with http://, https://, mailto: or #/; images become their alternative text.
std::string markdown_to_html(std::string_view text);

/// Appends `text` with &, <, > and " escaped.
void append_escaped(std::string& out, std::string_view text);

}  // namespace weft::docs
