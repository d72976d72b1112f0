// Properties files: their items become entries, in order of the files.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/strings.h"
#include "parse/entry_shape.h"
#include "parse/properties_error.h"
#include "parse/state.h"
#include "parse/yaml_render.h"

namespace weft::parse {
namespace {

constexpr std::array<std::string_view, 14> kSections = {
    "models",          "sources",   "seeds",      "snapshots",    "analyses",
    "macros",          "exposures", "groups",     "unit_tests",   "metrics",
    "semantic_models", "functions", "data_tests", "saved_queries"};

void report_invalid(State& state, std::string message, diag::Span span, std::string hint,
                    const std::string& sentence = "") {
  state.report(properties_error(std::move(message), span, std::move(hint), sentence));
}

/// Only properties of single tests are not worth an error: dbt goes on without them.
void report_nameless(State& state, const ProjectFile& file, std::string_view section,
                     diag::Span span) {
  constexpr const char* kWords = "Entry did not contain a name";
  const std::string message = fmt::format("an item of `{}` has no name", section);
  if (section != "data_tests") {
    report_invalid(state, message, span, "add `name:`", kWords);
    return;
  }
  diag::Diagnostic warning;
  warning.code = diag::Code::UnknownKey;
  warning.message = message;
  warning.span = span;
  warning.hint = "add `name:`; properties of generic tests stand at their models";
  warning.legacy_text =
      fmt::format("Unable to parse 'data_tests' section of file '{}'\nParsing Error\n  {}",
                  file.original_file_path, kWords);
  state.report(std::move(warning));
}

void check_top_keys(State& state, const yaml::Node& root) {
  std::vector<std::string> known(kSections.begin(), kSections.end());
  for (const char* key : {"version", "tests", "anchors"})
    known.emplace_back(key);
  for (const yaml::Entry& entry : root.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end())
      continue;
    diag::Diagnostic warning;
    warning.code = diag::Code::UnknownKey;
    warning.message = fmt::format("unknown key `{}` in a properties file", entry.key);
    warning.span = entry.key_span;
    if (std::optional<std::string> near = base::nearest(entry.key, known))
      warning.hint = fmt::format("did you mean `{}`?", *near);
    state.report(std::move(warning));
  }
}

void add_section(State& state, size_t file, std::string_view section, const yaml::Node& list,
                 std::vector<Entry>& out) {
  if (list.is_null())
    return;
  if (!list.is_sequence()) {
    report_invalid(
        state, fmt::format("`{}` must be a list", section), list.span,
        "start each item with `- name:`",
        fmt::format("The schema file at {} is invalid because the value of '{}' is not a "
                    "list",
                    state.files[file].original_file_path, section));
    return;
  }
  for (const yaml::Node* item : list.items) {
    if (!item->is_mapping()) {
      report_invalid(state, fmt::format("an item of `{}` must be a mapping", section), item->span,
                     "write `- name: ...`");
      continue;
    }
    const yaml::Node* name = item->find("name");
    if (name == nullptr || !name->is_scalar() || name->is_null()) {
      report_nameless(state, state.files[file], section, item->span);
      continue;
    }
    Entry entry;
    entry.section = std::string(section);
    entry.name = name->text;
    entry.node = item;
    entry.file = file;
    out.push_back(std::move(entry));
  }
}

/// Settings that may stand beside `config` or in it, but not at both places.
void check_doubled_keys(State& state, size_t file, const Entry& entry) {
  bool is_node = entry.section == "models" || entry.section == "seeds" ||
                 entry.section == "snapshots" || entry.section == "analyses" ||
                 entry.section == "functions";
  const yaml::Node* config = entry.node->find("config");
  if (!is_node || config == nullptr || !config->is_mapping())
    return;
  for (std::string_view key : {"meta", "docs", "group", "contract", "access"}) {
    const yaml::Entry* beside = entry.node->find_entry(key);
    const yaml::Entry* inside = config->find_entry(key);
    if (beside == nullptr || inside == nullptr)
      continue;
    diag::Diagnostic diagnostic = properties_error(
        fmt::format("`{}` of `{}` stands both beside and under `config`", key, entry.name),
        beside->key_span, "keep the one under `config`",
        fmt::format("In {}: found {} dictionary in 'config' dictionary and as top-level key.\n"
                    "                      Remove the top-level key and define it under 'config' "
                    "dictionary only.",
                    state.files[file].original_file_path, key));
    diagnostic.labels.push_back({inside->key_span, "the other one"});
    state.report(std::move(diagnostic));
  }
}

/// The error of a template in a properties file, in dbt's words: a missing variable of the
/// environment is an error of parsing, anything else one of the template.
diag::Diagnostic failed_render(const State& state, size_t file, diag::Diagnostic error) {
  if (base::starts_with(error.legacy_text, "Compilation Error"))
    return error;
  std::string inner = std::move(error.legacy_text);
  error.legacy_text =
      fmt::format("Parsing Error\n  Failed to render {} from project {}: {}",
                  state.files[file].original_file_path, state.project_of(state.files[file]).name,
                  base::replace_all(inner, "\n", "\n  "));
  return error;
}

/// Items of one file with their values rendered.
std::vector<Entry> read_file(State& state, size_t file, context::Worker& worker) {
  std::vector<Entry> made;
  const yaml::Node* root = state.documents[file].root;
  if (root == nullptr || root->is_null())
    return made;
  if (!root->is_mapping()) {
    report_invalid(state, "a properties file must be a mapping", root->span,
                   "start it with `models:` or another kind of resource",
                   fmt::format("Error reading {0}: {1} - Validation Error\n    Contents of file "
                               "'{2}' are not valid. Dictionary expected.",
                               state.project_of(state.files[file]).name, state.files[file].path,
                               state.files[file].original_file_path));
    return made;
  }
  check_top_keys(state, *root);
  const std::string& package = state.project_of(state.files[file]).name;
  for (std::string_view section : kSections) {
    if (const yaml::Node* list = root->find(section))
      add_section(state, file, section, *list, made);
  }
  for (Entry& entry : made) {
    check_doubled_keys(state, file, entry);
    check_entry_shape(state, entry);
    diag::Result<base::Data> data = render_yaml(worker, *entry.node, entry.section, package);
    if (!data) {
      state.report(failed_render(state, file, data.error()));
      entry.data = yaml::to_data(*entry.node);
    } else {
      entry.data = std::move(*data);
      if (const base::Data* name = entry.data.get("name"))
        entry.name = python_str(*name);
    }
  }
  return made;
}

}  // namespace

