#include "config/project.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "config/config_fixture.h"
#include "config/packages.h"
#include "config/semver.h"
#include "config/vars.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataMap;

diag::Result<Project> load(Fixture& f, const std::string& text) {
  f.files.write("/p/dbt_project.yml", text);
  return load_project("/p", true, f.context(), f.sources, f.sink);
}

Project loaded(Fixture& f, const std::string& text) {
  auto project = load(f, text);
  if (!project)
    FAIL(f.error(project));
  return *std::move(project);
}

std::string failure(const std::string& text) {
  Fixture f;
  return f.error(load(f, text));
}

std::string json(const DataMap& map) { return base::to_json(Data(map)); }

}  // namespace

TEST_CASE("a small project has dbt's defaults") {
  Fixture f;
  Project p = loaded(f, "name: shop\nversion: 1.0\nprofile: dev\n");
  CHECK(p.name == "shop");
  CHECK(p.version == "1.0");
  CHECK(p.profile_name == "dev");
  CHECK(p.model_paths == std::vector<std::string>{"models"});
  CHECK(p.docs_paths == std::vector<std::string>{"models", "seeds", "snapshots", "analyses",
                                                 "macros", "tests", "functions"});
  CHECK(p.clean_targets == std::vector<std::string>{"target"});
  CHECK(p.packages_install_path == "dbt_packages");
  CHECK_FALSE(p.query_comment.is_custom);
  CHECK(f.reported().empty());
}

TEST_CASE("every part of the file is read") {
  Fixture f;
  f.vars = DataMap{{"env", "prod"}};
  Project p = loaded(f, R"(
name: shop
model_paths: [models/, more]
target-path: "out_{{ var('env') }}"
quoting: {database: true, identifier: false}
on-run-start: "grant {{ target.name }}"
on-run-end: ["a", "b"]
require-dbt-version: [">=1.0.0", "<2.0.0,!x"]
dispatch:
  - {macro_namespace: dbt_utils, search_order: [shop, dbt_utils]}
restrict-access: true
query-comment: {comment: "hi {{ x }}", append: true, job-label: true}
models:
  shop:
    +materialized: "{{ 'table' if var('env') == 'prod' else 'view' }}"
    +post-hook: "analyze {{ this }}"
    staging: {+enabled: "{{ var('env') == 'dev' }}", +post_hook: ["{{ a }}"]}
tests: {+severity: warn}
vars: {x: "{{ raw }}", shop: {y: 1}}
)");
  CHECK(p.model_paths == std::vector<std::string>{"models", "more"});
  CHECK(p.target_path == "out_prod");
  CHECK(p.clean_targets == std::vector<std::string>{"out_prod"});
  CHECK(p.quoting.database == true);
  CHECK(p.quoting.identifier == false);
  CHECK_FALSE(p.quoting.schema.has_value());
  CHECK(p.on_run_start == std::vector<std::string>{"grant {{ target.name }}"});
  CHECK(p.on_run_end.size() == 2);
  CHECK(p.require_dbt_version == std::vector<std::string>{">=1.0.0", "<2.0.0", "!x"});
  CHECK(p.dispatch[0].search_order == std::vector<std::string>{"shop", "dbt_utils"});
  CHECK(p.restrict_access);
  CHECK(p.query_comment.comment == "hi {{ x }}");
  CHECK(p.query_comment.append);
  CHECK(json(p.trees.models) ==
        R"({"shop": {"+materialized": "table", "+post-hook": "analyze {{ this }}", )"
        R"("staging": {"+enabled": false, "+post_hook": ["{{ a }}"]}}})");
  CHECK(contains(json(p.unrendered.models), "{{ 'table' if"));
  CHECK(json(p.trees.data_tests) == R"({"+severity": "warn"})");
  CHECK(json(p.vars) == R"({"x": "{{ raw }}", "shop": {"y": 1}})");
}

TEST_CASE("a query comment can be turned off") {
  Fixture f;
  for (const char* value : {"null", "''", "false"}) {
    Project p = loaded(f, std::string("name: a\nquery-comment: ") + value + "\n");
    CHECK(p.query_comment.is_custom);
    CHECK_FALSE(p.query_comment.comment.has_value());
  }
}

