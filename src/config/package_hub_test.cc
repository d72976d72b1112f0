#include "config/package_hub.h"

#include <catch2/catch.hpp>

namespace weft::config {

TEST_CASE("the hub's answer gives the versions that can be fetched, in order", "[hub]") {
  auto versions = read_hub_answer(R"({"name": "utils", "namespace": "org", "versions": {
    "1.10.0": {"name": "utils", "packages": [{"package": "org/base", "version": [">=1.0.0"]}],
               "downloads": {"tarball": "https://h/b"}, "require_dbt_version": [">=1.3.0"]},
    "1.9.0": {"name": "utils", "packages": [], "downloads": {"tarball": "https://h/a"}},
    "2.0.0-rc1": {"name": "utils", "downloads": {"tarball": "https://h/c"},
                  "require_dbt_version": ">=1.3.0"},
    "main": {"name": "utils", "downloads": {"tarball": "https://h/d"}},
    "1.0.0": {"name": "utils", "downloads": {}}}})");
  REQUIRE(versions);
  REQUIRE(versions->size() == 3);
  CHECK((*versions)[0].text == "1.9.0");
  CHECK((*versions)[1].tarball == "https://h/b");
  REQUIRE((*versions)[1].packages.size() == 1);
  CHECK((*versions)[1].packages[0].location == "org/base");
  CHECK((*versions)[1].packages[0].versions == std::vector<std::string>{">=1.0.0"});
  CHECK((*versions)[2].number.prerelease == "rc1");
  CHECK((*versions)[2].require_dbt_version == std::vector<std::string>{">=1.3.0"});
  CHECK_FALSE(read_hub_answer("[]"));
  CHECK_FALSE(read_hub_answer("<html>"));
}

}  // namespace weft::config
