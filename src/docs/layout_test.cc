#include "docs/layout.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace weft::docs {
namespace {

TEST_CASE("an empty project has an empty map") {
  const MapLayout layout = lay_out_map({}, {});
  CHECK(layout.clusters.empty());
  CHECK(layout.width == 0);
  CHECK(layout.height == 0);
}

// The numbers are those of web/dev/map_layout.mjs for the same graph.
TEST_CASE("the map agrees with its specification") {
  std::vector<std::string> paths;
  Adjacency parents;
  for (uint32_t i = 0; i < 20; ++i) {
    paths.push_back(i < 4 ? "sources/app" : i < 12 ? "shop/models/staging" : "shop/models/marts");
    parents.emplace_back();
    if (i >= 4)
      parents.back().push_back((i * 7) % 4);
    if (i >= 12)
      parents.back().push_back(4 + (i * 5) % 8);
    if (i >= 16)
      parents.back().push_back(i - 4);
  }
  const MapLayout layout = lay_out_map(paths, parents);
  REQUIRE(layout.clusters.size() == 3);
  CHECK(layout.clusters[0].name == "sources");
  CHECK(layout.clusters[1].name == "shop/models/staging");
  CHECK(layout.clusters[2].name == "shop/models/marts");
  CHECK(layout.x == std::vector<int64_t>{18,  18,  18,  18,  18,  18,  18,  18,  18,  234,
                                         234, 234, 520, 520, 520, 520, 736, 736, 736, 736});
  CHECK(layout.y == std::vector<int64_t>{36,  74,  112, 150, 302, 340, 378, 416, 454, 302,
                                         340, 378, 36,  74,  112, 150, 36,  74,  112, 150});
  CHECK(layout.width == 934);
  CHECK(layout.height == 500);
  REQUIRE(layout.links.size() == 3);
  CHECK(layout.links[0].edges == 8);
  CHECK(layout.links[2].from == 1);
  CHECK(layout.links[2].to == 2);
}

TEST_CASE("boxes of a large graph do not overlap, cycles and long chains included") {
  constexpr uint32_t kCount = 6000;
  std::vector<std::string> paths;
  Adjacency parents;
  for (uint32_t i = 0; i < kCount; ++i) {
    paths.push_back("p/models/g" + std::to_string(i / 90));
    parents.emplace_back();
    if (i > 0)
      parents.back().push_back(i - 1);
    if (i > 50)
      parents.back().push_back(i - 50);
  }
  parents[10].push_back(20);
  const MapLayout layout = lay_out_map(paths, parents);
  std::vector<std::pair<int64_t, int64_t>> corners;
  for (uint32_t i = 0; i < kCount; ++i) {
    corners.emplace_back(layout.x[i], layout.y[i]);
    const MapCluster& c = layout.clusters[layout.cluster[i]];
    CHECK(layout.x[i] + 180 <= c.x + c.w);
    CHECK(layout.y[i] + 28 <= c.y + c.h);
  }
  std::sort(corners.begin(), corners.end());
  for (size_t i = 1; i < corners.size(); ++i) {
    if (corners[i].first == corners[i - 1].first)
      CHECK(corners[i].second - corners[i - 1].second >= 38);
  }
}

}  // namespace
}  // namespace weft::docs
