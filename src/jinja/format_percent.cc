// text % arguments.
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/decimal.h"
#include "jinja/engine.h"
#include "jinja/float_text.h"
#include "jinja/formatting.h"
#include "jinja/iterators.h"
#include "jinja/markup.h"
#include "jinja/number_text.h"
#include "jinja/ops.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

struct Conversion {
  bool is_left = false, has_plus = false, has_blank = false, is_alternate = false, has_zero = false;
  int64_t width = -1;
  int64_t precision = -1;
};

class PercentFormatter {
 public:
  PercentFormatter(Interpreter& interpreter, const Value& text, const Value& arguments)
      : interpreter_(interpreter),
        text_(text.as_string()),
        arguments_(arguments),
        is_markup_(text.kind() == Kind::Markup) {
    bool has_items = arguments.is_dict() || arguments.is_list() || arguments.is_undefined() ||
                     (arguments.is_object() &&
                      (arguments.as_object().is_mapping() || arguments.as<RangeObject>()));
    is_mapping_ = has_items && !arguments.is_tuple();
  }

  std::string run() {
    while (at_ < text_.size()) {
      size_t percent = text_.find('%', at_);
      if (percent == std::string_view::npos) {
        out_ += text_.substr(at_);
        break;
      }
      out_ += text_.substr(at_, percent - at_);
      at_ = percent + 1;
      convert();
    }
    size_t count = arguments_.is_tuple() ? arguments_.size() : 1;
    if (next_ < count && !is_mapping_) {
      interpreter_.raise("TypeError", "not all arguments converted during string formatting");
    }
    return std::move(out_);
  }

 private:
  char peek() {
    if (at_ >= text_.size()) {
      interpreter_.raise("ValueError", "incomplete format");
    }
    return text_[at_];
  }

  Value next_argument() {
    if (has_keyed_) {
      has_keyed_ = false;
      return keyed_;
    }
    if (arguments_.is_tuple()) {
      if (next_ >= arguments_.size()) {
        interpreter_.raise("TypeError", "not enough arguments for format string");
      }
      return arguments_.at(next_++);
    }
    if (next_ > 0) {
      interpreter_.raise("TypeError", "not enough arguments for format string");
    }
    ++next_;
    return arguments_;
  }

  /// The "(key)" of a conversion.
  void take_key() {
    if (peek() != '(') {
      return;
    }
    if (!is_mapping_) {
      interpreter_.raise("TypeError", "format requires a mapping");
    }
    size_t begin = ++at_;
    for (int open = 1; open > 0; ++at_) {
      if (at_ >= text_.size()) {
        interpreter_.raise("ValueError", "incomplete format key");
      }
      open += text_[at_] == '(' ? 1 : text_[at_] == ')' ? -1 : 0;
    }
    keyed_ = mapped(Value::string(text_.substr(begin, at_ - begin - 1)));
    has_keyed_ = true;
  }

  /// arguments[key], with the errors of Python's subscription.
  Value mapped(const Value& key) {
    if (arguments_.is_undefined()) {
      raise_undefined(interpreter_, arguments_);
    }
    if (arguments_.is_list()) {
      interpreter_.raise("TypeError", "list indices must be integers or slices, not str");
    }
    Value item = get_item(interpreter_, arguments_, key);
    bool is_missing = arguments_.is_dict() ? arguments_.find(key) == nullptr : item.is_undefined();
    if (is_missing) {
      interpreter_.raise("KeyError", key.repr());
    }
    return item;
  }

  int64_t take_size() {
    if (peek() == '*') {
      ++at_;
      Value size = next_argument();
      if (!size.is_integer()) {
        interpreter_.raise("TypeError", "* wants int");
      }
      std::optional<int64_t> n = integer_to_int64(size);
      if (!n || std::abs(*n) > INT32_MAX) {
        interpreter_.raise("OverflowError", "Python int too large to convert to C ssize_t");
      }
      return *n;
    }
    int64_t number = 0;
    while (peek() >= '0' && peek() <= '9') {
      number = number * 10 + (text_[at_++] - '0');
      if (number > INT32_MAX) {
        interpreter_.raise("ValueError", "width too big");
      }
    }
    return number;
  }

  Conversion take_flags() {
    Conversion c;
    for (bool more = true; more;) {
      switch (peek()) {
        case '-':
          c.is_left = true;
          break;
        case '+':
          c.has_plus = true;
          break;
        case ' ':
          c.has_blank = true;
          break;
        case '#':
          c.is_alternate = true;
          break;
        case '0':
          c.has_zero = true;
          break;
        default:
          more = false;
      }
      at_ += more;
    }
    if (peek() == '*' || (peek() >= '1' && peek() <= '9')) {
      c.width = take_size();
      if (c.width < 0) {
        c.is_left = true;
        c.width = -c.width;
      }
    }
    if (peek() == '.') {
      ++at_;
      c.precision = std::max<int64_t>(take_size(), 0);
    }
    if (peek() == 'h' || peek() == 'l' || peek() == 'L') {
      ++at_;
    }
    return c;
  }

