#include <set>

#include <catch2/catch.hpp>

#include "base/clock.h"
#include "base/hash.h"

namespace weft::base {

TEST_CASE("times are formatted as in artifacts") {
  CHECK(format_utc(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_utc(1'769'862'600'123'456) == "2026-01-31T12:30:00.123456Z");
  CHECK(format_utc(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_utc(253'402'300'799'000'007) == "9999-12-31T23:59:59.000007Z");
  CHECK(format_utc(253'402'300'800'000'000) == "10000-01-01T00:00:00.000000Z");
  CHECK(format_local_time(0).size() == 8);
  FixedClock clock(5);
  clock.advance(2);
  CHECK(clock.now_us() == 7);
  CHECK(real_clock().now_us() > 1'700'000'000'000'000);
}

TEST_CASE("digests") {
  CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the table hash spreads short and long keys") {
  std::set<uint64_t> seen;
  for (int i = 0; i < 20'000; ++i)
    seen.insert(hash64("model.project.name_" + std::to_string(i)) >> 32);
  // Of 2^32 values, 20,000 keys collide about 0.05 times.
  CHECK(seen.size() >= 19'998);
  CHECK(hash64("a") != hash64(std::string_view("a\0", 2)));
  CHECK(hash64("a", 1) != hash64("a", 2));
}

TEST_CASE("UUIDs are version 4 and differ") {
  std::string a = random_uuid(), b = random_uuid();
  CHECK(a.size() == 36);
  CHECK(a[14] == '4');
  CHECK(std::string("89ab").find(a[19]) != std::string::npos);
  CHECK(a != b);
}

}  // namespace weft::base
