// run_results.json, sources.json and catalog.json.
#include <algorithm>

#include "base/ordered_parts.h"
#include "base/strings.h"
#include "manifest/artifacts.h"
#include "manifest/field_writer.h"
#include "manifest/json_text.h"
#include "manifest/metadata_json.h"
#include "manifest/run_results_writer.h"

namespace weft::manifest {
namespace {

void member(JsonText& json, std::string_view key, std::string_view value) {
  json.key(key);
  json.text(value);
}

void member(JsonText& json, std::string_view key, const std::optional<std::string>& value) {
  json.key(key);
  value ? json.text(*value) : json.null();
}

void write_timing(JsonText& json, const std::vector<Timing>& timing) {
  json.key("timing");
  json.open_list();
  for (const Timing& t : timing) {
    json.open_map();
    member(json, "name", std::string_view(t.name));
    member(json, "started_at", std::string_view(iso_time(t.started_at, "Z")));
    member(json, "completed_at", std::string_view(iso_time(t.completed_at, "Z")));
    json.close_map();
  }
  json.close_list();
}

void write_effort(JsonText& json, std::string_view thread_id, double execution_time) {
  member(json, "thread_id", thread_id);
  json.key("execution_time");
  json.real(execution_time);
}

/// Seeds, saved queries and exposures have no SQL of their own: dbt says null where others say
/// whether they were compiled.
bool has_code(std::string_view unique_id) {
  for (std::string_view kind : {"seed.", "saved_query.", "exposure.", "source."})
    if (base::starts_with(unique_id, kind))
      return false;
  return true;
}

/// A row's SQL is not kept twice: ten thousand of them are many megabytes.
std::optional<std::string_view> code_of(const RunResult& r, const Manifest* manifest) {
  if (r.compiled_code)
    return *r.compiled_code;
  NodeId id = r.compiled && manifest != nullptr ? manifest->find(r.unique_id) : NodeId();
  return id.valid() ? std::optional<std::string_view>(manifest->node(id).compiled_code)
                    : std::nullopt;
}

void write_result(JsonText& json, const RunResult& r, const Manifest* manifest) {
  json.open_map();
  member(json, "status", std::string_view(r.status));
  write_timing(json, r.timing);
  write_effort(json, r.thread_id, r.execution_time);
  json.key("adapter_response");
  json.map(r.adapter_response);
  member(json, "message", r.message);
  json.key("failures");
  r.failures ? json.integer(*r.failures) : json.null();
  member(json, "unique_id", std::string_view(r.unique_id));
  json.key("compiled");
  const bool with_code = has_code(r.unique_id);
  with_code ? json.boolean(r.compiled) : json.null();
  json.key("compiled_code");
  std::optional<std::string_view> code = code_of(r, manifest);
  code ? json.text(*code) : json.null();
  member(json, "relation_name", with_code ? r.relation_name : std::nullopt);
  json.key("batch_results");
  json.data(r.batch_results);
  json.key("overload_results");
  json.data(r.overload_results);
  json.close_map();
}

void write_freshness(JsonText& json, FieldWriter<JsonText>& fields, const FreshnessResult& r) {
  json.open_map();
  member(json, "unique_id", std::string_view(r.unique_id));
  if (r.error) {
    member(json, "error", r.error);
    member(json, "status", std::string_view("runtime error"));
    json.close_map();
    return;
  }
  member(json, "max_loaded_at", std::string_view(iso_time(r.max_loaded_at, "+00:00")));
  member(json, "snapshotted_at", std::string_view(iso_time(r.snapshotted_at, "+00:00")));
  json.key("max_loaded_at_time_ago_in_s");
  json.real(r.max_loaded_at_time_ago_in_s);
  member(json, "status", std::string_view(r.status));
  json.key("criteria");
  fields.freshness(r.criteria);
  json.key("adapter_response");
  json.map(r.adapter_response);
  write_timing(json, r.timing);
  write_effort(json, r.thread_id, r.execution_time);
  json.close_map();
}

void write_columns(JsonText& json, const CatalogTable& table) {
  json.key("columns");
  json.open_map();
  for (const CatalogColumn& column : table.columns) {
    json.any_key(column.name);
    json.open_map();
    member(json, "type", std::string_view(column.type));
    json.key("index");
    json.integer(column.index);
    member(json, "name", std::string_view(column.name));
    member(json, "comment", column.comment);
    json.close_map();
  }
  json.close_map();
}

void write_stats(JsonText& json, const CatalogTable& table) {
  json.key("stats");
  json.open_map();
  for (const CatalogStat& stat : table.stats) {
    json.any_key(stat.id);
    json.open_map();
    member(json, "id", std::string_view(stat.id));
    member(json, "label", std::string_view(stat.label));
    json.key("value");
    json.data(stat.value);
    json.key("include");
    json.boolean(stat.include);
    member(json, "description", std::string_view(stat.description));
    json.close_map();
  }
  json.close_map();
}

void write_tables(JsonText& json, std::string_view key, const Catalog& catalog, bool sources) {
  json.key(key);
  json.open_map();
  for (const CatalogTable& table : catalog.tables) {
    if (table.is_source != sources)
      continue;
    json.any_key(table.unique_id);
    json.open_map();
    json.key("metadata");
    json.open_map();
    member(json, "type", std::string_view(table.type));
    member(json, "schema", std::string_view(table.schema));
    member(json, "name", std::string_view(table.name));
    member(json, "database", std::string_view(table.database));
    member(json, "comment", table.comment);
    member(json, "owner", table.owner);
    json.close_map();
    write_columns(json, table);
    write_stats(json, table);
    member(json, "unique_id", std::string_view(table.unique_id));
    json.close_map();
  }
  json.close_map();
}

/// The text of run_results.json as parts that can be made in any order: what stands before the
/// results, the results in portions, and what stands behind.
class RunResultsParts {
 public:
  explicit RunResultsParts(const RunResultsView& view) : view_(view) {}

