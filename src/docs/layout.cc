#include "docs/layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace weft::docs {
namespace {

constexpr int64_t kBoxWidth = 180;
constexpr int64_t kBoxHeight = 28;
constexpr int64_t kPitchX = 216;
constexpr int64_t kPitchY = 38;
constexpr int64_t kPad = 18;
constexpr int64_t kHeader = 36;
constexpr int64_t kGap = 70;
constexpr size_t kMaxCluster = 48;
constexpr int kSweeps = 3;

using Nodes = std::vector<uint32_t>;

Adjacency children_of(const Adjacency& parents) {
  Adjacency children(parents.size());
  for (uint32_t n = 0; n < parents.size(); ++n) {
    for (const uint32_t p : parents[n])
      children[p].push_back(n);
  }
  return children;
}

/// Longest-path layers; nodes on a cycle keep the layer they have reached.
std::vector<int64_t> layers_of(const Adjacency& parents, const Adjacency& children) {
  std::vector<size_t> waiting(parents.size());
  std::vector<int64_t> layer(parents.size(), 0);
  Nodes order;
  for (uint32_t n = 0; n < parents.size(); ++n) {
    waiting[n] = parents[n].size();
    if (waiting[n] == 0)
      order.push_back(n);
  }
  for (size_t at = 0; at < order.size(); ++at) {
    const uint32_t n = order[at];
    for (const uint32_t c : children[n]) {
      layer[c] = std::max(layer[c], layer[n] + 1);
      if (--waiting[c] == 0)
        order.push_back(c);
    }
  }
  return layer;
}

/// Calls `visit` with each prefix of whole parts, the shortest first, until it returns true.
template <typename Visit>
void each_prefix(std::string_view path, Visit visit) {
  for (size_t at = 0; at <= path.size(); ++at) {
    if (at < path.size() && path[at] != '/')
      continue;
    if (visit(path.substr(0, at)))
      return;
  }
}

/// For each node the widest folder that holds no more nodes than a cluster should.
std::vector<std::string_view> cluster_names(const std::vector<std::string>& paths) {
  const size_t limit = std::min(kMaxCluster, std::max<size_t>(6, paths.size() / 8));
  std::unordered_map<std::string_view, size_t> sizes;
  for (const std::string& path : paths) {
    each_prefix(path, [&](std::string_view p) {
      ++sizes[p];
      return false;
    });
  }
  std::vector<std::string_view> names;
  for (const std::string& path : paths) {
    std::string_view chosen = path;
    each_prefix(path, [&](std::string_view p) {
      if (sizes[p] > limit)
        return false;
      chosen = p;
      return true;
    });
    names.push_back(chosen);
  }
  return names;
}

struct Placer {
  const Adjacency& parents;
  const Adjacency& children;
  const std::vector<int64_t>& layer;
  MapLayout& out;
  /// Cluster of each node and its place in its layer there.
  std::vector<uint32_t> group;
  std::vector<double> place;
};

void renumber(Placer& placer, const Nodes& column) {
  for (size_t i = 0; i < column.size(); ++i)
    placer.place[column[i]] = static_cast<double>(i);
}

void sweep(Placer& placer, Nodes& column, const Adjacency& neighbours) {
  std::vector<std::pair<double, uint32_t>> keyed;
  for (const uint32_t n : column) {
    double sum = 0;
    double near = 0;
    for (const uint32_t m : neighbours[n]) {
      if (placer.group[m] != placer.group[n])
        continue;
      sum += placer.place[m];
      near += 1;
    }
    keyed.emplace_back(near > 0 ? sum / near : placer.place[n], n);
  }
  std::sort(keyed.begin(), keyed.end());
  for (size_t i = 0; i < keyed.size(); ++i)
    column[i] = keyed[i].second;
  renumber(placer, column);
}

std::vector<Nodes> ordered_columns(Placer& placer, const Nodes& members) {
  std::map<int64_t, Nodes> by_layer;
  for (const uint32_t n : members)
    by_layer[placer.layer[n]].push_back(n);
  std::vector<Nodes> columns;
  for (auto& [layer, nodes] : by_layer)
    columns.push_back(std::move(nodes));
  for (const Nodes& column : columns)
    renumber(placer, column);
  for (int round = 0; round < kSweeps; ++round) {
    for (size_t c = 1; c < columns.size(); ++c)
      sweep(placer, columns[c], placer.parents);
    for (size_t c = columns.size() - 1; c-- > 0;)
      sweep(placer, columns[c], placer.children);
  }
  return columns;
}

int64_t whole_root(double value) { return static_cast<int64_t>(std::floor(std::sqrt(value))); }

/// Lays out one cluster from (0, 0) and sets its size.
void lay_out_cluster(Placer& placer, const Nodes& members, MapCluster& cluster) {
  const std::vector<Nodes> columns = ordered_columns(placer, members);
  const int64_t rows = std::max<int64_t>(4, whole_root(static_cast<double>(members.size()) * 4));
  int64_t column = 0;
  int64_t tallest = 0;
  for (const Nodes& nodes : columns) {
    const auto size = static_cast<int64_t>(nodes.size());
    for (int64_t i = 0; i < size; ++i) {
      const uint32_t n = nodes[static_cast<size_t>(i)];
      placer.out.x[n] = kPad + (column + i / rows) * kPitchX;
      placer.out.y[n] = kHeader + (i % rows) * kPitchY;
    }
    tallest = std::max(tallest, std::min(rows, size));
    column += (size + rows - 1) / rows;
  }
  cluster.w = 2 * kPad + (column - 1) * kPitchX + kBoxWidth;
  cluster.h = kHeader + (tallest - 1) * kPitchY + kBoxHeight + kPad;
}

void place_clusters(MapLayout& out) {
  int64_t area = 0;
  int64_t tallest = 0;
  for (const MapCluster& c : out.clusters) {
    area += (c.w + kGap) * (c.h + kGap);
    tallest = std::max(tallest, c.h);
  }
  const int64_t height = std::max(tallest, whole_root(static_cast<double>(area) * 0.85));
  int64_t x = 0;
  int64_t y = 0;
  int64_t widest = 0;
  for (MapCluster& c : out.clusters) {
    if (y > 0 && y + c.h > height) {
      x += widest + kGap;
      y = 0;
      widest = 0;
    }
    c.x = x;
    c.y = y;
    y += c.h + kGap;
    widest = std::max(widest, c.w);
    out.height = std::max(out.height, c.y + c.h);
  }
  out.width = x + widest;
}

void count_links(MapLayout& out, const Adjacency& parents) {
  std::map<std::pair<uint32_t, uint32_t>, int64_t> links;
  for (uint32_t n = 0; n < parents.size(); ++n) {
    for (const uint32_t p : parents[n]) {
      if (out.cluster[p] != out.cluster[n])
        ++links[{out.cluster[p], out.cluster[n]}];
    }
  }
  for (const auto& [ends, edges] : links)
    out.links.push_back({ends.first, ends.second, edges});
}

struct Group {
  std::string_view name;
  Nodes members;
  int64_t mean = 0;
};

/// The clusters in the order they are placed: by mean layer, then by name.
std::vector<Group> sorted_groups(const std::vector<std::string>& paths,
                                 const std::vector<int64_t>& layer) {
  const std::vector<std::string_view> names = cluster_names(paths);
  std::unordered_map<std::string_view, size_t> index;
  std::vector<Group> groups;
  for (uint32_t n = 0; n < names.size(); ++n) {
    const auto [found, is_new] = index.emplace(names[n], groups.size());
    if (is_new)
      groups.push_back({names[n], {}, 0});
    groups[found->second].members.push_back(n);
  }
  for (Group& g : groups) {
    int64_t sum = 0;
    for (const uint32_t n : g.members)
      sum += layer[n];
    g.mean = sum * 1000 / static_cast<int64_t>(g.members.size());
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.mean != b.mean ? a.mean < b.mean : a.name < b.name;
  });
  return groups;
}

}  // namespace

MapLayout lay_out_map(const std::vector<std::string>& paths, const Adjacency& parents) {
  MapLayout out;
  const size_t count = paths.size();
  out.x.assign(count, 0);
  out.y.assign(count, 0);
  out.cluster.assign(count, 0);
  const Adjacency children = children_of(parents);
  const std::vector<int64_t> layer = layers_of(parents, children);
  const std::vector<Group> groups = sorted_groups(paths, layer);
  for (uint32_t g = 0; g < groups.size(); ++g) {
    for (const uint32_t n : groups[g].members)
      out.cluster[n] = g;
  }
  Placer placer{parents, children, layer, out, out.cluster, std::vector<double>(count, 0)};
  for (const Group& g : groups) {
    MapCluster cluster;
    cluster.name = g.name;
    cluster.count = static_cast<int64_t>(g.members.size());
    lay_out_cluster(placer, g.members, cluster);
    out.clusters.push_back(std::move(cluster));
  }
  place_clusters(out);
  for (size_t n = 0; n < count; ++n) {
    out.x[n] += out.clusters[out.cluster[n]].x;
    out.y[n] += out.clusters[out.cluster[n]].y;
  }
  count_links(out, parents);
  return out;
}

}  // namespace weft::docs
