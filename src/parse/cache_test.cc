// The cache may only ever give what parsing everything gives.
#include "parse/cache.h"

#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/strings.h"
#include "parse/test_project.h"

using namespace weft;
using namespace weft::parse;

namespace {

const std::string kRoot = "/p";
const std::string kCache = "/p/target/partial_parse.weft";

const std::map<std::string, std::string> kFiles = {
    {"/p/dbt_project.yml",
     "name: shop\nprofile: test\nvars: {cutoff: 5}\nmodels:\n  shop:\n    staging:\n"
     "      +tags: [staging]\n      +schema: \"{{ env_var('STAGING', 'stg') }}\"\n    marts:\n"
     "      +materialized: table\n    nowhere:\n      +enabled: true\non-run-end: [\"select "
     "1\"]\n"},
    {"/p/macros/helpers.sql",
     "{% macro cents(column) %}{{ column }} / 100{% endmacro %}\n"
     "{% macro other_ref() %}{{ ref('stg_orders') }}{% endmacro %}\n"},
    {"/p/macros/macros.yml", "macros:\n  - name: cents\n    description: To whole currency.\n"},
    {"/p/models/docs.md", "{% docs orders %}All orders.{% enddocs %}\n"},
    {"/p/models/staging/stg_orders.sql", "select 1 as id, {{ cents('2') }} as amount\n"},
    {"/p/models/staging/stg_items.sql",
     "select * from {{ source('raw', 'items') }} where x > {{ var('cutoff') }}\n"},
    {"/p/models/staging/staging.yml",
     "version: 2\nmodels:\n  - name: stg_orders\n    description: \"{{ doc('orders') }}\"\n"
     "    columns:\n      - name: id\n        data_tests: [unique, not_null]\n"
     "      - name: amount\n        data_tests:\n          - accepted_values:\n"
     "              arguments: {values: [1, 2]}\n  - name: stg_items\n    config:\n"
     "      meta: {owner: ada}\n  - name: forgotten\nsources:\n  - name: raw\n    tables:\n"
     "      - name: items\n        data_tests: [{unique: {arguments: {column_name: id}}}]\n"},
    {"/p/models/marts/orders.sql",
     "{{ config(tags=['mart']) }}\nselect * from {{ ref('stg_orders') }}\n"},
    {"/p/models/marts/items.sql",
     "-- {{ run_started_at }}\nselect * from {{ ref('stg_items') }} join {{ ref('orders') }} "
     "using (id)\n"},
    {"/p/models/marts/marts.yml",
     "models:\n  - name: orders\n    deprecation_date: 2030-01-01\n    columns:\n"
     "      - name: id\n        data_tests:\n          - relationships:\n              arguments:\n"
     "                to: ref('stg_orders')\n                field: id\n"
     "exposures:\n  - name: board\n    type: dashboard\n    owner: {email: a@b.c}\n"
     "    depends_on: [\"ref('orders')\"]\ngroups:\n  - name: finance\n    owner: {name: f}\n"
     "unit_tests:\n  - name: counts\n    model: orders\n    given:\n"
     "      - input: ref('stg_orders')\n        rows: [{id: 1}]\n    expect: {rows: [{id: 1}]}\n"},
    {"/p/models/plain/plain.sql", "select 1 as id\n"},
    {"/p/models/plain/plain.yml",
     "models:\n  - name: plain\n    description: as it was\n    columns:\n      - name: id\n"
     "        data_tests: [unique, not_null]\n"},
    {"/p/analyses/look.sql", "select count(*) from {{ ref('orders') }}\n"},
    {"/p/analyses/quiet.sql", "select * from {{ ref('plain') }}\n"},
    {"/p/tests/quiet.sql", "select * from {{ ref('stg_items') }}\n"},
    {"/p/tests/no_orders.sql", "select * from {{ ref('orders') }} where id is null\n"},
    {"/p/seeds/raw_items.csv", "id,x\n1,2\n"},
    {"/p/snapshots/history.sql",
     "{% snapshot history %}{{ config(unique_key='id', strategy='check', check_cols='all', "
     "target_schema='s') }}select * from {{ ref('orders') }}{% endsnapshot %}\n"},
};

/// Without what belongs to the command: metadata and the times of rows.
std::string comparable(TestProject& project) {
  if (project.parsed() == nullptr)
    return project.errors();
  std::string text = manifest::manifest_json(project.parsed()->manifest);
  text.erase(0, text.find("\"nodes\": "));
  const std::string_view kTime = "\"created_at\": ";
  for (size_t at = text.find(kTime); at != std::string::npos; at = text.find(kTime, at)) {
    at += kTime.size();
    text.erase(at, text.find(',', at) - at);
  }
  return text;
}

/// Messages with their places.
std::string warnings(const TestProject& project) {
  std::string text;
  for (const diag::Diagnostic& one : project.diagnostics()) {
    text +=
        one.message + " | " + one.legacy_text + " | " + base::to_json(base::Data(one.event_data));
    if (one.span.valid()) {
      const diag::SourceText& source = project.sources().get(one.span.source);
      diag::Place place = source.place(one.span.begin);
      text += fmt::format(" | {}:{}:{}", source.path, place.line, place.column);
    }
    text += "\n";
  }
  return text;
}

/// The same command with the cache and without one.
class Twins {
 public:
  Twins(base::FileSystem& files, TestOptions options)
      : with_((options.cache = kCache, files), kRoot, options),
        without_((options.cache = "", files), kRoot, options) {}

