// Artifacts of earlier runs, ours or dbt's.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "manifest/artifacts.h"
#include "manifest/json_walk.h"
#include "manifest/metadata_json.h"

namespace weft::manifest {
namespace {

using base::Data;
using base::DataMap;

constexpr int64_t kOldestManifest = 4, kNewestManifest = 12;
constexpr int64_t kOldestRunResults = 4, kNewestRunResults = 6;

/// What comparison, deferral, retry and clone look at; all other members are passed over. Sorted.
constexpr std::array<std::string_view, 56> kKeptMembers = {"access",
                                                           "alias",
                                                           "arguments",
                                                           "attached_node",
                                                           "checksum",
                                                           "columns",
                                                           "config",
                                                           "constraints",
                                                           "contract",
                                                           "database",
                                                           "defaults",
                                                           "depends_on",
                                                           "deprecation_date",
                                                           "description",
                                                           "dimensions",
                                                           "entities",
                                                           "exports",
                                                           "external",
                                                           "fqn",
                                                           "freshness",
                                                           "group",
                                                           "identifier",
                                                           "label",
                                                           "language",
                                                           "latest_version",
                                                           "loaded_at_field",
                                                           "loaded_at_query",
                                                           "maturity",
                                                           "measures",
                                                           "model",
                                                           "name",
                                                           "original_file_path",
                                                           "overloads",
                                                           "owner",
                                                           "package_name",
                                                           "patch_path",
                                                           "path",
                                                           "primary_entity",
                                                           "query_params",
                                                           "quoting",
                                                           "raw_code",
                                                           "raw_sql",
                                                           "relation_name",
                                                           "resource_type",
                                                           "returns",
                                                           "schema",
                                                           "source_name",
                                                           "tags",
                                                           "test_metadata",
                                                           "type",
                                                           "unique_id",
                                                           "unrendered_config",
                                                           "unrendered_database",
                                                           "unrendered_schema",
                                                           "url",
                                                           "version"};

bool is_kept(std::string_view member) {
  return std::binary_search(kKeptMembers.begin(), kKeptMembers.end(), member);
}

diag::Diagnostic invalid(const std::string& path, std::string_view text, size_t offset,
                         std::string_view problem) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t line_begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  diag::Diagnostic error;
  error.code = diag::Code::ArtifactInvalid;
  error.message = fmt::format("`{}` is no readable artifact: {} at line {}, column {}", path,
                              problem, line, before.size() - line_begin + 1);
  error.hint = "make the artifact anew, or point `--state` at a folder with whole artifacts";
  return error;
}

diag::Diagnostic wrong_shape(const std::string& path, std::string message, std::string hint) {
  diag::Diagnostic error;
  error.code = diag::Code::ArtifactInvalid;
  error.message = fmt::format("`{}` {}", path, message);
  error.hint = std::move(hint);
  return error;
}

diag::Result<std::string> read_text(base::FileSystem& files, const std::string& path) {
  base::IoResult<std::string> text = files.read(path);
  if (!text) {
    diag::Diagnostic error;
    error.code = diag::Code::FileUnreadable;
    error.message = fmt::format("cannot read `{}`: {}", path, text.error.message);
    return error;
  }
  if (auto bad = base::find_invalid_utf8(*text))
    return invalid(path, *text, *bad, "bytes that are not UTF-8");
  return std::move(*text);
}

/// 12 of "https://schemas.getdbt.com/dbt/manifest/v12.json" when `kind` is "manifest".
std::optional<int64_t> schema_version(std::string_view address, std::string_view kind) {
  const size_t at = address.rfind(fmt::format("/{}/v", kind));
  if (at == address.npos || !base::ends_with(address, ".json"))
    return std::nullopt;
  std::string_view digits = address.substr(at + kind.size() + 3);
  digits.remove_suffix(5);
  return base::parse_int(digits);
}

std::optional<diag::Diagnostic> check_schema(const std::string& path, const Data& metadata,
                                             std::string_view kind, int64_t oldest,
                                             int64_t newest) {
  const Data* schema = metadata.get("dbt_schema_version");
  const std::string_view address = schema == nullptr ? "" : schema->string_or("");
  const std::optional<int64_t> version = schema_version(address, kind);
  if (!version)
    return wrong_shape(
        path, fmt::format("has the schema `{}`, a {} of dbt is expected", address, kind), "");
  if (*version < oldest || *version > newest)
    return wrong_shape(path,
                       fmt::format("has version {} of the {} schema, {} to {} can be read",
                                   *version, kind, oldest, newest),
                       "make the artifact with a version of dbt whose artifacts are known");
  return std::nullopt;
}

class ManifestReader {
 public:
  ManifestReader(const std::string& path, std::string_view text)
      : path_(path), text_(text), walk_(text) {}

  diag::Result<StateManifest> read() {
    if (walk_.open_map())
      for (auto key = walk_.next_key(true); key; key = walk_.next_key(false))
        section(*key);
    if (!walk_.failed() && !walk_.at_end())
      return invalid(path_, text_, walk_.offset(), "text after the end");
    if (walk_.failed())
      return invalid(path_, text_, walk_.offset(), walk_.problem());
    if (auto error = check_schema(path_, metadata_, "manifest", kOldestManifest, kNewestManifest))
      return *error;
    if (const Data* version = metadata_.get("dbt_version"))
      state_.dbt_version = version->string_or("");
    return std::move(state_);
  }

