#include "adapter/relation.h"

#include <catch2/catch.hpp>

#include "adapter/cache.h"
#include "adapter/column.h"
#include "adapter/postgres/build_names.h"

namespace weft::adapter {
namespace {

Relation made(std::string schema, std::string name) {
  Relation relation;
  relation.database = "db";
  relation.schema = std::move(schema);
  relation.identifier = std::move(name);
  relation.type = RelationType::Table;
  return relation;
}

TEST_CASE("names are quoted so that none can end the quotes", "[relation]") {
  CHECK(made("s", "x\"; drop table t; --").render() == "\"db\".\"s\".\"x\"\"; drop table t; --\"");
  CHECK(quote_identifier(std::string("a\0b", 3)) == "\"a\"");
  CHECK(quote_literal("it's") == "'it''s'");
  CHECK(quote_literal("a\\'b") == "E'a\\\\''b'");
}

TEST_CASE("limits and filters render as subqueries", "[relation]") {
  Relation relation = made("s", "orders");
  relation.limit = 0;
  CHECK(relation.render() ==
        "(select * from \"db\".\"s\".\"orders\" where false limit 0) _dbt_limit_subq_orders");
  relation.limit = 7;
  CHECK(relation.render() ==
        "(select * from \"db\".\"s\".\"orders\" limit 7) _dbt_limit_subq_orders");
  relation.limit.reset();
  relation.event_time_filter = EventTimeFilter{"at", "2026-01-01", "2026-01-02"};
  CHECK(relation.render() ==
        "(select * from \"db\".\"s\".\"orders\" where at >= '2026-01-01' and at < '2026-01-02') "
        "_dbt_et_filter_subq_orders");
  CHECK(relation.render_name() == "\"db\".\"s\".\"orders\"");
}

TEST_CASE("quoted parts compare exactly, bare ones ignoring case", "[relation]") {
  Relation a = made("S", "T"), b = made("s", "t");
  CHECK_FALSE(a == b);
  a.quote.schema = a.quote.identifier = false;
  CHECK(a == b);
  b.database.reset();
  CHECK_FALSE(a == b);
}

TEST_CASE("a name with a suffix fits and keeps its characters whole", "[relation]") {
  CHECK(name_with_suffix("orders", "__dbt_tmp") == "orders__dbt_tmp");
  std::string cut = name_with_suffix(std::string(62, 'x') + "é", "_y");
  CHECK(cut.size() <= kMaxNameBytes);
  std::string accents;
  for (int i = 0; i < 40; ++i)
    accents += "é";
  CHECK(name_with_suffix(accents, "_12").size() == 63);
  CHECK(name_with_suffix(accents, "_1").size() == 62);
}

TEST_CASE("columns describe themselves as dbt's do", "[column]") {
  Column sized{"a", "character varying", 10, {}, {}};
  CHECK(sized.data_type() == "character varying(10)");
  CHECK(Column{"a", "character varying", {}, {}, {}}.data_type() == "character varying");
  CHECK(Column{"a", "varchar", {}, {}, {}}.data_type() == "character varying(256)");
  CHECK(Column{"a", "TEXT", {}, {}, {}}.data_type() == "TEXT");
  CHECK(Column{"a", "numeric", {}, 10, 2}.data_type() == "numeric(10,2)");
  CHECK(Column{"a", "numeric", {}, {}, {}}.data_type() == "numeric");
  CHECK(Column{"a", "character varying", 5, {}, {}}.can_expand_to(sized));
  CHECK_FALSE(sized.can_expand_to(Column{"a", "integer", {}, {}, {}}));
  CHECK(column_from_description("n", "numeric(12,3)")->numeric_scale == 3);
  CHECK(column_from_description("n", "varchar(7)")->char_size == 7);
  CHECK(column_from_description("n", "integer")->dtype == "integer");
  CHECK_FALSE(column_from_description("n", "varchar(x)"));
  CHECK_FALSE(column_from_description("n", "(7)"));
}

TEST_CASE("the cache finds names in any case and forgets what goes", "[cache]") {
  RelationCache cache;
  CHECK_FALSE(cache.knows_schema("s"));
  cache.add_schema("S");
  CHECK(cache.knows_schema("s"));
  cache.add(made("s", "B"));
  cache.add(made("s", "a"));
  CHECK(cache.find("S", "b").has_value());
  CHECK(cache.in_schema("s").front().identifier == "B");
  Relation renamed = made("s", "c");
  renamed.type = RelationType::Unknown;
  cache.rename(made("s", "b"), renamed);
  CHECK_FALSE(cache.find("s", "b"));
  CHECK(cache.find("s", "c")->type == RelationType::Table);
  cache.remove(made("s", "a"));
  CHECK(cache.in_schema("s").size() == 1);
}

TEST_CASE("build names fit, differ and prove themselves", "[build_names]") {
  using namespace postgres;
  std::string long_name(63, 'x'), other = long_name;
  other.back() = 'y';
  uint32_t run = run_of("an invocation");
  std::string a = build_name("s", long_name, run), b = build_name("s", other, run);
  CHECK(a.size() == kMaxNameBytes);
  CHECK(a != b);
  CHECK(run_of_build_name(a) == run);
  CHECK(build_name("s", "t", run) != build_name("s", "t", run, "old"));
  CHECK_FALSE(run_of_build_name("orders__dbt_tmp"));
  CHECK_FALSE(run_of_build_name("x__01234567__b0123456789"));
  std::string changed = a;
  changed[45] = changed[45] == '0' ? '1' : '0';
  CHECK_FALSE(run_of_build_name(changed));
}

}  // namespace
}  // namespace weft::adapter
