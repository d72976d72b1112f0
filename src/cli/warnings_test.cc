#include "cli/warnings.h"

#include <catch2/catch.hpp>

namespace weft::cli {
namespace {

using config::FlagOrigin;
using config::WarningAction;
using diag::Code;

diag::Diagnostic warning(Code code, std::string text = "text") {
  diag::Diagnostic made;
  made.code = code;
  made.legacy_text = std::move(text);
  return made;
}

diag::Diagnostic renamed_variable(const char* name) {
  diag::Diagnostic made = warning(Code::EnvVarRenamed);
  made.event_data.set("old_name", base::Data(name));
  return made;
}

}  // namespace

TEST_CASE("a deprecated use is shown once and counted", "[warnings]") {
  Warnings warnings;
  CHECK_FALSE(warnings.summary());
  CHECK(warnings.judge(warning(Code::SourceOverride)) == WarningAction::Warn);
  CHECK(warnings.judge(warning(Code::SourceOverride)) == WarningAction::Silence);
  CHECK(warnings.judge(warning(Code::UnusedConfigPath)) == WarningAction::Warn);
  CHECK(warnings.judge(warning(Code::UnusedConfigPath)) == WarningAction::Warn);
  auto summary = warnings.summary();
  REQUIRE(summary);
  CHECK(summary->legacy_text.find("- SourceOverrideDeprecation: 2 occurrences") !=
        std::string::npos);
  CHECK(summary->legacy_text.find("UnusedResourceConfigPath") == std::string::npos);
  CHECK(summary->event_data.find("summaries")->as_list().size() == 1);
}

TEST_CASE("--show-all-deprecations shows each", "[warnings]") {
  config::Flags flags;
  flags.set("show_all_deprecations", true, FlagOrigin::CommandLine);
  Warnings warnings;
  warnings.configure(flags);
  CHECK(warnings.judge(warning(Code::SourceOverride)) == WarningAction::Warn);
  CHECK(warnings.judge(warning(Code::SourceOverride)) == WarningAction::Warn);
  CHECK(warnings.summary()->legacy_text.find("--show-all") == std::string::npos);
}

TEST_CASE("each renamed variable is told of", "[warnings]") {
  Warnings warnings;
  CHECK(warnings.judge(renamed_variable("DBT_NO_PRINT")) == WarningAction::Warn);
  CHECK(warnings.judge(renamed_variable("DBT_DEFER_TO_STATE")) == WarningAction::Warn);
  CHECK(warnings.judge(renamed_variable("DBT_NO_PRINT")) == WarningAction::Silence);
}

TEST_CASE("only what dbt knows as a warning becomes an error", "[warnings]") {
  config::Flags flags;
  flags.warn_error_options.error_all = true;
  flags.warn_error_options.warn = {"Deprecations"};
  Warnings warnings;
  warnings.configure(flags);
  CHECK(warnings.judge(warning(Code::UnusedConfigPath)) == WarningAction::Error);
  CHECK(warnings.judge(warning(Code::UnknownKey)) == WarningAction::Warn);
  CHECK(warnings.judge(warning(Code::SourceOverride)) == WarningAction::Warn);
  // Its event is not among dbt's deprecations, whatever its name says.
  CHECK(warnings.judge(warning(Code::UpcomingDeprecation)) == WarningAction::Error);
}

TEST_CASE("a warning begins as dbt's does", "[warnings]") {
  Warnings warnings;
  CHECK(warnings.text(warning(Code::UnusedConfigPath, "a")) == "[WARNING]: a");
  CHECK(warnings.text(warning(Code::ExposureName, "a")) ==
        "[WARNING]: Deprecated functionality\n\na");
  CHECK(warnings.text(warning(Code::SourceOverride, "a")) ==
        "[WARNING][SourceOverrideDeprecation]: Deprecated functionality\n\na");
  config::Flags flags;
  flags.set("require_event_names_in_deprecations", true, FlagOrigin::Project);
  warnings.configure(flags);
  CHECK(warnings.text(warning(Code::ExposureName, "a")) ==
        "[WARNING][ExposureNameDeprecation]: Deprecated functionality\n\na");
}

}  // namespace weft::cli
