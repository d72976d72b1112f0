#include "adapter/json_check.h"

#include <string>

namespace weft::adapter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  std::optional<base::JsonError> check() {
    bool sound = value();
    while (sound && !open_.empty())
      sound = after_value();
    skip_space();
    if (sound && at_ < text_.size())
      fail("text after the end of the value");
    return error_;
  }

 private:
  bool fail(std::string message) {
    error_ = base::JsonError{at_, std::move(message)};
    return false;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')
      ++at_;
  }
  bool take(char c) {
    skip_space();
    if (peek() != c)
      return false;
    ++at_;
    return true;
  }

  /// A scalar as a whole; of an object or array the part up to its first scalar.
  bool value() {
    for (;;) {
      skip_space();
      if (at_ >= text_.size())
        return fail("the text ends where a value is expected");
      char c = text_[at_];
      if (c != '{' && c != '[')
        return c == '"' ? string() : word() || number();
      ++at_;
      if (take(c == '{' ? '}' : ']'))
        return true;
      open_ += c;
      if (c == '{' && !key())
        return false;
    }
  }

  /// What follows a value inside the innermost open bracket.
  bool after_value() {
    bool in_object = open_.back() == '{';
    if (take(',')) {
      if (in_object && !key())
        return false;
      return value();
    }
    if (!take(in_object ? '}' : ']'))
      return fail(in_object ? "`,` or `}` is expected here" : "`,` or `]` is expected here");
    open_.pop_back();
    return true;
  }

  bool key() {
    skip_space();
    if (peek() != '"')
      return fail("a quoted key is expected here");
    if (!string())
      return false;
    return take(':') || fail("`:` is expected after a key");
  }

  bool word() {
    for (std::string_view known : {"true", "false", "null"}) {
      if (text_.substr(at_, known.size()) == known) {
        at_ += known.size();
        return true;
      }
    }
    return false;
  }

  size_t digits() {
    size_t begin = at_;
    while (is_digit(peek()))
      ++at_;
    return at_ - begin;
  }

  bool number() {
    size_t begin = at_;
    if (peek() == '-')
      ++at_;
    size_t first = at_;
    size_t whole = digits();
    if (whole == 0 || (whole > 1 && text_[first] == '0')) {
      at_ = begin;
      return fail("a value is expected here");
    }
    if (peek() == '.') {
      ++at_;
      if (digits() == 0)
        return fail("a digit is expected after the decimal point");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-')
        ++at_;
      if (digits() == 0)
        return fail("a digit is expected in the exponent");
    }
    return true;
  }

  bool string() {
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20)
        return fail("a control character stands in a string");
      if (c == '\\' && !escape())
        return fail("an unknown escape");
    }
    return fail("a string is not closed");
  }

  /// Leaves the place at the last character of the escape.
  bool escape() {
    char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (kind != 'u') {
      if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos || kind == '\0')
        return false;
      ++at_;
      return true;
    }
    std::string_view hex = text_.substr(at_ + 2, 4);
    for (char c : hex) {
      if (!is_hex(c))
        return false;
    }
    at_ += 5;
    return hex.size() == 4;
  }

  std::string_view text_;
  size_t at_ = 0;
  /// The open brackets, outermost first.
  std::string open_;
  std::optional<base::JsonError> error_;
};

}  // namespace

std::optional<base::JsonError> check_json(std::string_view text) { return Checker(text).check(); }

}  // namespace weft::adapter
