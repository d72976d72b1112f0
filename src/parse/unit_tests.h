// Unit tests as rows: what the properties files say with the rows of fixtures and seeds put in.
#pragma once

#include <string>
#include <string_view>

#include "base/data.h"
#include "manifest/manifest.h"

namespace weft::parse {

/// Rows of a CSV text as csv.DictReader reads them: maps of texts, null for missing fields, and for
/// empty ones with `empty_is_null`. Fields beyond the header are dropped. `problem` receives what
/// is wrong with the text.
base::DataList read_csv_rows(std::string_view text, bool empty_is_null, std::string& problem);

/// dbt's checksum of a unit test, for state comparison.
std::string unit_test_checksum(const manifest::UnitTestFields& fields, bool has_overrides);

}  // namespace weft::parse
