#include "config/deprecations.h"

#include <catch2/catch.hpp>

#include "config/config_fixture.h"
#include "config/profile_flags.h"

namespace weft::config {

TEST_CASE("paths with a former name or another place are reported", "[deprecations]") {
  Fixture fixture{{"/p/dbt_project.yml",
                   "name: p\ndata-paths: [data]\nlog-path: logs\ntarget-path: elsewhere\n"}};
  auto project =
      load_project_partial("/p", fixture.env, fixture.sources, fixture.sink, &fixture.vars);
  REQUIRE(project);
  CHECK(project->seed_paths == std::vector<std::string>{"data"});
  std::string text = fixture.reported();
  CHECK(contains(text, "`data-paths` is called `seed-paths` now"));
  CHECK(contains(text, "dbt_project.yml:2:1"));
  CHECK(contains(text, "`target-path` of dbt_project.yml is on its way out"));
  // The usual folder is no reason for a warning.
  CHECK_FALSE(contains(text, "log-path"));
}

TEST_CASE("variables of the environment are checked", "[deprecations]") {
  Fixture fixture;
  fixture.env.variables = {{"DBT_NO_PRINT", "1"},
                           {"DBT_ENGINE_PARTIAL_PARSE", "0"},
                           {"DBT_ENGINE_PARTIAL_PARS", "0"},
                           {"DBT_MINE", "x"}};
  report_old_flags({}, {}, fixture.env, fixture.sink);
  std::vector<diag::Diagnostic> all = fixture.sink.take();
  REQUIRE(all.size() == 2);
  CHECK(all[0].code == diag::Code::EnvVarRenamed);
  CHECK(contains(all[0].legacy_text, "`DBT_NO_PRINT` has been renamed as `DBT_ENGINE_PRINT`"));
  CHECK(all[1].code == diag::Code::EnvVarReserved);
  CHECK(all[1].hint == "did you mean `DBT_ENGINE_PARTIAL_PARSE`?");
}

TEST_CASE("include and exclude of warn_error_options have new names", "[deprecations]") {
  Fixture fixture;
  base::DataMap given, options;
  options.set("include", base::Data("all"));
  given.set("warn_error_options", base::Data(options));
  report_old_flags(given, {}, fixture.env, fixture.sink);
  std::vector<diag::Diagnostic> all = fixture.sink.take();
  REQUIRE(all.size() == 1);
  CHECK(contains(all[0].legacy_text, "use `error` instead of `include`"));
  CHECK_FALSE(contains(all[0].legacy_text, "exclude"));
}

TEST_CASE("flags may stand in profiles.yml, but not at both places", "[deprecations]") {
  Fixture fixture{{"/p/profiles.yml", "config: {use_colors: false}\np: {}\n"}};
  ProfileRequest request;
  request.profiles_dir = "/p";
  auto flags = flags_of_profiles(request, {}, fixture.env, fixture.sink);
  REQUIRE(flags);
  CHECK(flags->find("use_colors")->as_bool() == false);
  CHECK(contains(fixture.reported(), "profiles.yml has flags under `config`"));
  base::DataMap own;
  own.set("use_colors", base::Data(true));
  CHECK_FALSE(flags_of_profiles(request, own, fixture.env, fixture.sink));
}

TEST_CASE("a profile may be called config", "[deprecations]") {
  Fixture fixture{{"/p/profiles.yml", "config: {target: a, outputs: {a: {}}}\n"}};
  ProfileRequest request;
  request.profiles_dir = "/p";
  auto flags = flags_of_profiles(request, {}, fixture.env, fixture.sink);
  REQUIRE(flags);
  CHECK(flags->empty());
}

}  // namespace weft::config
