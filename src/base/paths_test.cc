#include "base/paths.h"

#include <catch2/catch.hpp>

namespace weft::base {

TEST_CASE("paths are joined and normalised as text") {
  CHECK(join_path("a/", "b") == "a/b");
  CHECK(join_path("a", "/b") == "/b");
  CHECK(join_path("", "b") == "b");
  CHECK(normalize_path("/a/./b//../c/") == "/a/c");
  CHECK(normalize_path("../a/..") == "..");
  CHECK(normalize_path("a/../../b") == "../b");
  CHECK(normalize_path("/../..") == "/");
  CHECK(normalize_path("") == ".");
  CHECK(absolute_path("x/../y", "/w") == "/w/y");
}

TEST_CASE("relative paths") {
  CHECK(relative_path("/a/b/c", "/a/d") == "../b/c");
  CHECK(relative_path("/a", "/a/") == ".");
  CHECK(relative_path("/a/b", "/") == "a/b");
}

TEST_CASE("a sibling with the same beginning is not inside") {
  CHECK(is_inside("/a/b/c", "/a/b"));
  CHECK(is_inside("/a/b", "/a/b/"));
  CHECK_FALSE(is_inside("/a/bc", "/a/b"));
  CHECK_FALSE(is_inside("/a/b/../c", "/a/b"));
  CHECK(is_inside("/x", "/"));
}

TEST_CASE("parts of a path") {
  CHECK(file_name("/a/b.sql") == "b.sql");
  CHECK(folder_of("/a/b.sql") == "/a");
  CHECK(folder_of("/a") == "/");
  CHECK(folder_of("a") == "");
  CHECK(stem_of("m/a.b.sql") == "a.b");
  CHECK(extension_of("m/a.b.sql") == ".sql");
  CHECK(extension_of("m.d/.env") == "");
  CHECK(stem_of(".env") == ".env");
}

}  // namespace weft::base
