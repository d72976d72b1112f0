#include "parse/versions.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

std::optional<double> as_number(const Data& value) {
  if (value.is_int())
    return static_cast<double>(value.as_int());
  if (value.is_float())
    return value.as_float();
  return value.is_string() ? base::parse_float(value.as_string()) : std::nullopt;
}

bool name_is_listed(const Data& list, const std::string& name) {
  if (list.is_string())
    return list.as_string() == "*" || list.as_string() == "all" || list.as_string() == name;
  if (!list.is_list())
    return false;
  return std::any_of(list.as_list().begin(), list.as_list().end(),
                     [&](const Data& item) { return python_str(item) == name; });
}

/// The columns of the entry that `{include, exclude}` leaves, then the version's own ones.
Data choose_columns(const Data& inherited, const Data& own) {
  DataList made;
  Data include("all"), exclude;
  DataList added;
  for (const Data& item : own.as_list()) {
    if (item.get("include") != nullptr || item.get("exclude") != nullptr) {
      if (const Data* value = item.get("include"))
        include = *value;
      if (const Data* value = item.get("exclude"))
        exclude = *value;
    } else {
      added.push_back(item);
    }
  }
  auto is_added = [&](const std::string& name) {
    return std::any_of(added.begin(), added.end(), [&](const Data& column) {
      return column.get("name") != nullptr && python_str(*column.get("name")) == name;
    });
  };
  if (inherited.is_list()) {
    for (const Data& column : inherited.as_list()) {
      if (column.get("name") == nullptr)
        continue;
      std::string name = python_str(*column.get("name"));
      if (name_is_listed(include, name) && !name_is_listed(exclude, name) && !is_added(name))
        made.push_back(column);
    }
  }
  for (Data& column : added)
    made.push_back(std::move(column));
  return Data(std::move(made));
}

void report_versions(State& state, const Entry& entry, std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::VersionInvalid;
  diagnostic.span = entry.node->span;
  diagnostic.legacy_text = "Parsing Error\n  " + message;
  diagnostic.message = std::move(message);
  state.report(std::move(diagnostic));
}

void warn_of_missing_file(State& state, const Entry& entry, const std::string& version,
                          const std::string& stem) {
  const std::string& path = state.files[entry.file].original_file_path;
  diag::Diagnostic d;
  d.code = diag::Code::UnknownPatchTarget;
  d.message = fmt::format("version {} of model `{}` has no file: `{}.sql` is missing", version,
                          entry.name, stem);
  d.span = entry.node->span;
  d.hint = "add the file, or name another one with `defined_in`";
  d.legacy_text = fmt::format(
      "Did not find matching node for patch with name '{}' in the 'models' section of file '{}'",
      stem, path);
  d.event_data.set("patch_name", Data(stem));
  d.event_data.set("yaml_key", Data("models"));
  d.event_data.set("file_path", Data(path));
  state.report(std::move(d));
}

}  // namespace

Data latest_version(const Data& entry) {
  if (const Data* latest = entry.get("latest_version"); latest != nullptr && !latest->is_null())
    return *latest;
  const Data* versions = entry.get("versions");
  Data best;
  if (versions == nullptr || !versions->is_list())
    return best;
  bool all_numbers = std::all_of(
      versions->as_list().begin(), versions->as_list().end(),
      [](const Data& item) { return item.get("v") != nullptr && as_number(*item.get("v")); });
  for (const Data& item : versions->as_list()) {
    const Data* v = item.get("v");
    if (v == nullptr)
      continue;
    bool is_better = best.is_null() || (all_numbers ? *as_number(*v) > *as_number(best)
                                                    : python_str(*v) > python_str(best));
    if (is_better)
      best = *v;
  }
  return best;
}

Data entry_of_version(const Data& entry, const Data& item) {
  Data made = entry;
  DataMap& map = made.as_map();
  map.erase("versions");
  for (const auto& [key, value] : item.as_map()) {
    // Null says nothing: the model's own setting holds.
    if (key == "v" || key == "defined_in" || value.is_null())
      continue;
    if (key == "columns" && value.is_list()) {
      const Data* inherited = entry.get("columns");
      map.set("columns", choose_columns(inherited == nullptr ? Data() : *inherited, value));
    } else if (key == "config" && value.is_map()) {
      Data config = entry.get("config") == nullptr ? Data(DataMap{}) : *entry.get("config");
      for (const auto& [name, setting] : value.as_map())
        config.as_map().set(name, setting);
      map.set("config", std::move(config));
    } else {
      map.set(key, value);
    }
  }
  return made;
}

std::unordered_map<std::string, VersionedModel> find_versions(State& state) {
  std::unordered_map<std::string, VersionedModel> made;
  std::unordered_map<std::string, bool> stems;
  for (const ProjectFile& file : state.files) {
    if (file.kind == FileKind::Model) {
      std::string_view name = file.path;
      size_t slash = name.rfind('/');
      std::string stem(slash == std::string_view::npos ? name : name.substr(slash + 1));
      stems[state.project_of(file).name + "." + stem.substr(0, stem.rfind('.'))] = true;
    }
  }
  for (size_t i = 0; i < state.entries.size(); ++i) {
    const Entry& entry = state.entries[i];
    const Data* versions = entry.data.get("versions");
    if (entry.section != "models" || versions == nullptr || !versions->is_list())
      continue;
    const std::string& package = state.project_of(state.files[entry.file]).name;
    std::string latest = python_str(latest_version(entry.data));
    for (const Data& item : versions->as_list()) {
      const Data* v = item.get("v");
      if (v == nullptr || v->is_null()) {
        report_versions(state, entry,
                        fmt::format("a version of model `{}` has no `v`", entry.name));
        continue;
      }
      std::string number = python_str(*v);
      std::string stem = fmt::format("{}_v{}", entry.name, number);
      if (const Data* defined = item.get("defined_in"); defined != nullptr && !defined->is_null())
        stem = python_str(*defined);
      std::string wanted = stem;
      if (!stems.contains(package + "." + stem) && number == latest)
        stem = entry.name;
      if (!stems.contains(package + "." + stem)) {
        warn_of_missing_file(state, entry, number, wanted);
        continue;
      }
      made[package + "." + stem] = {i, item};
    }
  }
  return made;
}

}  // namespace weft::parse
