// Graph: the enabled rows of a manifest as a directed graph in compressed rows, parents to
// children.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "diag/diagnostic.h"
#include "manifest/manifest.h"

namespace weft::graph {

using manifest::NodeId;

/// A set of nodes as one bit each.
class NodeSet {
 public:
  explicit NodeSet(size_t universe = 0) : bits_(universe, false) {}
  bool contains(NodeId id) const { return bits_[id.index()]; }
  void insert(NodeId id) { bits_[id.index()] = true; }
  void erase(NodeId id) { bits_[id.index()] = false; }
  size_t universe() const { return bits_.size(); }
  size_t count() const;
  bool empty() const;
  /// Members in order of their ids.
  std::vector<NodeId> members() const;
  NodeSet& operator|=(const NodeSet& other);
  NodeSet& operator&=(const NodeSet& other);
  NodeSet& operator-=(const NodeSet& other);

 private:
  std::vector<bool> bits_;
};

class Graph {
 public:
  /// Edges are the nodes' depends_on, each once; disabled rows have none. The manifest is not kept.
  explicit Graph(const manifest::Manifest& manifest);

  size_t size() const { return parent_begin_.size() - 1; }
  /// In order of ids; valid as long as the graph.
  std::span<const NodeId> parents(NodeId id) const;
  std::span<const NodeId> children(NodeId id) const;

  /// All ancestors (descendants) of the members within `depth` steps, the members left out unless
  /// they are reached. Linear in nodes and edges.
  NodeSet ancestors(const NodeSet& of, std::optional<uint32_t> depth = std::nullopt) const;
  NodeSet descendants(const NodeSet& of, std::optional<uint32_t> depth = std::nullopt) const;

  /// Every row, disabled ones too, parents before children; among the ready ones the lowest id
  /// first. Empty when there is a cycle.
  std::vector<NodeId> topological_order() const;
  /// Nodes of one cycle in order, the first repeated at the end; empty when there is none.
  std::vector<NodeId> find_cycle() const;
  /// Length of the longest path from any root, a node. All zero when there is a cycle.
  std::vector<uint32_t> depths() const;

 private:
  std::vector<uint32_t> parent_begin_, child_begin_;
  std::vector<NodeId> parents_, children_;
};

/// The cycle as an error that shows the path: `a` -> `b` -> `a`.
diag::Diagnostic cycle_error(const manifest::Manifest& manifest, std::span<const NodeId> cycle);

}  // namespace weft::graph
