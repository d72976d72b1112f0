#include "graph/graph.h"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace weft::graph {
namespace {

using manifest::Manifest;

/// Models named after their index; `parents[i]` are the rows that i depends on.
Manifest make(const std::vector<std::vector<size_t>>& parents) {
  Manifest m;
  for (size_t i = 0; i < parents.size(); ++i) {
    manifest::Node node;
    node.unique_id = "model.p.n" + std::to_string(i);
    node.name = "n" + std::to_string(i);
    for (size_t parent : parents[i])
      node.depends_on.emplace_back(parent);
    m.nodes.push_back(std::move(node));
    m.disabled_flags.push_back(false);
  }
  return m;
}

NodeSet set_of(size_t universe, std::initializer_list<size_t> rows) {
  NodeSet set(universe);
  for (size_t row : rows)
    set.insert(NodeId(row));
  return set;
}

std::vector<size_t> rows(const std::vector<NodeId>& ids) {
  std::vector<size_t> made;
  for (NodeId id : ids)
    made.push_back(id.index());
  return made;
}

std::vector<size_t> rows(const NodeSet& set) { return rows(set.members()); }

using Rows = std::vector<size_t>;

// 0 -> 1 -> 3 -> 4, 0 -> 2 -> 3, 5 alone
const std::vector<std::vector<size_t>> kDiamond = {{}, {0}, {0}, {2, 1}, {3}, {}};

TEST_CASE("edges come from depends_on, each once") {
  Manifest m = make({{}, {0, 0}, {1, 0}});
  Graph graph(m);
  CHECK(graph.size() == 3);
  CHECK(graph.parents(NodeId(1)).size() == 1);
  CHECK(graph.parents(NodeId(2)).size() == 2);
  CHECK(graph.children(NodeId(0)).size() == 2);
  CHECK(graph.children(NodeId(2)).empty());
}

TEST_CASE("a disabled row has no edges") {
  Manifest m = make({{}, {0}, {1}});
  m.disabled_flags[1] = true;
  Graph graph(m);
  CHECK(graph.children(NodeId(0)).empty());
  CHECK(graph.parents(NodeId(2)).empty());
}

TEST_CASE("ancestors and descendants respect the depth") {
  Manifest m = make(kDiamond);
  Graph graph(m);
  const NodeSet four = set_of(6, {4});
  CHECK(rows(graph.ancestors(four)) == Rows{0, 1, 2, 3});
  CHECK(rows(graph.ancestors(four, 1)) == Rows{3});
  CHECK(rows(graph.ancestors(four, 2)) == Rows{1, 2, 3});
  CHECK(graph.ancestors(four, 0).empty());
  CHECK(rows(graph.descendants(set_of(6, {1}))) == Rows{3, 4});
  CHECK(rows(graph.descendants(set_of(6, {0}), 1)) == Rows{1, 2});
}

TEST_CASE("members are left out unless they are reached") {
  Manifest m = make(kDiamond);
  Graph graph(m);
  CHECK(rows(graph.ancestors(set_of(6, {3, 4}))) == Rows{0, 1, 2, 3});
  CHECK(graph.descendants(set_of(6, {5})).empty());
}

TEST_CASE("the topological order takes the lowest ready row") {
  Manifest m = make({{4}, {}, {1}, {0}, {1}});
  CHECK(rows(Graph(m).topological_order()) == Rows{1, 2, 4, 0, 3});
}

TEST_CASE("a cycle is found as a path and there is no order") {
  Manifest m = make({{}, {0, 3}, {1}, {2}, {3}});
  Graph graph(m);
  CHECK(rows(graph.find_cycle()) == Rows{1, 2, 3, 1});
  CHECK(graph.topological_order().empty());
  diag::Diagnostic error = cycle_error(m, graph.find_cycle());
  CHECK(error.code == diag::Code::Cycle);
  CHECK(error.message ==
        "resources depend on each other in a circle: `model.p.n1` -> `model.p.n2` -> "
        "`model.p.n3` -> `model.p.n1`");
  CHECK(error.legacy_text == "Found a cycle: model.p.n1 --> model.p.n2 --> model.p.n3");
}

TEST_CASE("a node that depends on itself is a cycle") {
  Manifest m = make({{0}});
  CHECK(rows(Graph(m).find_cycle()) == Rows{0, 0});
}

TEST_CASE("without a cycle there is no path") {
  Manifest m = make(kDiamond);
  CHECK(Graph(m).find_cycle().empty());
  CHECK(Graph(make({})).find_cycle().empty());
}

TEST_CASE("depths are longest paths") {
  Manifest m = make({{}, {0}, {0, 1}, {2, 0}, {}});
  CHECK(Graph(m).depths() == std::vector<uint32_t>{0, 1, 2, 3, 0});
}

TEST_CASE("a long chain needs no deep stack and a long cycle is cut in its message") {
  constexpr size_t kCount = 200000;
  std::vector<std::vector<size_t>> parents(kCount);
  for (size_t i = 1; i < kCount; ++i)
    parents[i] = {i - 1};
  Manifest chain = make(parents);
  CHECK(Graph(chain).find_cycle().empty());
  CHECK(Graph(chain).depths().back() == kCount - 1);
  CHECK(Graph(chain).ancestors(set_of(kCount, {kCount - 1})).count() == kCount - 1);
  parents[0] = {kCount - 1};
  Manifest ring = make(parents);
  const std::vector<NodeId> cycle = Graph(ring).find_cycle();
  CHECK(cycle.size() == kCount + 1);
  const std::string message = cycle_error(ring, cycle).message;
  CHECK(message.size() < 2000);
  CHECK(message.find("more …") != std::string::npos);
}

TEST_CASE("sets combine") {
  NodeSet a = set_of(4, {0, 1});
  a |= set_of(4, {2});
  CHECK(rows(a) == Rows{0, 1, 2});
  a &= set_of(4, {1, 2, 3});
  CHECK(rows(a) == Rows{1, 2});
  a -= set_of(4, {1});
  CHECK(rows(a) == Rows{2});
  CHECK(a.count() == 1);
  a.erase(NodeId(2));
  CHECK(a.empty());
}

}  // namespace
}  // namespace weft::graph
