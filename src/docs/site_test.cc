#include <catch2/catch.hpp>
#include <zlib.h>

#include "base/json.h"
#include "docs/docs.h"
#include "docs/encode.h"
#include "docs/page.h"
#include "docs/site_model.h"
#include "docs/site_parts.h"

namespace weft::docs {
namespace {

using manifest::Manifest;
using manifest::Node;
using manifest::NodeId;
using manifest::ResourceType;

Node make_node(ResourceType type, const std::string& id, const std::string& name,
               const std::string& path) {
  Node n;
  n.type = type;
  n.unique_id = id;
  n.name = name;
  n.alias = name;
  n.package_name = "shop";
  n.original_file_path = path;
  n.schema = "public";
  n.database = "db";
  return n;
}

/// source -> stg -> orders (tested), a hidden model, and a macro that orders calls.
Manifest make_manifest() {
  Manifest m;
  m.metadata.project_name = "shop";
  m.nodes.push_back(
      make_node(ResourceType::Model, "model.shop.orders", "orders", "models/marts/orders.sql"));
  m.nodes.push_back(make_node(ResourceType::Model, "model.shop.stg", "stg", "models/stg.sql"));
  m.nodes.push_back(
      make_node(ResourceType::Source, "source.shop.app.events", "events", "models/src.yml"));
  m.nodes.push_back(make_node(ResourceType::Test, "test.shop.not_null_orders_id.ab12",
                              "not_null_orders_id", "models/a.yml"));
  m.nodes.push_back(
      make_node(ResourceType::Model, "model.shop.secret", "secret", "models/secret.sql"));
  m.nodes[0].model = std::make_unique<manifest::ModelFields>();
  m.nodes[0].description = "</script><script>alert(1)</script> **bold**";
  m.nodes[0].depends_on = {NodeId(1), NodeId(4)};
  m.nodes[0].depends_on_macros = {manifest::MacroId(0)};
  m.nodes[0].raw_code = "select 1 as id";
  m.nodes[0].compiled_code = "select 1 as id -- compiled, and too long for a short string";
  manifest::Column id;
  id.name = "ID";
  id.description = "the key";
  m.nodes[0].columns.push_back(id);
  m.nodes[1].depends_on = {NodeId(2)};
  m.nodes[1].alias = "staged";
  m.nodes[1].tags = {"daily", "a"};
  m.nodes[2].source = std::make_unique<manifest::SourceFields>();
  m.nodes[2].source->source_name = "app";
  m.nodes[2].source->identifier = "events";
  m.nodes[3].test = std::make_unique<manifest::TestFields>();
  m.nodes[3].test->attached_node = NodeId(0);
  m.nodes[3].test->column_name = "id";
  m.nodes[3].test->metadata = manifest::TestMetadata{"not_null", {}, {}};
  m.nodes[3].depends_on = {NodeId(0)};
  m.nodes[4].docs.show = false;
  m.nodes[4].description = "hidden words";
  manifest::Macro cents;
  cents.name = "cents";
  cents.package_name = "shop";
  cents.unique_id = "macro.shop.cents";
  cents.original_file_path = "macros/cents.sql";
  cents.macro_sql = "{% macro cents() %}{% endmacro %}";
  m.macros.push_back(cents);
  cents.package_name = "dbt";
  cents.unique_id = "macro.dbt.cents";
  m.macros.push_back(cents);
  m.disabled_flags.assign(m.nodes.size(), false);
  return m;
}

manifest::RunResult make_result(const std::string& id, const std::string& status, double time) {
  manifest::RunResult result;
  result.unique_id = id;
  result.status = status;
  result.execution_time = time;
  return result;
}

std::string inflate_raw(std::string_view bytes) {
  z_stream stream = {};
  REQUIRE(inflateInit2(&stream, -MAX_WBITS) == Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

base::Data parsed(const std::string& json) {
  auto result = base::parse_json(json);
  REQUIRE(std::holds_alternative<base::Data>(result));
  return std::get<base::Data>(std::move(result));
}

TEST_CASE("encodings") {
  CHECK(base64("") == "");
  CHECK(base64("a") == "YQ==");
  CHECK(base64("ab\xff") == "YWL/");
  const std::string text(100000, 'x');
  CHECK(inflate_raw(deflate_raw(text)) == text);
  CHECK(policy_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

TEST_CASE("nodes are sorted, hidden ones and dbt's macros are left out") {
  const Manifest m = make_manifest();
  const SiteInput input{.manifest = &m};
  const SiteModel model = make_model(input);
  std::vector<std::string> ids;
  for (const Entry& e : model.entries)
    ids.emplace_back(e.id);
  CHECK(ids == std::vector<std::string>{"model.shop.stg", "model.shop.orders",
                                        "source.shop.app.events",
                                        "test.shop.not_null_orders_id.ab12", "macro.shop.cents"});
  CHECK(model.lineage == 3);
  CHECK(model.parents == Adjacency{{2}, {0}, {}, {1}, {}});
  CHECK(model.tests[1] == std::vector<uint32_t>{3});
  CHECK(model.used_by[4] == std::vector<uint32_t>{1});
}

TEST_CASE("the core data holds the columns of the format") {
  const Manifest m = make_manifest();
  manifest::RunResults run;
  run.results = {make_result("model.shop.orders", "error", 1.5),
                 make_result("test.shop.not_null_orders_id.ab12", "warn", 2)};
  const SiteInput input{
      .manifest = &m, .run = &run, .written_by = "weft 0", .dbt_version = "1.12.6"};
  const SiteModel model = make_model(input);
  const base::Data core = parsed(core_json(model, {}, {"m", "s"}));
  const base::Data& nodes = *core.get("nodes");
  CHECK(base::to_json(*nodes.get("name")) == R"(["stg", "orders", "events"])");
  CHECK(base::to_json(*nodes.get("tail")) == R"(["", "", "app."])");
  CHECK(base::to_json(*nodes.get("parents")) == "[[1, 1, 0], [-2, 1]]");
  CHECK(base::to_json(*nodes.get("alias")) == R"([[0], ["staged"]])");
  CHECK(base::to_json(*nodes.get("tags")) == "[[2, 0, 0], [1, 2]]");
  CHECK(base::to_json(*nodes.get("status")) == "[0, 3, 0]");
  CHECK(base::to_json(*nodes.get("tests")) == "[0, 2000001, 0]");
  CHECK(base::to_json(*nodes.get("flags")) == "[0, 3, 0]");
  CHECK(base::to_json(*core.get("counts")) ==
        R"([["model", 2], ["source", 1], ["test", 1], ["macro", 1]])");
  CHECK(base::to_json(*core.get("run")->get("slowest")) == "[[3, 1], [2000, 1500]]");
  CHECK(base::to_json(*core.get("run")->get("nodes")) == "[0, 0, 0, 1, 0]");
  const base::Data more = parsed(more_json(model, {}));
  CHECK(base::to_json(*more.get("nodes")->get("tail")) == R"([".ab12", ""])");
  CHECK(base::to_json(*more.get("nodes")->get("parents")) == "[[1, 0], [2]]");
  const base::Data search = parsed(search_json(model));
  CHECK(base::to_json(*search.get("columns")) == R"(["id"])");
}

TEST_CASE("a detail has the columns of catalog and properties with their tests") {
  const Manifest m = make_manifest();
  manifest::Catalog catalog;
  catalog.tables.emplace_back();
  catalog.tables[0].unique_id = "model.shop.orders";
  catalog.tables[0].type = "BASE TABLE";
  catalog.tables[0].columns = {{"extra", "text", 2, {}}, {"id", "integer", 1, {}}};
  const SiteInput input{.manifest = &m, .catalog = &catalog};
  const SiteModel model = make_model(input);
  const base::Data detail = parsed(detail_json(model, 1));
  CHECK(detail.get("html")->as_string() ==
        "<p>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; <strong>bold</strong></p>");
  CHECK(
      base::to_json(*detail.get("columns")) ==
      R"([{"name": "id", "type": "integer", "html": "<p>the key</p>", "tests": [0]}, {"name": "extra", "type": "text"}])");
  CHECK(detail.get("tests")->as_list()[0].get("name")->as_string() == "not_null");
  CHECK(detail.get("code")->as_list()[1].get("text")->as_string() == m.nodes[0].compiled_code);
  CHECK(base::to_json(*detail.get("macros")) == R"(["macro.shop.cents"])");
}

TEST_CASE("the site is whole, the same for any number of threads, and hides what is hidden") {
  const Manifest m = make_manifest();
  const SiteInput input{.manifest = &m};
  const std::vector<SiteFile> site = make_site(input, 1);
  const std::vector<SiteFile> again = make_site(input, 4);
  REQUIRE(site.size() == again.size());
  for (size_t i = 0; i < site.size(); ++i) {
    CHECK(site[i].path == again[i].path);
    CHECK(site[i].content == again[i].content);
    if (site[i].content.substr(0, 2) != "D(")
      continue;
    const size_t start = site[i].content.find(",\"") + 2;
    CHECK(site[i].content.find_first_of("<>") == std::string::npos);
    CHECK(site[i].content.size() > start + 5);
  }
  CHECK(site.back().path == "index.html");
  CHECK(site.back().content.find("{{") == std::string::npos);
  CHECK(site.back().content.find(site[0].path) != std::string::npos);
  const SiteModel model = make_model(input);
  std::string all = core_json(model, {}, {}) + more_json(model, {}) + search_json(model);
  for (uint32_t i = 0; i < model.entries.size(); ++i)
    all += detail_json(model, i);
  CHECK(all.find("secret") == std::string::npos);
  CHECK(all.find("hidden words") == std::string::npos);
}

TEST_CASE("the single page holds program and data") {
  const Manifest m = make_manifest();
  const std::string page = make_single_page({.manifest = &m}, 2);
  CHECK(page.find("data-key=\"core\"") != std::string::npos);
  CHECK(page.find("docs-assets/app.") == std::string::npos);
  CHECK(page.find(policy_hash(page_program())) != std::string::npos);
}

TEST_CASE("writing removes the files of earlier sites and nothing else") {
  const Manifest m = make_manifest();
  base::MemoryFiles files({{"/t/docs-assets/core.0123456789.js", "old"},
                           {"/t/docs-assets/n/7.0123456789.js", "old"},
                           {"/t/docs-assets/mine.js", "keep"},
                           {"/t/manifest.json", "{}"}});
  REQUIRE(write_site(files, "/t", {.manifest = &m}, 1).ok());
  CHECK_FALSE(files.exists("/t/docs-assets/core.0123456789.js"));
  CHECK_FALSE(files.exists("/t/docs-assets/n/7.0123456789.js"));
  CHECK(files.exists("/t/docs-assets/mine.js"));
  CHECK(files.exists("/t/index.html"));
}

}  // namespace
}  // namespace weft::docs
