// Answers of dbt 1.12.6 (`dbt ls`) on a project with every kind of resource, replayed.
#include "select/select.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/strings.h"

namespace weft::select {
namespace {

using base::Data;
using manifest::Manifest;
using manifest::NodeId;

std::vector<std::string> texts(const Data& map, std::string_view key) {
  std::vector<std::string> made;
  if (const Data* list = map.get(key))
    for (const Data& item : list->as_list())
      made.push_back(item.as_string());
  return made;
}

std::string text(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  return value == nullptr ? std::string() : value->as_string();
}

std::vector<Data> read_lines(const std::string& name) {
  auto content = base::real_files().read(std::string(WEFT_TESTDATA) + "/shop/" + name);
  REQUIRE(content);
  std::vector<Data> made;
  for (std::string_view line : base::split(*content, '\n'))
    if (!line.empty()) {
      auto parsed = base::parse_json(line);
      REQUIRE(std::holds_alternative<Data>(parsed));
      made.push_back(std::get<Data>(std::move(parsed)));
    }
  return made;
}

manifest::Node make_node(const Data& row, manifest::ConfigInterner& configs) {
  manifest::Node n;
  n.unique_id = text(row, "unique_id");
  const std::vector<std::string_view> parts = base::split(n.unique_id, '.');
  n.type = *manifest::parse_resource_type(parts[0]);
  n.package_name = parts[1];
  n.name = text(row, "name");
  n.original_file_path = text(row, "file");
  if (row.get("patch") != nullptr)
    n.patch_path = text(row, "patch");
  n.fqn = texts(row, "fqn");
  n.tags = texts(row, "tags");
  n.config = configs.intern(row.get("config")->as_map());
  n.raw_code = row.get("empty") != nullptr ? " \n" : "select 1";
  if (n.type == ResourceType::Model) {
    n.model = std::make_unique<manifest::ModelFields>();
    n.model->access = text(row, "access");
    if (const Data* version = row.get("version")) {
      n.model->version = *version;
      n.model->latest_version = *row.get("latest_version");
    }
  }
  if (n.type == ResourceType::Test) {
    n.test = std::make_unique<manifest::TestFields>();
    if (row.get("test") != nullptr)
      n.test->metadata = manifest::TestMetadata{text(row, "test"), {}, {}};
  }
  if (n.type == ResourceType::Source) {
    n.source = std::make_unique<manifest::SourceFields>();
    n.source->source_name = text(row, "source");
  }
  return n;
}

struct Shop {
  Shop() {
    manifest.metadata.project_name = "shop";
    manifest::ConfigInterner configs(manifest);
    const std::vector<Data> rows = read_lines("rows.jsonl");
    for (const Data& row : rows) {
      const NodeId id(manifest.nodes.size());
      const bool is_disabled = row.get("disabled") != nullptr;
      manifest.nodes.push_back(make_node(row, configs));
      manifest.disabled_flags.push_back(is_disabled);
      if (is_disabled)
        manifest.disabled.push_back(id);
      else
        manifest.node_by_unique_id[manifest.node(id).unique_id] = id;
    }
    for (size_t i = 0; i < rows.size(); ++i)
      for (const std::string& parent : texts(rows[i], "parents"))
        manifest.nodes[i].depends_on.push_back(manifest.find(parent));
    auto read =
        read_selectors(base::real_files(), std::string(WEFT_TESTDATA) + "/shop", sources, sink);
    REQUIRE(read);
    selectors = std::move(*read);
  }

  diag::Result<NodeSet> select(const Request& request) {
    return select_nodes(manifest, graph::Graph(manifest), selectors, request, State(), sink);
  }

  std::vector<std::string> ids(const NodeSet& set) const {
    std::vector<std::string> made;
    for (NodeId id : set.members())
      made.push_back(manifest.node(id).unique_id);
    std::sort(made.begin(), made.end());
    return made;
  }

