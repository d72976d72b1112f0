// The built documentation page, embedded by cmake/embed_page.cmake.
#pragma once

#include <string_view>

namespace weft::docs {

/// The HTML template with its placeholders; valid for the whole process, as the two below.
std::string_view page_html();
std::string_view page_style();
std::string_view page_program();

}  // namespace weft::docs
