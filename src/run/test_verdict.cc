// Data tests: the test materialization gives one row (failures, should_warn, should_error).
#include <fmt/format.h>

#include "base/strings.h"
#include "context/table_object.h"
#include "run/node_run.h"

namespace weft::run {
namespace {

using jinja::Value;

diag::Diagnostic invalid_result(const NodeRun& run, std::string what) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::TestResultInvalid;
  diagnostic.message = fmt::format("test `{}` {}", run.node().name, what);
  diagnostic.span = run.node().source_span.valid() ? run.node().source_span : run.node().patch_span;
  diagnostic.legacy_text = fmt::format("Internal Error\n  dbt internally failed to execute {}: {}",
                                       run.node().unique_id, what);
  return diagnostic;
}

/// Booleans, numbers and words such as "t" or "true".
std::optional<bool> as_flag(const Value& value) {
  if (value.is_bool())
    return value.as_bool();
  if (value.is_number())
    return value.truthy();
  if (!value.is_string())
    return std::nullopt;
  std::string word = base::to_lower(value.as_string());
  if (word == "true" || word == "t" || word == "yes" || word == "y" || word == "on" || word == "1")
    return true;
  if (word == "false" || word == "f" || word == "no" || word == "n" || word == "off" || word == "0")
    return false;
  return std::nullopt;
}

std::optional<int64_t> as_count(const Value& value) {
  if (value.kind() == jinja::Kind::Int)
    return value.as_int();
  return base::parse_int(value.str());
}

struct Verdict {
  int64_t failures = 0;
  bool should_warn = false, should_error = false;
};

diag::Result<Verdict> read_verdict(const NodeRun& run) {
  const Value* table = nullptr;
  for (const context::StatementResult& result : run.scope.results) {
    if (result.name == "main")
      table = result.value.find("table");
  }
  auto* object = table == nullptr ? nullptr : table->as<context::TableObject>();
  if (object == nullptr)
    return invalid_result(run, "gave no result");
  const context::TableData& data = object->data();
  if (data.rows.size() != 1)
    return invalid_result(run,
                          fmt::format("returned {} rows, but expected 1 row", data.rows.size()));
  if (data.rows[0].size() != 3) {
    return invalid_result(
        run, fmt::format("returned {} columns, but expected 3 columns", data.rows[0].size()));
  }
  std::optional<int64_t> failures = as_count(data.rows[0][0]);
  std::optional<bool> warn = as_flag(data.rows[0][1]), error = as_flag(data.rows[0][2]);
  if (!failures)
    return invalid_result(run, "counts its failures as no whole number");
  for (size_t column : {size_t{1}, size_t{2}}) {
    if (as_flag(data.rows[0][column]))
      continue;
    diag::Diagnostic invalid =
        invalid_result(run, "has conditions that are neither true nor false");
    invalid.legacy_text = fmt::format(
        "Compilation Error\n  Macro 'get_test_sql' returns '{}'.  It is not type 'bool' and cannot "
        "not be converted reliably to a bool.",
        data.rows[0][column].str());
    return invalid;
  }
  return Verdict{*failures, *warn, *error};
}

void apply(NodeRun& run, const Verdict& verdict) {
  const manifest::Config& config = run.manifest().config_of(run.node());
  std::string severity = base::to_lower(config.text("severity"));
  run.result.failures = verdict.failures;
  run.result.status = "pass";
  auto describe = [&](std::string_view condition) {
    return fmt::format("Got {} result{}, configured to {} if {}", verdict.failures,
                       verdict.failures == 1 ? "" : "s", run.result.status, config.text(condition));
  };
  if (severity == "error" && verdict.should_error) {
    run.result.status = "fail";
    run.result.message = describe("error_if");
  } else if (verdict.should_warn) {
    const config::Flags& flags = run.context.shared.flags;
    bool as_error = flags.get_bool("warn_error") ||
                    config::warning_action(flags.warn_error_options, "LogTestResult") ==
                        config::WarningAction::Error;
    run.result.status = as_error ? "fail" : "warn";
    run.result.message = describe("warn_if");
  } else {
    run.result.failures = 0;
    run.result.message.reset();
  }
}

}  // namespace

diag::Status judge_test(NodeRun& run) {
  diag::Status done = materialize(run);
  if (!done)
    return done;
  diag::Result<Verdict> verdict = read_verdict(run);
  if (!verdict)
    return verdict.error();
  apply(run, *verdict);
  return diag::Done{};
}

}  // namespace weft::run
