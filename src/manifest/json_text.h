// JsonText: JSON appended to one string, as Python's json.dump spells it. Faster than
// base::JsonWriter where a hundred megabytes of short members are written.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/data.h"
#include "manifest/manifest.h"

namespace weft::manifest {

/// An emitter as node_fields.h wants it. The string must outlive it.
class JsonText {
 public:
  /// With `goes_on`, members stand before the first one already.
  explicit JsonText(std::string& out, bool goes_on = false) : out_(out), need_comma_(goes_on) {}

  void open_map() { open('{'); }
  void close_map() { close('}'); }
  void open_list() { open('['); }
  void close_list() { close(']'); }

  /// The next member's name, which must need no escapes.
  void key(std::string_view name) {
    // Millions of keys: one append each, of a text that is mostly known when compiling.
    constexpr size_t kUsual = 56;
    if (name.size() > kUsual)
      return long_key(name);
    char text[kUsual + 8] = {',', ' ', '"'};
    std::memcpy(text + 3, name.data(), name.size());
    std::memcpy(text + 3 + name.size(), "\": ", 3);
    size_t skipped = need_comma_ ? 0 : 2;
    out_.append(text + skipped, name.size() + 6 - skipped);
    need_comma_ = false;
  }
  /// The next member's name, whatever it holds.
  void any_key(std::string_view name);

  void null() { raw("null"); }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void integer(int64_t value);
  void real(double value);
  void text(std::string_view value);
  void data(const base::Data& value);
  void map(const base::DataMap& value);
  /// The configuration's JSON, which was made once for all nodes that share it.
  void config(const Config& value) { raw(value.json); }
  /// A value that is JSON already.
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }

 private:
  void separate() {
    if (need_comma_)
      out_ += ", ";
    need_comma_ = true;
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    need_comma_ = false;
  }
  void long_key(std::string_view name);
  void close(char bracket) {
    out_ += bracket;
    need_comma_ = true;
  }

  std::string& out_;
  bool need_comma_;
  /// The last number and its text: rows that were made in one moment follow each other.
  double last_real_ = 0;
  std::string last_real_text_ = "0.0";
};

}  // namespace weft::manifest
