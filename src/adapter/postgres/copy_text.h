// COPY's text format.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::adapter::postgres {

/// How much is handed to the server at a time.
inline constexpr size_t kCopyChunk = size_t{1} << 17;

/// Appends a value that is not null.
void append_copy_text(std::string& out, std::string_view text);

}  // namespace weft::adapter::postgres
