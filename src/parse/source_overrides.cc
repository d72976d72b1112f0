// `overrides:` of a source: its settings replace those of the same source of a package.
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/strings.h"
#include "parse/checks.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;

/// The package and the name of the source that is overridden.
using Key = std::pair<std::string, std::string>;

struct Override {
  size_t entry = 0;
  bool is_used = false;
  std::set<std::string> used_tables;
};

std::string name_of(const Data& table) {
  const Data* name = table.get("name");
  return name == nullptr ? "" : python_str(*name);
}

const base::DataList& tables_of(const Data& source) {
  static const base::DataList kNone;
  const Data* tables = source.get("tables");
  return tables != nullptr && tables->is_list() ? tables->as_list() : kNone;
}

class Overrider {
 public:
  explicit Overrider(State& state) : state_(state) {}

  void run() {
    for (size_t i = 0; i < state_.entries.size(); ++i)
      collect(i);
    if (overrides_.empty())
      return;
    for (Entry& entry : state_.entries) {
      if (entry.section == "sources")
        apply(entry);
    }
    warn_unused();
  }

 private:
  const std::string& path_of(const Entry& entry) const {
    return state_.files[entry.file].original_file_path;
  }

  void collect(size_t index) {
    Entry& entry = state_.entries[index];
    const Data* package = entry.section == "sources" ? entry.data.get("overrides") : nullptr;
    if (package == nullptr || package->is_null())
      return;
    // It describes the source of another package, and none of its own.
    entry.section = "source_overrides";
    entry.is_used = true;
    warn(entry);
    auto [place, is_new] =
        overrides_.emplace(Key{python_str(*package), entry.name}, Override{index, false, {}});
    if (!is_new)
      report_double(state_.entries[place->second.entry], entry, place->first);
  }

  void warn(const Entry& entry) {
    diag::Diagnostic d;
    d.code = diag::Code::SourceOverride;
    d.message = fmt::format("`overrides` of source `{}` is on its way out", entry.name);
    d.span = entry.node->span;
    d.hint = "describe the source under another name, and disable the package's with `enabled`";
    d.legacy_text = fmt::format(
        "The source property `overrides` is deprecated but was found on source `{}` in file `{}`. "
        "Instead, `enabled` should be used to disable the unwanted source.",
        entry.name, path_of(entry));
    d.event_data.set("source_name", Data(entry.name));
    d.event_data.set("file", Data(path_of(entry)));
    state_.report(std::move(d));
  }

  void report_double(const Entry& first, const Entry& second, const Key& key) {
    diag::Diagnostic d;
    d.code = diag::Code::DuplicatePatch;
    d.message =
        fmt::format("source `{}` of package `{}` is overridden twice", key.second, key.first);
    d.span = second.node->span;
    d.labels.push_back({first.node->span, "overridden here before"});
    d.hint = "merge the two entries or remove one";
    bool is_same = path_of(first) == path_of(second);
    std::string name = key.first + "." + key.second;
    std::string fix =
        is_same
            ? fmt::format("remove one of the sources entries for {} in this file:\n   - {}", name,
                          path_of(first))
            : fmt::format("remove the sources entry for {} in one of these files:\n   - {}\n  {}",
                          name, path_of(first), path_of(second));
    d.legacy_text = fmt::format(
        "Compilation Error\n  dbt found two schema.yml entries for the same source named {} in "
        "package {}. Sources may only be overridden a single time. To fix this, {}",
        key.second, key.first, fix);
    state_.report(std::move(d));
  }

  void apply(Entry& entry) {
    const std::string& package = state_.project_of(state_.files[entry.file]).name;
    auto found = overrides_.find(Key{package, entry.name});
    if (found == overrides_.end() || !entry.data.is_map())
      return;
    Override& override = found->second;
    override.is_used = true;
    const Data& given = state_.entries[override.entry].data;
    for (const auto& [key, value] : given.as_map()) {
      if (key != "name" && key != "overrides" && key != "tables")
        entry.data.as_map().set(key, value);
    }
    Data* tables = entry.data.as_map().find("tables");
    if (tables == nullptr || !tables->is_list())
      return;
    for (Data& table : tables->as_list())
      apply_table(table, given, override);
  }

  static void apply_table(Data& table, const Data& given, Override& override) {
    if (!table.is_map())
      return;
    std::string name = name_of(table);
    for (const Data& patch : tables_of(given)) {
      if (!patch.is_map() || name_of(patch) != name)
        continue;
      override.used_tables.insert(name);
      for (const auto& [key, value] : patch.as_map())
        table.as_map().set(key, value);
    }
  }

  void warn_unused() {
    std::vector<std::string> lines;
    diag::Span span;
    for (const auto& [key, override] : overrides_) {
      const Entry& entry = state_.entries[override.entry];
      std::string name = key.first + "." + key.second;
      size_t before = lines.size();
      if (!override.is_used) {
        lines.push_back(fmt::format("  - Source {} (in {})", name, path_of(entry)));
      } else {
        for (const Data& table : tables_of(entry.data)) {
          if (!override.used_tables.contains(name_of(table))) {
            lines.push_back(fmt::format("  - Source table {}.{} (in {})", name, name_of(table),
                                        path_of(entry)));
          }
        }
      }
      if (before == 0 && !lines.empty())
        span = entry.node->span;
    }
    if (lines.empty())
      return;
    diag::Diagnostic d;
    d.code = diag::Code::SourceOverrideUnused;
    d.message = "a source overrides one that the package does not have";
    d.span = span;
    d.hint = "check the names of the package, the source and its tables";
    d.legacy_text = "During parsing, dbt encountered source overrides that had no target:";
    base::DataList names;
    for (const std::string& line : lines) {
      d.legacy_text += "\n" + line;
      names.emplace_back(line);
    }
    d.event_data.set("unused_tables", Data(std::move(names)));
    state_.report(std::move(d));
  }

  State& state_;
  std::map<Key, Override> overrides_;
};

}  // namespace

void apply_source_overrides(State& state) { Overrider(state).run(); }

}  // namespace weft::parse