  void check_equal() {
    CHECK(comparable(with_) == comparable(without_));
    CHECK(warnings(with_) == warnings(without_));
    CHECK(with_.said == without_.said);
  }
  TestProject& with() { return with_; }

 private:
  TestProject with_, without_;
};

/// How a command took what it needed: from the cache alone, with some rows parsed again, or all
/// from the files.
enum class Way { Whole, Patched, Parsed };

Way way_of(base::FileSystem& files, const TestOptions& options = {}) {
  Twins twins(files, options);
  twins.check_equal();
  for (const char* event : {"UnableToPartialParse", "ParsedFileLoadFailed", "all are parsed",
                            "PartialParsingNotEnabled"}) {
    if (twins.with().says(event))
      return Way::Parsed;
  }
  return twins.with().says("PartialParsingSkipParsing") ? Way::Whole : Way::Patched;
}

/// A project in memory whose cache was written.
struct Cached {
  base::MemoryFiles files{kFiles};

  Cached() { CHECK(way_of(files) == Way::Parsed); }
  void write(const std::string& path, std::string_view text) { files.write("/p/" + path, text); }
  std::string read(const std::string& path) { return *files.read("/p/" + path).value; }
  void append(const std::string& path, std::string_view text) {
    write(path, read(path) + std::string(text));
  }
};

}  // namespace

TEST_CASE("without a change everything comes from the cache") {
  Cached project;
  // One of its models asks for the time.
  CHECK(way_of(project.files) == Way::Whole);
  CHECK(way_of(project.files) == Way::Whole);
  // Written anew with the same content, as version control does.
  project.append("models/marts/orders.sql", "");
  project.append("models/marts/marts.yml", "");
  CHECK(way_of(project.files) == Way::Whole);
}

TEST_CASE("a changed text is parsed again alone") {
  Cached project;
  project.append("models/staging/stg_items.sql", "-- changed\n");
  CHECK(way_of(project.files) == Way::Patched);
  // What it refers to may change too.
  project.append("models/plain/plain.sql", "-- {{ ref('raw_items') }} {{ other_ref() }}\n");
  CHECK(way_of(project.files) == Way::Patched);
  project.append("analyses/quiet.sql", "-- {{ ref('items') }}\n");
  project.append("tests/quiet.sql", "-- {{ ref('plain') }}\n");
  CHECK(way_of(project.files) == Way::Patched);
  CHECK(way_of(project.files) == Way::Patched);
}

