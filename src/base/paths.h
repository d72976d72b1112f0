// Paths as text. Nothing here touches the disk.
#pragma once

#include <string>
#include <string_view>

namespace weft::base {

/// `a/b` joined with one slash; an absolute `name` replaces the folder.
std::string join_path(std::string_view folder, std::string_view name);
/// Without ".", "..", double and trailing slashes, as far as the text alone tells.
std::string normalize_path(std::string_view path);
std::string absolute_path(std::string_view path, std::string_view working_directory);
/// `path` as seen from `base`; both absolute.
std::string relative_path(std::string_view path, std::string_view base);
/// True when `path` is `folder` or lies inside it; both absolute, both are normalised first.
bool is_inside(std::string_view path, std::string_view folder);
std::string_view file_name(std::string_view path);
std::string_view folder_of(std::string_view path);
/// The name up to its last dot: "a.b.sql" gives "a.b".
std::string_view stem_of(std::string_view path);
/// With the dot: ".sql"; empty when there is none.
std::string_view extension_of(std::string_view path);

}  // namespace weft::base
