// Filters of text: case, trimming, padding, wrapping, formatting.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "jinja/big_int.h"
#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/formatting.h"
#include "jinja/markup.h"
#include "jinja/methods_str.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/search.h"
#include "jinja/text.h"
#include "jinja/wrapping.h"

namespace weft::jinja {
namespace {

/// value|name for the filters that are a method of str.
Value call_text_method(Interpreter& interpreter, const Value& value, std::string_view method,
                       std::span<const Value> arguments = {}) {
  return call_method(interpreter, soft_string(interpreter, value), method, {arguments, {}});
}

/// The text with the letters from `first` to `last` in the other case; nothing unless it is short
/// and ASCII, which most are.
std::optional<Value> with_other_case(const Value& text, char first, char last) {
  constexpr size_t kShort = 64;
  std::string_view from = text.is_string() ? text.as_string() : std::string_view();
  if (text.kind() != Kind::String || !text.is_ascii() || from.size() > kShort) {
    return std::nullopt;
  }
  char to[kShort];
  for (size_t i = 0; i < from.size(); ++i) {
    to[i] = from[i] >= first && from[i] <= last ? static_cast<char>(from[i] ^ 0x20) : from[i];
  }
  return Value::string(std::string_view(to, from.size()));
}

Value upper(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s] = bind<1>(interpreter, "do_upper", arguments, {"s"}, 1);
  std::optional<Value> quick = with_other_case(*s, 'a', 'z');
  return quick ? *quick : call_text_method(interpreter, *s, "upper");
}

Value lower(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s] = bind<1>(interpreter, "do_lower", arguments, {"s"}, 1);
  std::optional<Value> quick = with_other_case(*s, 'A', 'Z');
  return quick ? *quick : call_text_method(interpreter, *s, "lower");
}

Value capitalize(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s] = bind<1>(interpreter, "do_capitalize", arguments, {"s"}, 1);
  return call_text_method(interpreter, *s, "capitalize");
}

Value trim(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, chars] = bind<2>(interpreter, "do_trim", arguments, {"value", "chars"}, 1);
  return call_text_method(interpreter, *value, "strip",
                          chars ? std::span(chars, 1) : std::span<const Value>());
}

Value center(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, width] = bind<2>(interpreter, "do_center", arguments, {"value", "width"}, 1);
  Value columns = width ? *width : Value::integer(80);
  return call_text_method(interpreter, *value, "center", std::span(&columns, 1));
}

bool begins_word(char32_t c) {
  return c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || is_space(c);
}

Value title(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s] = bind<1>(interpreter, "do_title", arguments, {"s"}, 1);
  Value held = soft_string(interpreter, *s);
  std::string_view text = held.as_string();
  std::string out;
  // Runs of separators and runs of other characters take turns; each is capitalized.
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    bool separates = begins_word(next_code_point(text, end));
    size_t first_end = end;
    while (end < text.size()) {
      size_t behind = end;
      if (begins_word(next_code_point(text, behind)) != separates) {
        break;
      }
      end = behind;
    }
    out += to_upper_case(text.substr(begin, first_end - begin));
    out += to_lower_case(text.substr(first_end, end - first_end));
    begin = end;
  }
  return Value::string(std::move(out));
}

Value string(Interpreter& interpreter, const Arguments& arguments, void*) {
  expect_count(interpreter, "soft_str", arguments, 1, 1);
  return soft_string(interpreter, arguments.positional[0]);
}

Value replace(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s, from, to, count] =
      bind<4>(interpreter, "do_replace", arguments, {"s", "old", "new", "count"}, 3);
  if (is_autoescaping(interpreter)) {
    bool escapes = has_html(*from) || (has_html(*to) && !has_html(*s));
    Value text =
        escapes ? Value::markup(escape_text(interpreter, *s)) : soft_string(interpreter, *s);
    Value parts[] = {soft_string(interpreter, *from), soft_string(interpreter, *to),
                     count && !count->is_none() ? *count : Value::integer(-1)};
    return call_method(interpreter, text, "replace", {parts, {}});
  }
  std::string text = str_text_of(interpreter, *s), old = str_text_of(interpreter, *from),
              fresh = str_text_of(interpreter, *to);
  int64_t limit = count && !count->is_none() ? to_index(interpreter, *count) : -1;
  charge_replacement(interpreter, text, old, fresh, limit);
  return Value::string(replace_text(text, old, fresh, limit));
}

Value format(Interpreter& interpreter, const Arguments& arguments, void*) {
  if (arguments.positional.empty()) {
    interpreter.raise("TypeError", "do_format() missing 1 required positional argument: 'value'");
  }
  auto rest = arguments.positional.subspan(1);
  if (!rest.empty() && !arguments.named.empty()) {
    interpreter.raise("FilterArgumentError",
                      "can't handle positional and keyword arguments at the same time");
  }
  Value text = soft_string(interpreter, arguments.positional[0]);
  if (arguments.named.empty()) {
    return percent_format(interpreter, text, Value::tuple({rest.begin(), rest.end()}));
  }
  Value named = Value::dict();
  for (const NamedValue& argument : arguments.named) {
    named.set_item(argument.name, argument.value);
  }
  return percent_format(interpreter, text, named);
}