TEST_CASE("changed properties of models are read again alone") {
  Cached project;
  auto describe = [&](const std::string& rest) {
    project.write("models/plain/plain.yml", "models:\n  - name: plain\n" + rest);
  };
  const std::string columns =
      "    columns:\n      - name: id\n        description: the id\n        data_tests:\n";
  describe("    description: now {{ doc('orders') }}\n" + columns +
           "          - unique\n          - not_null\n");
  CHECK(way_of(project.files) == Way::Patched);
  describe(columns + "          - unique: {config: {severity: warn}}\n          - not_null\n");
  CHECK(way_of(project.files) == Way::Patched);
  // Other tests, other configuration, other models, other sections.
  describe(columns + "          - unique\n");
  CHECK(way_of(project.files) == Way::Parsed);
  describe(columns + "          - unique: {config: {enabled: false}}\n");
  CHECK(way_of(project.files) == Way::Parsed);
  describe("    config: {tags: [a]}\n");
  CHECK(way_of(project.files) == Way::Parsed);
  describe("    config: {tags: [a]}\n  - name: items\n");
  CHECK(way_of(project.files) == Way::Parsed);
  describe("    config: {tags: [a]}\n  - name: items\ngroups: [{name: g, owner: {name: x}}]\n");
  CHECK(way_of(project.files) == Way::Parsed);
  describe("    config: {tags: [a]}\n  - name: items\nsurprise: 1\n");
  CHECK(way_of(project.files) == Way::Parsed);
}

TEST_CASE("a change that others could notice parses everything") {
  Cached project;
  auto parses = [&](const std::string& path, std::string_view more) {
    INFO(path << ": " << more);
    project.append(path, more);
    CHECK(way_of(project.files) == Way::Parsed);
    CHECK(way_of(project.files) == Way::Whole);
  };
  parses("models/staging/stg_items.sql", "{{ config(materialized='table') }}");
  parses("models/staging/stg_orders.sql", "{{ config(alias='o') }}");
  // It refers to a model with a deprecation date, which is a warning.
  parses("models/marts/items.sql", "{{ ref('orders') }}");
  parses("models/staging/staging.yml", "  - name: more\n");
  parses("macros/helpers.sql", "{% macro more() %}{% endmacro %}");
  parses("models/docs.md", "{% docs more %}More.{% enddocs %}");
  parses("seeds/raw_items.csv", "3,4\n");
  parses("snapshots/history.sql", "\n");
  parses("dbt_project.yml", "# comment\n");
  project.files.remove_all("/p/analyses/look.sql");
  CHECK(way_of(project.files) == Way::Parsed);
  project.files.rename("/p/models/staging/stg_items.sql", "/p/models/marts/stg_items.sql");
  CHECK(way_of(project.files) == Way::Parsed);
}

TEST_CASE("a macro in the place of ref or of a name is told of") {
  Cached project;
  auto tells = [&] {
    TestOptions options;
    options.cache = kCache;
    TestProject parsed(project.files, kRoot, options);
    return parsed.says("change detected to override macro. Starting full parse.");
  };
  const std::string path = "macros/names.sql";
  project.write(path, "{% macro plain() %}{% endmacro %}");
  CHECK_FALSE(tells());
  project.write(path,
                "{%- macro generate_alias_name(name, node) %}x_{{ node.name }}{% endmacro %}");
  CHECK(tells());
  CHECK_FALSE(tells());
  project.append(path, "{# more #}");
  CHECK(tells());
  project.files.remove_all("/p/" + path);
  CHECK(tells());
  CHECK_FALSE(tells());
}

TEST_CASE("errors come as if there were no cache") {
  Cached project;
  project.append("models/marts/items.sql", "{{ ref('nothing') }}");
  CHECK(way_of(project.files) == Way::Parsed);
  project.write("models/marts/items.sql", "{% if %}");
  CHECK(way_of(project.files) == Way::Parsed);
  project.write("models/marts/items.sql", "select 1");
  CHECK(way_of(project.files) == Way::Parsed);
}

