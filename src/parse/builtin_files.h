// The macro files of src/builtin/macros, embedded when weft is built.
#pragma once

#include <span>
#include <string_view>

namespace weft::parse {

struct BuiltinFile {
  /// "dbt" or "dbt_postgres"
  std::string_view package;
  std::string_view path;
  std::string_view text;
};

std::span<const BuiltinFile> builtin_files();

}  // namespace weft::parse
