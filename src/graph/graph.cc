// Rows are compressed: the parents of node i are parents_[parent_begin_[i] .. parent_begin_[i +
// 1]), and likewise the children. All walks are iterative and linear in nodes and edges; only the
// topological order pays a logarithm for always taking the lowest id that is ready.
#include "graph/graph.h"

#include <algorithm>
#include <functional>
#include <queue>

#include <fmt/format.h>

namespace weft::graph {
namespace {

using Neighbours = std::function<std::span<const NodeId>(NodeId)>;

/// Breadth first from all members at once, so that a node's step count is that of the nearest
/// member.
NodeSet reach(const NodeSet& of, std::optional<uint32_t> depth, const Neighbours& next_of) {
  NodeSet reached(of.universe());
  std::vector<NodeId> layer = of.members();
  std::vector<NodeId> next;
  for (uint32_t step = 0; !layer.empty() && (!depth || step < *depth); ++step) {
    next.clear();
    for (NodeId id : layer)
      for (NodeId other : next_of(id))
        if (!reached.contains(other)) {
          reached.insert(other);
          next.push_back(other);
        }
    layer.swap(next);
  }
  return reached;
}

/// Turns counts at [i + 1] into begins at [i].
void accumulate(std::vector<uint32_t>& begins) {
  for (size_t i = 1; i < begins.size(); ++i)
    begins[i] += begins[i - 1];
}

}  // namespace

size_t NodeSet::count() const {
  return static_cast<size_t>(std::count(bits_.begin(), bits_.end(), true));
}

bool NodeSet::empty() const { return std::find(bits_.begin(), bits_.end(), true) == bits_.end(); }

std::vector<NodeId> NodeSet::members() const {
  std::vector<NodeId> ids;
  for (size_t i = 0; i < bits_.size(); ++i)
    if (bits_[i])
      ids.emplace_back(i);
  return ids;
}

NodeSet& NodeSet::operator|=(const NodeSet& other) {
  for (size_t i = 0; i < bits_.size(); ++i)
    bits_[i] = bits_[i] || other.bits_[i];
  return *this;
}

NodeSet& NodeSet::operator&=(const NodeSet& other) {
  for (size_t i = 0; i < bits_.size(); ++i)
    bits_[i] = bits_[i] && other.bits_[i];
  return *this;
}

NodeSet& NodeSet::operator-=(const NodeSet& other) {
  for (size_t i = 0; i < bits_.size(); ++i)
    bits_[i] = bits_[i] && !other.bits_[i];
  return *this;
}

Graph::Graph(const manifest::Manifest& manifest) {
  const size_t count = manifest.nodes.size();
  parent_begin_.assign(count + 1, 0);
  child_begin_.assign(count + 1, 0);
  std::vector<NodeId> own;
  for (size_t i = 0; i < count; ++i) {
    own.clear();
    if (!manifest.is_disabled(NodeId(i)))
      for (NodeId parent : manifest.nodes[i].depends_on)
        if (parent.valid() && !manifest.is_disabled(parent))
          own.push_back(parent);
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    parent_begin_[i + 1] = static_cast<uint32_t>(own.size());
    for (NodeId parent : own)
      ++child_begin_[parent.index() + 1];
    parents_.insert(parents_.end(), own.begin(), own.end());
  }
  accumulate(parent_begin_);
  accumulate(child_begin_);
  children_.resize(parents_.size());
  std::vector<uint32_t> next = child_begin_;
  for (size_t i = 0; i < count; ++i)
    for (NodeId parent : parents(NodeId(i)))
      children_[next[parent.index()]++] = NodeId(i);
}

std::span<const NodeId> Graph::parents(NodeId id) const {
  const size_t begin = parent_begin_[id.index()];
  return {parents_.data() + begin, parent_begin_[id.index() + 1] - begin};
}

std::span<const NodeId> Graph::children(NodeId id) const {
  const size_t begin = child_begin_[id.index()];
  return {children_.data() + begin, child_begin_[id.index() + 1] - begin};
}

NodeSet Graph::ancestors(const NodeSet& of, std::optional<uint32_t> depth) const {
  return reach(of, depth, [this](NodeId id) { return parents(id); });
}

NodeSet Graph::descendants(const NodeSet& of, std::optional<uint32_t> depth) const {
  return reach(of, depth, [this](NodeId id) { return children(id); });
}

std::vector<NodeId> Graph::topological_order() const {
  std::vector<uint32_t> waiting(size());
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> ready;
  for (size_t i = 0; i < size(); ++i) {
    waiting[i] = static_cast<uint32_t>(parents(NodeId(i)).size());
    if (waiting[i] == 0)
      ready.emplace(i);
  }
  std::vector<NodeId> order;
  order.reserve(size());
  while (!ready.empty()) {
    const NodeId id = ready.top();
    ready.pop();
    order.push_back(id);
    for (NodeId child : children(id))
      if (--waiting[child.index()] == 0)
        ready.push(child);
  }
  if (order.size() < size())
    order.clear();
  return order;
}

std::vector<NodeId> Graph::find_cycle() const {
  enum class Mark : uint8_t { New, OnPath, Done };
  std::vector<Mark> marks(size(), Mark::New);
  // A depth-first walk that keeps its own stack: a node and which of its children is next.
  std::vector<std::pair<NodeId, size_t>> path;
  for (size_t root = 0; root < size(); ++root) {
    if (marks[root] != Mark::New)
      continue;
    marks[root] = Mark::OnPath;
    path.emplace_back(NodeId(root), 0);
    while (!path.empty()) {
      const NodeId id = path.back().first;
      const std::span<const NodeId> below = children(id);
      if (path.back().second == below.size()) {
        marks[id.index()] = Mark::Done;
        path.pop_back();
        continue;
      }
      const NodeId child = below[path.back().second++];
      if (marks[child.index()] == Mark::New) {
        marks[child.index()] = Mark::OnPath;
        path.emplace_back(child, 0);
      } else if (marks[child.index()] == Mark::OnPath) {
        std::vector<NodeId> cycle;
        size_t at = path.size();
        while (path[at - 1].first != child)
          --at;
        for (size_t i = at - 1; i < path.size(); ++i)
          cycle.push_back(path[i].first);
        cycle.push_back(child);
        return cycle;
      }
    }
  }
  return {};
}

std::vector<uint32_t> Graph::depths() const {
  std::vector<uint32_t> depths(size(), 0);
  for (NodeId id : topological_order())
    for (NodeId child : children(id))
      depths[child.index()] = std::max(depths[child.index()], depths[id.index()] + 1);
  return depths;
}

diag::Diagnostic cycle_error(const manifest::Manifest& manifest, std::span<const NodeId> cycle) {
  constexpr size_t kMostShown = 30;
  std::string path;
  std::string legacy;
  for (size_t i = 0; i < cycle.size(); ++i) {
    const std::string& unique_id = manifest.node(cycle[i]).unique_id;
    if (i + 1 < cycle.size())
      legacy += (i == 0 ? "" : " --> ") + unique_id;
    // Of a long circle both ends are enough to see what it is.
    if (cycle.size() > kMostShown && i == kMostShown / 2)
      path += fmt::format(" -> … {} more …", cycle.size() - kMostShown);
    if (cycle.size() <= kMostShown || i < kMostShown / 2 || i + kMostShown / 2 >= cycle.size())
      path += fmt::format("{}`{}`", i == 0 ? "" : " -> ", unique_id);
  }
  diag::Diagnostic error;
  error.code = diag::Code::Cycle;
  error.message = "resources depend on each other in a circle: " + path;
  error.hint = "take one `ref` out of the circle";
  if (!cycle.empty())
    error.span = manifest.node(cycle.front()).source_span;
  for (size_t i = 1; i + 1 < cycle.size() && i <= 3; ++i) {
    const manifest::Node& node = manifest.node(cycle[i]);
    if (node.source_span.valid())
      error.labels.push_back({node.source_span, fmt::format("`{}` is part of it", node.name)});
  }
  error.legacy_text = "Found a cycle: " + legacy;
  return error;
}

}  // namespace weft::graph
