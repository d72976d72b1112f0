// Methods of str and Markup that change or take apart text; methods_str_query.cc has those that
// ask.
#include "jinja/methods_str.h"

#include <algorithm>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/engine.h"
#include "jinja/formatting.h"
#include "jinja/markup.h"
#include "jinja/methods.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/search.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

/// A result of the same class as `self`: methods of Markup give Markup.
Value like(const Value& self, std::string_view text) {
  return ValueAccess::string(text, self.kind());
}

Value list_like(const Value& self, const std::vector<std::string_view>& parts) {
  std::vector<Value> items;
  items.reserve(parts.size());
  for (std::string_view part : parts) {
    items.push_back(like(self, part));
  }
  return Value::list(std::move(items));
}

/// Charges for the parts that a text is going to be split into.
void charge_parts(Interpreter& interpreter, std::string_view text, std::string_view separator,
                  int64_t most) {
  constexpr size_t kShort = 4096;
  if (text.size() < kShort) {
    return;
  }
  size_t parts = separator.empty() ? static_cast<size_t>(std::count(text.begin(), text.end(), ' '))
                                   : count_text(text, separator);
  if (most >= 0) {
    parts = std::min(parts, static_cast<size_t>(most));
  }
  charge_bytes(interpreter, parts * (sizeof(Value) + sizeof(std::string_view)));
}

/// A str argument; Markup's methods escape the ones that get into the result.
std::string inserted(Interpreter& interpreter, const Value& self, std::string_view function,
                     const Value& argument) {
  if (self.kind() == Kind::Markup) {
    return escape_text(interpreter, argument);
  }
  return std::string(to_text_argument(interpreter, function, argument));
}

template <std::string (*Map)(std::string_view), MethodName kName>
Value mapped(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, kName.text, arguments, 0, 0);
  return like(self, Map(self.as_string()));
}

enum class Side { Left, Right, Both };

template <Side side>
Value strip(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  constexpr std::string_view kName = side == Side::Both   ? "strip"
                                     : side == Side::Left ? "lstrip"
                                                          : "rstrip";
  expect_count(interpreter, kName, arguments, 0, 1);
  const Value* characters = argument_at(arguments, 0);
  std::string_view text = self.as_string();
  if (!characters || characters->is_none()) {
    if (side != Side::Right) {
      text = strip_space_left(text);
    }
    return like(self, side != Side::Left ? strip_space_right(text) : text);
  }
  if (!characters->is_string()) {
    interpreter.raise("TypeError", fmt::format("{} arg must be None or str", kName));
  }
  if (side != Side::Right) {
    text = strip_set_left(text, characters->as_string());
  }
  return like(self, side != Side::Left ? strip_set_right(text, characters->as_string()) : text);
}

Value replace(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "replace", arguments, 2, 3);
  std::string_view from =
      to_text_argument(interpreter, "replace() argument 1", arguments.positional[0]);
  std::string to = inserted(interpreter, self, "replace() argument 2", arguments.positional[1]);
  const Value* count = argument_at(arguments, 2);
  int64_t limit = count ? to_index(interpreter, *count) : -1;
  charge_replacement(interpreter, self.as_string(), from, to, limit);
  return like(self, replace_text(self.as_string(), from, to, limit));
}

template <bool from_right>
Value split(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [separator, limit] =
      bind<2>(interpreter, from_right ? "rsplit" : "split", arguments, {"sep", "maxsplit"}, 0);
  int64_t most = limit ? to_index(interpreter, *limit) : -1;
  std::string_view text = self.as_string();
  charge_parts(interpreter, text, separator && separator->is_string() ? separator->as_string() : "",
               most);
  if (!separator || separator->is_none()) {
    return list_like(self, from_right ? split_space_right(text, most) : split_space(text, most));
  }
  if (!separator->is_string()) {
    interpreter.raise("TypeError",
                      fmt::format("must be str or None, not {}", separator->type_name()));
  }
  if (separator->as_string().empty()) {
    interpreter.raise("ValueError", "empty separator");
  }
  std::string_view between = separator->as_string();
  return list_like(
      self, from_right ? split_text_right(text, between, most) : split_text(text, between, most));
}

Value splitlines(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [keep] = bind<1>(interpreter, "splitlines", arguments, {"keepends"}, 0);
  charge_parts(interpreter, self.as_string(), "\n", -1);
  bool keeps_ends = keep && to_index(interpreter, *keep) != 0;
  return list_like(self, split_lines(self.as_string(), keeps_ends));
}

template <bool from_right>
Value partition(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, from_right ? "str.rpartition" : "str.partition", arguments, 1, 1);
  const Value& separator = arguments.positional[0];
  if (!separator.is_string()) {
    interpreter.raise("TypeError", fmt::format("must be str, not {}", separator.type_name()));
  }
  if (separator.as_string().empty()) {
    interpreter.raise("ValueError", "empty separator");
  }
  std::string_view text = self.as_string(), between = separator.as_string();
  size_t found = from_right ? text.rfind(between) : text.find(between);
  if (found == std::string_view::npos) {
    return from_right ? Value::tuple({like(self, ""), like(self, ""), self})
                      : Value::tuple({self, like(self, ""), like(self, "")});
  }
  return Value::tuple({like(self, text.substr(0, found)), like(self, between),
                       like(self, text.substr(found + between.size()))});
}

