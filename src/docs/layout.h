// Positions of the whole-project map: clusters of nodes by folder, filling columns in dependency
// order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::docs {

struct MapCluster {
  std::string name;
  int64_t x = 0, y = 0, w = 0, h = 0;
  int64_t count = 0;
};

/// Edges between two clusters, counted.
struct MapLink {
  uint32_t from = 0, to = 0;
  int64_t edges = 0;
};

/// Top-left corners of boxes of 180 x 28, in pixels at zoom 1.
struct MapLayout {
  std::vector<int64_t> x, y;
  std::vector<uint32_t> cluster;
  std::vector<MapCluster> clusters;
  std::vector<MapLink> links;
  int64_t width = 0, height = 0;
};

using Adjacency = std::vector<std::vector<uint32_t>>;

/// Lays out the nodes. `paths` holds the '/'-separated place that clusters are cut from, `parents`
/// the ascending parents of each node. Any graph will do, cycles included; linear but for sorting,
/// no recursion. web/dev/map_layout.mjs gives the same numbers.
MapLayout lay_out_map(const std::vector<std::string>& paths, const Adjacency& parents);

}  // namespace weft::docs
