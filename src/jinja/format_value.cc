// format(value, spec) by type.
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/datetime.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/float_text.h"
#include "jinja/format_spec.h"
#include "jinja/formatting.h"
#include "jinja/ops.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

[[noreturn]] void unknown_code(Interpreter& interpreter, const FormatSpec& spec,
                               std::string_view type_name) {
  std::string code;
  if (spec.type > 32 && spec.type < 128) {
    append_code_point(code, spec.type);
  } else {
    code = fmt::format("\\x{:x}", static_cast<uint32_t>(spec.type));
  }
  interpreter.raise("ValueError", fmt::format("Unknown format code '{}' for object of type '{}'",
                                              code, type_name));
}

std::string_view sign_text(const FormatSpec& spec, bool is_negative) {
  return is_negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
}

std::string upper_ascii(std::string text) {
  for (char& c : text) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return text;
}

std::string format_text(Interpreter& interpreter, const Value& value, std::string_view text) {
  FormatSpec spec = parse_format_spec(interpreter, text, "str", '<');
  if (spec.type != 0 && spec.type != 's') {
    unknown_code(interpreter, spec, "str");
  }
  if (spec.sign) {
    interpreter.raise("ValueError", spec.sign == ' '
                                        ? "Space not allowed in string format specifier"
                                        : "Sign not allowed in string format specifier");
  }
  if (spec.coerces_zero) {
    interpreter.raise("ValueError",
                      "Negative zero coercion (z) not allowed in string format specifier");
  }
  if (spec.is_alternate) {
    interpreter.raise("ValueError", "Alternate form (#) not allowed in string format specifier");
  }
  if (spec.align == '=') {
    interpreter.raise("ValueError", "'=' alignment not allowed in string format specifier");
  }
  if (spec.grouping) {
    interpreter.raise("ValueError", fmt::format("Cannot specify '{}' with 's'.", spec.grouping));
  }
  std::string_view content = value.as_string();
  size_t length = value.text_length();
  if (spec.precision >= 0 && static_cast<size_t>(spec.precision) < length) {
    length = static_cast<size_t>(spec.precision);
    content = content.substr(0, byte_offset(content, length));
  }
  return pad_text(interpreter, spec, content, length);
}

/// Digits of a float in a presentation type, without sign.
std::string float_body(const FormatSpec& spec, double d) {
  auto precision = static_cast<int>(spec.precision < 0 ? 6 : spec.precision);
  switch (spec.type) {
    case 'e':
    case 'E':
      return float_scientific(d, precision, spec.is_alternate);
    case 'f':
    case 'F':
      return float_fixed(d, precision, spec.is_alternate);
    case '%':
      return float_fixed(d * 100, precision, spec.is_alternate) + "%";
    case 'g':
    case 'G':
    case 'n':
      return float_general(d, precision, spec.is_alternate);
    default:
      break;
  }
  if (spec.precision < 0) {
    return float_repr(std::abs(d));
  }
  // As 'g', but with one digit fewer before an exponent and always a digit behind the point.
  precision = std::max(precision, 1);
  std::string text = float_scientific(d, precision - 1);
  int exponent = std::stoi(text.substr(text.find('e') + 1));
  if (exponent >= -4 && exponent < precision - 1) {
    text = float_general(d, precision, spec.is_alternate);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  std::string mantissa = text.substr(0, text.find('e'));
  if (!spec.is_alternate && mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') {
      mantissa.pop_back();
    }
  }
  if (spec.is_alternate && mantissa.find('.') == std::string::npos) {
    mantissa += '.';
  }
  return mantissa + text.substr(text.find('e'));
}

std::string format_double(Interpreter& interpreter, const FormatSpec& given, double d) {
  FormatSpec spec = given;
  std::string body;
  bool is_negative = std::signbit(d) && !std::isnan(d);
  if (std::isfinite(d)) {
    body = float_body(spec, d);
    if (spec.coerces_zero && is_negative &&
        body.substr(0, body.find('e')).find_first_of("123456789") == std::string::npos) {
      is_negative = false;
    }
  } else {
    body = std::isnan(d) ? "nan" : "inf";
    body += spec.type == '%' ? "%" : "";
  }
  if (spec.type == 'E' || spec.type == 'F' || spec.type == 'G') {
    body = upper_ascii(body);
  }
  size_t digits = body.find_first_not_of("0123456789");
  digits = std::min(digits, body.size());
  if (!std::isfinite(d)) {
    spec.grouping = 0;
    digits = body.size();
  }
  return pad_number(interpreter, spec, sign_text(spec, is_negative), "", body.substr(0, digits),
                    body.substr(digits));
}

bool is_float_type(char32_t type) {
  return type == 'e' || type == 'E' || type == 'f' || type == 'F' || type == 'g' || type == 'G' ||
         type == '%';
}

