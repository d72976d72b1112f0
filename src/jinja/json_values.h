// JSON text of values, exactly as Python's json.dumps and json.loads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "jinja/value.h"

namespace weft::jinja {

struct JsonStyle {
  bool sort_keys = false;
  bool ensure_ascii = true;
  /// What one level of nesting is indented by; nothing for one line.
  std::optional<std::string> indent;
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  /// What a value that JSON lacks becomes; null makes it a failure.
  std::optional<Value> (*fallback)(const Value& value) = nullptr;
};

/// Python's exception for a value or text that cannot be converted.
struct JsonFailure {
  std::string type;
  std::string message;
};

/// A style with this many blanks a level, and no blank behind the comma, as dumps(indent=n) has it.
JsonStyle indented_style(std::string indent);
std::variant<std::string, JsonFailure> to_json_text(const Value& value,
                                                    const JsonStyle& style = {});
/// Ints of any size, NaN and Infinity included. The failure is a JSONDecodeError.
std::variant<Value, JsonFailure> from_json_text(std::string_view text);

}  // namespace weft::jinja
