#include "select/path_index.h"

#include "base/paths.h"
#include "base/strings.h"

namespace weft::select {
namespace {

constexpr uint32_t kNone = 0xffffffff;

std::vector<std::string_view> path_parts(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::string_view part : base::split(path, '/'))
    if (!part.empty() && part != ".")
      parts.push_back(part);
  return parts;
}

}  // namespace

bool matches_path(std::string_view path, bool is_folder,
                  const std::vector<std::string_view>& pattern) {
  if (pattern.empty() || (pattern.back() == "**" && !is_folder))
    return false;
  // reached[i]: the parts so far can be matched by the first i parts of the pattern.
  std::vector<bool> reached(pattern.size() + 1, false);
  const auto skip_stars = [&] {
    for (size_t i = 0; i < pattern.size(); ++i)
      if (reached[i] && pattern[i] == "**")
        reached[i + 1] = true;
  };
  reached[0] = true;
  skip_stars();
  for (std::string_view part : path_parts(path)) {
    for (size_t i = pattern.size() + 1; i-- > 0;) {
      const bool by_part = i > 0 && reached[i - 1] && pattern[i - 1] != "**" &&
                           base::matches_pattern(part, pattern[i - 1]);
      const bool by_stars = i < pattern.size() && reached[i] && pattern[i] == "**";
      reached[i] = by_part || by_stars;
    }
    skip_stars();
  }
  return reached[pattern.size()];
}

PathIndex::PathIndex(const manifest::Manifest& manifest, std::string_view root_package)
    : manifest_(manifest),
      files_(manifest.nodes.size(), kNone),
      patches_(manifest.nodes.size(), kNone) {
  entries_.push_back({"", 0, true, true});
  by_path_.emplace("", 0);
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const manifest::Node& n = manifest.nodes[i];
    if (n.original_file_path.empty())
      continue;
    files_[i] =
        add(base::normalize_path(n.original_file_path), false, n.package_name == root_package);
    const size_t scheme = n.patch_path ? n.patch_path->find("://") : std::string::npos;
    if (scheme != std::string::npos)
      patches_[i] = add(base::normalize_path(n.patch_path->substr(scheme + 3)), false,
                        n.patch_path->substr(0, scheme) == root_package);
  }
}

uint32_t PathIndex::add(const std::string& path, bool is_folder, bool exists) {
  if (auto found = by_path_.find(path); found != by_path_.end()) {
    uint32_t at = found->second;
    // What exists has folders that exist; entries above one that exists are known to.
    for (; exists && !entries_[at].exists; at = entries_[at].parent)
      entries_[at].exists = true;
    return found->second;
  }
  const std::string folder(base::folder_of(path));
  const uint32_t parent =
      folder.empty() || folder == "." || folder == path ? 0 : add(folder, true, exists);
  const auto row = static_cast<uint32_t>(entries_.size());
  entries_.push_back({path, parent, is_folder, exists});
  by_path_.emplace(path, row);
  return row;
}

graph::NodeSet PathIndex::matching_rows(std::string_view pattern) const {
  const std::vector<std::string_view> parts = path_parts(pattern);
  const bool folders_only = base::ends_with(pattern, "/");
  std::vector<bool> matched(entries_.size(), false), inside(entries_.size(), false);
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    matched[i] = entry.exists && (entry.is_folder || !folders_only) &&
                 matches_path(entry.path, entry.is_folder, parts);
    inside[i] = matched[i] || inside[entry.parent];
  }
  graph::NodeSet rows(manifest_.nodes.size());
  for (size_t i = 0; i < manifest_.nodes.size(); ++i)
    if (!manifest_.is_disabled(manifest::NodeId(i)) &&
        ((files_[i] != kNone && inside[files_[i]]) ||
         (patches_[i] != kNone && matched[patches_[i]])))
      rows.insert(manifest::NodeId(i));
  return rows;
}

}  // namespace weft::select
