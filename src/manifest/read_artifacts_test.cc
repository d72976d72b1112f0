#include <random>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/json.h"
#include "manifest/test_manifest.h"

namespace weft::manifest {
namespace {

constexpr const char* kPath = "/state/manifest.json";

diag::Result<StateManifest> read_manifest(const std::string& text) {
  base::MemoryFiles files({{kPath, text}});
  return read_state_manifest(files, kPath);
}

TEST_CASE("what is written can be read as state, without what nobody compares") {
  Manifest m = make_test_manifest();
  m.nodes[1].compiled = true;
  m.nodes[1].compiled_code = "select 2";
  m.disabled_flags[2] = true;
  m.disabled = {NodeId(2)};
  auto state = read_manifest(manifest_json(m));
  REQUIRE(state);
  CHECK(state->dbt_version == "1.12.6");
  CHECK(state->nodes.size() == 3);
  const base::Data* model = state->nodes.find("model.p.a");
  REQUIRE(model != nullptr);
  CHECK(model->get("raw_code")->as_string() == "select 1\n");
  CHECK(model->get("compiled_code") == nullptr);
  CHECK(state->nodes.contains("source.p.w.t"));
  CHECK(base::to_json(*state->macros.find("macro.p.cents"), true) ==
        R"({"macro_sql": "{% macro cents() %}\"\u00e9\"{% endmacro %}"})");
  CHECK(state->disabled.find("test.p.t.1")->as_list().size() == 1);
}

TEST_CASE("versions that are known, and those that are not") {
  const auto with = [](const std::string& schema) {
    return read_manifest(R"({"nodes": {"model.p.a": {"raw_sql": "x"}}, "metadata": )"
                         R"({"dbt_schema_version": "https://schemas.getdbt.com/dbt/)" +
                         schema + "\"}}");
  };
  REQUIRE(with("manifest/v4.json"));
  CHECK(with("manifest/v4.json")->nodes.find("model.p.a")->get("raw_code")->as_string() == "x");
  CHECK_FALSE(with("manifest/v3.json"));
  CHECK_FALSE(with("manifest/v13.json"));
  CHECK_FALSE(with("catalog/v1.json"));
  CHECK_FALSE(with("manifest/vx.json"));
  CHECK(with("manifest/v20.json").error().message.find("version 20") != std::string::npos);
}

TEST_CASE("the message tells file, line and column") {
  auto state = read_manifest("{\"nodes\":\n  {\"a\": {\"name\": tru}}}");
  REQUIRE_FALSE(state);
  CHECK(state.error().code == diag::Code::ArtifactInvalid);
  CHECK(state.error().message.find("`/state/manifest.json`") != std::string::npos);
  CHECK(state.error().message.find("line 2, column 18") != std::string::npos);
  base::MemoryFiles none;
  CHECK(read_state_manifest(none, kPath).error().code == diag::Code::FileUnreadable);
}

TEST_CASE("no bytes break the readers") {
  const std::string whole = manifest_json(make_test_manifest());
  std::mt19937 random(11);
  for (int round = 0; round < 600; ++round) {
    std::string text = whole;
    if (round % 3 == 0) {
      text.resize(random() % text.size());
    } else {
      for (size_t i = 1 + random() % 4; i > 0; --i)
        text[random() % text.size()] = "\"{}[],:\\\xff\0x1"[random() % 12];
    }
    base::MemoryFiles files({{kPath, text}});
    for (bool ok : {read_state_manifest(files, kPath).ok(), read_run_results(files, kPath).ok(),
                    read_artifact(files, kPath).ok()})
      (void)ok;
    if (round % 3 == 0)
      CHECK_FALSE(read_state_manifest(files, kPath));
  }
  for (const char* text : {"", "[]", "7", "{", "{}", "{}x", "{\"nodes\": []}",
                           "{\"nodes\": {\"a\": 1}}", "{\"disabled\": {\"a\": 1}}", "\"a"})
    CHECK_FALSE(read_manifest(text));
}

TEST_CASE("deep nesting is an error where it would be read, and passed where it is not") {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  const std::string end =
      R"("metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"}})";
  CHECK_FALSE(read_manifest("{\"nodes\": {\"a\": {\"config\": " + deep + "}}, " + end));
  CHECK(read_manifest("{\"child_map\": " + deep + ", " + end));
}

TEST_CASE("run results read back") {
  RunResults results;
  results.metadata.dbt_version = "1.12.6";
  results.metadata.invocation_started_at = 1700000000000001;
  results.elapsed_time = 2;
  results.args.set("which", "build");
  RunResult one;
  one.unique_id = "test.p.t.1";
  one.status = "fail";
  one.failures = 3;
  one.message = "Got 3 results";
  one.compiled = true;
  one.batch_results = base::DataMap{{"successful", base::DataList{}}};
  results.results.push_back(one);
  base::MemoryFiles files({{"/r.json", run_results_json(results)}});
  auto read = read_run_results(files, "/r.json");
  REQUIRE(read);
  CHECK(read->metadata.invocation_started_at == 1700000000000001);
  CHECK(run_results_json(*read) == run_results_json([&] {
          RunResults expected = results;
          return expected;
        }()));
}

TEST_CASE("run results of a wrong shape") {
  const auto read = [](const std::string& text) {
    base::MemoryFiles files({{"/r.json", text}});
    return read_run_results(files, "/r.json");
  };
  const std::string metadata =
      R"("metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json"})";
  CHECK(read("{" + metadata + ", \"results\": []}"));
  CHECK_FALSE(read("{" + metadata + "}"));
  CHECK_FALSE(read("{" + metadata + ", \"results\": [1]}"));
  CHECK_FALSE(read("{\"results\": []}"));
}

}  // namespace
}  // namespace weft::manifest
