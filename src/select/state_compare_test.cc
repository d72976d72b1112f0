#include "select/state_compare.h"

#include <functional>

#include <catch2/catch.hpp>

namespace weft::select {
namespace {

using base::Data;
using base::DataMap;
using manifest::Manifest;
using manifest::Node;
using manifest::NodeId;
using manifest::ResourceType;

/// A manifest with one row of each kind, and the state it is compared with: at first the same.
struct Project {
  Project() {
    configs.emplace(m);
    macro("macro.p.leaf", {});
    macro("macro.p.caller", {0});
    macro("macro.dbt.builtin", {});
    macro("macro.dbt.test_unique", {});
    Node& model = row(ResourceType::Model, "model.p.a");
    model.model = std::make_unique<manifest::ModelFields>();
    model.raw_code = "select 1";
    model.depends_on_macros = {manifest::MacroId(1), manifest::MacroId(2)};
    row(ResourceType::Seed, "seed.p.s").checksum = {"sha256", "aa"};
    Node& test = row(ResourceType::Test, "test.p.t.1");
    test.test = std::make_unique<manifest::TestFields>();
    test.test->metadata = manifest::TestMetadata{"unique", {}, {}};
    test.depends_on_macros = {manifest::MacroId(3)};
    Node& source = row(ResourceType::Source, "source.p.w.t");
    source.source = std::make_unique<manifest::SourceFields>();
    source.source->freshness = manifest::Freshness{{12, "hour"}, {}, "x"};
    row(ResourceType::Exposure, "exposure.p.e").details =
        std::make_unique<DataMap>(DataMap{{"type", "dashboard"}, {"url", "u"}});
    Node& unit = row(ResourceType::UnitTest, "unit_test.p.a.u");
    unit.unit_test = std::make_unique<manifest::UnitTestFields>();
    unit.unit_test->checksum = "c";
    remember();
  }

  Node& row(ResourceType type, const std::string& unique_id) {
    m.nodes.emplace_back();
    m.disabled_flags.push_back(false);
    Node& n = m.nodes.back();
    n.type = type;
    n.unique_id = unique_id;
    n.name = unique_id.substr(unique_id.rfind('.') + 1);
    n.fqn = {"p", n.name};
    n.config = configs->intern({{"persist_docs", DataMap{{"relation", true}}},
                                {"contract", DataMap{{"enforced", false}}}});
    n.unrendered_config = configs->intern({{"materialized", "view"}, {"tags", "x"}});
    m.node_by_unique_id[unique_id] = NodeId(m.nodes.size() - 1);
    return n;
  }

  void macro(const std::string& unique_id, std::vector<size_t> called) {
    manifest::Macro made;
    made.unique_id = unique_id;
    made.name = unique_id.substr(unique_id.rfind('.') + 1);
    made.package_name = unique_id.substr(6, unique_id.rfind('.') - 6);
    made.macro_sql = "text";
    for (size_t id : called)
      made.depends_on.emplace_back(id);
    m.macros.push_back(std::move(made));
  }

  void remember() {
    state = {};
    for (size_t i = 0; i < m.nodes.size(); ++i)
      state.nodes.set(m.nodes[i].unique_id, manifest::node_data(m, NodeId(i)));
    for (const manifest::Macro& one : m.macros)
      state.macros.set(one.unique_id, DataMap{{"macro_sql", Data(one.macro_sql)}});
  }

  Node& node(const std::string& unique_id) { return m.node(m.find(unique_id)); }

  DataMap& old(const std::string& unique_id) { return state.nodes.find(unique_id)->as_map(); }

  bool modified(const std::string& unique_id) {
    diag::Result<bool> result = StateComparison(m, state, sink).is_modified(node(unique_id));
    REQUIRE(result);
    return *result;
  }

  bool modified_in(const std::string& unique_id, Aspect aspect) {
    diag::Result<bool> result =
        StateComparison(m, state, sink).is_modified_in(node(unique_id), aspect);
    REQUIRE(result);
    return *result;
  }

  std::string modified_ids() {
    std::string ids;
    for (const Node& n : m.nodes)
      if (modified(n.unique_id))
        ids += n.unique_id + " ";
    return ids;
  }

