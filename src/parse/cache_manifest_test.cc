// What the cache knows of the manifest.json that was written last.
#include <atomic>
#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "manifest/manifest_parts.h"
#include "parse/cache_file.h"
#include "parse/test_project.h"

using namespace weft;
using namespace weft::parse;

namespace {

const std::string kRoot = "/p";
const std::string kCache = "/p/target/partial_parse.weft";
const std::string kManifest = "/p/target/manifest.json";

/// Counts what is read of a file.
class CountedFile final : public base::OpenFile {
 public:
  explicit CountedFile(std::unique_ptr<base::OpenFile> file) : file_(std::move(file)) {}
  const base::FileInfo& info() const override { return file_->info(); }
  bool read_at(uint64_t begin, char* out, size_t size) const override {
    count += size;
    return file_->read_at(begin, out, size);
  }
  mutable std::atomic<size_t> count = 0;

 private:
  std::unique_ptr<base::OpenFile> file_;
};

/// A command that writes manifest.json, with what stands in the earlier one where that is known.
/// Gives the number of bytes that were copied.
size_t write_manifest_of(TestProject& project, base::FileSystem& files) {
  REQUIRE(project.parsed() != nullptr);
  const ParsedProject& parsed = *project.parsed();
  ManifestMark mark;
  mark.cache = parsed.cache_id;
  mark.changes = parsed.changed.hash;
  mark.changed_parts =
      manifest::parts_about(parsed.manifest, parsed.changed.rows, parsed.changed.parents);
  std::unique_ptr<base::OpenFile> file = parsed.written ? files.open(kManifest) : nullptr;
  bool is_known = file != nullptr && stamp_of(file->info()) == parsed.written->stamp;
  size_t copied = 0;
  std::string text;
  auto put = [&](std::string_view part) -> std::optional<base::IoError> {
    text += part;
    return std::nullopt;
  };
  if (is_known) {
    CountedFile counted(std::move(file));
    manifest::EarlierManifest earlier{counted, parsed.written->part_sizes,
                                      parsed.written->changed_parts};
    earlier.differing.insert(earlier.differing.end(), mark.changed_parts.begin(),
                             mark.changed_parts.end());
    CHECK_FALSE(manifest::write_manifest_json(parsed.manifest, 3, put, &earlier, mark.part_sizes));
    copied = counted.count;
  } else {
    CHECK_FALSE(manifest::write_manifest_json(parsed.manifest, 3, put, nullptr, mark.part_sizes));
  }
  CHECK(text == manifest::manifest_json(parsed.manifest));
  CHECK_FALSE(files.write(kManifest, text));
  if (parsed.cache_id != 0) {
    mark.stamp = *stamp_of(files, kManifest);
    append_mark(files, kCache, mark);
  }
  return copied;
}

}  // namespace

TEST_CASE("manifest.json takes from an earlier one what is the same") {
  base::MemoryFiles files{{"/p/dbt_project.yml", "name: shop\nprofile: test\n"}};
  auto path = [](int i) { return fmt::format("/p/models/m{}.sql", i); };
  auto text = [](int i) { return fmt::format("select {} as id", i); };
  for (int i = 0; i < 100; ++i)
    files.write(path(i), text(i));
  files.write("/p/models/m.yml", "models: [{name: m7, description: seven}]\n");
  TestOptions options;
  options.cache = kCache;
  auto copied = [&] {
    options.now_us += 10'000'000;
    TestProject project(files, kRoot, options);
    return write_manifest_of(project, files);
  };
  CHECK(copied() == 0);
  const size_t all = copied();
  CHECK(all > 50'000);
  CHECK(copied() == all);
  // Its part is made, and the lists of children that it comes into.
  files.write(path(3), "select * from {{ ref('m50') }}, {{ ref('m60') }}");
  const size_t most = copied();
  CHECK((most > all / 2 && most < all));
  CHECK(copied() == most);
  // The children of a row that it no longer refers to.
  files.write(path(3), "select * from {{ ref('m99') }}");
  CHECK(copied() > all / 2);
  files.write(path(40), "select 'another'");
  CHECK(copied() > all / 3);
  // As at first: what had changed is made once more.
  files.write(path(3), text(3));
  CHECK(copied() > all / 3);
  files.write(path(40), text(40));
  CHECK(copied() > all / 3);
  CHECK(copied() == all);
  // Somebody else wrote it.
  files.write(kManifest, *files.read(kManifest).value);
  CHECK(copied() == 0);
  CHECK(copied() == all);
  // Properties may change rows of other files.
  files.write("/p/models/m.yml", "models: [{name: m7, description: more}]\n");
  CHECK(copied() == 0);
  files.write(path(8), "select 8");
  CHECK(copied() == 0);
}

TEST_CASE("what a changed text reads beside files is seen in its rows") {
  base::MemoryFiles files{{"/p/dbt_project.yml", "name: shop\nprofile: test\n"},
                          {"/p/models/a.sql", "select 1"},
                          {"/p/models/b.sql", "select 2"},
                          {"/p/models/c.sql", "select 3"}};
  TestOptions options;
  options.cache = kCache;
  auto changes = [&] {
    options.now_us += 10'000'000;
    TestProject project(files, kRoot, options);
    REQUIRE(project.parsed() != nullptr);
    CHECK(project.parsed()->cache_id != 0);
    return project.parsed()->changed.hash;
  };
  CHECK(changes() == 0);
  CHECK(changes() == 0);
  files.write("/p/models/c.sql", "select * from {{ ref(env_var('FROM', 'a')) }}");
  const uint64_t first = changes();
  CHECK(first != 0);
  CHECK(changes() == first);
  options.variables["FROM"] = "b";
  CHECK(changes() != first);
  options.variables.clear();
  CHECK(changes() == first);
}

TEST_CASE("a mark that is not whole is none") {
  base::MemoryFiles files{{"/p/dbt_project.yml", "name: shop\nprofile: test\n"},
                          {"/p/models/m.sql", "select 1"}};
  TestOptions options;
  options.cache = kCache;
  auto written = [&] {
    TestProject project(files, kRoot, options);
    REQUIRE(project.parsed() != nullptr);
    return project.parsed()->written;
  };
  CHECK_FALSE(written());
  const std::string bare = *files.read(kCache).value;
  TestProject project(files, kRoot, options);
  ManifestMark mark;
  mark.cache = project.parsed()->cache_id;
  mark.part_sizes = {1, 2, 3};
  mark.changed_parts = {2};
  append_mark(files, kCache, mark);
  append_mark(files, kCache, mark);
  const std::string whole = *files.read(kCache).value;
  REQUIRE(written());
  CHECK(written()->part_sizes == mark.part_sizes);
  CHECK(written()->changed_parts == mark.changed_parts);
  for (size_t at = bare.size() + (whole.size() - bare.size()) / 2; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    files.write(kCache, damaged);
    INFO("byte " << at);
    CHECK_FALSE(written());
    files.write(kCache, whole.substr(0, at + 1 == whole.size() ? at : at + 1));
    CHECK_FALSE(written());
  }
  // Of another cache.
  files.write(kCache, bare);
  ++mark.cache;
  append_mark(files, kCache, mark);
  CHECK_FALSE(written());
}
