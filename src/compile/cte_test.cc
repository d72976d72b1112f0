#include "compile/cte.h"

#include <catch2/catch.hpp>

namespace weft::compile {
namespace {

std::string injected(const std::string& sql) {
  return inject_ctes({sql, {}}, {{" a as (\nx\n)", {}}, {" b as (\ny\n)", {}}}).sql;
}

}  // namespace

TEST_CASE("injected CTEs stand before the query's own", "[cte]") {
  CHECK(injected("with o as (select 1) select 2") ==
        "with  a as (\nx\n),  b as (\ny\n), o as (select 1) select 2");
  CHECK(injected("with\n\no as (select 1) select 2") ==
        "with\n\n a as (\nx\n),  b as (\ny\n), o as (select 1) select 2");
  CHECK(injected("-- c\nWITH recursive  o as (select 1) select 2") ==
        "-- c\nWITH recursive   a as (\nx\n),  b as (\ny\n), o as (select 1) select 2");
}

TEST_CASE("a query without CTEs gets a with", "[cte]") {
  CHECK(injected("\n select 1") == "\n with a as (\nx\n),  b as (\ny\n) select 1");
  CHECK(injected("-- c\nselect 1") == "with a as (\nx\n),  b as (\ny\n) -- c\nselect 1");
  CHECK(injected("select with_x") == "with a as (\nx\n),  b as (\ny\n) select with_x");
}

}  // namespace weft::compile
