#include "config/flags.h"

#include <catch2/catch.hpp>

#include "config/config_fixture.h"
#include "config/written_flags.h"

namespace weft::config {
namespace {

using base::DataList;
using base::DataMap;

Flags resolved(Fixture& f, const DataMap& command_line = {}, const DataMap& project = {}) {
  auto flags = resolve_flags(command_line, f.env, project, f.sources);
  if (!flags)
    FAIL(f.error(flags));
  return *std::move(flags);
}

}  // namespace

TEST_CASE("flags have dbt's defaults") {
  Fixture f;
  Flags flags = resolved(f);
  CHECK(flags.get_bool("partial_parse"));
  CHECK_FALSE(flags.get_bool("full_refresh"));
  CHECK(flags.get_int("printer_width") == 80);
  CHECK(flags.get_int("log_file_max_bytes") == 10485760);
  CHECK(flags.get_string("log_level") == "info");
  CHECK(flags.get_string("indirect_selection") == "eager");
  CHECK(flags.get_string("target").empty());
  CHECK(flags.get_list("select").empty());
  CHECK(flags.get_bool("validate_macro_args"));
  CHECK_FALSE(flags.get_bool("state_modified_compare_vars"));
  CHECK(flags.find("no_such_flag") == nullptr);
  CHECK(flags.origin("quiet") == FlagOrigin::Default);
}

TEST_CASE("command line, environment, project and user settings, in this order") {
  Fixture f({{"/home/u/.dbt/user_settings.yml", "flags:\n  printer_width: 10\n  quiet: true\n"}});
  DataMap project{{"printer_width", 20}, {"fail_fast", true}, {"unknown", 1}};
  CHECK(resolved(f).get_int("printer_width") == 10);
  CHECK(resolved(f, {}, project).get_int("printer_width") == 20);
  f.env.variables["DBT_PRINTER_WIDTH"] = "30";
  CHECK(resolved(f, {}, project).get_int("printer_width") == 30);
  f.env.variables["DBT_ENGINE_PRINTER_WIDTH"] = "40";
  Flags flags = resolved(f, {{"printer_width", 50}}, project);
  CHECK(flags.get_int("printer_width") == 50);
  CHECK(flags.origin("printer_width") == FlagOrigin::CommandLine);
  CHECK(resolved(f, {}, project).get_int("printer_width") == 40);
  CHECK(flags.origin("fail_fast") == FlagOrigin::Project);
}

TEST_CASE("variables are read by type, with old names") {
  Fixture f;
  f.env.variables = {{"DBT_FULL_REFRESH", "Yes"},
                     {"DBT_NO_PRINT", "1"},
                     {"DBT_LOG_LEVEL", "DEBUG"},
                     {"DBT_DEFER_TO_STATE", "t"},
                     {"DBT_RESOURCE_TYPES", "model test"},
                     {"DBT_QUIET", ""},
                     {"DO_NOT_TRACK", "1"}};
  Flags flags = resolved(f);
  CHECK(flags.get_bool("full_refresh"));
  CHECK_FALSE(flags.get_bool("print"));
  CHECK(flags.get_string("log_level") == "debug");
  CHECK(flags.get_bool("defer"));
  CHECK(flags.get_list("resource_types") == std::vector<std::string>{"model", "test"});
  CHECK_FALSE(flags.get_bool("quiet"));
  CHECK_FALSE(flags.get_bool("send_anonymous_usage_stats"));
}

TEST_CASE("values that are not allowed are explained") {
  Fixture f;
  f.env.variables = {{"DBT_LOG_LEVEL", "loud"}};
  CHECK(f.error(resolve_flags({}, f.env, {}, f.sources)) ==
        "error[E0614]: the environment variable `DBT_LOG_LEVEL` is `loud`, which is none of the "
        "values "
        "it may have\nhint: use one of: debug, info, warn, error, none\n");
  f.env.variables = {{"DBT_QUIET", "maybe"}};
  CHECK(contains(f.error(resolve_flags({}, f.env, {}, f.sources)), "neither true nor false"));
  f.env.variables = {};
  CHECK(contains(f.error(resolve_flags({}, f.env, {{"fail_fast", DataList{}}}, f.sources)),
                 "the flag `fail_fast` of dbt_project.yml is `[]`, and true or false is expected"));
}

TEST_CASE("a wrong flag of dbt_project.yml is shown there") {
  Fixture f;
  diag::SourceId source = f.sources.add("dbt_project.yml", "quiet: yes\nfail_fast: []\n");
  diag::Sink sink;
  diag::Result<yaml::Document> written = yaml::parse(source, f.sources, sink);
  REQUIRE(written);
  auto flags =
      resolve_written_flags({}, f.env, {{"fail_fast", DataList{}}}, f.sources, written->root);
  CHECK(contains(f.error(flags), "dbt_project.yml:2:1\n2 | fail_fast: []\n"));
}

TEST_CASE("console settings hold for the log file unless that has its own") {
  Fixture f;
  Flags flags =
      resolved(f, {{"log_level", "warn"}, {"log_format", "json"}, {"log_format_file", "text"}});
  CHECK(flags.get_string("log_level_file") == "warn");
  CHECK(flags.get_string("log_format_file") == "text");
  CHECK(resolved(f).get_string("log_level_file") == "debug");
}

TEST_CASE("warnings become errors or silence by name, group and all") {
  WarnErrorOptions options;
  options.error = {"all"};
  options.warn = {"Deprecations"};
  options.silence = {"NoNodeForYamlKey"};
  CHECK(warning_action(options, "NoNodeForYamlKey") == WarningAction::Silence);
  CHECK(warning_action(options, "GenericDeprecation", true) == WarningAction::Warn);
  CHECK(warning_action(options, "MacroNotFoundForPatch") == WarningAction::Error);
  options.error = {"GenericDeprecation"};
  CHECK(warning_action(options, "GenericDeprecation", true) == WarningAction::Error);
  CHECK(warning_action({}, "Anything") == WarningAction::Warn);

  Fixture f;
  f.env.variables = {{"DBT_WARN_ERROR_OPTIONS", "{include: all, exclude: [X]}"}};
  Flags flags = resolved(f);
  CHECK(flags.warn_error_options.error_all);
  CHECK(warning_action(flags.warn_error_options, "X") == WarningAction::Warn);
  f.env.variables = {};
  CHECK(resolved(f, {{"warn_error", true}}).warn_error_options.error_all);
  DataMap both{{"warn_error", true}, {"warn_error_options", DataMap{{"error", "all"}}}};
  CHECK(contains(f.error(resolve_flags(both, f.env, {}, f.sources)), "are both given"));
  DataMap twice{{"warn_error_options", DataMap{{"error", "all"}, {"include", "all"}}}};
  CHECK(contains(f.error(resolve_flags(twice, f.env, {}, f.sources)), "Only `include` or `error`"));
}

}  // namespace weft::config
