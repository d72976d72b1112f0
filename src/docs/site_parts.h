// The JSON texts that the data files of a site hold.
#pragma once

#include <string>
#include <vector>

#include "docs/site_model.h"

namespace weft::docs {

/// Shards of consecutive entries: how many each holds and the hash of its file.
struct ShardIndex {
  std::vector<int64_t> count;
  std::vector<std::string> hash;
};

struct CoreFiles {
  std::string more, search;
};

std::string core_json(const SiteModel& model, const ShardIndex& shards, const CoreFiles& files);
std::string more_json(const SiteModel& model, const ShardIndex& shards);
std::string search_json(const SiteModel& model);

/// The detail of one entry.
std::string detail_json(const SiteModel& model, uint32_t entry);

/// A column as the page lists it: what the catalog says and what is documented, together.
struct ListedColumn {
  std::string_view name, type;
  /// Null when it is not documented.
  const manifest::Column* documented = nullptr;
};
std::vector<ListedColumn> listed_columns(const SiteModel& model, uint32_t entry);

}  // namespace weft::docs
