// Text as Python sees it: code points over UTF-8 bytes. Lone surrogates are kept as three bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::jinja {

bool is_ascii_text(std::string_view text);
/// Number of code points; a byte that is no UTF-8 counts as one.
size_t count_code_points(std::string_view text);
/// Bytes of the code point that starts at `at`, which must lie inside the text.
size_t code_point_size(std::string_view text, size_t at);
/// The code point at `at`, moved behind it. An invalid byte gives U+FFFD.
char32_t next_code_point(std::string_view text, size_t& at);
/// The code point that ends at `at` (> 0), which is moved to its begin.
char32_t previous_code_point(std::string_view text, size_t& at);
void append_code_point(std::string& out, char32_t c);
/// Byte offset of the code point at `index`; the size of the text when there are fewer.
size_t byte_offset(std::string_view text, size_t index);
std::vector<char32_t> code_points(std::string_view text);

/// Python's str.splitlines: \n, \r, \r\n, \v, \f, \x1c-\x1e, U+0085, U+2028 and U+2029 end a line.
std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends);
/// Python's str.isspace of one code point.
bool is_space(char32_t c);
/// Without white space at the ends, as str.strip().
std::string_view strip_space(std::string_view text);
std::string_view strip_space_left(std::string_view text);
std::string_view strip_space_right(std::string_view text);

/// What Python's repr() gives for a str.
std::string repr_text(std::string_view text);
void append_repr_text(std::string& out, std::string_view text);

}  // namespace weft::jinja