  size_t size() const { return 2 + (view_.results.size() + kPortion - 1) / kPortion; }

  std::string part(size_t index) const {
    if (index == 0)
      return head();
    if (index + 1 == size())
      return tail();
    std::string out;
    JsonText json(out, index > 1);
    size_t first = (index - 1) * kPortion;
    for (const RunResult& result :
         view_.results.subspan(first, std::min(kPortion, view_.results.size() - first)))
      write_result(json, result, view_.manifest);
    return out;
  }

 private:
  static constexpr size_t kPortion = 128;

  std::string head() const {
    std::string out;
    JsonText json(out);
    json.open_map();
    open_metadata(json, view_.metadata, "run-results/v6");
    json.close_map();
    json.key("results");
    json.open_list();
    return out;
  }

  std::string tail() const {
    std::string out;
    JsonText json(out);
    json.close_list();
    json.key("elapsed_time");
    json.real(view_.elapsed_time);
    json.key("args");
    json.map(view_.args);
    json.close_map();
    return out;
  }

  const RunResultsView& view_;
};

}  // namespace

std::optional<base::IoError> write_run_results_json(const RunResultsView& view, size_t threads,
                                                    const base::PutPart& put) {
  RunResultsParts parts(view);
  return base::put_in_order(
      parts.size(), threads, [&](size_t i) { return parts.part(i); }, put);
}

std::string run_results_json(const RunResults& results) {
  RunResultsView view{results.metadata, results.results, results.elapsed_time, results.args};
  RunResultsParts parts(view);
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i)
    out += parts.part(i);
  return out;
}

std::string sources_json(const Metadata& metadata, const std::vector<FreshnessResult>& results,
                         double elapsed_time) {
  std::string out;
  JsonText json(out);
  FieldWriter<JsonText> fields(json);
  json.open_map();
  open_metadata(json, metadata, "sources/v3");
  json.close_map();
  json.key("results");
  json.open_list();
  for (const FreshnessResult& result : results)
    write_freshness(json, fields, result);
  json.close_list();
  json.key("elapsed_time");
  json.real(elapsed_time);
  json.close_map();
  return out;
}

std::string catalog_json(const Catalog& catalog) {
  std::string out;
  JsonText json(out);
  json.open_map();
  open_metadata(json, catalog.metadata, "catalog/v1");
  json.close_map();
  write_tables(json, "nodes", catalog, false);
  write_tables(json, "sources", catalog, true);
  json.key("errors");
  if (catalog.errors.empty()) {
    json.null();
  } else {
    json.open_list();
    for (const std::string& error : catalog.errors)
      json.text(error);
    json.close_list();
  }
  json.close_map();
  return out;
}

}  // namespace weft::manifest
