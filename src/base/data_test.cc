#include "base/data.h"

#include <cmath>

#include <catch2/catch.hpp>

namespace weft::base {

TEST_CASE("a map keeps insertion order, small and large") {
  DataMap map;
  for (int i = 0; i < 100; ++i)
    map.set("key" + std::to_string(99 - i), i);
  map.set("key50", "replaced");
  REQUIRE(map.size() == 100);
  int i = 0;
  for (const DataEntry& entry : map)
    CHECK(entry.key == "key" + std::to_string(99 - i++));
  CHECK(map.find("key50")->as_string() == "replaced");
  CHECK(map.find("nothing") == nullptr);
  CHECK(map.erase("key98"));
  CHECK_FALSE(map.erase("key98"));
  CHECK(map.find("key97")->as_int() == 2);
  CHECK(map.begin()[1].key == "key97");
}

TEST_CASE("copies are deep and moves leave nothing dangling") {
  DataMap map{{"a", DataList{1, 2}}};
  Data copy(map);
  map["a"].as_list().push_back(3);
  CHECK(copy.get("a")->as_list().size() == 2);
  DataMap moved = std::move(map);
  CHECK(moved.find("a")->as_list().size() == 3);
  // A map may be replaced by a part of itself.
  DataMap outer{{"inner", DataMap{{"x", 1}}}};
  outer = outer.find("inner")->as_map();
  CHECK(outer.find("x")->as_int() == 1);
}

TEST_CASE("equality is Python's") {
  CHECK(Data(1) == Data(1.0));
  CHECK(Data(true) == Data(1));
  CHECK_FALSE(Data(0) == Data(nullptr));
  CHECK_FALSE(Data("1") == Data(1));
  CHECK_FALSE(Data(int64_t{9007199254740993}) == Data(9007199254740992.0));
  CHECK_FALSE(Data(INT64_MAX) == Data(9223372036854775808.0));
  CHECK_FALSE(Data(std::nan("")) == Data(std::nan("")));
  CHECK(Data(DataMap{{"a", 1}, {"b", 2}}) == Data(DataMap{{"b", 2}, {"a", 1}}));
  CHECK_FALSE(Data(DataList{1, 2}) == Data(DataList{2, 1}));
}

TEST_CASE("truth is Python's") {
  CHECK_FALSE(Data().truthy());
  CHECK_FALSE(Data(0.0).truthy());
  CHECK_FALSE(Data("").truthy());
  CHECK_FALSE(Data(DataMap()).truthy());
  CHECK(Data(DataList{nullptr}).truthy());
  CHECK(Data(std::nan("")).truthy());
}

TEST_CASE("str and repr are Python's") {
  CHECK(python_str(Data()) == "None");
  CHECK(python_str(true) == "True");
  CHECK(python_str("it's") == "it's");
  CHECK(python_repr("it's") == "\"it's\"");
  CHECK(python_repr("it's \"x\"") == "'it\\'s \"x\"'");
  CHECK(python_repr("a\nb\t\\\x1b\x7f") == "'a\\nb\\t\\\\\\x1b\\x7f'");
  CHECK(python_repr("é\u00a0\u200b\U0001f600\U000e0001") == "'é\\xa0\\u200b\U0001f600\\U000e0001'");
  CHECK(python_repr("\xff") == "'\\udcff'");
  CHECK(python_str(DataMap{{"a", DataList{1, 1.5, "x"}}, {"b", nullptr}}) ==
        "{'a': [1, 1.5, 'x'], 'b': None}");
}

}  // namespace weft::base