TEST_CASE("vars, variables, the profile and dates are a part of the key") {
  Cached project;
  TestOptions options;
  options.vars.set("cutoff", base::Data(7));
  CHECK(way_of(project.files, options) == Way::Parsed);
  CHECK(way_of(project.files, options) == Way::Whole);
  options.variables["STAGING"] = "other";
  CHECK(way_of(project.files, options) == Way::Parsed);
  options.variables["UNRELATED"] = "x";
  CHECK(way_of(project.files, options) == Way::Whole);
  options.schema = "prod";
  CHECK(way_of(project.files, options) == Way::Parsed);
  // A model is deprecated in 2030.
  options.now_us = 1'900'000'000'000'000;
  CHECK(way_of(project.files, options) == Way::Parsed);
  CHECK(way_of(project.files, options) == Way::Whole);
  project.append("models/marts/orders.sql", "{{ env_var('DEPTH', '1') }}");
  CHECK(way_of(project.files, options) == Way::Parsed);
  CHECK(way_of(project.files, options) == Way::Whole);
  options.variables["DEPTH"] = "2";
  CHECK(way_of(project.files, options) == Way::Parsed);
}

TEST_CASE("flags are a part of the key where parsing reads them") {
  Cached project;
  project.write("models/plain/with space.sql", "select 1");
  TestOptions options;
  options.flags.set("require_resource_names_without_spaces", base::Data(false));
  CHECK(way_of(project.files, options) == Way::Parsed);
  for (const char* flag : {"debug", "store_failures"}) {
    INFO(flag);
    options.flags.set(flag, base::Data(true));
    CHECK(way_of(project.files, options) == Way::Parsed);
    CHECK(way_of(project.files, options) == Way::Whole);
  }
  options.flags.set("full_refresh", base::Data(true));
  options.flags.set("quiet", base::Data(true));
  CHECK(way_of(project.files, options) == Way::Whole);
}

TEST_CASE("texts that ask for the time are rendered by every command") {
  Cached project;
  project.write("models/marts/items.sql",
                "{% if run_started_at.year > 2025 %}{{ ref('stg_items') }}{% else %}"
                "{{ ref('stg_orders') }}{% endif %}");
  TestOptions options;
  CHECK(way_of(project.files, options) == Way::Parsed);
  CHECK(way_of(project.files, options) == Way::Whole);
  options.now_us = 1'800'000'000'000'000;
  CHECK(way_of(project.files, options) == Way::Whole);
  // A macro that many texts share is not worth a rule.
  project.append("macros/helpers.sql",
                 "{% set at = run_started_at %}{% macro when() %}{{ at }}{% endmacro %}");
  project.append("models/staging/stg_items.sql", "-- {{ when() }}\n");
  CHECK(way_of(project.files, options) == Way::Parsed);
  CHECK(way_of(project.files, options) == Way::Parsed);
}

TEST_CASE("a damaged cache is no cache") {
  Cached project;
  const std::string whole = *project.files.read(kCache).value;
  std::mt19937 random(3);
  for (int round = 0; round < 12; ++round) {
    std::string damaged = whole;
    size_t at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
    INFO("byte " << at << " of " << damaged.size());
    project.files.write(kCache, damaged);
    CHECK(way_of(project.files) == Way::Parsed);
  }
  for (size_t size : {size_t{0}, size_t{10}, whole.size() / 2, whole.size() - 1}) {
    project.files.write(kCache, whole.substr(0, size));
    CHECK(way_of(project.files) == Way::Parsed);
  }
  project.files.write(kCache, whole + "x");
  CHECK(way_of(project.files) == Way::Parsed);
  CHECK(way_of(project.files) == Way::Whole);
}

TEST_CASE("what is read as it is may be kept without being read") {
  Cached project;
  TestOptions options;
  options.reads_cache = false;
  CHECK(way_of(project.files, options) == Way::Parsed);
  CHECK(way_of(project.files) == Way::Whole);
}

TEST_CASE("rows are the same whatever the number of threads") {
  base::MemoryFiles files(kFiles);
  for (int i = 0; i < 60; ++i) {
    files.write(fmt::format("/p/models/more/m{}.sql", i), "select * from {{ ref('orders') }}");
    files.write(fmt::format("/p/models/more/m{}.yml", i),
                fmt::format("models:\n  - name: m{}\n    columns:\n      - name: id\n"
                            "        data_tests: [unique, accepted_values: {{values: [{}]}}]\n",
                            i, i));
  }
  TestOptions options;
  options.threads = 1;
  TestProject one(files, kRoot, options);
  for (size_t threads : {size_t{2}, size_t{8}}) {
    options.threads = threads;
    TestProject many(files, kRoot, options);
    CHECK(comparable(many) == comparable(one));
    CHECK(warnings(many) == warnings(one));
    std::string whole = manifest::manifest_json(one.parsed()->manifest), parts;
    auto put = [&](std::string_view part) -> std::optional<base::IoError> {
      parts += part;
      return std::nullopt;
    };
    CHECK_FALSE(manifest::write_manifest_json(one.parsed()->manifest, threads, put).has_value());
    CHECK(parts == whole);
  }
}

