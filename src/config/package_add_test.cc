#include "config/package_add.h"

#include <catch2/catch.hpp>

#include "config/config_fixture.h"

namespace weft::config {

TEST_CASE("an entry names a package by its whole name or the last part of it", "[packages]") {
  CHECK(names_same_package("dbt-labs/dbt_utils", "dbt-labs/dbt_utils"));
  CHECK(names_same_package("https://github.com/dbt-labs/dbt-utils.git", "dbt-labs/dbt_utils"));
  CHECK(names_same_package("../packages/dbt_utils", "other/dbt-utils"));
  CHECK_FALSE(names_same_package("org/dbt-core-utils", "org/dbt-core"));
  CHECK_FALSE(names_same_package("dbt-labs/codegen", "dbt-labs/dbt_utils"));
}

}  // namespace weft::config
