#include <catch2/catch.hpp>

#include "base/json.h"
#include "manifest/test_manifest.h"

namespace weft::manifest {
namespace {

using base::Data;

Data parse(const std::string& json) {
  auto parsed = base::parse_json(json);
  REQUIRE(std::holds_alternative<Data>(parsed));
  return std::get<Data>(std::move(parsed));
}

std::string keys(const Data& map) {
  std::string made;
  for (const base::DataEntry& entry : map.as_map())
    made += entry.key + " ";
  return made;
}

TEST_CASE("the file has dbt's sections in dbt's order") {
  const Data made = parse(manifest_json(make_test_manifest()));
  CHECK(keys(made) ==
        "metadata nodes sources macros docs exposures metrics groups selectors disabled parent_map "
        "child_map group_map saved_queries semantic_models unit_tests functions ");
  CHECK(keys(*made.get("metadata")) ==
        "dbt_schema_version dbt_version generated_at invocation_id invocation_started_at env "
        "project_name project_id user_id send_anonymous_usage_stats adapter_type quoting "
        "run_started_at ");
  CHECK(keys(*made.get("nodes")) == "seed.p.raw model.p.a test.p.t.1 ");
  CHECK(keys(*made.get("sources")) == "source.p.w.t ");
}

TEST_CASE("metadata has dbt's forms of times and ids") {
  const Data metadata = *parse(manifest_json(make_test_manifest())).get("metadata");
  CHECK(metadata.get("generated_at")->as_string() == "2023-11-14T22:13:20.123456Z");
  CHECK(metadata.get("run_started_at")->as_string() == "1970-01-01T00:00:00+00:00");
  CHECK(metadata.get("project_id")->as_string() == "83878c91171338902e0fe0fb97a8c47a");
  CHECK(metadata.get("user_id")->is_null());
}

TEST_CASE("keys of a model, once compiled and before") {
  Manifest m = make_test_manifest();
  const std::string head =
      "database schema name resource_type package_name path original_file_path unique_id fqn alias "
      "checksum config tags description columns meta group docs patch_path build_path "
      "unrendered_config created_at relation_name raw_code doc_blocks language refs sources "
      "metrics functions depends_on compiled_path ";
  const std::string tail =
      "contract access constraints version latest_version deprecation_date primary_key time_spine ";
  CHECK(keys(node_data(m, NodeId(1))) == head + tail);
  m.nodes[1].compiled = true;
  m.nodes[1].extra_ctes.push_back({NodeId(0), "cte"});
  CHECK(keys(node_data(m, NodeId(1))) ==
        head + "compiled compiled_code extra_ctes_injected extra_ctes " + tail);
}

TEST_CASE("seeds have no code, generic tests their metadata, operations an index") {
  Manifest m = make_test_manifest();
  const std::string seed = keys(node_data(m, NodeId(0)));
  CHECK(seed.find("language") == std::string::npos);
  CHECK(seed.substr(seed.size() - 32) == "doc_blocks root_path depends_on ");
  const std::string test = keys(node_data(m, NodeId(2)));
  CHECK(test.find("contract column_name file_key_name attached_node test_metadata ") !=
        std::string::npos);
  m.nodes[2].test->metadata.reset();
  CHECK(keys(node_data(m, NodeId(2))).find("test_metadata") == std::string::npos);
  m.nodes[2].type = ResourceType::Operation;
  m.nodes[2].operation_index = 3;
  CHECK(node_data(m, NodeId(2)).get("index")->as_int() == 3);
}

TEST_CASE("values of a model") {
  Manifest m = make_test_manifest();
  const Data model = node_data(m, NodeId(1));
  CHECK(base::to_json(*model.get("contract")) ==
        R"({"enforced": true, "alias_types": false, "checksum": null})");
  CHECK(base::to_json(*model.get("depends_on")) ==
        R"({"macros": ["macro.p.cents"], "nodes": ["seed.p.raw"]})");
  CHECK(base::to_json(*model.get("refs")) ==
        R"([{"name": "raw", "package": null, "version": null}])");
  CHECK(base::to_json(*model.get("functions")) == R"([["p", "f"]])");
  CHECK(base::to_json(*model.get("columns")) ==
        R"({"i\"d": {"name": "i\"d", "description": "", "meta": {}, "data_type": null, )"
        R"("constraints": [{"type": "check", "name": null, "expression": "x > 0", )"
        R"("warn_unenforced": false, "warn_unsupported": true, "to": null, "to_columns": []}], )"
        R"("quote": null, "config": {"meta": {}, "tags": []}, "tags": [], "granularity": null, )"
        R"("dimension": null, "entity": null, "doc_blocks": [], "own": 1}})");
}

TEST_CASE("keys of a source") {
  const Data source = node_data(make_test_manifest(), NodeId(3));
  CHECK(keys(source) ==
        "database schema name resource_type package_name path original_file_path unique_id fqn "
        "source_name source_description loader identifier quoting loaded_at_field loaded_at_query "
        "freshness external description columns meta source_meta tags config patch_path "
        "unrendered_config relation_name created_at unrendered_database unrendered_schema "
        "doc_blocks ");
  CHECK(base::to_json(*source.get("freshness")) ==
        R"({"warn_after": {"count": 12, "period": "hour"}, )"
        R"("error_after": {"count": null, "period": null}, "filter": "x > 1"})");
}

TEST_CASE("rows with details: listed keys in order, then the rest") {
  Manifest m = make_test_manifest();
  Node& n = add_row(m, ResourceType::Exposure, "exposure.p.e");
  n.description = "d";
  n.details = std::make_unique<base::DataMap>(
      base::DataMap{{"url", "u"}, {"later", 1}, {"type", "dashboard"}});
  const Data made = node_data(m, NodeId(4));
  CHECK(keys(made) ==
        "name resource_type package_name path original_file_path unique_id fqn type owner "
        "description label maturity meta tags config unrendered_config url depends_on refs sources "
        "metrics created_at later ");
  CHECK(made.get("type")->as_string() == "dashboard");
  CHECK(made.get("owner")->is_null());
}

TEST_CASE("unit tests and functions") {
  Manifest m = make_test_manifest();
  Node& unit = add_row(m, ResourceType::UnitTest, "unit_test.p.a.u");
  unit.unit_test = std::make_unique<UnitTestFields>();
  unit.unit_test->given.push_back({"ref('raw')", "dict", base::DataList{}, {}});
  const Data made = node_data(m, NodeId(4));
  CHECK(keys(made) ==
        "model given expect name resource_type package_name path original_file_path unique_id fqn "
        "description overrides depends_on config checksum schema created_at versions version ");
  CHECK(made.get("overrides")->is_null());
  CHECK(base::to_json(*made.get("given")) ==
        R"x([{"input": "ref('raw')", "rows": [], "format": "dict", "fixture": null}])x");
  Node& function = add_row(m, ResourceType::Function, "function.p.f");
  function.function = std::make_unique<FunctionFields>();
  function.function->returns_type = "int";
  function.function->arguments.push_back({"n", "float", "", 2});
  const Data f = node_data(m, NodeId(5));
  CHECK(keys(f).substr(0, 17) == "returns database ");
  CHECK(base::to_json(*f.get("arguments")) ==
        R"([{"name": "n", "data_type": "float", "description": null, "default_value": 2}])");
  CHECK(f.get("overloads")->as_list().empty());
}

TEST_CASE("text and data of a row are the same") {
  Manifest m = make_test_manifest();
  for (size_t i = 0; i < m.nodes.size(); ++i)
    CHECK(base::to_json(node_data(m, NodeId(i)), true) == node_json(m, NodeId(i)));
}

TEST_CASE("maps of parents, children and groups are sorted and leave disabled rows out") {
  Manifest m = make_test_manifest();
  Data made = parse(manifest_json(m));
  CHECK(base::to_json(*made.get("parent_map")) ==
        R"({"seed.p.raw": [], "model.p.a": ["seed.p.raw"], )"
        R"("test.p.t.1": ["model.p.a", "seed.p.raw"], "source.p.w.t": []})");
  CHECK(base::to_json(*made.get("child_map")) ==
        R"({"seed.p.raw": ["model.p.a", "test.p.t.1"], "model.p.a": ["test.p.t.1"], )"
        R"("test.p.t.1": [], "source.p.w.t": []})");
  CHECK(base::to_json(*made.get("group_map")) == R"({"fin": ["model.p.a"]})");
  m.disabled_flags[2] = true;
  m.disabled = {NodeId(2)};
  made = parse(manifest_json(m));
  CHECK(made.get("nodes")->get("test.p.t.1") == nullptr);
  CHECK(made.get("disabled")->get("test.p.t.1")->as_list().size() == 1);
  CHECK(base::to_json(*made.get("child_map")->get("model.p.a")) == "[]");
}

TEST_CASE("all text is ASCII, as Python writes it") {
  const std::string json = manifest_json(make_test_manifest());
  CHECK(json.find("\\\"\\u00e9\\\"") != std::string::npos);
  for (char c : json)
    REQUIRE(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("equal configurations share a row, whoever made them") {
  Manifest m;
  ConfigInterner configs(m);
  const ConfigId a = configs.intern({{"x", 1}});
  CHECK(configs.intern({{"x", 1}}) == a);
  CHECK(configs.intern({{"x", 1.0}}) != a);
  CHECK(configs.intern({{"x", "1"}}) != a);
  CHECK(m.config(a).json == R"({"x": 1})");
  CHECK(m.configs.size() == 3);
}

TEST_CASE("names of resource types read back") {
  for (int i = 0; i <= static_cast<int>(ResourceType::UnitTest); ++i) {
    const auto type = static_cast<ResourceType>(i);
    CHECK(parse_resource_type(resource_type_name(type)) == type);
  }
  CHECK_FALSE(parse_resource_type("models"));
}

TEST_CASE("the semantic manifest of a project without a semantic layer") {
  CHECK(semantic_manifest_json(make_test_manifest()) ==
        R"({"semantic_models": [], "metrics": [], "project_configuration": )"
        R"({"time_spine_table_configurations": [], "metadata": null, "dsi_package_version": )"
        R"({"major_version": "0", "minor_version": "213", "patch_version": "0"}, )"
        R"("time_spines": []}, "saved_queries": []})");
}

TEST_CASE("semantic models, time spines and metrics of the semantic manifest") {
  Manifest m = make_test_manifest();
  m.nodes[1].model->time_spine = base::DataMap{{"standard_granularity_column", "day"},
                                               {"custom_granularities", base::DataList{}}};
  m.nodes[1].columns[0].name = "day";
  m.nodes[1].columns[0].granularity = "day";
  Node& semantic = add_row(m, ResourceType::SemanticModel, "semantic_model.p.sm");
  semantic.details = std::make_unique<base::DataMap>(base::DataMap{
      {"entities", base::DataList{base::DataMap{{"name", "e"}, {"type", "primary"}}}}});
  const Data made = parse(semantic_manifest_json(m));
  CHECK(base::to_json(*made.get("semantic_models")->as_list()[0].get("entities")) ==
        R"([{"name": "e", "description": null, "type": "primary", "role": null, "expr": null, )"
        R"("metadata": null, "label": null, "config": null}])");
  const Data& spine = made.get("project_configuration")->get("time_spines")->as_list()[0];
  CHECK(base::to_json(*spine.get("primary_column")) ==
        R"({"name": "day", "time_granularity": "day"})");
}

}  // namespace
}  // namespace weft::manifest
