// PostgreSQL's text forms that have parts: arrays, ranges, intervals, turned into what Python
// shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter::postgres {

/// How json.dumps writes the elements of an array.
enum class ElementKind : uint8_t { Integer, Float, Boolean, Json, Interval, DateTime, Text };

/// "{1,NULL,{2}}" as JSON "[1, null, [2]]"; nothing when the text is no array.
std::optional<std::string> array_to_json(std::string_view text, ElementKind kind);

/// str() of the timedelta that psycopg2 makes: "1 day, 2:03:04", months as 30 days. Nothing for
/// forms that are not of the style "postgres".
std::optional<std::string> interval_text(std::string_view text);

/// str() of psycopg2's Range: "[1, 10)", "(None, 5)", "empty".
std::string range_text(std::string_view text);

/// The document with Python's separators and escapes; nothing when it cannot be read.
std::optional<std::string> json_as_python(std::string_view text);

}  // namespace weft::adapter::postgres