  Manifest m;
  std::optional<manifest::ConfigInterner> configs;
  manifest::StateManifest state;
  diag::Sink sink;
};

TEST_CASE("nothing has changed against itself") {
  Project p;
  CHECK(p.modified_ids().empty());
}

TEST_CASE("new rows count as modified, but not new sources and exposures") {
  Project p;
  p.state.nodes = {};
  CHECK(p.modified_ids() == "model.p.a seed.p.s test.p.t.1 unit_test.p.a.u ");
  CHECK(p.modified_in("source.p.w.t", Aspect::Configs));
  CHECK_FALSE(p.modified_in("unit_test.p.a.u", Aspect::Configs));
}

TEST_CASE("bodies: text of models, checksums of seeds") {
  Project p;
  p.node("model.p.a").raw_code += " ";
  CHECK(p.modified_in("model.p.a", Aspect::Body));
  CHECK_FALSE(p.modified_in("model.p.a", Aspect::Configs));
  p.node("seed.p.s").checksum.checksum = "bb";
  CHECK(p.modified_ids() == "model.p.a seed.p.s ");
}

TEST_CASE("a seed known by its path only counts as unchanged, with a warning") {
  Project p;
  p.node("seed.p.s").checksum = {"path", "seeds/s.csv"};
  p.remember();
  CHECK_FALSE(p.modified("seed.p.s"));
  CHECK(p.sink.take().at(0).code == diag::Code::SeedNotCompared);
}

TEST_CASE("configurations are compared as written, without tags and names") {
  Project p;
  p.node("model.p.a").unrendered_config =
      p.configs->intern({{"materialized", "view"}, {"tags", "y"}, {"schema", "z"}});
  CHECK_FALSE(p.modified_in("model.p.a", Aspect::Configs));
  CHECK(p.modified_in("model.p.a", Aspect::Relation));
  p.node("model.p.a").unrendered_config = p.configs->intern({{"materialized", "table"}});
  CHECK(p.modified_in("model.p.a", Aspect::Configs));
  // Of a test only what changes its result counts.
  p.node("test.p.t.1").unrendered_config = p.configs->intern({{"meta", DataMap{{"a", 1}}}});
  CHECK_FALSE(p.modified("test.p.t.1"));
  p.node("test.p.t.1").unrendered_config = p.configs->intern({{"severity", "warn"}});
  CHECK(p.modified("test.p.t.1"));
}

TEST_CASE("descriptions count where they are persisted") {
  Project p;
  p.node("model.p.a").description = "new";
  CHECK(p.modified_in("model.p.a", Aspect::PersistedDescriptions));
  p.node("model.p.a").config = p.configs->intern({{"persist_docs", DataMap{{"columns", true}}}});
  CHECK_FALSE(p.modified_in("model.p.a", Aspect::PersistedDescriptions));
  p.node("model.p.a").columns.push_back({});
  CHECK(p.modified_in("model.p.a", Aspect::PersistedDescriptions));
}

TEST_CASE("a changed macro changes what calls it, however far, but weft's own do not") {
  Project p;
  p.state.macros.set("macro.dbt.builtin", DataMap{{"macro_sql", "of another version"}});
  CHECK_FALSE(p.modified_in("model.p.a", Aspect::Macros));
  p.m.macros[0].macro_sql = "changed";
  CHECK(p.modified_in("model.p.a", Aspect::Macros));
  CHECK(p.modified_ids() == "model.p.a ");
}

TEST_CASE("fields of sources, exposures and unit tests") {
  Project p;
  p.node("source.p.w.t").source->freshness->warn_after.count = 13;
  CHECK(p.modified("source.p.w.t"));
  p.remember();
  p.node("source.p.w.t").description = "does not count";
  CHECK_FALSE(p.modified("source.p.w.t"));
  p.node("source.p.w.t").source->quoting.set("schema", true);
  CHECK(p.modified("source.p.w.t"));
  p.node("exposure.p.e").details->set("url", "v");
  CHECK(p.modified("exposure.p.e"));
  p.node("unit_test.p.a.u").unit_test->checksum = "d";
  CHECK(p.modified("unit_test.p.a.u"));
}

/// Gives the model a contract with one column, now and before.
void enforce(Project& p) {
  Node& n = p.node("model.p.a");
  n.config =
      p.configs->intern({{"materialized", "table"}, {"contract", DataMap{{"enforced", true}}}});
  n.contract_checksum = "1";
  manifest::Column column;
  column.name = "id";
  column.data_type = "varchar(3)";
  n.columns.push_back(column);
  p.remember();
}

TEST_CASE("a wider column is a change of the contract that breaks nobody") {
  Project p;
  enforce(p);
  CHECK_FALSE(p.modified_in("model.p.a", Aspect::Contract));
  p.node("model.p.a").columns[0].data_type = "VARCHAR(10)";
  p.node("model.p.a").contract_checksum = "2";
  CHECK(p.modified_in("model.p.a", Aspect::Contract));
  CHECK(p.sink.take().empty());
}

TEST_CASE("a broken contract is a warning, and an error of a versioned model") {
  Project p;
  enforce(p);
  p.node("model.p.a").columns[0].data_type = "int";
  p.node("model.p.a").contract_checksum = "2";
  CHECK(p.modified("model.p.a"));
  const std::vector<diag::Diagnostic> warnings = p.sink.take();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == diag::Code::UnversionedBreakingChange);
  CHECK(warnings[0].message.find("id (varchar(3) -> int)") != std::string::npos);
  p.node("model.p.a").model->version = 2;
  auto result = StateComparison(p.m, p.state, p.sink).is_modified(p.node("model.p.a"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == diag::Code::ContractBroken);
}

TEST_CASE("a contracted model that is gone is noticed") {
  Project p;
  enforce(p);
  CHECK(StateComparison(p.m, p.state, p.sink).check_removed());
  CHECK(p.sink.take().empty());
  DataMap gone = p.old("model.p.a");
  p.state.nodes.set("model.p.gone", gone);
  REQUIRE(StateComparison(p.m, p.state, p.sink).check_removed());
  CHECK(p.sink.take().at(0).legacy_text.find("'model.p.gone' was deleted or renamed") !=
        std::string::npos);
  gone.set("version", 1);
  p.state.nodes.set("model.p.gone", gone);
  CHECK_FALSE(StateComparison(p.m, p.state, p.sink).check_removed());
  p.m.metadata.run_started_at = 1700000000000000;
  gone.set("deprecation_date", "1999-01-01T00:00:00+00:00");
  p.state.nodes.set("model.p.gone", gone);
  CHECK(StateComparison(p.m, p.state, p.sink).check_removed());
}

TEST_CASE("a state of nonsense compares without harm") {
  Project p;
  for (const char* key : {"fqn", "config", "unrendered_config", "checksum", "columns", "contract",
                          "constraints", "depends_on", "freshness", "quoting", "raw_code"})
    for (const Data& value : {Data(), Data(7), Data("x"), Data(base::DataList{Data(1)}),
                              Data(DataMap{{"enforced", true}, {"a", 1}})})
      for (const Node& n : p.m.nodes) {
        p.remember();
        p.old(n.unique_id).set(key, value);
        CHECK(StateComparison(p.m, p.state, p.sink).is_modified(n));
      }
}

}  // namespace
}  // namespace weft::select
