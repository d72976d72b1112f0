// The codes of all messages. Numbers are never reused; the range tells the module.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::diag {

enum class Severity { Error, Warning };

enum class Code : uint16_t {
#define WEFT_CODE(number, name, severity, headline, event, text) name = number,
#include "diag/codes.def"
#undef WEFT_CODE
};

struct CodeInfo {
  uint16_t number;
  /// As written in codes.def.
  std::string_view name;
  Severity severity;
  /// dbt's headline for this kind of error: "Compilation Error", "Parsing Error", ...
  std::string_view headline;
  /// dbt's event class for warnings, empty when there is none; warn_error_options name these.
  std::string_view event;
  /// One sentence for docs/codes.md.
  std::string_view text;
};

/// What codes.def says of the code.
const CodeInfo& code_info(Code code);

}  // namespace weft::diag
