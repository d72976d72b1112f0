#include "base/json.h"

#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/unicode.h"

namespace weft::base {
namespace {

constexpr int kMaxDepth = 500;

void append_unicode_escape(std::string& out, char32_t c) {
  if (c >= 0x10000) {
    c -= 0x10000;
    append_unicode_escape(out, 0xd800 + (c >> 10));
    append_unicode_escape(out, 0xdc00 + (c & 0x3ff));
    return;
  }
  out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
}

void append_control(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      append_unicode_escape(out, c);
  }
}

void append_float(std::string& out, double d) {
  // Python's spellings; its reader takes them, and so does ours.
  if (std::isnan(d))
    out += "NaN";
  else if (std::isinf(d))
    out += d < 0 ? "-Infinity" : "Infinity";
  else
    out += format_float(d);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::variant<Data, JsonError> read() {
    if (auto bad = find_invalid_utf8(text_))
      return JsonError{*bad, "the text is not UTF-8"};
    if (starts_with(text_, "\xef\xbb\xbf"))
      at_ = 3;
    Data value;
    if (!read_value(value, 0))
      return error_;
    skip_space();
    if (at_ < text_.size()) {
      fail("text after the end of the value");
      return error_;
    }
    return value;
  }

 private:
  bool fail(std::string message) {
    error_ = {at_, std::move(message)};
    return false;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word)
      return false;
    at_ += word.size();
    return true;
  }

  bool read_value(Data& value, int depth) {
    if (depth > kMaxDepth)
      return fail(fmt::format("nesting is deeper than {}", kMaxDepth));
    skip_space();
    if (at_ >= text_.size())
      return fail("the text ends where a value is expected");
    switch (text_[at_]) {
      case '{':
        return read_object(value, depth);
      case '[':
        return read_array(value, depth);
      case '"': {
        std::string text;
        if (!read_string(text))
          return false;
        value = Data(std::move(text));
        return true;
      }
      default:
        return read_word(value) || read_number(value);
    }
  }

  bool read_word(Data& value) {
    if (take_word("true"))
      value = Data(true);
    else if (take_word("false"))
      value = Data(false);
    else if (take_word("null"))
      value = Data();
    else if (take_word("NaN"))
      value = Data(std::nan(""));
    else if (take_word("Infinity"))
      value = Data(HUGE_VAL);
    else if (take_word("-Infinity"))
      value = Data(-HUGE_VAL);
    else
      return false;
    return true;
  }

  size_t skip_digits() {
    size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
      ++at_;
    return at_ - begin;
  }

  bool read_number(Data& value) {
    size_t begin = at_;
    bool is_float = false;
    if (at_ < text_.size() && text_[at_] == '-')
      ++at_;
    size_t first = at_;
    size_t whole = skip_digits();
    if (whole == 0 || (whole > 1 && text_[first] == '0')) {
      at_ = begin;
      return fail("a value is expected here");
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      is_float = true;
      if (skip_digits() == 0)
        return fail("a digit is expected after the decimal point");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      is_float = true;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-'))
        ++at_;
      if (skip_digits() == 0)
        return fail("a digit is expected in the exponent");
    }
    std::string_view digits = text_.substr(begin, at_ - begin);
    if (!is_float) {
      if (auto n = parse_int(digits)) {
        value = Data(*n);
        return true;
      }
    }
    value = Data(parse_float(digits).value_or(0));
    return true;
  }

  bool read_array(Data& value, int depth) {
    ++at_;
    DataList items;
    if (!take(']')) {
      do {
        items.emplace_back();
        if (!read_value(items.back(), depth + 1))
          return false;
      } while (take(','));
      if (!take(']'))
        return fail("`,` or `]` is expected here");
    }
    value = Data(std::move(items));
    return true;
  }

