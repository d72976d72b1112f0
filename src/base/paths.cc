#include "base/paths.h"

#include <vector>

#include "base/strings.h"

namespace weft::base {
namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".")
      continue;
    if (part == ".." && !parts.empty() && parts.back() != "..")
      parts.pop_back();
    else if (part != ".." || !starts_with(path, "/"))
      parts.push_back(part);
  }
  return parts;
}

}  // namespace

std::string join_path(std::string_view folder, std::string_view name) {
  if (folder.empty() || starts_with(name, "/"))
    return std::string(name);
  if (name.empty())
    return std::string(folder);
  std::string out(folder);
  if (out.back() != '/')
    out += '/';
  out += name;
  return out;
}

std::string normalize_path(std::string_view path) {
  bool absolute = starts_with(path, "/");
  std::string out = absolute ? "/" : "";
  for (std::string_view part : parts_of(path)) {
    if (!out.empty() && out.back() != '/')
      out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

std::string absolute_path(std::string_view path, std::string_view working_directory) {
  return normalize_path(join_path(working_directory, path));
}

std::string relative_path(std::string_view path, std::string_view base) {
  std::vector<std::string_view> to = parts_of(path);
  std::vector<std::string_view> from = parts_of(base);
  size_t common = 0;
  while (common < to.size() && common < from.size() && to[common] == from[common])
    ++common;
  std::string out;
  for (size_t i = common; i < from.size(); ++i)
    out += out.empty() ? ".." : "/..";
  for (size_t i = common; i < to.size(); ++i) {
    if (!out.empty())
      out += '/';
    out += to[i];
  }
  return out.empty() ? "." : out;
}

bool is_inside(std::string_view path, std::string_view folder) {
  std::string inner = normalize_path(path);
  std::string outer = normalize_path(folder);
  if (inner == outer || outer == "/")
    return true;
  return starts_with(inner, outer) && inner[outer.size()] == '/';
}

std::string_view file_name(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_of(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos)
    return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view stem_of(std::string_view path) {
  std::string_view name = file_name(path);
  return name.substr(0, name.size() - extension_of(name).size());
}

std::string_view extension_of(std::string_view path) {
  std::string_view name = file_name(path);
  size_t dot = name.rfind('.');
  // Dots at the start make a hidden file, not an extension.
  if (dot == std::string_view::npos || name.find_first_not_of('.') > dot)
    return {};
  return name.substr(dot);
}

}  // namespace weft::base
