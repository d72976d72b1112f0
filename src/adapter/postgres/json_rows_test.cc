#include "adapter/postgres/json_rows.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "adapter/postgres/database_test.h"

namespace weft::adapter {
namespace {

TEST_CASE("JSON files are loaded as documents or as columns", "[seed][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  std::string path = server->folder() + "/seed.jsonl";
  std::ofstream(path) << R"({"id": 1, "name": "a\tb\\", "tags": ["x"]})"
                      << "\n\n"
                      << R"({"id": 2, "tags": null})"
                      << "\n";
  auto load_as = [&](const JsonSeedOptions& options, const std::string& table) {
    Adapter::SeedLoad load;
    load.csv_path = path;
    load.json = &options;
    load.columns = scan_json(path, options)->columns;
    return database.adapter->load_seed(*database.connection, database.relation(table), load);
  };
  REQUIRE(*load_as({}, "documents") == 2);
  REQUIRE(database.connection->commit());
  CHECK(database.rows("select line, payload ->> 'id', payload -> 'tags' from $S.documents "
                      "order by 1") == "1|1|[\"x\"];3|2|null");
  REQUIRE(*load_as({JsonMode::Columns, false}, "columns") == 2);
  REQUIRE(database.connection->commit());
  CHECK(database.rows("select id, name, tags, pg_typeof(id) from $S.columns order by 1") ==
        "1|a\tb\\|[\"x\"]|integer;2|-|-|integer");

  std::ofstream(path) << "{\"id\": 1}\n{\"id\": \n";
  diag::Result<int64_t> refused = load_as({}, "refused");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("line 2 of seed") == 0);
  REQUIRE(*load_as({JsonMode::Document, true}, "kept") == 2);
  REQUIRE(database.connection->commit());
  CHECK(database.rows("select line, payload_text from $S.kept order by 1") ==
        "1|{\"id\": 1};2|{\"id\": ");
}

}  // namespace
}  // namespace weft::adapter
