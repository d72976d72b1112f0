// What a model promises in its properties, in the form in which dbt compares it between runs.
#pragma once

#include <string>
#include <string_view>

#include "manifest/manifest.h"

namespace weft::parse {

/// Checksum of an enforced contract: names, types and constraints of the columns, and for tables
/// the model's own constraints.
std::string contract_checksum(const manifest::Node& node, std::string_view materialized);

/// A deprecation date as ISO 8601 with an offset; a date alone means its midnight on this machine.
/// Text of any other form stays as it is.
std::string deprecation_date(const std::string& text);

/// `time_spine:` with every key that dbt writes.
base::Data time_spine(const base::Data& given);

}  // namespace weft::parse
