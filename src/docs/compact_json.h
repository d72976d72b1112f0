// JSON text without white space, for the data files of the site.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::docs {

/// Appends JSON and keeps track of commas. Strings that are no UTF-8 get U+FFFD for each bad byte.
class CompactJson {
 public:
  void open(char bracket);
  void close(char bracket);
  void key(std::string_view name);
  void text(std::string_view value);
  void number(int64_t value);
  void real(double value);
  void null();
  /// A value that is such JSON already.
  void raw(std::string_view json);

  template <typename Numbers>
  void numbers(const Numbers& values) {
    open('[');
    for (const auto& v : values)
      number(static_cast<int64_t>(v));
    close(']');
  }
  template <typename Texts>
  void texts(const Texts& values) {
    open('[');
    for (const auto& v : values)
      text(v);
    close(']');
  }
  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  /// Left out when empty.
  void optional_member(std::string_view name, std::string_view value) {
    if (!value.empty())
      member(name, value);
  }

  const std::string& str() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void separate();

  std::string out_;
  bool need_comma_ = false;
};

}  // namespace weft::docs
