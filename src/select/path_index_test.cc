#include "select/path_index.h"

#include <catch2/catch.hpp>

#include "base/strings.h"

namespace weft::select {
namespace {

bool matches(std::string_view path, bool is_folder, std::string_view pattern) {
  return matches_path(path, is_folder, base::split(pattern, '/'));
}

TEST_CASE("patterns match part by part") {
  CHECK(matches("models/a.sql", false, "models/a.sql"));
  CHECK(matches("models/a.sql", false, "models/*.sql"));
  CHECK_FALSE(matches("models/x/a.sql", false, "models/*.sql"));
  CHECK(matches("models/x/a.sql", false, "*/x/[ab].sql"));
  CHECK_FALSE(matches("models", true, "models/a"));
}

TEST_CASE("two stars stand for any number of folders") {
  CHECK(matches("models/x/y/a.sql", false, "models/**/a.sql"));
  CHECK(matches("models/a.sql", false, "models/**/a.sql"));
  CHECK(matches("models/x", true, "models/**"));
  CHECK_FALSE(matches("models/a.sql", false, "models/**"));
  CHECK(matches("", true, "**"));
  CHECK_FALSE(matches("other/a.sql", false, "models/**/a.sql"));
}

TEST_CASE("many stars cost no more than their number") {
  std::string pattern = "**";
  for (int i = 0; i < 200; ++i)
    pattern += "/a/**";
  std::string path = "a";
  for (int i = 0; i < 190; ++i)
    path += "/a";
  CHECK_FALSE(matches(path, true, pattern + "/b"));
}

manifest::Manifest with_files(std::vector<std::pair<std::string, std::string>> files) {
  manifest::Manifest m;
  for (auto& [package, file] : files) {
    manifest::Node n;
    n.package_name = package;
    n.original_file_path = file;
    m.nodes.push_back(std::move(n));
    m.disabled_flags.push_back(false);
  }
  return m;
}

TEST_CASE("folders select what is below them, properties files what they describe") {
  manifest::Manifest m = with_files({{"p", "models/x/a.sql"}, {"p", "models/b.sql"}});
  m.nodes[1].patch_path = "p://models/x/schema.yml";
  PathIndex index(m, "p");
  CHECK(index.matching_rows("models").count() == 2);
  CHECK(index.matching_rows("./models/x/").count() == 1);
  CHECK(index.matching_rows("models/x/schema.yml").contains(manifest::NodeId(1)));
  CHECK(index.matching_rows("models/b.sql/").empty());
  CHECK(index.matching_rows("").empty());
}

TEST_CASE("paths of packages count where the root project has them, too") {
  manifest::Manifest m = with_files({{"other", "models/only/a.sql"}, {"p", "models/b.sql"}});
  PathIndex index(m, "p");
  CHECK(index.matching_rows("models").count() == 2);
  CHECK(index.matching_rows("models/only").empty());
}

}  // namespace
}  // namespace weft::select