Value indent(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s, width, first, blank] =
      bind<4>(interpreter, "do_indent", arguments, {"s", "width", "first", "blank"}, 1);
  std::string margin = "    ";
  if (width) {
    margin = width->is_string() ? std::string(width->as_string())
                                : str_text_of(interpreter, binary(interpreter, BinaryOp::Multiply,
                                                                  Value::string(" "), *width));
  }
  if (!s->is_string()) {
    if (s->is_undefined()) {
      raise_undefined(interpreter, *s);
    }
    if (s->is_list()) {
      interpreter.raise("AttributeError", "'list' object has no attribute 'splitlines'");
    }
    interpreter.raise("TypeError", fmt::format("unsupported operand type(s) for +=: '{}' and 'str'",
                                               s->type_name()));
  }
  std::string text(s->as_string());
  text += '\n';
  std::vector<std::string_view> lines = split_lines(text, false);
  bool indents_blank = blank && truth(interpreter, *blank);
  charge_bytes(interpreter, text.size() + lines.size() * margin.size());
  std::string out = first && truth(interpreter, *first) ? margin : "";
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) {
      out += '\n';
      if (indents_blank || !lines[i].empty()) {
        out += margin;
      }
    }
    out += lines[i];
  }
  return ValueAccess::string(out, s->kind());
}

Value truncate(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s, length_given, killwords, end_given, leeway_given] = bind<5>(
      interpreter, "do_truncate", arguments, {"s", "length", "killwords", "end", "leeway"}, 1);
  Value limit = length_given ? *length_given : Value::integer(255);
  Value end = end_given ? *end_given : Value::string("...");
  Value leeway = leeway_given && !leeway_given->is_none() ? *leeway_given : Value::integer(5);
  Value end_length = Value::integer(static_cast<int64_t>(length(interpreter, end)));
  if (!compare(interpreter, CompareOp::GreaterEqual, limit, end_length)) {
    interpreter.raise("AssertionError", fmt::format("expected length >= {}, got {}",
                                                    end_length.as_int(), limit.str()));
  }
  if (!compare(interpreter, CompareOp::GreaterEqual, leeway, Value::integer(0))) {
    interpreter.raise("AssertionError", fmt::format("expected leeway >= 0, got {}", leeway.str()));
  }
  Value size = Value::integer(static_cast<int64_t>(length(interpreter, *s)));
  if (compare(interpreter, CompareOp::LessEqual, size,
              binary(interpreter, BinaryOp::Add, limit, leeway))) {
    return *s;
  }
  Value stop = binary(interpreter, BinaryOp::Subtract, limit, end_length);
  Value none = Value::none();
  Value kept = get_slice(interpreter, *s, none, stop, none);
  if (!(killwords && truth(interpreter, *killwords))) {
    Value split_at[] = {Value::string(" "), Value::integer(1)};
    Value parts = call_method(interpreter, kept, "rsplit", {split_at, {}});
    kept = parts.at(0);
  }
  return binary(interpreter, BinaryOp::Add, kept, end);
}

Value wordwrap(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s, width_given, break_long, wrapstring, break_hyphens] =
      bind<5>(interpreter, "do_wordwrap", arguments,
              {"s", "width", "break_long_words", "wrapstring", "break_on_hyphens"}, 1);
  if (is_permissive(*s)) {
    return Value::string("");
  }
  if (s->is_undefined()) {
    raise_undefined(interpreter, *s);
  }
  if (!s->is_string()) {
    interpreter.raise("AttributeError",
                      fmt::format("'{}' object has no attribute 'splitlines'", s->type_name()));
  }
  WrapStyle style;
  Value width = width_given ? *width_given : Value::integer(79);
  style.breaks_long_words = !break_long || truth(interpreter, *break_long);
  style.breaks_on_hyphens = !break_hyphens || truth(interpreter, *break_hyphens);
  std::string newline = wrapstring && !wrapstring->is_none()
                            ? std::string(to_text_argument(interpreter, "join()", *wrapstring))
                            : interpreter.environment().options().newline_sequence;
  // A line is cut into words, which are many for its size.
  std::string_view whole = s->as_string();
  charge_bytes(interpreter,
               whole.size() + sizeof(std::string) *
                                  static_cast<size_t>(std::count(whole.begin(), whole.end(), ' ')));
  std::string out;
  bool is_first = true;
  for (std::string_view line : split_lines(s->as_string(), false)) {
    if (!compare(interpreter, CompareOp::Greater, width, Value::integer(0))) {
      interpreter.raise("ValueError", fmt::format("invalid width {} (must be > 0)", width.repr()));
    }
    style.width = width.is_integer() ? to_clamped_index(interpreter, width)
                                     : static_cast<int64_t>(width.as_float());
    out += is_first ? "" : newline;
    is_first = false;
    bool is_first_part = true;
    for (const std::string& part : wrap_line(line, style)) {
      out += is_first_part ? "" : newline;
      is_first_part = false;
      out += part;
    }
  }
  return Value::string(std::move(out));
}

Value wordcount(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [s] = bind<1>(interpreter, "do_wordcount", arguments, {"s"}, 1);
  Value held = soft_string(interpreter, *s);
  std::string_view text = held.as_string();
  int64_t count = 0;
  bool in_word = false;
  for (size_t at = 0; at < text.size();) {
    bool is_word = has_flag(next_code_point(text, at), kWord);
    count += is_word && !in_word;
    in_word = is_word;
  }
  return Value::integer(count);
}

}  // namespace

void add_string_filters(Environment& environment) {
  environment.add_filter("upper", upper);
  environment.add_filter("lower", lower);
  environment.add_filter("capitalize", capitalize);
  environment.add_filter("trim", trim);
  environment.add_filter("center", center);
  environment.add_filter("title", title);
  environment.add_filter("string", string);
  environment.add_filter("replace", replace);
  environment.add_filter("format", format);
  environment.add_filter("indent", indent);
  environment.add_filter("truncate", truncate);
  environment.add_filter("wordwrap", wordwrap);
  environment.add_filter("wordcount", wordcount);
}

}  // namespace weft::jinja
