#include <catch2/catch.hpp>

#include "base/json.h"
#include "manifest/artifacts.h"
#include "manifest/metadata_json.h"
#include "manifest/run_results_writer.h"
#include "manifest/test_manifest.h"

namespace weft::manifest {
namespace {

Metadata metadata() {
  Metadata made;
  made.dbt_version = "1.12.6";
  made.invocation_id = "i";
  return made;
}

std::string metadata_text(const std::string& schema) {
  return R"({"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/)" + schema +
         R"(.json", "dbt_version": "1.12.6", "generated_at": "1970-01-01T00:00:00Z", )"
         R"("invocation_id": "i", "invocation_started_at": "1970-01-01T00:00:00Z", "env": {}}, )";
}

TEST_CASE("run results") {
  RunResults results;
  results.metadata = metadata();
  results.elapsed_time = 1.5;
  results.args.set("which", "run");
  RunResult model;
  model.unique_id = "model.p.a";
  model.status = "success";
  model.timing.push_back({"compile", 1000000, 2500000});
  model.thread_id = "Thread-1 (worker)";
  model.execution_time = 0.25;
  model.adapter_response.set("rows_affected", 3);
  model.compiled = true;
  model.compiled_code = "select 1";
  model.relation_name = "r";
  results.results.push_back(model);
  CHECK(run_results_json(results) ==
        metadata_text("run-results/v6") +
            R"("results": [{"status": "success", "timing": [{"name": "compile", )"
            R"("started_at": "1970-01-01T00:00:01Z", )"
            R"("completed_at": "1970-01-01T00:00:02.500000Z"}], )"
            R"x("thread_id": "Thread-1 (worker)", "execution_time": 0.25, )x"
            R"("adapter_response": {"rows_affected": 3}, "message": null, "failures": null, )"
            R"("unique_id": "model.p.a", "compiled": true, "compiled_code": "select 1", )"
            R"("relation_name": "r", "batch_results": null, "overload_results": null}], )"
            R"("elapsed_time": 1.5, "args": {"which": "run"}})");
}

TEST_CASE("seeds and saved queries are neither compiled nor not") {
  RunResults results;
  RunResult seed;
  seed.unique_id = "seed.p.s";
  seed.relation_name = "r";
  results.results.push_back(seed);
  const std::string json = run_results_json(results);
  CHECK(json.find(R"("compiled": null, "compiled_code": null, "relation_name": null)") !=
        std::string::npos);
}

TEST_CASE("the parts of many results make the same text with any number of threads") {
  RunResults results;
  for (int i = 0; i < 300; ++i) {
    RunResult result;
    result.unique_id = "model.p.m" + std::to_string(i);
    result.status = "success";
    results.results.push_back(result);
  }
  const std::string whole = run_results_json(results);
  auto parsed = base::parse_json(whole);
  REQUIRE(std::holds_alternative<base::Data>(parsed));
  const base::Data* list = std::get<base::Data>(parsed).get("results");
  REQUIRE(list->as_list().size() == 300);
  CHECK(list->as_list()[299].get("unique_id")->as_string() == "model.p.m299");
  RunResultsView view{results.metadata, results.results, results.elapsed_time, results.args};
  for (size_t threads : {size_t{1}, size_t{2}, size_t{8}}) {
    std::string text;
    auto error = write_run_results_json(view, threads, [&](std::string_view part) {
      text += part;
      return std::optional<base::IoError>();
    });
    CHECK_FALSE(error);
    CHECK(text == whole);
  }
}

