// text.format(...): replacement fields with attributes, indexes, conversions and nested fields.
#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/formatting.h"
#include "jinja/markup.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 18 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

class StrFormatter {
 public:
  StrFormatter(Interpreter& interpreter, const Value& text, const Arguments& arguments,
               const Value* mapping)
      : interpreter_(interpreter),
        arguments_(arguments),
        mapping_(mapping),
        is_markup_(text.kind() == Kind::Markup) {}

  std::string run(std::string_view text, int depth) {
    if (depth < 0) {
      interpreter_.raise("ValueError", "Max string recursion exceeded");
    }
    std::string out;
    GrowthCharge growth(interpreter_);
    size_t at = 0;
    while (at < text.size()) {
      size_t brace = text.find_first_of("{}", at);
      if (brace == std::string_view::npos) {
        return out += text.substr(at);
      }
      out += text.substr(at, brace - at);
      char c = text[brace];
      at = brace + 1;
      if (at < text.size() && text[at] == c) {
        out += c;
        ++at;
      } else if (c == '}') {
        interpreter_.raise("ValueError", "Single '}' encountered in format string");
      } else if (at >= text.size()) {
        interpreter_.raise("ValueError", "Single '{' encountered in format string");
      } else {
        std::string field = take_field(text, at, depth);
        out += field;
        growth.note(out.size());
      }
    }
    return out;
  }

 private:
  /// The field that begins at `at`, which is moved behind its "}".
  std::string take_field(std::string_view text, size_t& at, int depth) {
    size_t end = at;
    int open = 1;
    size_t name_end = std::string_view::npos;
    bool in_brackets = false;
    for (; end < text.size(); ++end) {
      char c = text[end];
      if (name_end == std::string_view::npos) {
        if (c == '[') {
          in_brackets = true;
        } else if (c == ']') {
          in_brackets = false;
        }
        if (in_brackets) {
          continue;
        }
        if (c == '{') {
          interpreter_.raise("ValueError", "unexpected '{' in field name");
        }
        if (c == ':' || c == '!') {
          name_end = end;
        }
      } else {
        open += c == '{';
      }
      if (c == '}' && --open == 0) {
        break;
      }
    }
    if (end >= text.size()) {
      interpreter_.raise("ValueError", "expected '}' before end of string");
    }
    std::string_view whole = text.substr(at, end - at);
    std::string_view name = text.substr(at, std::min(name_end, end) - at);
    std::string_view rest = whole.substr(name.size());
    at = end + 1;
    return render(name, rest, depth);
  }

  std::string render(std::string_view name, std::string_view rest, int depth) {
    char conversion = 0;
    if (rest.starts_with('!')) {
      if (rest.size() < 2) {
        interpreter_.raise("ValueError", "end of string while looking for conversion specifier");
      }
      conversion = rest[1];
      if (rest.size() > 2 && rest[2] != ':') {
        interpreter_.raise("ValueError", "expected ':' after conversion specifier");
      }
      rest.remove_prefix(2);
    }
    Value value = field(name);
    if (conversion) {
      value = converted(value, conversion);
    }
    std::string spec = rest.empty() ? "" : run(rest.substr(1), depth - 1);
    if (!is_markup_) {
      return format_value(interpreter_, value, spec);
    }
    if (value.kind() == Kind::Markup) {
      if (!spec.empty()) {
        interpreter_.raise("ValueError", "Unsupported format specification for Markup.");
      }
      return std::string(value.as_string());
    }
    return escaped_text(Value::string(format_value(interpreter_, value, spec)));
  }

  Value converted(const Value& value, char conversion) {
    switch (conversion) {
      case 's':
        return Value::string(str_text_of(interpreter_, value));
      case 'r':
        return Value::string(repr_text_of(interpreter_, value));
      case 'a':
        return Value::string(ascii_repr(interpreter_, value));
      default:
        interpreter_.raise("ValueError",
                           fmt::format("Unknown conversion specifier {}", conversion));
    }
  }