TEST_CASE("mistakes in the project file are explained") {
  CHECK(failure("version: 1\n") ==
        "error[E0601]: dbt_project.yml has no `name`\nhint: add a line like: name: my_project\n");
  CHECK(
      failure("name: my-shop\n") ==
      "error[E0601]: the project's name `my-shop` is not made of letters, digits and underscores, "
      "starting with a letter\n  dbt_project.yml:1:7\n1 | name: my-shop\n  |       ^^^^^^^\n"
      "hint: call it `my_shop`\n");
  CHECK(failure("name: a\nmodle-paths: [x]\n") ==
        "error[E0601]: `modle-paths` is no key of dbt_project.yml\n  dbt_project.yml:2:1\n"
        "2 | modle-paths: [x]\n  | ^^^^^^^^^^^\nhint: did you mean `model-paths`?\n");
  for (const char* version : {"latest", "1", "1.", "01.0", "1.0-beta", "1.0.0-", "1.0.0 x"}) {
    CHECK(contains(failure(fmt::format("name: a\nversion: '{}'\n", version)),
                   "a version like `1.0` or `1.0.0` is expected"));
  }
  CHECK(contains(failure("name: a\ndbt-cloud: text\n"), "a mapping is expected"));
  CHECK(contains(failure("name: target\n"), "is a word of the template language"));
  CHECK(contains(failure("name: a\nmodel-paths: models\n"),
                 "`model-paths` of dbt_project.yml is `models`, and a list is expected"));
  CHECK(contains(failure("name: a\nmodel-paths: [models, {a: b}]\n"),
                 "an item of `model-paths` of dbt_project.yml is a mapping, and text is expected"));
  CHECK(contains(failure("name: a\nmodel-paths: [../x]\n"), "outside of the project"));
  CHECK(contains(failure("name: a\nsource-paths: [a]\nmodel-paths: [b]\n"), "are both set"));
  CHECK(contains(failure("name: a\ndispatch: [{macro_namespace: x}]\n"), "lacks"));
  CHECK(contains(failure("name: a\nconfig-version: 1\n"), "`config-version` is 1"));
  CHECK(contains(failure("- a\n"), "holds no mapping"));
  CHECK(contains(failure("name: a\nmodels: 3\n"), "a mapping is expected"));
  CHECK(contains(failure("name: a\ntests: {a: 1}\ndata_tests: {a: 1}\n"), "keep `data_tests`"));
}

TEST_CASE("a project file tells weft from dbt by `weft_version`") {
  Fixture f;
  Project p = loaded(f, R"(
name: shop
seeds:
  twins: {+enabled: "{{ weft_version is not defined }}"}
)");
  CHECK(json(p.trees.seeds) == R"({"twins": {"+enabled": false}})");
}

TEST_CASE("Jinja in the project file fails where it stands") {
  Fixture f;
  f.env.variables["DBT_TARGET_DIR"] = "x";
  auto result = load(f, "name: a\ntarget-path: \"{{ env_var('DBT_TARGET_DIRR') }}\"\n");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().legacy_text == "Env var required but not provided: 'DBT_TARGET_DIRR'");
  std::string text = f.error(result);
  CHECK(contains(text, "error[E0605]: the environment variable `DBT_TARGET_DIRR` is not set"));
  CHECK(contains(text, "  dbt_project.yml:2:"));
  CHECK(contains(text, "hint: did you mean `DBT_TARGET_DIR`?"));
  CHECK(contains(failure("name: a\ntarget-path: \"{{ var('nope') }}\"\n"), "error[E0612]"));
  CHECK(contains(failure("name: a\ntarget-path: \"{{ env_var('DBT_ENV_SECRET_X') }}\"\n"),
                 "error[E0606]"));
  CHECK(contains(failure("name: a\ntarget-path: \"{{ 1 + }}\"\n"), "error[E0400]"));
}

TEST_CASE("environment variables are rendered with types and recorded") {
  Fixture f;
  f.env.variables = {{"N", "5"}, {"B", "True"}};
  std::vector<std::pair<std::string, std::string>> read;
  RenderContext context = f.context();
  context.variables_read = &read;
  f.files.write("/p/dbt_project.yml",
                "name: a\nmodels:\n  +n: \"{{ env_var('N') | as_number }}\"\n"
                "  +b: \"{{ env_var('B') | as_bool }}\"\n  +t: \"{{ env_var('N') }}\"\n"
                "  +d: \"{{ env_var('UNSET', 'dflt') }}\"\n  +i: \"{{ 3 }}\"\n"
                "  +m: \"a{{ 3 }}\"\n  +block: |\n    text\n");
  auto project = load_project("/p", true, context, f.sources, f.sink);
  REQUIRE(project.ok());
  CHECK(json(project->trees.models) ==
        R"({"+n": 5, "+b": true, "+t": "5", "+d": "dflt", "+i": 3, "+m": "a3", "+block": "text"})");
  CHECK(read == std::vector<std::pair<std::string, std::string>>{
                    {"N", "5"}, {"B", "True"}, {"N", "5"}, {"UNSET", "DBT_DEFAULT_PLACEHOLDER"}});
}

TEST_CASE("vars.yml gives variables to the project file") {
  Fixture f({{"/p/vars.yml", "vars:\n  env: ci\n  n: 1\n"}});
  f.vars = DataMap{{"n", 2}};
  Project p = loaded(f, "name: a\ntarget-path: \"{{ var('env') }}{{ var('n') }}\"\n");
  CHECK(p.target_path == "ci2");
  CHECK(json(p.vars) == R"({"env": "ci", "n": 1})");
  auto both = load(f, "name: a\nvars: {x: 1}\n");
  REQUIRE_FALSE(both.ok());
  CHECK(both.error().legacy_text ==
        "Variables cannot be defined in both vars.yml and dbt_project.yml.");
}

