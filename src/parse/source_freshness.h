// When the rows of a source count as stale, and how their age is found: settings of the source, its
// `config`, the table and its `config`, the later over the earlier.
#pragma once

#include "base/data.h"
#include "diag/diagnostic.h"
#include "manifest/manifest.h"

namespace weft::parse {

/// Settings of the properties file. Nothing when they are switched off by `freshness: null`;
/// thresholds that are not set when the file says nothing.
std::optional<manifest::Freshness> merged_freshness(const base::Data& source,
                                                    const base::Data& table);

/// A `freshness` mapping of dbt_project.yml or of a configuration; nothing for null.
std::optional<manifest::Freshness> read_freshness(const base::Data& given);

/// The mapping as configurations and artifacts hold it.
base::Data freshness_data(const std::optional<manifest::Freshness>& freshness);

/// Fills loaded_at_field and loaded_at_query. The error: both are given at one level.
diag::Status read_loaded_at(const base::Data& source, const base::Data& table,
                            manifest::SourceFields& fields);

}  // namespace weft::parse