  void convert() {
    growth_.note(out_.size());
    // Only "%%" as it stands is a percent sign; with flags it is an unknown conversion.
    if (peek() == '%') {
      ++at_;
      out_ += '%';
      return;
    }
    take_key();
    Conversion c = take_flags();
    charge_bytes(interpreter_, static_cast<uint64_t>(std::max<int64_t>(c.width, 0)) +
                                   static_cast<uint64_t>(std::max<int64_t>(c.precision, 0)));
    char type = peek();
    size_t position = at_;
    size_t behind = at_;
    char32_t code = next_code_point(text_, behind);
    Value value = next_argument();
    at_ = behind;
    switch (type) {
      case 's':
      case 'r':
      case 'a':
        put_text(c, type, value);
        break;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        put_integer(c, type, value);
        break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        put_float(c, type, value);
        break;
      case 'c':
        put_character(c, value);
        break;
      default:
        interpreter_.raise(
            "ValueError",
            fmt::format("unsupported format character '{}' ({:#x}) at index {}",
                        code > 31 && code < 128 ? std::string(1, type) : "?",
                        static_cast<uint32_t>(code), count_code_points(text_.substr(0, position))));
    }
  }

  void put_padded(const Conversion& c, std::string_view text) {
    size_t length = count_code_points(text);
    auto width = static_cast<size_t>(std::max<int64_t>(c.width, 0));
    std::string blanks(width > length ? width - length : 0, ' ');
    out_ += c.is_left ? "" : blanks;
    out_ += text;
    out_ += c.is_left ? blanks : "";
  }

  void put_text(const Conversion& c, char type, const Value& value) {
    std::string text;
    if (type == 's') {
      text = is_markup_ ? escape_text(interpreter_, value) : str_text_of(interpreter_, value);
    } else {
      text = type == 'r' ? repr_text_of(interpreter_, value) : ascii_repr(interpreter_, value);
      if (is_markup_) {
        text = escaped_text(Value::string(text));
      }
    }
    if (c.precision >= 0) {
      text.resize(byte_offset(text, static_cast<size_t>(c.precision)));
    }
    put_padded(c, text);
  }

  void put_character(const Conversion& c, const Value& value) {
    std::string text;
    if (value.is_integer() && !is_markup_) {
      std::optional<int64_t> code = integer_to_int64(value);
      if (!code || *code < 0 || *code > 0x10ffff) {
        interpreter_.raise("OverflowError", "%c arg not in range(0x110000)");
      }
      append_code_point(text, static_cast<char32_t>(*code));
    } else if (value.is_string() && value.text_length() == 1 && !is_markup_) {
      text = value.as_string();
    } else {
      interpreter_.raise("TypeError", "%c requires int or char");
    }
    put_padded(c, text);
  }

  /// sign and digits padded, with zeros behind the sign and prefix when the conversion asks for
  /// them.
  void put_number(const Conversion& c, std::string_view sign, std::string_view prefix,
                  std::string digits, bool is_finite = true) {
    auto width = static_cast<size_t>(std::max<int64_t>(c.width, 0));
    size_t length = sign.size() + prefix.size() + digits.size();
    if (c.has_zero && !c.is_left && length < width && is_finite) {
      digits.insert(0, width - length, '0');
    }
    put_padded(c, fmt::format("{}{}{}", sign, prefix, digits));
  }

  std::string_view sign_of(const Conversion& c, bool is_negative) {
    return is_negative ? "-" : c.has_plus ? "+" : c.has_blank ? " " : "";
  }