TEST_CASE("the project is found from below") {
  Fixture f({{"/p/dbt_project.yml", "name: a\n"}, {"/p/models/x/a.sql", ""}, {"/q/x", ""}});
  f.env.working_directory = "/p/models/x";
  CHECK(*find_project_root(f.env, "") == "/p");
  CHECK(*find_project_root(f.env, "../..") == "/p");
  CHECK(contains(f.error(find_project_root(f.env, "/q")), "there is no `dbt_project.yml` in `/q`"));
  f.env.working_directory = "/q";
  CHECK(contains(f.error(find_project_root(f.env, "")), "or in any folder above it"));
}

TEST_CASE("the partial project needs no target") {
  Fixture f({{"/p/dbt_project.yml",
              "name: a\nprofile: \"{{ env_var('P', 'dev') }}\"\nflags: {fail_fast: true}\n"
              "models: {+schema: \"{{ target.name }}\"}\nnonsense: 1\n"}});
  auto project = load_project_partial("/p", f.env, f.sources, f.sink);
  REQUIRE(project.ok());
  CHECK(project->profile_name == "dev");
  CHECK(project->flags.find("fail_fast")->as_bool());
  CHECK(f.reported().empty());
}

TEST_CASE("versions are compared as semantic versions") {
  auto less = [](const char* a, const char* b) {
    return compare(*parse_version(a), *parse_version(b)) < 0;
  };
  CHECK(less("1.9.0", "1.10.0"));
  CHECK(less("1.0.0-rc1", "1.0.0"));
  CHECK(less("1.0.0-alpha.2", "1.0.0-alpha.10"));
  CHECK(less("1.0.0-1", "1.0.0-a"));
  CHECK_FALSE(parse_version("1.0"));
  CHECK_FALSE(parse_version("1.0.0-"));
  CHECK_FALSE(parse_version("1.0.0rc_1"));
  CHECK_FALSE(parse_version("1.0.0.1"));
  CHECK(parse_version("1.6.0rc2")->prerelease == "rc2");
  CHECK(parse_version("1.6.0-rc.2+build")->prerelease == "rc.2");
  CHECK(satisfies(*parse_version("1.12.6"), *parse_bound(">=1.6.0rc2")));
  CHECK_FALSE(satisfies(*parse_version("2.0.0-rc1"), *parse_bound("<2.0.0")));
  CHECK(satisfies(*parse_version("1.9.9-rc1"), *parse_bound("<2.0.0")));
  CHECK(satisfies(*parse_version("2.0.0-rc1"), *parse_bound("<2.0.0-rc2")));
  CHECK(satisfies(*parse_version("1.12.6"), *parse_bound(">=1.12.0")));
  CHECK_FALSE(satisfies(*parse_version("1.12.6"), *parse_bound("=1.12.5")));
  CHECK_FALSE(parse_bound("~1.0.0"));
  Fixture f;
  CHECK(check_required_version(loaded(f, "name: a\nrequire-dbt-version: '>=1.0.0,<2.0.0'\n")).ok());
  auto status = check_required_version(loaded(f, "name: a\nrequire-dbt-version: ['>=2.0.0']\n"));
  CHECK(contains(f.error(status),
                 "error[E0610]: the project `a` asks for dbt >=2.0.0, and this is 1.12.6\n"
                 "  dbt_project.yml:2:1"));
  CHECK(contains(f.error(check_required_version(loaded(f, "name: a\nrequire-dbt-version: soon\n"))),
                 "is no version"));
}

TEST_CASE("variables are found in dbt's order") {
  Project root, package;
  root.name = "root";
  package.name = "pkg";
  root.vars = DataMap{
      {"a", 1}, {"b", 1}, {"pkg", DataMap{{"b", 2}, {"c", 2}}}, {"root", DataMap{{"own", 5}}}};
  package.vars = DataMap{{"b", 3}, {"c", 3}, {"d", 3}, {"pkg", DataMap{{"d", 4}}}};
  DataMap cli{{"a", 9}};
  Vars vars(cli, root, {package});
  CHECK(vars.find("pkg", "a")->as_int() == 9);
  CHECK(vars.find("pkg", "b")->as_int() == 2);
  CHECK(vars.find("root", "b")->as_int() == 1);
  CHECK(vars.find("pkg", "c")->as_int() == 2);
  CHECK(vars.find("pkg", "d")->as_int() == 4);
  CHECK(vars.find("root", "d") == nullptr);
  CHECK(vars.find("root", "own")->as_int() == 5);
  CHECK(vars.find("root", "c") == nullptr);
  CHECK(vars.visible("pkg").find("d")->as_int() == 4);
  CHECK(vars.visible("pkg").find("a")->as_int() == 9);
}

}  // namespace weft::config
