#include "run/batches.h"

#include <catch2/catch.hpp>

namespace weft::run {
namespace {

int64_t at(std::string_view text) { return parse_event_time(text).value(); }

std::vector<std::string> shown(const std::vector<TimeWindow>& windows) {
  std::vector<std::string> made;
  for (const TimeWindow& window : windows)
    made.push_back(iso_utc(window.start) + " " + iso_utc(window.end));
  return made;
}

}  // namespace

TEST_CASE("times are cut, moved and rounded up by whole batches") {
  int64_t time = at("2024-09-17 16:06:30");
  CHECK(iso_utc(truncate_time(time, BatchSize::Hour)) == "2024-09-17T16:00:00+00:00");
  CHECK(iso_utc(truncate_time(time, BatchSize::Year)) == "2024-01-01T00:00:00+00:00");
  CHECK(iso_utc(offset_time(time, BatchSize::Day, -1)) == "2024-09-16T00:00:00+00:00");
  CHECK(iso_utc(offset_time(time, BatchSize::Month, 4)) == "2025-01-01T00:00:00+00:00");
  CHECK(iso_utc(offset_time(at("2024-01-31"), BatchSize::Month, -1)) ==
        "2023-12-01T00:00:00+00:00");
  CHECK(iso_utc(ceil_time(time, BatchSize::Month)) == "2024-10-01T00:00:00+00:00");
  CHECK(ceil_time(at("2024-10-01"), BatchSize::Month) == at("2024-10-01"));
  CHECK(iso_utc(truncate_time(at("1969-12-31T23:59:59"), BatchSize::Day)) ==
        "1969-12-31T00:00:00+00:00");
}

TEST_CASE("batches follow each other and the last ends at the end") {
  CHECK(shown(batches_between(at("2024-02-28"), at("2024-03-01 12:00:00"), BatchSize::Day)) ==
        std::vector<std::string>{"2024-02-28T00:00:00+00:00 2024-02-29T00:00:00+00:00",
                                 "2024-02-29T00:00:00+00:00 2024-03-01T00:00:00+00:00",
                                 "2024-03-01T00:00:00+00:00 2024-03-01T12:00:00+00:00"});
  CHECK(batches_between(at("2024-01-01"), at("2024-01-01"), BatchSize::Hour).size() == 1);
}

TEST_CASE("batches are named by their start") {
  int64_t start = at("2024-03-05T07:00:00");
  CHECK(batch_label(start, BatchSize::Hour) == "2024-03-05T07");
  CHECK(batch_id(start, BatchSize::Hour) == "20240305T07");
  CHECK(batch_id(start, BatchSize::Day) == "20240305");
  CHECK(batch_label(start, BatchSize::Month) == "2024-03");
  CHECK(batch_label(start, BatchSize::Year) == "2024");
}

TEST_CASE("an event time is a date or a datetime, in UTC unless it names an offset") {
  CHECK(at("2024-01-01") == at("2024-01-01 00:00:00"));
  CHECK(at("2024-01-01T02:00:00+02:00") == at("2024-01-01"));
  CHECK_FALSE(parse_event_time("yesterday"));
  CHECK_FALSE(parse_event_time(""));
}

TEST_CASE("a sample is a number of units up to now, cut by nothing") {
  int64_t now = at("2024-03-31 10:30:00");
  auto start = [&](std::string_view text) { return iso_utc(parse_sample(text, now)->start); };
  CHECK(start("3 days") == "2024-03-28T10:30:00+00:00");
  CHECK(start("1 Month") == "2024-02-29T10:30:00+00:00");
  CHECK(start("2 hours") == "2024-03-31T08:30:00+00:00");
  CHECK(start("1 year") == "2023-03-31T10:30:00+00:00");
  CHECK(parse_sample("3 days", now)->end == now);
  CHECK_FALSE(parse_sample("3", now));
  CHECK_FALSE(parse_sample("x days", now));
  CHECK_FALSE(parse_sample("3 weeks", now));
  CHECK_FALSE(parse_sample("99999999999 months", now));
}

}  // namespace weft::run
