// FileStamp: whether a file is the one that was seen before, without reading it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"

namespace weft::parse {

/// What tells without reading that a file has not changed.
struct FileStamp {
  uint64_t size = 0;
  int64_t modified_ns = 0, changed_ns = 0;
  uint64_t inode = 0, device = 0;
  bool operator==(const FileStamp&) const = default;
};

/// Nothing when there is no such file.
std::optional<FileStamp> stamp_of(base::FileSystem& files, const std::string& path);

FileStamp stamp_of(const base::FileInfo& info);

/// The manifest.json that was last written from the rows of the cache, and the selectors in it.
struct ManifestMark {
  FileStamp stamp;
  uint64_t selectors = 0;
  /// The id of the cache: another process may have written a new one meanwhile.
  uint64_t cache = 0;
  /// A hash of the rows whose texts had changed since the cache was written; 0 for none.
  uint64_t changes = 0;
  /// Sizes of its parts (manifest/manifest_parts.h), and the parts that tell of those rows.
  std::vector<uint32_t> part_sizes, changed_parts;

  /// Whether a manifest.json of the other mark would say the same.
  bool says_same_as(const ManifestMark& other) const {
    return selectors == other.selectors && cache == other.cache && changes == other.changes;
  }
};

/// Adds the mark at the end of the file, where the last one counts.
void append_mark(base::FileSystem& files, const std::string& path, const ManifestMark& mark);

}  // namespace weft::parse
