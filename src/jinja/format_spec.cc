#include "jinja/format_spec.h"

#include <fmt/format.h>

#include "jinja/engine.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

bool is_align(char32_t c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

/// Reads digits; -1 when there are none.
int64_t take_number(Interpreter& interpreter, std::string_view& text) {
  int64_t number = -1;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    number = std::max<int64_t>(number, 0) * 10 + (text[0] - '0');
    if (number > INT32_MAX) {
      interpreter.raise("ValueError", "Too many decimal digits in format string");
    }
    text.remove_prefix(1);
  }
  return number;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

void take_fill_and_align(std::string_view& text, FormatSpec& spec) {
  if (text.empty()) {
    return;
  }
  size_t at = 0;
  char32_t first = next_code_point(text, at);
  size_t behind = at;
  if (at < text.size() && is_align(next_code_point(text, behind))) {
    spec.fill = first;
    spec.has_fill = true;
    spec.align = text[at];
    text.remove_prefix(behind);
  } else if (is_align(first)) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
}

void take_grouping(Interpreter& interpreter, std::string_view& text, FormatSpec& spec) {
  if (take(text, ',')) {
    spec.grouping = ',';
  }
  if (take(text, '_')) {
    if (spec.grouping) {
      interpreter.raise("ValueError", "Cannot specify both ',' and '_'.");
    }
    spec.grouping = '_';
    if (take(text, ',')) {
      interpreter.raise("ValueError", "Cannot specify both ',' and '_'.");
    }
  } else if (spec.grouping && take(text, ',')) {
    interpreter.raise("ValueError", "Cannot specify ',' with ','.");
  }
}

void check_grouping(Interpreter& interpreter, const FormatSpec& spec) {
  if (!spec.grouping || spec.type == 0) {
    return;
  }
  constexpr std::u32string_view kBoth = U"defgEFG%", kUnderscore = U"boxX";
  if (kBoth.find(spec.type) != std::u32string_view::npos ||
      (spec.grouping == '_' && kUnderscore.find(spec.type) != std::u32string_view::npos)) {
    return;
  }
  std::string type;
  append_code_point(type, spec.type);
  interpreter.raise("ValueError",
                    fmt::format("Cannot specify '{}' with '{}'.", spec.grouping, type));
}

/// Digits with a separator between groups, and zeros in front until `width` is reached.
std::string grouped(std::string_view digits, char separator, size_t group, size_t width) {
  std::string reversed;
  size_t count = 0, at = digits.size();
  while (at > 0 || (reversed.size() < width && separator)) {
    if (count > 0 && count % group == 0) {
      reversed += separator;
    }
    reversed += at > 0 ? digits[--at] : '0';
    ++count;
  }
  return {reversed.rbegin(), reversed.rend()};
}

}  // namespace

FormatSpec parse_format_spec(Interpreter& interpreter, std::string_view text,
                             std::string_view type_name, char default_align) {
  FormatSpec spec;
  std::string_view whole = text;
  take_fill_and_align(text, spec);
  if (!text.empty() && (text[0] == '+' || text[0] == '-' || text[0] == ' ')) {
    spec.sign = text[0];
    text.remove_prefix(1);
  }
  spec.coerces_zero = take(text, 'z');
  spec.is_alternate = take(text, '#');
  spec.has_align = spec.align != 0;
  if (text.starts_with('0')) {
    spec.has_zero = true;
  }
  if (!spec.has_fill && take(text, '0')) {
    spec.fill = '0';
    if (!spec.align && default_align == '>') {
      spec.align = '=';
    }
  }
  spec.width = take_number(interpreter, text);
  take_grouping(interpreter, text, spec);
  if (take(text, '.')) {
    spec.precision = take_number(interpreter, text);
    if (spec.precision < 0) {
      interpreter.raise("ValueError", "Format specifier missing precision");
    }
  }
  if (!text.empty()) {
    size_t at = 0;
    spec.type = next_code_point(text, at);
    if (at < text.size()) {
      interpreter.raise(
          "ValueError",
          fmt::format("Invalid format specifier '{}' for object of type '{}'", whole, type_name));
    }
  }
  check_grouping(interpreter, spec);
  if (!spec.align) {
    spec.align = default_align;
  }
  charge_bytes(interpreter, static_cast<uint64_t>(std::max<int64_t>(spec.width, 0)));
  charge_bytes(interpreter, static_cast<uint64_t>(std::max<int64_t>(spec.precision, 0)));
  return spec;
}

std::string pad_text(Interpreter&, const FormatSpec& spec, std::string_view text, size_t length) {
  auto width = static_cast<size_t>(std::max<int64_t>(spec.width, 0));
  size_t room = width > length ? width - length : 0;
  size_t left = spec.align == '<' ? 0 : spec.align == '^' ? room / 2 : room;
  std::string fill, out;
  append_code_point(fill, spec.fill);
  for (size_t i = 0; i < left; ++i) {
    out += fill;
  }
  out += text;
  for (size_t i = left; i < room; ++i) {
    out += fill;
  }
  return out;
}

std::string pad_number(Interpreter& interpreter, const FormatSpec& spec, std::string_view sign,
                       std::string_view prefix, std::string_view digits, std::string_view rest) {
  size_t group =
      spec.type == 'b' || spec.type == 'o' || spec.type == 'x' || spec.type == 'X' ? 4 : 3;
  auto width = static_cast<size_t>(std::max<int64_t>(spec.width, 0));
  size_t around = sign.size() + prefix.size() + count_code_points(rest);
  bool fills_with_zeros = spec.fill == '0' && spec.align == '=';
  std::string body(digits);
  if (spec.grouping) {
    size_t least = fills_with_zeros && width > around ? width - around : 0;
    body = grouped(digits, spec.grouping, group, least);
  }
  if (spec.align != '=') {
    std::string text = fmt::format("{}{}{}{}", sign, prefix, body, rest);
    return pad_text(interpreter, spec, text, count_code_points(text));
  }
  FormatSpec right = spec;
  right.align = '>';
  size_t lead = sign.size() + prefix.size();
  right.width = spec.width - static_cast<int64_t>(lead);
  body += rest;
  return fmt::format("{}{}{}", sign, prefix,
                     pad_text(interpreter, right, body, count_code_points(body)));
}

}  // namespace weft::jinja