TEST_CASE("the SQL of a result is its own or its row's") {
  const Manifest manifest = [] {
    Manifest made;
    add_row(made, ResourceType::Model, "model.p.a").compiled_code = "select 'row'";
    return made;
  }();
  RunResult result;
  result.unique_id = "model.p.a";
  std::vector<RunResult> results{result, result, result, result};
  results[0].compiled = results[1].compiled = results[2].compiled = true;
  results[1].compiled_code = "select 'batch'";
  results[2].unique_id = "sql_operation.p.inline";
  const Metadata metadata;
  const base::DataMap args;
  std::string text;
  auto put = [&](std::string_view part) {
    text += part;
    return std::optional<base::IoError>();
  };
  CHECK_FALSE(write_run_results_json({metadata, results, 0, args, &manifest}, 2, put));
  auto parsed = base::parse_json(text);
  REQUIRE(std::holds_alternative<base::Data>(parsed));
  const base::DataList& list = std::get<base::Data>(parsed).get("results")->as_list();
  CHECK(list[0].get("compiled_code")->as_string() == "select 'row'");
  CHECK(list[1].get("compiled_code")->as_string() == "select 'batch'");
  CHECK(list[2].get("compiled_code")->is_null());
  CHECK(list[3].get("compiled_code")->is_null());
}

TEST_CASE("freshness results and errors") {
  FreshnessResult fresh;
  fresh.unique_id = "source.p.w.t";
  fresh.max_loaded_at = 1500000;
  fresh.status = "pass";
  fresh.criteria.warn_after = {1, "day"};
  fresh.thread_id = "t";
  FreshnessResult broken;
  broken.unique_id = "source.p.w.u";
  broken.error = "no table";
  CHECK(sources_json(metadata(), {fresh, broken}, 2) ==
        metadata_text("sources/v3") +
            R"("results": [{"unique_id": "source.p.w.t", )"
            R"("max_loaded_at": "1970-01-01T00:00:01.500000+00:00", )"
            R"("snapshotted_at": "1970-01-01T00:00:00+00:00", "max_loaded_at_time_ago_in_s": 0.0, )"
            R"("status": "pass", "criteria": {"warn_after": {"count": 1, "period": "day"}, )"
            R"("error_after": {"count": null, "period": null}, "filter": null}, )"
            R"("adapter_response": {}, "timing": [], "thread_id": "t", "execution_time": 0.0}, )"
            R"({"unique_id": "source.p.w.u", "error": "no table", "status": "runtime error"}], )"
            R"("elapsed_time": 2.0})");
}

TEST_CASE("the catalog") {
  Catalog catalog;
  catalog.metadata = metadata();
  CatalogTable table;
  table.unique_id = "model.p.a";
  table.type = "VIEW";
  table.schema = "s";
  table.name = "a";
  table.database = "d";
  table.owner = "o";
  table.columns.push_back({"id", "integer", 1, {}});
  table.stats.push_back({"has_stats", "Has Stats?", "none", false, false});
  catalog.tables.push_back(table);
  const std::string one =
      R"({"metadata": {"type": "VIEW", "schema": "s", "name": "a", "database": "d", )"
      R"("comment": null, "owner": "o"}, "columns": {"id": {"type": "integer", "index": 1, )"
      R"("name": "id", "comment": null}}, "stats": {"has_stats": {"id": "has_stats", )"
      R"("label": "Has Stats?", "value": false, "include": false, "description": "none"}}, )"
      R"("unique_id": "model.p.a"})";
  CHECK(catalog_json(catalog) == metadata_text("catalog/v1") + R"("nodes": {"model.p.a": )" + one +
                                     R"(}, "sources": {}, "errors": null})");
  catalog.tables[0].is_source = true;
  catalog.errors = {"e"};
  CHECK(catalog_json(catalog) == metadata_text("catalog/v1") +
                                     R"("nodes": {}, "sources": {"model.p.a": )" + one +
                                     R"(}, "errors": ["e"]})");
}

TEST_CASE("times read back from any zone") {
  for (int64_t us : {int64_t{0}, int64_t{1700000000123456}, int64_t{951782400000000}})
    for (const char* zone : {"Z", "+00:00"})
      CHECK(parse_iso_time(iso_time(us, zone)) == us);
  CHECK(parse_iso_time("2023-11-15T00:13:20.5+02:00") == 1700000000500000);
  CHECK(parse_iso_time("2023-11-14 22:13:20") == 1700000000000000);
  CHECK_FALSE(parse_iso_time("2023-11-14"));
  CHECK_FALSE(parse_iso_time("2023-13-14T00:00:00"));
  CHECK_FALSE(parse_iso_time("2023-11-14T22:13:20 often"));
}

}  // namespace
}  // namespace weft::manifest
