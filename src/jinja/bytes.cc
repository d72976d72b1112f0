#include "jinja/bytes.h"

#include <fmt/format.h>

#include "jinja/ordered_table.h"
#include "jinja/parameters.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

enum class Encoding { Utf8, Latin1, Ascii };

std::optional<Encoding> encoding_named(std::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c != '-' && c != '_' && c != ' ') {
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }
  if (plain == "utf8" || plain == "u8") {
    return Encoding::Utf8;
  }
  if (plain == "latin1" || plain == "iso88591" || plain == "latin") {
    return Encoding::Latin1;
  }
  return plain == "ascii" || plain == "usascii" ? std::optional(Encoding::Ascii) : std::nullopt;
}

bool is_surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

/// What an error handler puts in place of a character; nothing for "strict".
std::optional<std::string> replacement(std::string_view errors, char32_t c) {
  auto code = static_cast<uint32_t>(c);
  if (errors == "ignore") {
    return "";
  }
  if (errors == "replace") {
    return "?";
  }
  if (errors == "xmlcharrefreplace") {
    return fmt::format("&#{};", code);
  }
  if (errors == "backslashreplace") {
    return c < 0x100     ? fmt::format("\\x{:02x}", code)
           : c < 0x10000 ? fmt::format("\\u{:04x}", code)
                         : fmt::format("\\U{:08x}", code);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> BytesObject::item(Interpreter&, const Value& key) {
  if (key.kind() != Kind::Int && !key.is_bool()) {
    return std::nullopt;
  }
  auto size = static_cast<int64_t>(content_.size());
  int64_t index = key.as_int() < 0 ? key.as_int() + size : key.as_int();
  if (index < 0 || index >= size) {
    return std::nullopt;
  }
  return Value::integer(static_cast<unsigned char>(content_[static_cast<size_t>(index)]));
}

std::optional<Value> BytesObject::call_method(Interpreter& interpreter, std::string_view name,
                                              const Arguments& arguments) {
  if (name == "decode") {
    bind<2>(interpreter, "decode", arguments, {"encoding", "errors"}, 0);
    for (size_t at = 0; at < content_.size();) {
      size_t size = code_point_size(content_, at);
      if (size == 1 && static_cast<unsigned char>(content_[at]) >= 0x80) {
        interpreter.raise("UnicodeDecodeError",
                          fmt::format("'utf-8' codec can't decode byte {:#04x} in position {}: "
                                      "invalid start byte",
                                      static_cast<unsigned char>(content_[at]), at));
      }
      at += size;
    }
    return Value::string(std::string_view(content_));
  }
  if (name == "hex") {
    expect_count(interpreter, "hex", arguments, 0, 0);
    std::string out;
    for (char c : content_) {
      out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return Value::string(std::move(out));
  }
  return std::nullopt;
}

std::optional<std::vector<Value>> BytesObject::iterate(Interpreter&) {
  std::vector<Value> items;
  for (char c : content_) {
    items.push_back(Value::integer(static_cast<unsigned char>(c)));
  }
  return items;
}

std::string BytesObject::repr() const {
  bool has_single = content_.find('\'') != std::string::npos;
  char quote = has_single && content_.find('"') == std::string::npos ? '"' : '\'';
  std::string out = "b";
  out += quote;
  for (char c : content_) {
    auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out += quote;
}

bool BytesObject::equals(const Object& other) const {
  const auto* bytes = dynamic_cast<const BytesObject*>(&other);
  return bytes && bytes->content_ == content_;
}

size_t BytesObject::hash() const { return hash_text(content_); }

Value encode_text(Interpreter& interpreter, std::string_view text, std::string_view encoding,
                  std::string_view errors) {
  std::optional<Encoding> target = encoding_named(encoding);
  if (!target) {
    interpreter.raise("LookupError", fmt::format("unknown encoding: {}", encoding));
  }
  std::string out;
  size_t position = 0;
  for (size_t at = 0; at < text.size(); ++position) {
    size_t begin = at;
    char32_t c = next_code_point(text, at);
    bool fits = *target == Encoding::Utf8     ? !is_surrogate(c)
                : *target == Encoding::Latin1 ? c < 0x100
                                              : c < 0x80;
    if (fits) {
      out += *target == Encoding::Utf8 ? std::string(text.substr(begin, at - begin))
                                       : std::string(1, static_cast<char>(c));
      continue;
    }
    std::optional<std::string> instead = replacement(errors, c);
    if (!instead) {
      std::string_view codec = *target == Encoding::Utf8     ? "utf-8"
                               : *target == Encoding::Latin1 ? "latin-1"
                                                             : "ascii";
      // Python writes the character as an escape, whatever it is.
      std::string quoted = c > 0xffff ? fmt::format("'\\U{:08x}'", static_cast<uint32_t>(c))
                           : c > 0xff ? fmt::format("'\\u{:04x}'", static_cast<uint32_t>(c))
                                      : fmt::format("'\\x{:02x}'", static_cast<uint32_t>(c));
      interpreter.raise("UnicodeEncodeError",
                        fmt::format("'{}' codec can't encode character {} in position {}: {}",
                                    codec, quoted, position,
                                    *target == Encoding::Utf8     ? "surrogates not allowed"
                                    : *target == Encoding::Latin1 ? "ordinal not in range(256)"
                                                                  : "ordinal not in range(128)"));
    }
    out += *instead;
  }
  return Value::object(new BytesObject(std::move(out)));
}

}  // namespace weft::jinja
