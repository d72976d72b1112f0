#include "run/freshness.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "context/event_time.h"
#include "context/relation_object.h"
#include "context/table_object.h"

namespace weft::run {
namespace {

using jinja::Value;

diag::Diagnostic unknown_age(const NodeRun& run, std::string message, std::string hint = "") {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::FreshnessFailed;
  diagnostic.legacy_text = fmt::format("Runtime Error in source {} ({})\n  {}", run.node().name,
                                       run.node().original_file_path, message);
  diagnostic.message = std::move(message);
  diagnostic.span = run.node().patch_span;
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

struct Question {
  std::string macro;
  std::vector<jinja::NamedValue> arguments;
};

diag::Result<Question> question_of(NodeRun& run) {
  const manifest::SourceFields& fields = *run.node().source;
  Question made;
  made.arguments.push_back({"source", context::relation_value(run.scope.relation)});
  if (fields.loaded_at_query) {
    diag::Result<jinja::Rendered> query =
        run.lane.worker->render_text(*fields.loaded_at_query, "loaded_at_query", run.scope);
    if (!query)
      return query.error();
    made.macro = "collect_freshness_custom_sql";
    made.arguments.push_back({"loaded_at_query", Value::string(query->text)});
    return made;
  }
  if (!fields.loaded_at_field) {
    return unknown_age(run,
                       fmt::format("Could not compute freshness for source {}: no "
                                   "'loaded_at_field' provided and postgres adapter does not "
                                   "support metadata-based freshness checks.",
                                   run.node().name),
                       "name the column that tells when a row was loaded");
  }
  made.macro = "collect_freshness";
  made.arguments.push_back({"loaded_at_field", Value::string(*fields.loaded_at_field)});
  const std::optional<std::string>& filter = fields.freshness->filter;
  made.arguments.push_back({"filter", filter ? Value::string(*filter) : Value::none()});
  return made;
}

/// Overrides from before dbt 1.5 return the table alone.
diag::Status warn_of_bare_table(NodeRun& run) {
  diag::Diagnostic warning;
  warning.code = diag::Code::FreshnessReturnsTable;
  warning.message = "the project's `collect_freshness` returns a table instead of a result";
  warning.hint = "return load_result('collect_freshness')";
  warning.legacy_text =
      "The 'collect_freshness' macro signature has changed to return the full query result, rather "
      "than just a table of values. See the v1.5 migration guide for details on how to update your "
      "custom macro: https://docs.getdbt.com/guides/migration/versions/upgrading-to-v1.5";
  return run.context.shared.messages.warn(std::move(warning));
}

diag::Result<int64_t> time_of(const NodeRun& run, const Value& value, std::string_view field) {
  if (value.kind() == jinja::Kind::DateTime)
    return context::time_of(value.as_date_time());
  return unknown_age(
      run, fmt::format("Expected a timestamp value when querying field '{}' of table {} but "
                       "received value of type '{}' instead",
                       field, run.scope.relation->render_name(), value.type_name()));
}

/// The newest row's time and the database's clock.
diag::Status read_times(NodeRun& run, const std::string& macro, const context::TableData& table,
                        manifest::FreshnessResult& result) {
  if (table.rows.size() != 1 || table.rows[0].size() != 2) {
    return unknown_age(run, fmt::format("Got an invalid result from \"{}\" macro: {} rows", macro,
                                        table.rows.size()));
  }
  const Value& newest = table.rows[0][0];
  // No row at all is as old as time.
  diag::Result<int64_t> loaded =
      newest.is_none() ? context::time_of(jinja::DateTime())
                       : time_of(run, newest, run.node().source->loaded_at_field.value_or(""));
  if (!loaded)
    return loaded.error();
  diag::Result<int64_t> now = time_of(run, table.rows[0][1], "snapshotted_at");
  if (!now)
    return now.error();
  result.max_loaded_at = *loaded;
  result.snapshotted_at = *now;
  result.max_loaded_at_time_ago_in_s = static_cast<double>(*now - *loaded) / 1e6;
  return diag::Done{};
}

bool is_exceeded(const manifest::FreshnessThreshold& threshold, double age) {
  if (!threshold.is_set())
    return false;
  double unit = threshold.period == "day" ? 86400 : threshold.period == "hour" ? 3600 : 60;
  return age > static_cast<double>(*threshold.count) * unit;
}

void judge(NodeRun& run, manifest::FreshnessResult& result) {
  const manifest::Freshness& criteria = *run.node().source->freshness;
  double age = result.max_loaded_at_time_ago_in_s;
  result.criteria = criteria;
  result.status = is_exceeded(criteria.error_after, age)  ? "error"
                  : is_exceeded(criteria.warn_after, age) ? "warn"
                                                          : "pass";
  run.result.status = result.status;
  run.result.adapter_response = result.adapter_response;
}

/// The macro's answer: a result with response and table, or a table alone.
diag::Result<const context::TableObject*> take_answer(NodeRun& run, const Value& answer,
                                                      manifest::FreshnessResult& result) {
  if (auto* table = answer.as<context::TableObject>()) {
    diag::Status warned = warn_of_bare_table(run);
    if (!warned)
      return warned.error();
    return table;
  }
  const Value* response = answer.is_dict() ? answer.find("response") : nullptr;
  const Value* table = answer.is_dict() ? answer.find("table") : nullptr;
  auto* object = table == nullptr ? nullptr : table->as<context::TableObject>();
  if (object == nullptr)
    return unknown_age(run, "the macro for freshness returned no result of a statement");
  if (response != nullptr) {
    base::Data data = response->to_data();
    if (data.is_map())
      result.adapter_response = data.as_map();
  }
  return object;
}

}  // namespace

diag::Status check_freshness(NodeRun& run) {
  diag::Result<Question> question = question_of(run);
  if (!question)
    return question.error();
  const context::CallableMacro* macro =
      run.context.shared.macros.find(run.node().package_name, question->macro);
  if (macro == nullptr)
    return unknown_age(run, fmt::format("the macro `{}` is missing", question->macro));
  diag::Result<Value> answer =
      run.lane.worker->call_macro(*macro, {}, question->arguments, run.scope);
  if (!answer)
    return answer.error();
  auto result = std::make_shared<manifest::FreshnessResult>();
  result->unique_id = run.node().unique_id;
  diag::Result<const context::TableObject*> table = take_answer(run, *answer, *result);
  if (!table)
    return table.error();
  diag::Status read = read_times(run, question->macro, (*table)->data(), *result);
  if (!read)
    return read;
  judge(run, *result);
  run.result.freshness = std::move(result);
  return diag::Done{};
}

void complete_freshness(NodeRun& run) {
  if (run.node().type != manifest::ResourceType::Source)
    return;
  auto result = std::make_shared<manifest::FreshnessResult>();
  if (run.result.freshness) {
    *result = *run.result.freshness;
  } else {
    result->unique_id = run.node().unique_id;
    result->error = run.result.message.value_or("");
    result->status = run.result.status;
  }
  result->timing = run.result.timing;
  result->thread_id = run.result.thread_id;
  result->execution_time = run.result.execution_time;
  run.result.freshness = std::move(result);
}

}  // namespace weft::run
