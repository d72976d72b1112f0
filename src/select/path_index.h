// PathIndex: the files and folders of the project that hold resources, and which of them a pattern
// names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "manifest/manifest.h"

namespace weft::select {

/// Python's Path.glob over the paths that the manifest tells of; nothing reads the disk. Paths of
/// installed packages are relative to their own root, so that only those count that the root
/// project has as well, as in dbt.
class PathIndex {
 public:
  PathIndex(const manifest::Manifest& manifest, std::string_view root_package);

  /// The enabled rows whose file or one of its folders, or whose properties file, matches.
  graph::NodeSet matching_rows(std::string_view pattern) const;

 private:
  struct Entry {
    std::string path;
    uint32_t parent = 0;
    bool is_folder = false;
    /// Known to be in the root project.
    bool exists = false;
  };

  /// Its row in entries_, made with its folders when new.
  uint32_t add(const std::string& path, bool is_folder, bool exists);

  const manifest::Manifest& manifest_;
  /// Folders before what they hold; the first is the root itself.
  std::vector<Entry> entries_;
  std::unordered_map<std::string, uint32_t> by_path_;
  /// For each row of the manifest; kNone where there is none.
  std::vector<uint32_t> files_, patches_;
};

/// True when the parts match the pattern's parts, where `**` stands for any number of folders.
bool matches_path(std::string_view path, bool is_folder,
                  const std::vector<std::string_view>& pattern);

}  // namespace weft::select
