// Searching, splitting and stripping of text as Python's str methods do it, on bytes. UTF-8 makes a
// byte match a match of code points.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::jinja {

/// The place of `needle` at or behind `from`, or npos; never slow, whatever the texts repeat.
size_t find_text(std::string_view text, std::string_view needle, size_t from = 0);
/// str.replace; a negative count means all. An empty `from` matches between code points.
std::string replace_text(std::string_view text, std::string_view from, std::string_view to,
                         int64_t count);
/// str.split(); `separator` must not be empty.
std::vector<std::string_view> split_text(std::string_view text, std::string_view separator,
                                         int64_t limit);
std::vector<std::string_view> split_text_right(std::string_view text, std::string_view separator,
                                               int64_t limit);
/// str.split() at runs of white space.
std::vector<std::string_view> split_space(std::string_view text, int64_t limit);
std::vector<std::string_view> split_space_right(std::string_view text, int64_t limit);
/// str.count of an overlap-free needle.
size_t count_text(std::string_view text, std::string_view needle);
/// Without the characters of `set` at the ends.
std::string_view strip_set_left(std::string_view text, std::string_view set);
std::string_view strip_set_right(std::string_view text, std::string_view set);

}  // namespace weft::jinja
