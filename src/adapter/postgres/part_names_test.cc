#include "adapter/postgres/part_names.h"

#include <catch2/catch.hpp>

#include "adapter/postgres/build_names.h"

namespace weft::adapter::postgres {
namespace {

TEST_CASE("names that PostgreSQL made of a build relation's name become the target's",
          "[publish]") {
  std::string built = build_name("s", "orders", 0xabcdef);
  CHECK(renamed_after(built + "_pkey", built, "orders") == "orders_pkey");
  CHECK(renamed_after(built + "_customer_id_fkey", built, "orders") == "orders_customer_id_fkey");
  CHECK(renamed_after("weft_0123456789abcdef", built, "orders") == "weft_0123456789abcdef");
  CHECK(renamed_after("orders_by_hand", built, "orders") == "orders_by_hand");
  CHECK(renamed_after(built, built, "orders") == built);
}

TEST_CASE("also where PostgreSQL cut the build relation's name", "[publish]") {
  std::string target(60, 't');
  std::string built = build_name("s", target, 0xabcdef);
  REQUIRE(built.size() == 63);
  for (size_t kept = 41; kept < built.size(); ++kept) {
    std::string made = renamed_after(built.substr(0, kept) + "_pkey", built, target);
    CHECK(made == target.substr(0, 58) + "_pkey");
  }
  // Nothing of the build's own part is left.
  std::string cut = built.substr(0, 20) + "_a_long_list_of_columns_idx";
  CHECK(renamed_after(cut, built, target) == cut);
}

}  // namespace
}  // namespace weft::adapter::postgres