std::string format_float(Interpreter& interpreter, double d, std::string_view text) {
  FormatSpec spec = parse_format_spec(interpreter, text, "float", '>');
  if (spec.type != 0 && spec.type != 'n' && !is_float_type(spec.type)) {
    unknown_code(interpreter, spec, "float");
  }
  return format_double(interpreter, spec, d);
}

std::string format_character(Interpreter& interpreter, const Value& value, const FormatSpec& spec) {
  if (spec.sign) {
    interpreter.raise("ValueError", "Sign not allowed with integer format specifier 'c'");
  }
  if (spec.is_alternate) {
    interpreter.raise("ValueError",
                      "Alternate form (#) not allowed with integer format specifier 'c'");
  }
  std::optional<int64_t> code = integer_to_int64(value);
  if (!code || *code < 0 || *code > 0x10ffff) {
    interpreter.raise("OverflowError", "%c arg not in range(0x110000)");
  }
  std::string text;
  append_code_point(text, static_cast<char32_t>(*code));
  FormatSpec padded = spec;
  padded.align = spec.align == '=' ? '>' : spec.align;
  return pad_text(interpreter, padded, text, 1);
}

std::string format_integer(Interpreter& interpreter, const Value& value, std::string_view text) {
  std::string_view type_name = value.is_bool() ? "bool" : "int";
  FormatSpec spec = parse_format_spec(interpreter, text, type_name, '>');
  if (is_float_type(spec.type)) {
    double d = integer_to_double(value);
    if (std::isinf(d)) {
      interpreter.raise("OverflowError", "int too large to convert to float");
    }
    return format_double(interpreter, spec, d);
  }
  if (spec.precision >= 0) {
    interpreter.raise("ValueError", "Precision not allowed in integer format specifier");
  }
  if (spec.coerces_zero) {
    interpreter.raise("ValueError",
                      "Negative zero coercion (z) not allowed in integer format specifier");
  }
  int base = 10;
  std::string prefix;
  switch (spec.type) {
    case 'c':
      return format_character(interpreter, value, spec);
    case 'b':
      base = 2;
      prefix = "0b";
      break;
    case 'o':
      base = 8;
      prefix = "0o";
      break;
    case 'x':
    case 'X':
      base = 16;
      prefix = spec.type == 'x' ? "0x" : "0X";
      break;
    case 0:
    case 'd':
    case 'n':
      break;
    default:
      unknown_code(interpreter, spec, type_name);
  }
  std::string digits = base == 10 ? str_text_of(interpreter, integer_add(value, Value::integer(0)))
                                  : integer_digits(value, base);
  bool is_negative = digits[0] == '-';
  digits.erase(0, is_negative ? 1 : 0);
  if (spec.type == 'X') {
    digits = upper_ascii(digits);
  }
  return pad_number(interpreter, spec, sign_text(spec, is_negative),
                    spec.is_alternate ? std::string_view(prefix) : "", digits, "");
}