  Manifest manifest;
  Selectors selectors;
  diag::Sources sources;
  diag::Sink sink;
};

std::vector<ResourceType> types(const Data& map, std::string_view key) {
  std::vector<ResourceType> made;
  for (const std::string& name : texts(map, key))
    made.push_back(*manifest::parse_resource_type(name));
  return made;
}

/// As `dbt ls` asks: without analyses and operations, empty models included.
Request list_request(const Data& line) {
  Request request;
  request.select = texts(line, "select");
  request.exclude = texts(line, "exclude");
  request.selector = text(line, "selector");
  const std::string indirect = text(line, "indirect");
  if (indirect == "cautious")
    request.indirect = IndirectSelection::Cautious;
  else if (indirect == "buildable")
    request.indirect = IndirectSelection::Buildable;
  else if (indirect == "empty")
    request.indirect = IndirectSelection::Empty;
  request.resource_types = types(line, "only");
  if (request.resource_types.empty())
    for (ResourceType type = ResourceType::Model; type <= ResourceType::UnitTest;
         type = static_cast<ResourceType>(static_cast<int>(type) + 1))
      if (type != ResourceType::Analysis && type != ResourceType::Operation)
        request.resource_types.push_back(type);
  request.exclude_resource_types = types(line, "without");
  request.drop_empty = false;
  return request;
}

TEST_CASE("selections are those of dbt ls") {
  Shop shop;
  const std::vector<Data> lines = read_lines("cases.jsonl");
  REQUIRE(lines.size() > 400);
  for (const Data& line : lines) {
    INFO(base::to_json(line));
    diag::Result<NodeSet> selected = shop.select(list_request(line));
    std::vector<std::string> empty_words;
    for (const diag::Diagnostic& d : shop.sink.take())
      if (d.code == diag::Code::SelectsNothing)
        empty_words.push_back(d.message);
    if (line.get("error") != nullptr) {
      CHECK_FALSE(selected);
      continue;
    }
    REQUIRE(selected);
    CHECK(shop.ids(*selected) == texts(line, "ids"));
    std::vector<std::string> expected;
    for (const std::string& word : texts(line, "warns"))
      expected.push_back("The selection criterion '" + word + "' does not match any enabled nodes");
    CHECK(std::multiset<std::string>(empty_words.begin(), empty_words.end()) ==
          std::multiset<std::string>(expected.begin(), expected.end()));
  }
}

TEST_CASE("rows without SQL are dropped where the command says so") {
  Shop shop;
  Request request;
  request.select = {"empty_model"};
  request.drop_empty = true;
  auto selected = shop.select(request);
  REQUIRE(selected);
  CHECK(selected->empty());
  request.drop_empty = false;
  CHECK(shop.ids(*shop.select(request)) == std::vector<std::string>{"model.shop.empty_model"});
}

TEST_CASE("a word that misses by a letter gets a hint") {
  Shop shop;
  Request request;
  request.select = {"rolup"};
  REQUIRE(shop.select(request));
  std::vector<diag::Diagnostic> warnings = shop.sink.take();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].hint == "did you mean `rollup`?");
  request.select = {"disabled_m"};
  REQUIRE(shop.select(request));
  CHECK(shop.sink.take().at(0).hint == "`model.shop.disabled_m` is disabled");
}

TEST_CASE("unknown selectors, methods and circles are errors that help") {
  Shop shop;
  const auto error = [&](std::vector<std::string> select, std::string selector = "") {
    Request request;
    request.select = std::move(select);
    request.selector = std::move(selector);
    diag::Result<NodeSet> selected = shop.select(request);
    REQUIRE_FALSE(selected);
    return selected.error();
  };
  CHECK(error({}, "comboo").code == diag::Code::SelectorUnknown);
  CHECK(error({}, "comboo").hint == "did you mean `combo`?");
  CHECK(error({"selector:refdd"}).hint == "did you mean `refd`?");
  CHECK(error({"tagg:x"}).hint == "did you mean `tag`?");
  CHECK(error({"resource_type:modle"}).hint == "did you mean `model`?");
  const diag::Diagnostic circle = error({}, "cyc_a");
  CHECK(circle.message ==
        "selectors refer to each other in a circle: `cyc_a` -> `cyc_b` -> `cyc_a`");
  CHECK(circle.legacy_text ==
        "Circular dependency detected in selector: {'method': 'selector', 'value': 'cyc_b'}");
  CHECK(error({"state:new"}).code == diag::Code::StateMissing);
  CHECK(error({"result:error"}).code == diag::Code::StateMissing);
}