namespace {

/// Random edits of a project, sensible and senseless ones.
class Editor {
 public:
  Editor(Cached& project, TestOptions& options, uint32_t seed)
      : project_(project), options_(options), random_(seed) {}

  void edit() {
    switch (below(16)) {
      case 0:
      case 1:
      case 2:
        return project_.append(model(), "-- comment " + std::to_string(below(100)) + "\n");
      case 3:
        return project_.append(model(), "-- {{ ref('" + name() + "') }}\n");
      case 4:
        return project_.append(model(), "{{ config(tags=['t" + std::to_string(below(3)) + "']) }}");
      case 5:
        return project_.write("models/marts/new_" + std::to_string(below(4)) + ".sql",
                              "select * from {{ ref('" + name() + "') }}");
      case 6:
        return remove("models/marts/new_" + std::to_string(below(4)) + ".sql");
      case 7:
        return project_.write("models/marts/new.yml",
                              "models:\n  - name: new_" + std::to_string(below(4)) +
                                  "\n    description: about " + std::to_string(below(9)) +
                                  "\n    columns: [{name: id, data_tests: [unique]}]\n");
      case 8:
        return project_.write("macros/more.sql",
                              "{% macro more() %}" + std::to_string(below(9)) + "{% endmacro %}");
      case 9:
        options_.vars.set("cutoff", base::Data(static_cast<int64_t>(below(3))));
        return;
      case 10:
        options_.variables["STAGING"] = below(2) == 0 ? "a" : "b";
        return;
      case 11:
        return project_.append(model(), "");
      case 13:
      case 14:
        return project_.write(
            "models/plain/plain.yml",
            "models:\n  - name: plain\n    description: about " + std::to_string(below(9)) +
                "\n    columns:\n      - name: id\n        data_tests:\n          - unique:\n"
                "              config: {limit: " +
                std::to_string(below(5)) + "}\n" + (below(5) == 0 ? "" : "          - not_null\n"));
      case 12:
        options_.now_us += 1'000'000;
        return;
      default:
        return restore();
    }
  }

 private:
  size_t below(size_t limit) { return random_() % limit; }
  std::string model() {
    const char* kPaths[] = {"models/staging/stg_orders.sql",
                            "models/staging/stg_items.sql",
                            "models/marts/orders.sql",
                            "models/marts/items.sql",
                            "analyses/look.sql",
                            "tests/no_orders.sql",
                            "models/plain/plain.sql"};
    return kPaths[below(std::size(kPaths))];
  }
  std::string name() {
    const char* kNames[] = {"stg_orders", "stg_items", "orders",  "items",
                            "raw_items",  "new_1",     "history", "nothing"};
    return kNames[below(std::size(kNames))];
  }
  void remove(const std::string& path) { project_.files.remove_all("/p/" + path); }
  void restore() {
    for (const auto& [path, text] : kFiles)
      project_.files.write(path, text);
  }

  Cached& project_;
  TestOptions& options_;
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("after any edit the cache gives what parsing everything gives") {
  for (uint32_t seed : {1u, 2u, 3u}) {
    Cached project;
    TestOptions options;
    Editor editor(project, options, seed);
    std::map<Way, int> ways;
    for (int round = 0; round < 100; ++round) {
      INFO("seed " << seed << ", round " << round);
      editor.edit();
      ++ways[way_of(project.files, options)];
    }
    CHECK(ways[Way::Whole] > 3);
    CHECK(ways[Way::Patched] > 3);
    CHECK(ways[Way::Parsed] > 10);
  }
}
