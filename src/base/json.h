// JSON text: a streaming writer (artifacts are never built as one tree) and a reader into Data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/data.h"

namespace weft::base {

/// Appends JSON to a string, keeping track of commas. Separators are those of Python's json.dumps
/// (", " and ": "), non-ASCII is kept as UTF-8 unless `ascii` asks for \u escapes.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, bool ascii = false) : out_(out), ascii_(ascii) {}

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  void null();
  void value(bool b);
  void value(int64_t n);
  void value(double d);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const Data& data);
  /// A value that is JSON text already.
  void raw(std::string_view json);

  /// `key` followed by `value`.
  template <typename T>
  void member(std::string_view name, const T& v) {
    key(name);
    value(v);
  }

 private:
  void separate();

  std::string& out_;
  bool ascii_;
  bool need_comma_ = false;
};

/// Appends `text` as a quoted JSON string.
void append_json_string(std::string& out, std::string_view text, bool ascii = false);

/// The value as JSON on one line, with Python's separators.
std::string to_json(const Data& value, bool ascii = false);

struct JsonError {
  /// Byte offset at which reading failed.
  size_t offset = 0;
  std::string message;
};

/// Reads one JSON document. Duplicate keys: the last wins. Integers beyond 64 bits become floats.
/// Nesting deeper than 500 is an error.
std::variant<Data, JsonError> parse_json(std::string_view text);

}  // namespace weft::base