TEST_CASE("a selector wins over words, with a warning, and a default stands in for none") {
  Shop shop;
  Request request;
  request.selector = "caut";
  request.select = {"rollup"};
  auto selected = shop.select(request);
  REQUIRE(selected);
  CHECK(shop.manifest.find("model.shop.rollup").valid());
  CHECK_FALSE(selected->contains(shop.manifest.find("model.shop.rollup")));
  CHECK(shop.sink.take().at(0).code == diag::Code::SelectIgnored);
  shop.selectors.definitions[0].is_default = true;
  CHECK(default_selector(shop.selectors, Request())->name == "stg");
  CHECK(default_selector(shop.selectors, request) == nullptr);
  CHECK(shop.ids(*shop.select(Request())) == shop.ids(*shop.select([] {
    Request named;
    named.selector = "stg";
    return named;
  }())));
}

TEST_CASE("selectors that refer to each other many times over are evaluated once") {
  Shop shop;
  Selectors selectors;
  selectors.definitions.push_back({"s0", Data("rollup"), false, "", {}});
  for (int i = 1; i < 60; ++i) {
    const std::string before = "selector:s" + std::to_string(i - 1);
    selectors.definitions.push_back(
        {"s" + std::to_string(i),
         base::DataMap{{"union", base::DataList{Data(before), Data(before)}}},
         false,
         "",
         {}});
  }
  shop.selectors = std::move(selectors);
  Request request;
  request.selector = "s59";
  auto selected = shop.select(request);
  REQUIRE(selected);
  CHECK(selected->contains(shop.manifest.find("model.shop.rollup")));
}

TEST_CASE("results and freshness of an earlier run select") {
  Shop shop;
  manifest::RunResults results;
  results.results.resize(2);
  results.results[0].unique_id = "model.shop.rollup";
  results.results[0].status = "error";
  results.results[1].unique_id = "model.shop.dim_items";
  results.results[1].status = "success";
  const auto sources = [](const char* clicks, const char* stale) {
    const auto row = [](const char* id, const char* time) {
      return Data(base::DataMap{{"unique_id", Data(id)}, {"max_loaded_at", Data(time)}});
    };
    return Data(base::DataMap{{"results", base::DataList{row("source.shop.web.clicks", clicks),
                                                         row("source.shop.web.stale_q", stale)}}});
  };
  const Data before = sources("2026-01-01T10:00:00Z", "2026-01-01T00:00:00+00:00");
  const Data now = sources("2026-01-01T11:30:00+02:00", "2026-01-01T00:00:00.5Z");
  State state;
  state.run_results = &results;
  state.sources = &before;
  state.current_sources = &now;
  const auto select = [&](const char* word) {
    Request request;
    request.select = {word};
    request.indirect = IndirectSelection::Empty;
    auto selected = select_nodes(shop.manifest, graph::Graph(shop.manifest), shop.selectors,
                                 request, state, shop.sink);
    REQUIRE(selected);
    return shop.ids(*selected);
  };
  CHECK(select("result:error") == std::vector<std::string>{"model.shop.rollup"});
  // 11:30 two hours east of Greenwich is before 10:00 there.
  CHECK(select("source_status:fresher") == std::vector<std::string>{"source.shop.web.stale_q"});
}

}  // namespace
}  // namespace weft::select