Value join(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.join", arguments, 1, 1);
  Iteration iteration(interpreter, arguments.positional[0], "can only join an iterable");
  std::string out;
  GrowthCharge growth(interpreter);
  Value item;
  for (size_t i = 0; iteration.next(item); ++i) {
    if (i > 0) {
      out += self.as_string();
    }
    if (self.kind() == Kind::Markup) {
      out += escape_text(interpreter, item);
    } else if (item.is_string()) {
      out += item.as_string();
    } else {
      interpreter.raise(
          "TypeError",
          fmt::format("sequence item {}: expected str instance, {} found", i, item.type_name()));
    }
    growth.note(out.size());
  }
  return like(self, out);
}

template <Side side>
Value pad(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  constexpr std::string_view kName = side == Side::Both   ? "center"
                                     : side == Side::Left ? "rjust"
                                                          : "ljust";
  expect_count(interpreter, kName, arguments, 1, 2);
  int64_t width = to_index(interpreter, arguments.positional[0]);
  std::string fill = " ";
  if (const Value* given = argument_at(arguments, 1)) {
    if (!given->is_string() && self.kind() != Kind::Markup) {
      interpreter.raise("TypeError", fmt::format("The fill character must be a unicode character, "
                                                 "not {}",
                                                 given->type_name()));
    }
    fill = inserted(interpreter, self, kName, *given);
    if (count_code_points(fill) != 1) {
      interpreter.raise("TypeError", "The fill character must be exactly one character long");
    }
  }
  auto size = static_cast<int64_t>(self.text_length());
  if (width <= size) {
    return self;
  }
  int64_t room = width - size;
  charge_bytes(interpreter, static_cast<uint64_t>(room) * fill.size());
  // Python's center puts the odd blank to the left of texts of odd width.
  int64_t left = side == Side::Left    ? room
                 : side == Side::Right ? 0
                                       : room / 2 + (room & width & 1);
  std::string out;
  for (int64_t i = 0; i < left; ++i) {
    out += fill;
  }
  out += self.as_string();
  for (int64_t i = left; i < room; ++i) {
    out += fill;
  }
  return like(self, out);
}

Value zfill(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.zfill", arguments, 1, 1);
  int64_t width = to_index(interpreter, arguments.positional[0]);
  auto size = static_cast<int64_t>(self.text_length());
  if (width <= size) {
    return like(self, self.as_string());
  }
  charge_bytes(interpreter, static_cast<uint64_t>(width - size));
  std::string_view text = self.as_string();
  std::string out;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    out += text[0];
    text.remove_prefix(1);
  }
  out.append(static_cast<size_t>(width - size), '0');
  return like(self, out += text);
}

Value expandtabs(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [given] = bind<1>(interpreter, "expandtabs", arguments, {"tabsize"}, 0);
  int64_t tab = given ? to_index(interpreter, *given) : 8;
  std::string_view text = self.as_string();
  std::string out;
  GrowthCharge growth(interpreter);
  int64_t column = 0;
  for (size_t at = 0; at < text.size();) {
    size_t size = code_point_size(text, at);
    char c = text[at];
    if (c == '\t') {
      int64_t blanks = tab > 0 ? tab - column % tab : 0;
      charge_bytes(interpreter, static_cast<uint64_t>(blanks));
      growth.note(out.size() + static_cast<size_t>(blanks));
      out.append(static_cast<size_t>(blanks), ' ');
      column += blanks;
    } else {
      out += text.substr(at, size);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    at += size;
  }
  return like(self, out);
}

Value removeprefix(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.removeprefix", arguments, 1, 1);
  std::string_view prefix =
      to_text_argument(interpreter, "removeprefix()", arguments.positional[0]);
  std::string_view text = self.as_string();
  return like(self, text.starts_with(prefix) ? text.substr(prefix.size()) : text);
}

Value removesuffix(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.removesuffix", arguments, 1, 1);
  std::string_view suffix =
      to_text_argument(interpreter, "removesuffix()", arguments.positional[0]);
  std::string_view text = self.as_string();
  return like(self, text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text);
}

Value translate(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.translate", arguments, 1, 1);
  const Value& table = arguments.positional[0];
  std::string out;
  std::string_view text = self.as_string();
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    char32_t c = next_code_point(text, at);
    Value mapped_to = get_item(interpreter, table, Value::integer(c));
    if (mapped_to.is_none()) {
      continue;
    }
    if (mapped_to.is_integer()) {
      constexpr int64_t kLastCodePoint = 0x10ffff;
      if (mapped_to.kind() == Kind::BigInt || mapped_to.as_int() < 0 ||
          mapped_to.as_int() > kLastCodePoint) {
        interpreter.raise("ValueError", "character mapping must be in range(0x110000)");
      }
      append_code_point(out, static_cast<char32_t>(mapped_to.as_int()));
    } else if (mapped_to.is_undefined()) {
      out += text.substr(begin, at - begin);
    } else {
      if (!mapped_to.is_string()) {
        interpreter.raise("TypeError", "character mapping must return integer, None or str");
      }
      out += mapped_to.as_string();
    }
  }
  return like(self, out);
}

