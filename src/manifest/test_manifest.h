// A small manifest for tests: a group, macros and one row of most kinds.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "manifest/artifacts.h"
#include "manifest/manifest.h"

namespace weft::manifest {

inline Node& add_row(Manifest& m, ResourceType type, const std::string& unique_id) {
  const NodeId id(m.nodes.size());
  m.nodes.emplace_back();
  m.disabled_flags.push_back(false);
  m.node_by_unique_id[unique_id] = id;
  Node& n = m.nodes.back();
  n.type = type;
  n.unique_id = unique_id;
  n.name = unique_id.substr(unique_id.rfind('.') + 1);
  n.package_name = "p";
  n.schema = "s";
  n.alias = n.name;
  n.fqn = {"p", n.name};
  return n;
}

inline Manifest make_test_manifest() {
  Manifest m;
  m.metadata.dbt_version = "1.12.6";
  m.metadata.project_name = "p";
  m.metadata.generated_at = 1700000000123456;
  Macro macro;
  macro.name = "cents";
  macro.package_name = "p";
  macro.unique_id = "macro.p.cents";
  macro.macro_sql = "{% macro cents() %}\"é\"{% endmacro %}";
  m.macros.push_back(macro);
  m.groups.push_back(
      {"fin", "p", "g.yml", "models/g.yml", "group.p.fin", "", {{"name", "F"}}, {}, {}});
  ConfigInterner configs(m);
  const ConfigId config = configs.intern(
      {{"enabled", true}, {"contract", base::DataMap{{"enforced", true}, {"alias_types", false}}}});
  add_row(m, ResourceType::Seed, "seed.p.raw").root_path = "/p";
  Node& model = add_row(m, ResourceType::Model, "model.p.a");
  model.model = std::make_unique<ModelFields>();
  model.model->version = 2;
  model.config = config;
  model.group = "fin";
  model.raw_code = "select 1\n";
  model.depends_on = {NodeId(0)};
  model.depends_on_macros = {MacroId(0)};
  model.refs.push_back({"raw", "", {}});
  model.functions.push_back({"f", "p", {}});
  Column column;
  column.name = "i\"d";
  column.constraints.push_back({"check", {}, "x > 0", {}, true, false, {}, {}});
  column.extra.set("own", 1);
  model.columns.push_back(column);
  Node& test = add_row(m, ResourceType::Test, "test.p.t.1");
  test.test = std::make_unique<TestFields>();
  test.test->metadata = TestMetadata{"unique", {{"model", "x"}}, {}};
  test.test->attached_node = NodeId(1);
  test.depends_on = {NodeId(1), NodeId(0)};
  Node& source = add_row(m, ResourceType::Source, "source.p.w.t");
  source.source = std::make_unique<SourceFields>();
  source.source->freshness = Freshness{{12, "hour"}, {}, "x > 1"};
  return m;
}

}  // namespace weft::manifest
