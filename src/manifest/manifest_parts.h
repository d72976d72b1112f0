// manifest.json in parts, so that one that was written before can give those that are the same.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/files.h"
#include "manifest/manifest.h"

namespace weft::manifest {

/// A manifest.json that write_manifest_json() wrote of rows with the same ids in the same order.
struct EarlierManifest {
  const base::OpenFile& file;
  /// As write_manifest_json() gave them.
  const std::vector<uint32_t>& part_sizes;
  /// Parts that may hold something else than the manifest at hand makes.
  std::vector<uint32_t> differing;
};

/// The parts that tell of these rows, or of their parents, and those that tell of the children of
/// `parents`. In order; rows that stand in no part of their own are in parts that are always made.
std::vector<uint32_t> parts_about(const Manifest& manifest, const std::vector<NodeId>& rows,
                                  const std::vector<NodeId>& parents);

/// As write_manifest_json() without them; gives the sizes of the parts in order. Parts of
/// `earlier`, which may be null, are copied unless they differ, tell of more than some rows, or
/// cannot be read.
std::optional<base::IoError> write_manifest_json(const Manifest& manifest, size_t threads,
                                                 const base::PutPart& put,
                                                 const EarlierManifest* earlier,
                                                 std::vector<uint32_t>& part_sizes);

}  // namespace weft::manifest