/// Digits of a Decimal in a presentation type, without sign.
std::string decimal_body(Interpreter& interpreter, const FormatSpec& spec, const Value& value) {
  auto lower = static_cast<char>(spec.type | 0x20);
  Value number = decimal_absolute(value);
  DecimalParts parts = decimal_parts(value);
  auto rounded = [&](int64_t exponent) {
    DecimalParts result = parts;
    if (exponent <= parts.exponent) {
      result.digits += std::string(static_cast<size_t>(parts.exponent - exponent), '0');
      result.exponent = exponent;
      return result;
    }
    auto dropped = static_cast<size_t>(exponent - parts.exponent);
    std::string all =
        std::string(dropped > parts.digits.size() ? dropped - parts.digits.size() + 1 : 0, '0') +
        parts.digits;
    std::string kept = all.substr(0, all.size() - dropped), lost = all.substr(all.size() - dropped);
    std::string half = "5" + std::string(dropped - 1, '0');
    Value whole = integer_from_digits(kept.empty() ? "0" : kept);
    bool is_odd = !kept.empty() && (kept.back() - '0') % 2 == 1;
    if (lost > half || (lost == half && is_odd)) {
      whole = integer_add(whole, Value::integer(1));
    }
    result.digits = integer_digits(whole);
    result.exponent = exponent;
    return result;
  };
  auto plain = [](const DecimalParts& p) {
    std::string digits = p.digits;
    if (p.exponent >= 0) {
      return digits == "0" ? digits : digits + std::string(static_cast<size_t>(p.exponent), '0');
    }
    auto places = static_cast<size_t>(-p.exponent);
    if (digits.size() <= places) {
      digits.insert(0, places - digits.size() + 1, '0');
    }
    return digits.insert(digits.size() - places, ".");
  };
  if (spec.type == 0 && spec.precision < 0) {
    std::string text = decimal_text(value);
    return text[0] == '-' ? text.substr(1) : text;
  }
  int64_t adjusted = parts.exponent + static_cast<int64_t>(parts.digits.size()) - 1;
  if (lower == 'f' || spec.type == '%') {
    if (spec.type == '%') {
      parts.exponent += 2;
    }
    int64_t places = spec.precision >= 0 ? spec.precision : std::max<int64_t>(-parts.exponent, 0);
    charge_bytes(interpreter, static_cast<uint64_t>(std::abs(parts.exponent)));
    return plain(rounded(-places)) + (spec.type == '%' ? "%" : "");
  }
  auto scientific = [&](DecimalParts p) {
    int64_t exponent = p.exponent + static_cast<int64_t>(p.digits.size()) - 1;
    std::string text = p.digits.substr(0, 1);
    if (p.digits.size() > 1) {
      text += "." + p.digits.substr(1);
    }
    return fmt::format("{}{}{:+d}", text, spec.type == 'e' || spec.type == 'g' ? 'e' : 'E',
                       exponent);
  };
  if (lower == 'e') {
    int64_t places =
        spec.precision >= 0 ? spec.precision : static_cast<int64_t>(parts.digits.size()) - 1;
    DecimalParts p = rounded(adjusted - places);
    if (static_cast<int64_t>(p.digits.size()) > places + 1) {
      p = {p.is_negative, p.digits.substr(0, p.digits.size() - 1), p.exponent + 1};
    }
    return scientific(p);
  }
  int64_t digits = spec.precision < 0 ? static_cast<int64_t>(parts.digits.size())
                                      : std::max<int64_t>(spec.precision, 1);
  DecimalParts p =
      static_cast<int64_t>(parts.digits.size()) > digits ? rounded(adjusted - digits + 1) : parts;
  if (static_cast<int64_t>(p.digits.size()) > digits) {
    p = {p.is_negative, p.digits.substr(0, p.digits.size() - 1), p.exponent + 1};
  }
  int64_t exponent = p.exponent + static_cast<int64_t>(p.digits.size()) - 1;
  return p.exponent <= 0 && exponent >= -6 ? plain(p) : scientific(p);
}

std::string format_decimal(Interpreter& interpreter, const Value& value, std::string_view text) {
  FormatSpec spec = parse_format_spec(interpreter, text, "decimal.Decimal", '>');
  if (spec.type == 'n') {
    spec.type = 'g';
  }
  bool is_malformed = (spec.type != 0 && !is_float_type(spec.type)) || spec.is_alternate ||
                      spec.grouping == '_' || (spec.has_align && spec.has_zero);
  if (is_malformed) {
    interpreter.raise("ValueError", "invalid format string");
  }
  bool is_negative = decimal_is_negative(value);
  if (decimal_is_nan(value) || decimal_is_infinite(value)) {
    spec.fill = spec.fill == '0' ? U' ' : spec.fill;
    return pad_number(interpreter, spec, sign_text(spec, is_negative),
                      decimal_is_nan(value) ? "NaN" : "Infinity", "", "");
  }
  std::string body = decimal_body(interpreter, spec, value);
  size_t digits = std::min(body.find_first_not_of("0123456789"), body.size());
  return pad_number(interpreter, spec, sign_text(spec, is_negative), "", body.substr(0, digits),
                    body.substr(digits));
}

}  // namespace

std::string format_value(Interpreter& interpreter, const Value& value, std::string_view spec) {
  if (spec.empty()) {
    return str_text_of(interpreter, value);
  }
  switch (value.kind()) {
    case Kind::String:
      return format_text(interpreter, value, spec);
    case Kind::Markup:
      interpreter.raise("ValueError", "Unsupported format specification for Markup.");
    case Kind::Bool:
    case Kind::Int:
    case Kind::BigInt:
      return format_integer(interpreter, value, spec);
    case Kind::Float:
      return format_float(interpreter, value.as_float(), spec);
    case Kind::Decimal:
      return format_decimal(interpreter, value, spec);
    case Kind::Date:
      return format_moment(spec, DateTime{value.as_date(), {}, {}, {}});
    case Kind::Time:
      return format_moment(spec, DateTime{{1900, 1, 1}, value.as_time(), {}, {}});
    case Kind::DateTime:
      return format_moment(spec, value.as_date_time());
    default:
      interpreter.raise(
          "TypeError",
          fmt::format("unsupported format string passed to {}.__format__", value.type_name()));
  }
}

std::string ascii_repr(Interpreter& interpreter, const Value& value) {
  std::string text = repr_text_of(interpreter, value), out;
  for (size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    auto code = static_cast<uint32_t>(c);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x100) {
      out += fmt::format("\\x{:02x}", code);
    } else {
      out += c < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
    }
  }
  return out;
}

}  // namespace weft::jinja
