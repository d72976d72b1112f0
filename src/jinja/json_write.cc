// json.dumps.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/equality.h"
#include "jinja/float_text.h"
#include "jinja/json_values.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

constexpr size_t kDeepest = 900;
constexpr size_t kMostDigits = 4300;

/// The name of a class without its module.
std::string class_name(const Value& value) {
  std::string_view name = value.type_name();
  return std::string(name.substr(name.rfind('.') + 1));
}

class JsonText {
 public:
  explicit JsonText(const JsonStyle& style) : style_(style) {}

  bool write(const Value& value) {
    switch (value.kind()) {
      case Kind::None:
        out_ += "null";
        return true;
      case Kind::Bool:
        out_ += value.as_bool() ? "true" : "false";
        return true;
      case Kind::Int:
      case Kind::BigInt:
        return write_integer(value);
      case Kind::Float:
        out_ += float_text(value.as_float());
        return true;
      case Kind::String:
      case Kind::Markup:
        write_text(value.as_string());
        return true;
      case Kind::List:
      case Kind::Tuple:
      case Kind::Dict:
        return write_container(value);
      default:
        return write_other(value);
    }
  }

  std::string out_;
  JsonFailure failure_;

 private:
  bool fail(std::string type, std::string message) {
    failure_ = {std::move(type), std::move(message)};
    return false;
  }

  static std::string float_text(double d) {
    return std::isnan(d)   ? "NaN"
           : std::isinf(d) ? (d < 0 ? "-Infinity" : "Infinity")
                           : float_repr(d);
  }

  bool write_integer(const Value& value) {
    std::string digits = integer_digits(value);
    if (digits.size() - (digits[0] == '-') > kMostDigits) {
      return fail("ValueError",
                  fmt::format("Exceeds the limit ({} digits) for integer string conversion; use "
                              "sys.set_int_max_str_digits() to increase the limit",
                              kMostDigits));
    }
    out_ += digits;
    return true;
  }

  void write_escape(char32_t c) {
    auto unit = [this](uint32_t n) { out_ += fmt::format("\\u{:04x}", n); };
    if (c >= 0x10000) {
      uint32_t rest = static_cast<uint32_t>(c) - 0x10000;
      unit(0xd800 + (rest >> 10));
      unit(0xdc00 + (rest & 0x3ff));
    } else {
      unit(static_cast<uint32_t>(c));
    }
  }

  void write_text(std::string_view text) {
    out_ += '"';
    for (size_t at = 0; at < text.size();) {
      size_t begin = at;
      char32_t c = next_code_point(text, at);
      switch (c) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\r':
          out_ += "\\r";
          break;
        case '\t':
          out_ += "\\t";
          break;
        case '\b':
          out_ += "\\b";
          break;
        case '\f':
          out_ += "\\f";
          break;
        default:
          if (c < 0x20 || (style_.ensure_ascii && c >= 0x7f)) {
            write_escape(c);
          } else {
            out_ += text.substr(begin, at - begin);
          }
      }
    }
    out_ += '"';
  }

  void new_line() {
    if (style_.indent) {
      out_ += '\n';
      for (size_t i = 0; i < open_.size(); ++i) {
        out_ += *style_.indent;
      }
    }
  }

  /// Values may hold one text or list many times over, so that their size says nothing.
  bool is_too_large() {
    constexpr size_t kMostText = 48u << 20;
    constexpr size_t kMostVisits = 10'000'000;
    if (out_.size() <= kMostText && ++visits_ <= kMostVisits) {
      return false;
    }
    fail("BudgetExceeded", "the template makes more bytes than are allowed");
    return true;
  }

  bool write_container(const Value& value) {
    const HeapCell* cell = ValueAccess::cell(value);
    if (value.size() == 0) {
      out_ += value.is_dict() ? "{}" : "[]";
      return true;
    }
    if (std::find(open_.begin(), open_.end(), cell) != open_.end()) {
      return fail("ValueError", "Circular reference detected");
    }
    if (open_.size() >= kDeepest) {
      return fail("RecursionError",
                  "maximum recursion depth exceeded while encoding a JSON object");
    }
    if (is_too_large()) {
      return false;
    }
    open_.push_back(cell);
    out_ += value.is_dict() ? '{' : '[';
    if (!(value.is_dict() ? write_members(value) : write_items(value))) {
      return false;
    }
    open_.pop_back();
    new_line();
    out_ += value.is_dict() ? '}' : ']';
    return true;
  }

  bool write_items(const Value& value) {
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) {
        out_ += style_.item_separator;
      }
      new_line();
      if (!write(value.at(i)) || is_too_large()) {
        return false;
      }
    }
    return true;
  }

  /// The order of two keys as Python's < has it; notes a failure for keys that have none.
  bool is_less(const Value& a, const Value& b) {
    if (a.is_string() && b.is_string()) {
      return a.as_string() < b.as_string();
    }
    if (a.is_number() && b.is_number()) {
      return compare_numbers(a, b).value_or(0) < 0;
    }
    if (failure_.type.empty()) {
      fail("TypeError", fmt::format("'<' not supported between instances of '{}' and '{}'",
                                    a.type_name(), b.type_name()));
    }
    return false;
  }

  bool write_members(const Value& value) {
    std::vector<size_t> order(value.size());
    for (size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    if (style_.sort_keys) {
      std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return is_less(value.key_at(a), value.key_at(b));
      });
      if (!failure_.type.empty()) {
        return false;
      }
    }
    bool is_first = true;
    for (size_t i : order) {
      if (!is_first) {
        out_ += style_.item_separator;
      }
      is_first = false;
      new_line();
      if (!write_key(value.key_at(i))) {
        return false;
      }
      out_ += style_.key_separator;
      if (!write(value.value_at(i)) || is_too_large()) {
        return false;
      }
    }
    return true;
  }

  bool write_key(const Value& key) {
    switch (key.kind()) {
      case Kind::String:
      case Kind::Markup:
        write_text(key.as_string());
        return true;
      case Kind::None:
        out_ += "\"null\"";
        return true;
      case Kind::Bool:
        out_ += key.as_bool() ? "\"true\"" : "\"false\"";
        return true;
      case Kind::Float:
        out_ += '"' + float_text(key.as_float()) + '"';
        return true;
      case Kind::Int:
      case Kind::BigInt: {
        out_ += '"';
        bool written = write_integer(key);
        out_ += '"';
        return written;
      }
      default:
        return fail("TypeError",
                    "keys must be str, int, float, bool or None, not " + class_name(key));
    }
  }

  bool write_other(const Value& value) {
    if (style_.fallback) {
      if (std::optional<Value> instead = style_.fallback(value)) {
        return write(*instead);
      }
    }
    return fail("TypeError", "Object of type " + class_name(value) + " is not JSON serializable");
  }

  const JsonStyle& style_;
  /// Containers around the place that is written.
  std::vector<const HeapCell*> open_;
  size_t visits_ = 0;
};

}  // namespace

JsonStyle indented_style(std::string indent) {
  JsonStyle style;
  style.indent = std::move(indent);
  style.item_separator = ",";
  return style;
}

std::variant<std::string, JsonFailure> to_json_text(const Value& value, const JsonStyle& style) {
  JsonText text(style);
  if (!text.write(value)) {
    return text.failure_;
  }
  return std::move(text.out_);
}

}  // namespace weft::jinja
