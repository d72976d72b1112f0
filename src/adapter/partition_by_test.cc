#include "adapter/partition_by.h"

#include <catch2/catch.hpp>

namespace weft::adapter {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

PartitionBy parsed(DataMap map) {
  auto result = parse_partition_by(Data(std::move(map)));
  INFO((result ? std::string() : result.error().message));
  REQUIRE(result);
  REQUIRE(result->has_value());
  return **result;
}

std::string refused(DataMap map) {
  auto result = parse_partition_by(Data(std::move(map)));
  REQUIRE_FALSE(result);
  return result.error().message + " " + result.error().hint;
}

bool is_ignored(Data data) {
  auto result = parse_partition_by(data);
  return result && !result->has_value();
}

TEST_CASE("partition_by is read in its three methods", "[partition]") {
  PartitionBy by = parsed({{"fields", DataList{"created_at"}}, {"granularity", "month"}});
  CHECK(by.clause() == "partition by range (created_at)");
  CHECK(by.is_automatic());
  by = parsed({{"fields", DataList{"region", "kind"}},
               {"method", "list"},
               {"default_partition", true},
               {"partitions", DataList{DataMap{{"name", "eu"}, {"values", DataList{"'a'", 1}}}}}});
  CHECK(by.clause() == "partition by list (region, kind)");
  REQUIRE(by.listed.size() == 1);
  CHECK(by.listed[0].bound == "for values in ('a', 1)");
  CHECK_FALSE(by.is_automatic());
  by =
      parsed({{"field", "id"},
              {"method", "hash"},
              {"partitions", DataList{DataMap{{"name", "h0"}, {"modulus", 2}, {"remainder", 0}}}}});
  CHECK(by.listed[0].bound == "for values with (modulus 2, remainder 0)");
}

TEST_CASE("listed partitions beside a default one leave other rows to it", "[partition]") {
  DataMap map{{"fields", DataList{"d"}},
              {"granularity", "year"},
              {"default_partition", true},
              {"partitions",
               DataList{DataMap{{"name", "y"}, {"from", "'2024-01-01'"}, {"to", "'2025-01-01'"}}}}};
  CHECK_FALSE(parsed(map).is_automatic());
  map.set("default_partition", false);
  PartitionBy by = parsed(map);
  CHECK(by.is_automatic());
  CHECK(by.listed[0].range_condition("d") ==
        "d is not null and d >= '2024-01-01' and d < '2025-01-01'");
  map.set("partitions",
          DataList{DataMap{{"name", "all"}, {"from", "minvalue"}, {"to", " MAXVALUE"}}});
  CHECK(parsed(map).listed[0].range_condition("d") == "d is not null");
}

TEST_CASE("a partition_by of other databases is no concern of ours", "[partition]") {
  CHECK(is_ignored(Data()));
  CHECK(is_ignored(Data("date_day")));
  CHECK(is_ignored(Data(DataList{"date_day"})));
  CHECK(is_ignored(Data(DataMap{{"field", "date_day"}, {"data_type", "date"}})));
  CHECK(is_ignored(Data(DataMap{{"field", "date_day"}})));
  CHECK(is_ignored(Data(DataMap{{"field", "d"}, {"granularity", "day"}, {"data_type", "date"}})));
}

TEST_CASE("a partition_by that cannot be used says what was found", "[partition]") {
  DataList fields{"d"};
  CHECK(refused({{"fields", fields}, {"method", "rang"}}).find("`rang`, expected range") !=
        std::string::npos);
  CHECK(refused({{"fields", fields}, {"granularty", "day"}}).find("did you mean `granularity`?") !=
        std::string::npos);
  CHECK(refused({{"fields", fields}, {"granularity", "quarter"}}).find("`quarter`") !=
        std::string::npos);
  CHECK(refused({{"fields", DataList{"a", "b"}}, {"granularity", "day"}}).find("2 fields") !=
        std::string::npos);
  CHECK(refused({{"fields", fields}, {"method", "list"}, {"granularity", "day"}}).find("only") !=
        std::string::npos);
  CHECK(refused({{"fields", fields}, {"method", "hash"}, {"default_partition", true}})
            .find("cannot have") != std::string::npos);
  CHECK(refused({{"fields", fields}}).find("no partition") != std::string::npos);
  CHECK(refused({{"fields", DataList{}}, {"granularity", "day"}}).find("names no column") !=
        std::string::npos);
  CHECK(refused({{"fields", fields}, {"partitions", DataList{DataMap{{"name", "x"}}}}})
            .find("name, from and to") != std::string::npos);
  CHECK(refused({{"fields", fields}, {"partitions", "all"}}).find("expected a list") !=
        std::string::npos);
}

}  // namespace
}  // namespace weft::adapter
