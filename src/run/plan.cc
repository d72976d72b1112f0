// Model: the whole graph takes part, so that two selected nodes keep their order when what lies
// between them is not selected; such rows end at once. Tests gate by one extra vertex a tested node
// (tests -> gate
// -> children), so edges stay linear in tests plus children. A test of several nodes gates the
// first nodes that lie behind all of them.
#include "run/plan.h"

#include <algorithm>
#include <unordered_map>

namespace weft::run {
namespace {

using manifest::Node;
using manifest::ResourceType;

bool is_test(ResourceType type) {
  return type == ResourceType::Test || type == ResourceType::UnitTest;
}

/// As with dbt, only what makes a relation waits for the tests of what it reads; a failing test
/// holds back no exposure, saved query or function.
bool waits_for_tests(ResourceType type) {
  return type == ResourceType::Model || type == ResourceType::Seed ||
         type == ResourceType::Snapshot;
}

}  // namespace

Plan::Plan(const manifest::Manifest& manifest, const graph::Graph& graph, const NodeSet& selected,
           bool tests_gate)
    : manifest_(manifest), graph_(graph), selected_(selected) {
  size_t rows = manifest.nodes.size();
  children_.resize(rows);
  waiting_.assign(rows, 0);
  levels_ = graph.depths();
  skipped_because_.assign(rows, NodeId());
  for (size_t i = 0; i < rows; ++i) {
    for (NodeId child : graph.children(NodeId(i))) {
      // In a build, unit tests come before the model they test instead of after it.
      bool before = tests_gate && manifest.node(child).type == ResourceType::UnitTest;
      if (!before)
        add_edge(static_cast<Vertex>(i), static_cast<Vertex>(child.index()));
    }
  }
  if (tests_gate)
    add_test_gates();
  total_ = open_ = selected.count();
  // The roots are found before any is released: releasing lets others reach zero.
  std::vector<Vertex> roots;
  for (Vertex vertex = 0; vertex < waiting_.size(); ++vertex) {
    if (waiting_[vertex] == 0)
      roots.push_back(vertex);
  }
  for (Vertex root : roots)
    release(root);
}

void Plan::add_edge(Vertex from, Vertex to) {
  children_[from].push_back(to);
  ++waiting_[to];
}

void Plan::add_test_gates() {
  std::unordered_map<uint32_t, Vertex> gates;
  std::unordered_map<uint32_t, NodeSet> behind;
  auto descendants = [&](NodeId id) -> const NodeSet& {
    auto found = behind.find(id.value);
    if (found == behind.end()) {
      NodeSet one(manifest_.nodes.size());
      one.insert(id);
      found = behind.emplace(id.value, graph_.descendants(one)).first;
    }
    return found->second;
  };
  auto gate_of = [&](NodeId id) {
    auto found = gates.find(id.value);
    if (found != gates.end())
      return found->second;
    auto gate = static_cast<Vertex>(waiting_.size());
    waiting_.push_back(0);
    children_.emplace_back();
    gates.emplace(id.value, gate);
    for (NodeId child : graph_.children(id)) {
      if (waits_for_tests(manifest_.node(child).type) && selected_.contains(child))
        add_edge(gate, static_cast<Vertex>(child.index()));
    }
    return gate;
  };
  for (size_t i = 0; i < manifest_.nodes.size(); ++i) {
    NodeId id(i);
    const Node& node = manifest_.nodes[i];
    if (!is_test(node.type) || !selected_.contains(id))
      continue;
    if (node.type == ResourceType::UnitTest) {
      if (node.unit_test == nullptr || !node.unit_test->tested_node.valid())
        continue;
      // Fixtures take their types from what the model reads, so that must be there.
      NodeId tested = node.unit_test->tested_node;
      add_edge(static_cast<Vertex>(i), tested.value);
      for (NodeId parent : graph_.parents(tested))
        add_edge(static_cast<Vertex>(parent.index()), static_cast<Vertex>(i));
      continue;
    }
    auto parents = graph_.parents(id);
    if (parents.size() == 1) {
      add_edge(static_cast<Vertex>(i), gate_of(parents.front()));
      continue;
    }
    if (parents.empty())
      continue;
    NodeSet common = descendants(parents.front());
    for (NodeId parent : parents.subspan(1))
      common &= descendants(parent);
    for (NodeId member : common.members()) {
      if (!waits_for_tests(manifest_.node(member).type) || !selected_.contains(member))
        continue;
      auto above = graph_.parents(member);
      bool is_first = std::none_of(above.begin(), above.end(),
                                   [&](NodeId parent) { return common.contains(parent); });
      if (is_first)
        add_edge(static_cast<Vertex>(i), static_cast<Vertex>(member.index()));
    }
  }
}

void Plan::release(Vertex first) {
  // Rows that are not selected, and gates, end as soon as they are reached. A stack spares deep
  // recursion.
  std::vector<Vertex> reached = {first};
  while (!reached.empty()) {
    Vertex vertex = reached.back();
    reached.pop_back();
    bool is_row = vertex < manifest_.nodes.size();
    if (is_row && selected_.contains(NodeId(vertex))) {
      ready_.push({levels_[vertex], &manifest_.nodes[vertex].unique_id, vertex});
      continue;
    }
    for (Vertex child : children_[vertex]) {
      if (--waiting_[child] == 0)
        reached.push_back(child);
    }
  }
}

std::optional<NodeId> Plan::next() {
  if (ready_.empty())
    return std::nullopt;
  Vertex vertex = ready_.top().vertex;
  ready_.pop();
  return NodeId(vertex);
}

void Plan::end_vertex(Vertex start, NodeId cause) {
  std::vector<Vertex> reached = {start};
  std::vector<bool> seen(waiting_.size(), false);
  while (!reached.empty()) {
    Vertex vertex = reached.back();
    reached.pop_back();
    for (Vertex child : children_[vertex]) {
      if (seen[child])
        continue;
      seen[child] = true;
      if (child < manifest_.nodes.size() && !skipped_because_[child].valid())
        skipped_because_[child] = cause;
      reached.push_back(child);
    }
  }
}

void Plan::finish(NodeId id, Effect effect) {
  --open_;
  auto vertex = static_cast<Vertex>(id.index());
  if (effect == Effect::SkipChildren && !skipped_because_[vertex].valid())
    end_vertex(vertex, id);
  for (Vertex child : children_[vertex]) {
    if (--waiting_[child] == 0)
      release(child);
  }
}

}  // namespace weft::run