 private:
  void section(std::string_view name) {
    static constexpr std::string_view kRows[] = {"nodes",         "sources",    "exposures",
                                                 "metrics",       "unit_tests", "semantic_models",
                                                 "saved_queries", "functions"};
    if (name == "metadata") {
      walk_.read(metadata_);
    } else if (std::find(std::begin(kRows), std::end(kRows), name) != std::end(kRows)) {
      rows(state_.nodes, is_kept);
    } else if (name == "macros") {
      rows(state_.macros, [](std::string_view member) { return member == "macro_sql"; });
    } else if (name == "disabled" && walk_.at_map()) {
      disabled();
    } else {
      walk_.skip();
    }
  }

  template <typename Keep>
  void rows(DataMap& into, Keep keep) {
    if (!walk_.open_map())
      return;
    for (auto id = walk_.next_key(true); id; id = walk_.next_key(false))
      into.set(*id, Data(row(keep)));
  }

  /// A list of rows for each unique id.
  void disabled() {
    walk_.open_map();
    for (auto id = walk_.next_key(true); id; id = walk_.next_key(false)) {
      base::DataList list;
      if (walk_.open_list())
        for (bool more = walk_.next_item(true); more; more = walk_.next_item(false))
          list.emplace_back(row(is_kept));
      state_.disabled.set(*id, Data(std::move(list)));
    }
  }

  template <typename Keep>
  DataMap row(Keep keep) {
    DataMap made;
    if (!walk_.open_map())
      return made;
    for (auto key = walk_.next_key(true); key; key = walk_.next_key(false)) {
      if (!keep(*key)) {
        walk_.skip();
        continue;
      }
      Data value;
      walk_.read(value);
      // The word of manifests before dbt 1.3.
      made.set(*key == "raw_sql" ? "raw_code" : *key, std::move(value));
    }
    return made;
  }

  const std::string& path_;
  std::string_view text_;
  JsonWalk walk_;
  Data metadata_;
  StateManifest state_;
};

std::string text_member(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  return value == nullptr ? std::string() : std::string(value->string_or(""));
}

std::optional<std::string> optional_text(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  if (value == nullptr || !value->is_string())
    return std::nullopt;
  return value->as_string();
}

double number_member(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  if (value == nullptr || !value->is_number())
    return 0;
  return value->is_int() ? static_cast<double>(value->as_int()) : value->as_float();
}

Data member_or_null(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  return value == nullptr ? Data() : *value;
}

RunResult read_result(const Data& row) {
  RunResult r;
  r.unique_id = text_member(row, "unique_id");
  r.status = text_member(row, "status");
  r.thread_id = text_member(row, "thread_id");
  r.execution_time = number_member(row, "execution_time");
  if (const Data* response = row.get("adapter_response"); response && response->is_map())
    r.adapter_response = response->as_map();
  r.message = optional_text(row, "message");
  if (const Data* failures = row.get("failures"); failures && failures->is_int())
    r.failures = failures->as_int();
  if (const Data* compiled = row.get("compiled"))
    r.compiled = compiled->bool_or(false);
  r.compiled_code = optional_text(row, "compiled_code");
  r.relation_name = optional_text(row, "relation_name");
  r.batch_results = member_or_null(row, "batch_results");
  r.overload_results = member_or_null(row, "overload_results");
  return r;
}

}  // namespace

diag::Result<StateManifest> read_state_manifest(base::FileSystem& files, const std::string& path) {
  diag::Result<std::string> text = read_text(files, path);
  if (!text)
    return std::move(text.error());
  return ManifestReader(path, *text).read();
}

diag::Result<base::Data> read_artifact(base::FileSystem& files, const std::string& path) {
  diag::Result<std::string> text = read_text(files, path);
  if (!text)
    return std::move(text.error());
  auto parsed = base::parse_json(*text);
  if (auto* error = std::get_if<base::JsonError>(&parsed))
    return invalid(path, *text, error->offset, error->message);
  if (!std::get<Data>(parsed).is_map())
    return wrong_shape(path, "does not hold an object, which every artifact is", "");
  return std::move(std::get<Data>(parsed));
}

diag::Result<RunResults> read_run_results(base::FileSystem& files, const std::string& path) {
  diag::Result<Data> artifact = read_artifact(files, path);
  if (!artifact)
    return std::move(artifact.error());
  const Data metadata = member_or_null(*artifact, "metadata");
  if (auto error =
          check_schema(path, metadata, "run-results", kOldestRunResults, kNewestRunResults))
    return *error;
  RunResults made;
  made.metadata.dbt_version = text_member(metadata, "dbt_version");
  made.metadata.invocation_id = text_member(metadata, "invocation_id");
  if (auto started = optional_text(metadata, "invocation_started_at"))
    made.metadata.invocation_started_at = parse_iso_time(*started).value_or(0);
  if (auto generated = optional_text(metadata, "generated_at"))
    made.metadata.generated_at = parse_iso_time(*generated).value_or(0);
  made.elapsed_time = number_member(*artifact, "elapsed_time");
  if (const Data* args = artifact->get("args"); args && args->is_map())
    made.args = args->as_map();
  const Data* rows = artifact->get("results");
  if (rows == nullptr || !rows->is_list())
    return wrong_shape(path, "has no list `results`", "");
  for (const Data& row : rows->as_list()) {
    if (text_member(row, "unique_id").empty())
      return wrong_shape(path, "holds a result without a `unique_id`", "");
    made.results.push_back(read_result(row));
  }
  return made;
}

}  // namespace weft::manifest
