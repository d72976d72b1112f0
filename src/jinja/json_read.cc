// json.loads.
#include <limits>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/float_text.h"
#include "jinja/json_values.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

constexpr int kDeepest = 900;
constexpr size_t kMostDigits = 4300;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::variant<Value, JsonFailure> read() {
    if (text_.starts_with("\xef\xbb\xbf")) {
      return JsonFailure{"JSONDecodeError",
                         "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"};
    }
    skip_space();
    Value value;
    if (!read_value(value, 0)) {
      return failure_;
    }
    skip_space();
    if (at_ < text_.size()) {
      fail("Extra data", at_);
      return failure_;
    }
    return value;
  }

 private:
  bool fail(std::string_view what, size_t offset) {
    std::string_view before = text_.substr(0, offset);
    size_t line_begin = before.rfind('\n');
    line_begin = line_begin == std::string_view::npos ? 0 : line_begin + 1;
    size_t lines = 1;
    for (char c : before) {
      lines += c == '\n';
    }
    failure_ = {"JSONDecodeError", fmt::format("{}: line {} column {} (char {})", what, lines,
                                               count_code_points(before.substr(line_begin)) + 1,
                                               count_code_points(before))};
    return false;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool read_value(Value& value, int depth) {
    if (depth > kDeepest) {
      failure_ = {"RecursionError",
                  "maximum recursion depth exceeded while decoding a JSON document"};
      return false;
    }
    switch (peek()) {
      case '"': {
        ++at_;
        std::string text;
        if (!read_text(text)) {
          return false;
        }
        value = Value::string(std::move(text));
        return true;
      }
      case '{':
        return read_object(value, depth);
      case '[':
        return read_array(value, depth);
      default:
        return read_scalar(value);
    }
  }

  bool read_scalar(Value& value) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (take_word("null")) {
      value = Value::none();
    } else if (take_word("true")) {
      value = Value::boolean(true);
    } else if (take_word("false")) {
      value = Value::boolean(false);
    } else if (take_word("NaN")) {
      value = Value::floating(std::numeric_limits<double>::quiet_NaN());
    } else if (take_word("Infinity")) {
      value = Value::floating(kInfinity);
    } else if (take_word("-Infinity")) {
      value = Value::floating(-kInfinity);
    } else {
      return read_number(value);
    }
    return true;
  }

  bool read_number(Value& value) {
    size_t end = at_ + (peek() == '-');
    auto digit_at = [&](size_t i) { return i < text_.size() && is_digit(text_[i]); };
    if (!digit_at(end)) {
      return fail("Expecting value", at_);
    }
    if (text_[end] == '0') {
      ++end;
    } else {
      while (digit_at(end)) {
        ++end;
      }
    }
    size_t whole_end = end;
    if (end < text_.size() && text_[end] == '.' && digit_at(end + 1)) {
      for (++end; digit_at(end);) {
        ++end;
      }
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      size_t digits = end + 1;
      digits += digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-');
      if (digit_at(digits)) {
        for (end = digits; digit_at(end);) {
          ++end;
        }
      }
    }
    std::string_view number = text_.substr(at_, end - at_);
    if (end == whole_end && number.size() - (number[0] == '-') > kMostDigits) {
      failure_ = {
          "ValueError",
          fmt::format("Exceeds the limit ({} digits) for integer string conversion: value "
                      "has {} digits; use sys.set_int_max_str_digits() to increase the limit",
                      kMostDigits, number.size() - (number[0] == '-'))};
      return false;
    }
    at_ = end;
    value =
        end == whole_end ? integer_from_digits(number) : Value::floating(*parse_float_text(number));
    return true;
  }

  /// Four hexadecimal digits; -1 when there are not.
  int32_t take_unit() {
    if (at_ + 4 > text_.size()) {
      return -1;
    }
    int32_t n = 0;
    for (size_t i = 0; i < 4; ++i) {
      char c = text_[at_ + i];
      int digit = is_digit(c)            ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0) {
        return -1;
      }
      n = n * 16 + digit;
    }
    at_ += 4;
    return n;
  }

  bool read_unicode_escape(std::string& out, size_t escape) {
    int32_t unit = take_unit();
    if (unit < 0) {
      return fail("Invalid \\uXXXX escape", escape + 1);
    }
    auto c = static_cast<char32_t>(unit);
    if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
      size_t before = at_;
      at_ += 2;
      int32_t low = take_unit();
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + static_cast<char32_t>(low - 0xdc00);
      } else {
        at_ = before;
      }
    }
    append_code_point(out, c);
    return true;
  }

  bool read_text(std::string& out) {
    size_t begin = at_ - 1;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        return fail("Invalid control character at", at_);
      }
      if (c != '\\') {
        out += c;
        ++at_;
        continue;
      }
      size_t escape = at_++;
      if (at_ >= text_.size()) {
        break;
      }
      char code = text_[at_++];
      constexpr std::string_view kCodes = "\"\\/bfnrt", kMeans = "\"\\/\b\f\n\r\t";
      if (code == 'u') {
        if (!read_unicode_escape(out, escape)) {
          return false;
        }
      } else if (size_t known = kCodes.find(code); known != std::string_view::npos) {
        out += kMeans[known];
      } else {
        return fail("Invalid \\escape", escape);
      }
    }
    return fail("Unterminated string starting at", begin);
  }

  bool read_array(Value& value, int depth) {
    ++at_;
    std::vector<Value> items;
    skip_space();
    if (peek() == ']' && at_ < text_.size()) {
      ++at_;
      value = Value::list();
      return true;
    }
    while (true) {
      Value item;
      if (!read_value(item, depth + 1)) {
        return false;
      }
      items.push_back(std::move(item));
      skip_space();
      if (peek() == ']') {
        ++at_;
        value = Value::list(std::move(items));
        return true;
      }
      if (peek() != ',') {
        return fail("Expecting ',' delimiter", at_);
      }
      ++at_;
      skip_space();
    }
  }

  bool read_object(Value& value, int depth) {
    ++at_;
    value = Value::dict();
    skip_space();
    if (peek() == '}') {
      ++at_;
      return true;
    }
    while (true) {
      if (peek() != '"') {
        return fail("Expecting property name enclosed in double quotes", at_);
      }
      ++at_;
      std::string key;
      if (!read_text(key)) {
        return false;
      }
      skip_space();
      if (peek() != ':') {
        return fail("Expecting ':' delimiter", at_);
      }
      ++at_;
      skip_space();
      Value item;
      if (!read_value(item, depth + 1)) {
        return false;
      }
      value.set_item(key, std::move(item));
      skip_space();
      if (peek() == '}') {
        ++at_;
        return true;
      }
      if (peek() != ',') {
        return fail("Expecting ',' delimiter", at_);
      }
      ++at_;
      skip_space();
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  JsonFailure failure_;
};

}  // namespace

std::variant<Value, JsonFailure> from_json_text(std::string_view text) {
  return JsonReader(text).read();
}

}  // namespace weft::jinja
