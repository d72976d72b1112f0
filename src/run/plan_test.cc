#include "run/plan.h"

#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace weft::run {
namespace {

using manifest::Manifest;
using manifest::Node;
using manifest::ResourceType;

/// A manifest of models and tests: name -> parents. Tests have names that start with "t",
/// exposures such that start with "x".
struct Sample {
  Manifest manifest;
  std::map<std::string, NodeId> ids;

  void add(const std::string& name, const std::vector<std::string>& parents) {
    Node node;
    node.name = node.unique_id = name;
    node.type = name.front() == 't'   ? ResourceType::Test
                : name.front() == 'x' ? ResourceType::Exposure
                                      : ResourceType::Model;
    for (const std::string& parent : parents)
      node.depends_on.push_back(ids.at(parent));
    ids[name] = NodeId(manifest.nodes.size());
    manifest.node_by_unique_id[name] = ids[name];
    manifest.disabled_flags.push_back(false);
    manifest.nodes.push_back(std::move(node));
  }

  NodeSet select(const std::vector<std::string>& names) const {
    NodeSet made(manifest.nodes.size());
    for (const std::string& name : names)
      made.insert(ids.at(name));
    return made;
  }
};

/// Runs the plan to its end with one node at a time; names of failing nodes skip what is behind
/// them.
std::string order_of(const Sample& sample, const std::vector<std::string>& selected, bool gate,
                     const std::string& failing = "") {
  graph::Graph graph(sample.manifest);
  Plan plan(sample.manifest, graph, sample.select(selected), gate);
  std::string order;
  while (std::optional<NodeId> id = plan.next()) {
    const std::string& name = sample.manifest.node(*id).name;
    order += (order.empty() ? "" : " ") + name;
    if (plan.skipped_because(*id).valid())
      order += "(skipped)";
    plan.finish(*id, name == failing ? Effect::SkipChildren : Effect::None);
  }
  CHECK(plan.is_done());
  return order;
}

Sample chain() {
  Sample sample;
  sample.add("a", {});
  sample.add("b", {"a"});
  sample.add("c", {"b"});
  sample.add("ta", {"a"});
  sample.add("tb", {"b"});
  return sample;
}

TEST_CASE("every selected node is given out once, parents first") {
  CHECK(order_of(chain(), {"a", "b", "c"}, false) == "a b c");
  // What lies between two selected nodes keeps their order.
  CHECK(order_of(chain(), {"a", "c"}, false) == "a c");
  // Tests whose models are not selected are roots, and still run once.
  CHECK(order_of(chain(), {"ta", "tb"}, false) == "ta tb");
}

TEST_CASE("in a build tests come before what lies behind their model") {
  CHECK(order_of(chain(), {"a", "b", "c", "ta", "tb"}, true) == "a ta b tb c");
}

TEST_CASE("what lies behind a failure is skipped") {
  CHECK(order_of(chain(), {"a", "b", "c"}, false, "a") == "a b(skipped) c(skipped)");
  CHECK(order_of(chain(), {"a", "b", "c", "ta"}, true, "ta") == "a ta b(skipped) c(skipped)");
}

TEST_CASE("a test of two models holds back what is behind both") {
  Sample sample;
  sample.add("a", {});
  sample.add("b", {});
  sample.add("c", {"a", "b"});
  sample.add("tab", {"a", "b"});
  CHECK(order_of(sample, {"a", "b", "c", "tab"}, true) == "a b tab c");
}

TEST_CASE("an exposure waits for what it shows, not for tests of it") {
  Sample sample = chain();
  sample.add("x", {"a"});
  std::vector<std::string> all = {"a", "b", "c", "ta", "tb", "x"};
  CHECK(order_of(sample, all, true, "ta").find("x(skipped)") == std::string::npos);
  CHECK(order_of(sample, all, true, "a").find("x(skipped)") != std::string::npos);
}

}  // namespace
}  // namespace weft::run