Value code_point_value(std::string_view text, size_t& at) {
  return Value::integer(next_code_point(text, at));
}

/// The table of str.maketrans(from, to, removed).
Value translation(Interpreter& interpreter, const Arguments& arguments) {
  for (size_t i = 1; i < arguments.positional.size(); ++i) {
    if (!arguments.positional[i].is_string()) {
      interpreter.raise("TypeError", fmt::format("maketrans() argument {} must be str, not {}",
                                                 i + 1, arguments.positional[i].type_name()));
    }
  }
  const Value& from = arguments.positional[0];
  const Value& to = arguments.positional[1];
  if (!from.is_string()) {
    interpreter.raise("TypeError",
                      "first maketrans argument must be a string if there is a second argument");
  }
  if (from.text_length() != to.text_length()) {
    interpreter.raise("ValueError", "the first two maketrans arguments must have equal length");
  }
  Value table = Value::dict();
  for (size_t at = 0, place = 0; at < from.as_string().size();) {
    Value key = code_point_value(from.as_string(), at);
    table.set_item(key, code_point_value(to.as_string(), place));
  }
  std::string_view removed =
      arguments.positional.size() > 2 ? arguments.positional[2].as_string() : "";
  for (size_t at = 0; at < removed.size();) {
    table.set_item(code_point_value(removed, at), Value::none());
  }
  return table;
}

Value maketrans(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  expect_count(interpreter, "maketrans", arguments, 1, 3);
  if (arguments.positional.size() > 1) {
    return translation(interpreter, arguments);
  }
  const Value& given = arguments.positional[0];
  if (!given.is_dict()) {
    interpreter.raise("TypeError", "if you give only one argument to maketrans it must be a dict");
  }
  Value table = Value::dict();
  for (size_t i = 0; i < given.size(); ++i) {
    const Value& key = given.key_at(i);
    if (key.is_string()) {
      if (key.text_length() != 1) {
        interpreter.raise("ValueError", "string keys in translate table must be of length 1");
      }
      size_t at = 0;
      table.set_item(code_point_value(key.as_string(), at), given.value_at(i));
    } else if (key.is_integer()) {
      table.set_item(key, given.value_at(i));
    } else {
      interpreter.raise("TypeError", "keys in translate table must be strings or integers");
    }
  }
  return table;
}

Value format(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  return str_format(interpreter, self, arguments);
}

Value format_map(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.format_map", arguments, 1, 1);
  return str_format_map(interpreter, self, arguments.positional[0]);
}

Value striptags(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "striptags", arguments, 0, 0);
  return Value::string(strip_tags(self.as_string()));
}

Value unescape(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "unescape", arguments, 0, 0);
  return Value::string(unescape_html(self.as_string()));
}

MethodTable make_table() {
  MethodTable table = {
      {"lower", mapped<to_lower_case, "str.lower">},
      {"upper", mapped<to_upper_case, "str.upper">},
      {"title", mapped<to_title_case, "str.title">},
      {"capitalize", mapped<to_capitalized, "str.capitalize">},
      {"swapcase", mapped<to_swapped_case, "str.swapcase">},
      {"casefold", mapped<to_case_folded, "str.casefold">},
      {"strip", strip<Side::Both>},
      {"lstrip", strip<Side::Left>},
      {"rstrip", strip<Side::Right>},
      {"replace", replace},
      {"split", split<false>},
      {"rsplit", split<true>},
      {"splitlines", splitlines},
      {"partition", partition<false>},
      {"rpartition", partition<true>},
      {"join", join},
      {"center", pad<Side::Both>},
      {"ljust", pad<Side::Right>},
      {"rjust", pad<Side::Left>},
      {"zfill", zfill},
      {"expandtabs", expandtabs},
      {"removeprefix", removeprefix},
      {"removesuffix", removesuffix},
      {"translate", translate},
      {"maketrans", maketrans},
      {"format", format},
      {"format_map", format_map},
      {"striptags", striptags},
      {"unescape", unescape},
  };
  add_string_queries(table);
  return table;
}

}  // namespace

void charge_replacement(Interpreter& interpreter, std::string_view text, std::string_view from,
                        std::string_view to, int64_t limit) {
  if (to.size() <= from.size() && !from.empty()) {
    charge_bytes(interpreter, text.size());
    return;
  }
  size_t matches = count_text(text, from);
  if (limit >= 0) {
    matches = std::min(matches, static_cast<size_t>(limit));
  }
  charge_bytes(interpreter, text.size() + matches * to.size());
  charge_steps(interpreter, matches * kStepsOfMatch);
}

const MethodTable& string_methods() {
  static const MethodTable table = make_table();
  return table;
}

}  // namespace weft::jinja