void read_properties(State& state) {
  std::vector<size_t> yaml_files;
  for (size_t i = 0; i < state.files.size(); ++i) {
    if (state.files[i].kind == FileKind::Properties)
      yaml_files.push_back(i);
  }
  read_properties(state, yaml_files);
}

void read_properties(State& state, const std::vector<size_t>& yaml_files) {
  state.documents.resize(state.files.size());
  std::vector<std::vector<Entry>> entries(yaml_files.size());
  size_t threads = state.input.threads;
  std::vector<std::unique_ptr<context::Worker>> workers(threads);
  base::parallel_for(yaml_files.size(), threads, [&](size_t thread, size_t i) {
    size_t file = yaml_files[i];
    if (workers[thread] == nullptr)
      workers[thread] = std::make_unique<context::Worker>(*state.shared, nullptr);
    diag::Result<yaml::Document> document =
        yaml::parse(state.files[file].source, state.input.sources, state.input.sink);
    if (!document) {
      state.report(document.error());
      return;
    }
    state.documents[file] = std::move(*document);
    entries[i] = read_file(state, file, *workers[thread]);
  });
  for (std::vector<Entry>& list : entries) {
    for (Entry& entry : list)
      state.entries.push_back(std::move(entry));
  }
}

}  // namespace weft::parse
