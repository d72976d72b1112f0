#include "parse/test_builder.h"

#include <catch2/catch.hpp>

#include "base/json.h"

namespace weft::parse {
namespace {

using base::Data;

Data data_of(const char* json) { return std::get<Data>(base::parse_json(json)); }

TestTarget column_of(const char* model, const char* column) {
  TestTarget target;
  target.name = model;
  target.column_name = column;
  return target;
}

/// The unique id of a test of package `jaffle_shop`, or the error.
std::string id_of(const char* item, const TestTarget& target) {
  diag::Result<BuiltTest> test = build_test(data_of(item), target, true, {});
  return test ? test_unique_id(*test, "jaffle_shop") : test.error().message;
}

}  // namespace

TEST_CASE("ids of generic tests are dbt's", "[test_builder]") {
  CHECK(id_of(R"j({"relationships": {"to": "ref('orders')", "field": "order_id"}})j",
              column_of("order_items", "order_id")) ==
        "test.jaffle_shop.relationships_order_items_order_id__order_id__ref_orders_.a799023ee8");
  CHECK(id_of(R"({"accepted_values": {"values": ["new", "returning"]}})",
              column_of("customers", "customer_type")) ==
        "test.jaffle_shop.accepted_values_customers_customer_type__new__returning.d12f0947c8");
}

// The digest is of the full name; fails to fail once it is, and then loses its tag.
TEST_CASE("ids of tests with long names are dbt's", "[test_builder]") {
  CHECK(id_of(R"j({"relationships": {"to": "ref('stg_customers')", "field": "customer_id"}})j",
              column_of("orders", "customer_id")) ==
        "test.jaffle_shop.relationships_orders_customer_id__customer_id__ref_stg_customers_."
        "918495ce16");
}

TEST_CASE("configuration and arguments are told apart", "[test_builder]") {
  auto test =
      build_test(data_of(R"({"accepted_values": {"arguments": {"values": [1]}, "severity": "warn",
                  "config": {"where": "a > 1", "limit": 5}, "name": "mine",
                  "description": "what it does"}})"),
                 column_of("m", "c"), true, {});
  REQUIRE(test.ok());
  CHECK(test->name == "accepted_values");
  CHECK(test->full_name == "mine");
  CHECK(test->description == "what it does");
  CHECK(base::to_json(Data(test->config)) ==
        R"({"severity": "warn", "where": "a > 1", "limit": 5})");
  CHECK(base::to_json(*test->arguments.find("values")) == "[1]");
  CHECK(test->arguments.find("model")->as_string() == "{{ get_where_subquery(ref('m')) }}");
}

TEST_CASE("tests of packages keep their namespace", "[test_builder]") {
  TestTarget target;
  target.name = "orders";
  auto test = build_test(data_of(R"("dbt_utils.at_least_one")"), target, true, {});
  REQUIRE(test.ok());
  CHECK(test->test_namespace == "dbt_utils");
  CHECK(test->name == "at_least_one");
}

TEST_CASE("what is no test is an error", "[test_builder]") {
  CHECK(id_of("5", column_of("m", "c")) == "a test must be a name or a mapping, found `5`");
  CHECK(id_of(R"({"a": null, "b": null})", column_of("m", "c")) ==
        "a test must have one name, found 2 keys");
  CHECK(id_of(R"({"unique": {"severity": "warn", "config": {"severity": "error"}}})",
              column_of("m", "c")) ==
        "test `unique` sets `severity` both beside and under `config`");
}

}  // namespace weft::parse
