#include "base/text_list.h"

#include <catch2/catch.hpp>

namespace weft::base {

TEST_CASE("one text is a list of one", "[text_list]") {
  Data none, one("a"), many(DataList{Data("a"), Data(2), Data(true)});
  CHECK(text_list(nullptr).empty());
  CHECK(text_list(&none).empty());
  CHECK(text_list(&one) == std::vector<std::string>{"a"});
  CHECK(text_list(&many) == std::vector<std::string>{"a", "2", "True"});
}

}  // namespace weft::base