  bool read_object(Data& value, int depth) {
    ++at_;
    DataMap map;
    if (!take('}')) {
      do {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != '"')
          return fail("a quoted key is expected here");
        std::string key;
        if (!read_string(key))
          return false;
        if (!take(':'))
          return fail("`:` is expected after a key");
        if (!read_value(map[key], depth + 1))
          return false;
      } while (take(','));
      if (!take('}'))
        return fail("`,` or `}` is expected here");
    }
    value = Data(std::move(map));
    return true;
  }

  bool read_string(std::string& out) {
    ++at_;
    for (;;) {
      size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20)
        ++at_;
      out += text_.substr(begin, at_ - begin);
      if (at_ >= text_.size())
        return fail("a string is not closed");
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      if (text_[at_] != '\\')
        return fail("a control character stands in a string");
      if (!read_escape(out))
        return false;
    }
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (size_t i = kLetters.find(c); i != std::string_view::npos) {
      out += kMeanings[i];
      at_ += 2;
      return true;
    }
    char32_t unit = 0;
    if (c != 'u' || !read_hex(at_ + 2, unit))
      return fail("an unknown escape");
    at_ += 6;
    char32_t low = 0;
    bool is_high = unit >= 0xd800 && unit < 0xdc00;
    if (is_high && text_.substr(at_, 2) == "\\u" && read_hex(at_ + 2, low) && low >= 0xdc00 &&
        low < 0xe000) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      at_ += 6;
    }
    append_utf8(out, unit);
    return true;
  }

  bool read_hex(size_t at, char32_t& value) const {
    if (at + 4 > text_.size())
      return false;
    value = 0;
    for (char c : text_.substr(at, 4)) {
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0)
        return false;
      value = value << 4 | static_cast<char32_t>(digit);
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  JsonError error_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text, bool ascii) {
  out += '"';
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    unsigned char c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
      ++at;
      continue;
    }
    if (c < 0x80) {
      if (c == 0x7f && !ascii) {
        ++at;
        continue;
      }
      out += text.substr(begin, at - begin);
      append_control(out, c);
      begin = ++at;
      continue;
    }
    DecodedChar decoded = decode_utf8(text, at);
    if (ascii || !decoded.valid) {
      out += text.substr(begin, at - begin);
      if (ascii)
        append_unicode_escape(out, decoded.value);
      else
        append_utf8(out, decoded.value);
      begin = at + decoded.length;
    }
    at += decoded.length;
  }
  out += text.substr(begin);
  out += '"';
}

void JsonWriter::separate() {
  if (need_comma_)
    out_ += ", ";
  need_comma_ = true;
}

void JsonWriter::begin_object() {
  separate();
  out_ += '{';
  need_comma_ = false;
}

void JsonWriter::end_object() {
  out_ += '}';
  need_comma_ = true;
}

void JsonWriter::begin_array() {
  separate();
  out_ += '[';
  need_comma_ = false;
}

void JsonWriter::end_array() {
  out_ += ']';
  need_comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name, ascii_);
  out_ += ": ";
  need_comma_ = false;
}

void JsonWriter::null() { raw("null"); }
void JsonWriter::value(bool b) { raw(b ? "true" : "false"); }

void JsonWriter::value(int64_t n) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", n);
}

void JsonWriter::value(double d) {
  separate();
  append_float(out_, d);
}

void JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text, ascii_);
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::value(const Data& data) {
  switch (data.kind()) {
    case Data::Kind::Null:
      return null();
    case Data::Kind::Bool:
      return value(data.as_bool());
    case Data::Kind::Int:
      return value(data.as_int());
    case Data::Kind::Float:
      return value(data.as_float());
    case Data::Kind::String:
      return value(std::string_view(data.as_string()));
    case Data::Kind::List:
      begin_array();
      for (const Data& item : data.as_list())
        value(item);
      return end_array();
    case Data::Kind::Map:
      begin_object();
      for (const DataEntry& entry : data.as_map()) {
        key(entry.key);
        value(entry.value);
      }
      return end_object();
  }
}

std::string to_json(const Data& value, bool ascii) {
  std::string out;
  JsonWriter(out, ascii).value(value);
  return out;
}

std::variant<Data, JsonError> parse_json(std::string_view text) { return Reader(text).read(); }

}  // namespace weft::base
