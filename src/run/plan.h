// Plan: the order in which selected nodes may run. Pure bookkeeping, no threads: the scheduler asks
// it what is ready and tells it what is done.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "manifest/manifest.h"

namespace weft::run {

using graph::NodeSet;
using manifest::NodeId;

/// How a node's end bears on its children.
enum class Effect { None, SkipChildren };

class Plan {
 public:
  /// `tests_gate` makes children of a tested node wait for its tests (build).
  Plan(const manifest::Manifest& manifest, const graph::Graph& graph, const NodeSet& selected,
       bool tests_gate);

  /// The next node to start: among the ready ones the lowest level, then the lowest unique id.
  /// Nothing when none is ready now.
  std::optional<NodeId> next();
  /// Marks a started node as ended. With SkipChildren all nodes behind it become skipped; they are
  /// given out by next() all the same, so that each gets its result.
  void finish(NodeId id, Effect effect);
  /// The node whose end made this one a skipped one; an invalid id for a node that may run.
  NodeId skipped_because(NodeId id) const { return skipped_because_[id.index()]; }
  bool is_done() const { return open_ == 0; }
  /// How many nodes next() could give now.
  size_t ready() const { return ready_.size(); }
  size_t size() const { return total_; }

 private:
  struct Ready {
    uint32_t level;
    const std::string* unique_id;
    uint32_t vertex;
    bool operator<(const Ready& other) const {
      if (level != other.level)
        return level > other.level;
      return *unique_id > *other.unique_id;
    }
  };
  /// Vertices are the manifest's rows, then one gate a tested node.
  using Vertex = uint32_t;

  void add_edge(Vertex from, Vertex to);
  void add_test_gates();
  void release(Vertex vertex);
  void end_vertex(Vertex vertex, NodeId cause);

  const manifest::Manifest& manifest_;
  const graph::Graph& graph_;
  NodeSet selected_;
  std::vector<std::vector<Vertex>> children_;
  std::vector<uint32_t> waiting_;
  std::vector<uint32_t> levels_;
  std::vector<NodeId> skipped_because_;
  std::priority_queue<Ready> ready_;
  size_t open_ = 0, total_ = 0;
};

}  // namespace weft::run