  void put_integer(const Conversion& c, char type, const Value& value) {
    bool is_decimal = type == 'd' || type == 'i' || type == 'u';
    Value number = value;
    if (value.is_undefined()) {
      raise_or_complain(value, type, is_decimal);
    }
    if (is_decimal && value.kind() == Kind::Float) {
      if (!std::isfinite(value.as_float())) {
        interpreter_.raise(std::isnan(value.as_float()) ? "ValueError" : "OverflowError",
                           std::isnan(value.as_float())
                               ? "cannot convert float NaN to integer"
                               : "cannot convert float infinity to integer");
      }
      number = integer_from_double(value.as_float());
    } else if (is_decimal && value.kind() == Kind::Decimal) {
      std::optional<Value> whole = decimal_to_integer(value);
      if (!whole) {
        interpreter_.raise(decimal_is_nan(value) ? "ValueError" : "OverflowError",
                           decimal_is_nan(value) ? "cannot convert NaN to integer"
                                                 : "cannot convert Infinity to integer");
      }
      number = *whole;
    } else if (is_decimal && is_markup_ && value.is_string()) {
      number = number_of_markup(value);
    } else if (!value.is_integer() || (is_markup_ && !is_decimal)) {
      raise_or_complain(value, type, is_decimal);
    }
    int base = is_decimal ? 10 : type == 'o' ? 8 : 16;
    std::string digits = base == 10
                             ? str_text_of(interpreter_, integer_add(number, Value::integer(0)))
                             : integer_digits(number, base);
    bool is_negative = digits[0] == '-';
    digits.erase(0, is_negative ? 1 : 0);
    if (type == 'X') {
      for (char& d : digits) {
        d = d >= 'a' && d <= 'z' ? static_cast<char>(d - 32) : d;
      }
    }
    if (c.precision > static_cast<int64_t>(digits.size())) {
      digits.insert(0, static_cast<size_t>(c.precision) - digits.size(), '0');
    }
    std::string_view prefix = !c.is_alternate || is_decimal ? ""
                              : type == 'o'                 ? "0o"
                              : type == 'x'                 ? "0x"
                                                            : "0X";
    put_number(c, sign_of(c, is_negative), prefix, digits);
  }

  /// Markup wraps what it inserts, and the wrapper converts text to numbers.
  Value number_of_markup(const Value& text) {
    std::optional<Value> number = parse_python_int(text.as_string(), 10);
    if (!number) {
      interpreter_.raise("ValueError",
                         fmt::format("invalid literal for int() with base 10: {}", text.repr()));
    }
    return *number;
  }

  [[noreturn]] void raise_or_complain(const Value& value, char type, bool is_decimal) {
    // int(x) of an undefined value raises its own error; %x asks for an index, which it has not.
    if (value.is_undefined() && is_decimal) {
      raise_undefined(interpreter_, value);
    }
    interpreter_.raise("TypeError",
                       fmt::format("%{} format: {} is required, not {}", type,
                                   is_decimal ? "a real number" : "an integer", value.type_name()));
  }

  void put_float(const Conversion& c, char type, const Value& value) {
    double d = 0;
    if (value.kind() == Kind::Float) {
      d = value.as_float();
    } else if (value.is_integer()) {
      d = integer_to_double(value);
      if (std::isinf(d)) {
        interpreter_.raise("OverflowError", "int too large to convert to float");
      }
    } else if (value.kind() == Kind::Decimal) {
      d = decimal_to_double(value);
    } else if (value.is_undefined()) {
      raise_undefined(interpreter_, value);
    } else if (is_markup_ && value.is_string()) {
      std::optional<double> number = parse_float_text(value.as_string());
      if (!number) {
        interpreter_.raise("ValueError",
                           fmt::format("could not convert string to float: {}", value.repr()));
      }
      d = *number;
    } else {
      interpreter_.raise("TypeError",
                         fmt::format("must be real number, not {}", value.type_name()));
    }
    auto precision = static_cast<int>(c.precision < 0 ? 6 : c.precision);
    auto lower = static_cast<char>(type | 0x20);
    std::string digits = std::isnan(d)   ? "nan"
                         : std::isinf(d) ? "inf"
                         : lower == 'e'  ? float_scientific(d, precision, c.is_alternate)
                         : lower == 'f'  ? float_fixed(d, precision, c.is_alternate)
                                         : float_general(d, precision, c.is_alternate);
    if (type != lower) {
      for (char& digit : digits) {
        digit = digit >= 'a' && digit <= 'z' ? static_cast<char>(digit - 32) : digit;
      }
    }
    put_number(c, sign_of(c, std::signbit(d) && !std::isnan(d)), "", digits);
  }

  Interpreter& interpreter_;
  std::string_view text_;
  const Value& arguments_;
  bool is_markup_;
  bool is_mapping_ = false;
  bool has_keyed_ = false;
  Value keyed_;
  size_t at_ = 0;
  size_t next_ = 0;
  std::string out_;
  GrowthCharge growth_{interpreter_};
};

}  // namespace

Value percent_format(Interpreter& interpreter, const Value& text, const Value& arguments) {
  std::string out = PercentFormatter(interpreter, text, arguments).run();
  return text.kind() == Kind::Markup ? Value::markup(out) : Value::string(std::move(out));
}

}  // namespace weft::jinja
