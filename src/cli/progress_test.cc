#include "cli/progress.h"

#include <catch2/catch.hpp>

namespace weft::cli {

TEST_CASE("the progress line names what runs, the longest first", "[progress]") {
  CHECK(progress_line(0, 3, 0, {}, 80) == "0 of 3 done");
  CHECK(progress_line(1, 3, 1, {{"orders", 0.44}, {"customers", 2.06}}, 80) ==
        "1 of 3 done, 1 failed | customers 2.1s, orders 0.4s");
}

TEST_CASE("the progress line never wraps", "[progress]") {
  std::vector<RunningNode> many = {{"a_long_name", 3}, {"b_long_name", 2}, {"c_long_name", 1}};
  CHECK(progress_line(1, 9, 0, many, 51) == "1 of 9 done | a_long_name 3.0s, b_long_name 2.0s +1");
  CHECK(progress_line(1, 9, 0, many, 36) == "1 of 9 done | a_long_name 3.0s +2");
  CHECK(progress_line(1, 9, 0, many, 25) == "1 of 9 done | 3 running");
  CHECK(progress_line(1, 9, 0, {{"ééééééééé", 1}}, 12).size() <= 12);
}

}  // namespace weft::cli
