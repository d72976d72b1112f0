#include "parse/versions.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include <fmt/format.h>

#include "base/paths.h"
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

/// Numbers by value; as texts when one of the two is no number.
bool is_lower(const Data& a, const Data& b) {
  std::optional<double> left = as_number(a), right = as_number(b);
  return left && right ? *left < *right : python_str(a) < python_str(b);
}

void report_versions(State& state, const Entry& entry, std::string message,
                     const std::string& sentence) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::VersionInvalid;
  diagnostic.span = entry.node->span;
  diagnostic.legacy_text = "Parsing Error\n  " + sentence;
  diagnostic.message = std::move(message);
  state.report(std::move(diagnostic));
}

/// A version without a file is left out, as any entry that describes nothing.
void warn_missing_file(State& state, const Entry& entry, const std::string& number,
                       const std::string& stem) {
  diag::Diagnostic warning;
  warning.code = diag::Code::UnknownPatchTarget;
  warning.message = fmt::format("version {} of model `{}` has no file: `{}.sql` is missing", number,
                                entry.name, stem);
  warning.span = entry.node->span;
  warning.hint = "add the file, or name another one with `defined_in`";
  warning.legacy_text = fmt::format(
      "Did not find matching node for patch with name '{}' in the '{}' section of file '{}'", stem,
      entry.section, state.files[entry.file].original_file_path);
  warning.event_data.set("patch_name", Data(stem));
  warning.event_data.set("yaml_key", Data(entry.section));
  warning.event_data.set("file_path", Data(state.files[entry.file].original_file_path));
  state.report(std::move(warning));
}

/// False when the versions contradict each other; that is reported.
bool check_versions(State& state, const Entry& entry, const DataList& versions) {
  std::vector<std::string> seen;
  for (const Data& item : versions) {
    const Data* v = item.get("v");
    if (v == nullptr || v->is_null()) {
      std::string message = fmt::format("a version of model `{}` has no `v`", entry.name);
      report_versions(state, entry, message, message);
      return false;
    }
    std::string number = python_str(*v);
    if (std::find(seen.begin(), seen.end(), number) != seen.end()) {
      report_versions(state, entry,
                      fmt::format("model `{}` has version `{}` twice", entry.name, number),
                      fmt::format("Found duplicate version: '{}' in versions list of model '{}'",
                                  number, entry.name));
      return false;
    }
    seen.push_back(std::move(number));
  }
  const Data* latest = entry.data.get("latest_version");
  if (latest != nullptr && latest->truthy() &&
      std::find(seen.begin(), seen.end(), python_str(*latest)) == seen.end()) {
    report_versions(
        state, entry,
        fmt::format("`latest_version` of model `{}` is `{}`, which is none of its versions",
                    entry.name, python_str(*latest)),
        fmt::format("latest_version: {} is not one of model '{}' versions: [{}] ",
                    python_str(*latest), entry.name, base::join(seen, ", ")));
    return false;
  }
  return true;
}

/// Stems of the model files, as "package.stem".
std::unordered_set<std::string> model_stems(const State& state) {
  std::unordered_set<std::string> stems;
  for (const ProjectFile& file : state.files) {
    if (file.kind == FileKind::Model) {
      stems.insert(state.project_of(file).name + "." +
                   std::string(base::stem_of(base::file_name(file.path))));
    }
  }
  return stems;
}

/// The file of one version: what it says, its default name, the bare name for the latest one.
std::string stem_of_version(const Entry& entry, const Data& item, bool is_latest,
                            const std::function<bool(const std::string&)>& exists) {
  const Data* defined = item.get("defined_in");
  std::string stem = defined != nullptr && !defined->is_null()
                         ? python_str(*defined)
                         : fmt::format("{}_v{}", entry.name, python_str(*item.get("v")));
  return !exists(stem) && is_latest && exists(entry.name) ? entry.name : stem;
}

}  // namespace

Data latest_version(const Data& entry) {
  if (const Data* latest = entry.get("latest_version"); latest != nullptr && !latest->is_null())
    return *latest;
  const Data* versions = entry.get("versions");
  Data best;
  if (versions == nullptr || !versions->is_list())
    return best;
  for (const Data& item : versions->as_list()) {
    const Data* v = item.get("v");
    if (v != nullptr && (best.is_null() || is_lower(best, *v)))
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
      const Data* shared = entry.get("config");
      DataMap config = shared != nullptr && shared->is_map() ? shared->as_map() : DataMap{};
      for (const auto& [name, setting] : value.as_map())
        config.set(name, setting);
      map.set("config", Data(std::move(config)));
    } else {
      map.set(key, value);
    }
  }
  return made;
}

std::unordered_map<std::string, VersionedModel> find_versions(State& state) {
  std::unordered_map<std::string, VersionedModel> made;
  std::unordered_set<std::string> stems = model_stems(state);
  for (size_t i = 0; i < state.entries.size(); ++i) {
    Entry& entry = state.entries[i];
    const Data* versions = entry.data.get("versions");
    if (entry.section != "models" || versions == nullptr || !versions->is_list() ||
        versions->as_list().empty())
      continue;
    // Each version without a file is told by itself.
    entry.is_used = true;
    if (!check_versions(state, entry, versions->as_list()))
      continue;
    const std::string& package = state.project_of(state.files[entry.file]).name;
    auto exists = [&](const std::string& stem) { return stems.contains(package + "." + stem); };
    std::string latest = python_str(latest_version(entry.data));
    for (const Data& item : versions->as_list()) {
      std::string number = python_str(*item.get("v"));
      std::string stem = stem_of_version(entry, item, number == latest, exists);
      if (exists(stem))
        made[package + "." + stem] = {i, item};
      else
        warn_missing_file(state, entry, number, stem);
    }
  }
  return made;
}

}  // namespace weft::parse
