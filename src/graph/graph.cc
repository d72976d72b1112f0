#include "graph/graph.h"

#include <algorithm>
#include <functional>
#include <queue>

#include <fmt/format.h>

namespace weft::graph {

size_t NodeSet::count() const {
  return static_cast<size_t>(std::count(bits_.begin(), bits_.end(), true));
}

std::vector<NodeId> NodeSet::members() const {
  std::vector<NodeId> made;
  for (size_t i = 0; i < bits_.size(); ++i) {
    if (bits_[i])
      made.push_back(NodeId(i));
  }
  return made;
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
  size_t rows = manifest.nodes.size();
  parent_begin_.assign(rows + 1, 0);
  child_begin_.assign(rows + 1, 0);
  for (size_t i = 0; i < rows; ++i) {
    parent_begin_[i] = static_cast<uint32_t>(parents_.size());
    if (manifest.is_disabled(NodeId(i)))
      continue;
    for (NodeId parent : manifest.nodes[i].depends_on) {
      parents_.push_back(parent);
      ++child_begin_[parent.index() + 1];
    }
  }
  parent_begin_[rows] = static_cast<uint32_t>(parents_.size());
  for (size_t i = 0; i < rows; ++i)
    child_begin_[i + 1] += child_begin_[i];
  children_.resize(parents_.size());
  std::vector<uint32_t> at(child_begin_.begin(), child_begin_.end() - 1);
  for (size_t i = 0; i < rows; ++i) {
    for (NodeId parent : parents(NodeId(i)))
      children_[at[parent.index()]++] = NodeId(i);
  }
}

std::span<const NodeId> Graph::parents(NodeId id) const {
  uint32_t begin = parent_begin_[id.index()];
  return {parents_.data() + begin, parent_begin_[id.index() + 1] - begin};
}

std::span<const NodeId> Graph::children(NodeId id) const {
  uint32_t begin = child_begin_[id.index()];
  return {children_.data() + begin, child_begin_[id.index() + 1] - begin};
}

namespace {

/// Breadth first from all members at once, so that `depth` counts from the nearest one.
template <typename Neighbours>
NodeSet reach(size_t size, const NodeSet& of, std::optional<uint32_t> depth,
              const Neighbours& neighbours) {
  NodeSet reached(size);
  std::vector<bool> visited(size, false);
  std::vector<NodeId> level = of.members();
  for (NodeId id : level)
    visited[id.index()] = true;
  for (uint32_t step = 0; !level.empty() && (!depth || step < *depth); ++step) {
    std::vector<NodeId> next;
    for (NodeId id : level) {
      for (NodeId neighbour : neighbours(id)) {
        reached.insert(neighbour);
        if (!visited[neighbour.index()]) {
          visited[neighbour.index()] = true;
          next.push_back(neighbour);
        }
      }
    }
    level = std::move(next);
  }
  return reached;
}

}  // namespace

NodeSet Graph::ancestors(const NodeSet& of, std::optional<uint32_t> depth) const {
  return reach(size(), of, depth, [this](NodeId id) { return parents(id); });
}

NodeSet Graph::descendants(const NodeSet& of, std::optional<uint32_t> depth) const {
  return reach(size(), of, depth, [this](NodeId id) { return children(id); });
}

std::vector<NodeId> Graph::topological_order() const {
  std::vector<uint32_t> waiting(size());
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> ready;
  for (size_t i = 0; i < size(); ++i) {
    waiting[i] = static_cast<uint32_t>(parents(NodeId(i)).size());
    if (waiting[i] == 0)
      ready.push(static_cast<uint32_t>(i));
  }
  std::vector<NodeId> order;
  order.reserve(size());
  while (!ready.empty()) {
    NodeId id(ready.top());
    ready.pop();
    order.push_back(id);
    for (NodeId child : children(id)) {
      if (--waiting[child.index()] == 0)
        ready.push(child.value);
    }
  }
  if (order.size() != size())
    order.clear();
  return order;
}

std::vector<NodeId> Graph::find_cycle() const {
  enum class Mark : uint8_t { New, Open, Closed };
  std::vector<Mark> marks(size(), Mark::New);
  struct Frame {
    NodeId id;
    size_t next = 0;
  };
  for (size_t start = 0; start < size(); ++start) {
    if (marks[start] != Mark::New)
      continue;
    std::vector<Frame> path = {{NodeId(start)}};
    marks[start] = Mark::Open;
    while (!path.empty()) {
      Frame& top = path.back();
      auto below = children(top.id);
      if (top.next == below.size()) {
        marks[top.id.index()] = Mark::Closed;
        path.pop_back();
        continue;
      }
      NodeId child = below[top.next++];
      if (marks[child.index()] == Mark::New) {
        marks[child.index()] = Mark::Open;
        path.push_back({child});
      } else if (marks[child.index()] == Mark::Open) {
        auto first = std::find_if(path.begin(), path.end(),
                                  [&](const Frame& frame) { return frame.id == child; });
        std::vector<NodeId> cycle;
        for (auto frame = first; frame != path.end(); ++frame)
          cycle.push_back(frame->id);
        cycle.push_back(child);
        return cycle;
      }
    }
  }
  return {};
}

std::vector<uint32_t> Graph::depths() const {
  std::vector<uint32_t> made(size(), 0);
  for (NodeId id : topological_order()) {
    for (NodeId child : children(id))
      made[child.index()] = std::max(made[child.index()], made[id.index()] + 1);
  }
  return made;
}

diag::Diagnostic cycle_error(const manifest::Manifest& manifest, std::span<const NodeId> cycle) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::Cycle;
  std::string path, ids;
  for (NodeId id : cycle) {
    path += fmt::format("{}`{}`", path.empty() ? "" : " -> ", manifest.node(id).name);
    ids += (ids.empty() ? "" : " --> ") + manifest.node(id).unique_id;
  }
  diagnostic.message = "models depend on each other in a circle: " + path;
  if (!cycle.empty()) {
    const manifest::Node& first = manifest.node(cycle.front());
    diagnostic.span = first.source_span.valid() ? first.source_span : first.patch_span;
    for (NodeId id : cycle.subspan(0, cycle.size() - 1)) {
      const manifest::Node& node = manifest.node(id);
      if (id != cycle.front() && node.source_span.valid())
        diagnostic.labels.push_back({node.source_span, fmt::format("`{}` stands here", node.name)});
    }
  }
  diagnostic.hint = "remove one of these references";
  diagnostic.legacy_text = "Compilation Error\n  Found a cycle: " + ids;
  return diagnostic;
}

}  // namespace weft::graph