  /// The argument that a field starts from.
  Value first(std::string_view name) {
    if (name.empty() || is_number(name)) {
      if (name.empty() == (numbering_ == Numbering::Manual) && numbering_ != Numbering::Unknown) {
        interpreter_.raise("ValueError",
                           name.empty() ? "cannot switch from manual field specification to "
                                          "automatic field numbering"
                                        : "cannot switch from automatic field numbering to manual "
                                          "field specification");
      }
      numbering_ = name.empty() ? Numbering::Automatic : Numbering::Manual;
      size_t index = name.empty() ? next_++ : std::stoul(std::string(name));
      if (mapping_) {
        interpreter_.raise("ValueError", "Format string contains positional fields");
      }
      if (index >= arguments_.positional.size()) {
        interpreter_.raise(
            "IndexError",
            fmt::format("Replacement index {} out of range for positional args tuple", index));
      }
      return arguments_.positional[index];
    }
    if (mapping_) {
      return item(*mapping_, Value::string(name));
    }
    for (const NamedValue& argument : arguments_.named) {
      if (argument.name == name) {
        return argument.value;
      }
    }
    interpreter_.raise("KeyError", repr_text(name));
  }

  /// Follows `.name` and `[index]` from the first argument.
  Value field(std::string_view name) {
    size_t at = std::min(name.find_first_of(".["), name.size());
    Value value = first(name.substr(0, at));
    while (at < name.size()) {
      if (name[at] == '.') {
        size_t end = std::min(name.find_first_of(".[", at + 1), name.size());
        std::string_view part = name.substr(at + 1, end - at - 1);
        if (part.empty()) {
          interpreter_.raise("ValueError", "Empty attribute in format string");
        }
        value = attribute(value, part);
        at = end;
        continue;
      }
      if (name[at] != '[') {
        interpreter_.raise("ValueError",
                           "Only '.' or '[' may follow ']' in format field specifier");
      }
      size_t end = name.find(']', at);
      if (end == std::string_view::npos) {
        interpreter_.raise("ValueError", "Missing ']' in format string");
      }
      std::string_view part = name.substr(at + 1, end - at - 1);
      if (part.empty()) {
        interpreter_.raise("ValueError", "Empty attribute in format string");
      }
      value = item(value, is_number(part) ? Value::integer(std::stoll(std::string(part)))
                                          : Value::string(part));
      at = end + 1;
    }
    return value;
  }

  Value attribute(const Value& value, std::string_view name) {
    if (is_sandboxed(interpreter_) || value.is_undefined()) {
      return get_attribute(interpreter_, value, name);
    }
    std::optional<Value> found = python_attribute(interpreter_, value, name);
    if (!found) {
      interpreter_.raise("AttributeError",
                         fmt::format("'{}' object has no attribute '{}'", value.type_name(), name));
    }
    return *found;
  }

  Value item(const Value& value, const Value& key) {
    if (is_sandboxed(interpreter_) && &value != mapping_) {
      return get_item(interpreter_, value, key);
    }
    return subscript(interpreter_, value, key);
  }

  enum class Numbering { Unknown, Automatic, Manual };

  Interpreter& interpreter_;
  const Arguments& arguments_;
  const Value* mapping_;
  bool is_markup_;
  Numbering numbering_ = Numbering::Unknown;
  size_t next_ = 0;
};

Value format_with(Interpreter& interpreter, const Value& text, const Arguments& arguments,
                  const Value* mapping) {
  // The template may be changed by what it formats, so its text is kept.
  Value kept = text;
  std::string out = StrFormatter(interpreter, kept, arguments, mapping).run(kept.as_string(), 1);
  return kept.kind() == Kind::Markup ? Value::markup(out) : Value::string(std::move(out));
}

}  // namespace

Value str_format(Interpreter& interpreter, const Value& text, const Arguments& arguments) {
  return format_with(interpreter, text, arguments, nullptr);
}

Value str_format_map(Interpreter& interpreter, const Value& text, const Value& mapping) {
  return format_with(interpreter, text, {}, &mapping);
}

}  // namespace weft::jinja
