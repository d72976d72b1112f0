#include <catch2/catch.hpp>

#include "parse/test_project.h"

namespace weft::parse {
namespace {

/// The names of the seeds in the manifest, or the errors.
std::string seeds_of(std::initializer_list<std::pair<const std::string, std::string>> files,
                     const std::string& seed_tree) {
  base::MemoryFiles memory;
  (void)memory.write("/q/dbt_project.yml", "name: q\nprofile: test\n" + seed_tree);
  for (const auto& [path, text] : files)
    (void)memory.write(path, text);
  TestProject project(memory, "/q");
  if (project.parsed() == nullptr)
    return project.errors();
  const manifest::Manifest& made = project.parsed()->manifest;
  std::string names;
  for (size_t i = 0; i < made.nodes.size(); ++i) {
    if (made.nodes[i].type == manifest::ResourceType::Seed && !made.disabled_flags[i])
      names += made.nodes[i].name + " ";
  }
  return names;
}

}  // namespace

TEST_CASE("a JSON file is a seed only where weft_json says how to read it", "[seeds]") {
  std::string tree = "seeds:\n  q:\n    raw:\n      +meta: {weft_json: {mode: document}}\n";
  CHECK(seeds_of({{"/q/seeds/a.csv", "id\n1\n"}, {"/q/seeds/a.json", "{}"}}, "") == "a ");
  CHECK(seeds_of({{"/q/seeds/raw/b.jsonl", "{}"},
                  {"/q/seeds/raw/c.json", "[]"},
                  {"/q/seeds/raw/d.csv", "id\n1\n"},
                  {"/q/seeds/e.ndjson", "{}"}},
                 tree) == "b c d ");
}

TEST_CASE("a wrong weft_json is an error that names the file", "[seeds]") {
  std::string found =
      seeds_of({{"/q/seeds/b.jsonl", "{}"}}, "seeds:\n  +meta: {weft_json: {mode: table}}\n");
  CHECK(found.find("seed `seeds/b.jsonl`: `meta.weft_json` has mode `table`") != std::string::npos);
}

TEST_CASE("CSV twins for dbt are switched off by weft_version", "[seeds]") {
  std::string tree =
      "seeds:\n  q:\n    twins:\n      +enabled: \"{{ weft_version is not defined }}\"\n";
  CHECK(seeds_of({{"/q/seeds/twins/a_csv.csv", "id\n1\n"}, {"/q/seeds/b.csv", "id\n1\n"}}, tree) ==
        "b ");
}

TEST_CASE("a CSV file and a JSON file may not make one seed", "[seeds]") {
  std::string found = seeds_of({{"/q/seeds/b.jsonl", "{}"}, {"/q/seeds/b.csv", "id\n1\n"}},
                               "seeds:\n  +meta: {weft_json: {mode: document}}\n");
  INFO(found);
  CHECK(found.find("`b`") != std::string::npos);
}

}  // namespace weft::parse
