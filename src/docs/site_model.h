// The nodes of a site in their final order, with everything that is looked up while writing it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "docs/docs.h"
#include "docs/layout.h"
#include "manifest/manifest.h"

namespace weft::docs {

/// One node of the site: a row of the manifest's nodes or of its macros. The views stay valid as
/// long as the manifest does.
struct Entry {
  manifest::NodeId node;
  manifest::MacroId macro;
  std::string_view kind, id, name, package, folder, file, description;
};

/// Distinct texts in byte order after a leading "", and the place of each.
struct Dictionary {
  std::vector<std::string> texts;
  std::unordered_map<std::string, int64_t> places;

  int64_t place(std::string_view text) const { return places.at(std::string(text)); }
};

/// What stands in a node's dictionary columns.
struct EntryTexts {
  std::string schema, mat, group, access, file;
  std::vector<std::string> tags;
};

struct SiteModel {
  explicit SiteModel(const SiteInput& from) : input(from) {}

  const SiteInput& input;
  std::vector<Entry> entries;
  /// Entries below this one are the lineage graph.
  size_t lineage = 0;
  std::vector<EntryTexts> texts;
  Dictionary kind, package, folder, file, schema, mat, group, access, tag;
  /// For each entry the entries it depends on, ascending, all in the lineage graph.
  Adjacency parents;
  /// For each entry its tests; for each macro the entries that call it.
  Adjacency tests, used_by;
  std::vector<int> status;
  std::vector<const manifest::RunResult*> results;
  std::vector<const manifest::FreshnessResult*> freshness;
  std::vector<const manifest::CatalogTable*> catalog;
  std::unordered_map<std::string_view, uint32_t> by_id;

  const manifest::Node* node(uint32_t entry) const {
    const manifest::NodeId id = entries[entry].node;
    return id.valid() ? &input.manifest->node(id) : nullptr;
  }
  const manifest::Macro* macro(uint32_t entry) const {
    const manifest::MacroId id = entries[entry].macro;
    return id.valid() ? &input.manifest->macros[id.index()] : nullptr;
  }
};

/// The numbers of FORMAT.md for dbt's words of a result; 0 for words that say nothing of the
/// outcome.
int status_code(std::string_view status);

/// Collects, sorts and connects. `input` must outlive the model.
SiteModel make_model(const SiteInput& input);

/// Indices of the entries that block A, or B, holds.
struct BlockRange {
  uint32_t first = 0, last = 0;
};

/// A node's own config key as text, "" when there is none.
std::string config_text(const SiteModel& model, uint32_t entry, std::string_view key);

}  // namespace weft::docs
