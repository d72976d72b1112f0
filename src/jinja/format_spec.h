// The format mini-language: [[fill]align][sign][z][#][0][width][grouping][.precision][type].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jinja/interpreter.h"

namespace weft::jinja {

struct FormatSpec {
  char32_t fill = ' ';
  /// One of < > = ^, or 0 when not given.
  char align = 0;
  char sign = 0;
  bool coerces_zero = false;
  bool is_alternate = false;
  bool has_fill = false;
  /// An alignment, or the 0 before the width, was written.
  bool has_align = false;
  bool has_zero = false;
  int64_t width = -1;
  /// ',' or '_' or 0.
  char grouping = 0;
  int64_t precision = -1;
  char32_t type = 0;
};

/// Raises ValueError for a malformed specification; `type_name` is for its message.
FormatSpec parse_format_spec(Interpreter& interpreter, std::string_view text,
                             std::string_view type_name, char default_align);
/// A text of `length` code points padded to the width.
std::string pad_text(Interpreter& interpreter, const FormatSpec& spec, std::string_view text,
                     size_t length);
/// A number: `sign` and `prefix` ("0x") before the digits, `rest` (".5e+3", "%") behind them.
std::string pad_number(Interpreter& interpreter, const FormatSpec& spec, std::string_view sign,
                       std::string_view prefix, std::string_view digits, std::string_view rest);

}  // namespace weft::jinja
