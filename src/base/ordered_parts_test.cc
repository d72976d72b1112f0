#include "base/ordered_parts.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

using namespace weft::base;

TEST_CASE("parts arrive in order whatever thread made them") {
  for (size_t threads : {size_t{1}, size_t{2}, size_t{8}}) {
    std::string all, expected;
    auto make = [](size_t i) { return std::to_string(i * i) + ";"; };
    auto put = [&](std::string_view part) -> std::optional<IoError> {
      all += part;
      return std::nullopt;
    };
    CHECK_FALSE(put_in_order(500, threads, make, put).has_value());
    for (size_t i = 0; i < 500; ++i)
      expected += make(i);
    CHECK(all == expected);
  }
}

TEST_CASE("the first error of a part ends the text") {
  size_t count = 0;
  auto put = [&](std::string_view) -> std::optional<IoError> {
    return ++count == 3 ? std::optional(IoError{28, "no space left on device"}) : std::nullopt;
  };
  auto error = put_in_order(
      1000, 2, [](size_t) { return std::string("x"); }, put);
  REQUIRE(error.has_value());
  CHECK(error->code == 28);
  CHECK(count == 3);
}

TEST_CASE("a slow reader of parts holds their makers up") {
  constexpr size_t kThreads = 4;
  std::atomic<size_t> made = 0;
  size_t got = 0, most_ahead = 0;
  auto make = [&](size_t) {
    ++made;
    return std::string("x");
  };
  auto put = [&](std::string_view) -> std::optional<IoError> {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    most_ahead = std::max(most_ahead, made.load() - ++got);
    return std::nullopt;
  };
  CHECK_FALSE(put_in_order(200, kThreads, make, put).has_value());
  CHECK(got == 200);
  // What waits, and what each thread has in its hands.
  CHECK(most_ahead <= 3 * kThreads + 3);
}
