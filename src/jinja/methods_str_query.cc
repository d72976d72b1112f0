// Methods of str that ask: find, count, startswith, is...() and encode.
#include <algorithm>

#include <fmt/format.h>

#include "jinja/bytes.h"
#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/engine.h"
#include "jinja/methods_str.h"
#include "jinja/parameters.h"
#include "jinja/search.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

/// The part of the text between two code point indexes as find() and count() take them.
struct Window {
  std::string_view text;
  /// Code points before the window.
  int64_t first = 0;
  /// False when the start lies behind the end: nothing is found there, not even "".
  bool is_valid = true;
};

Window window_of(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Value* start = argument_at(arguments, 1);
  const Value* stop = argument_at(arguments, 2);
  Window window{self.as_string()};
  if (!start && !stop) {
    return window;
  }
  auto size = static_cast<int64_t>(self.text_length());
  auto place = [&](const Value* part, int64_t missing) {
    if (!part || part->is_none()) {
      return missing;
    }
    int64_t n = to_clamped_index(interpreter, *part);
    return n < 0 ? std::max<int64_t>(n + size, 0) : n;
  };
  int64_t first = place(start, 0), last = std::min(place(stop, size), size);
  if (first > last) {
    window.is_valid = false;
    return window;
  }
  auto offset = [&](int64_t index) {
    auto position = static_cast<size_t>(index);
    return self.is_ascii() ? position : byte_offset(self.as_string(), position);
  };
  size_t begin = offset(first);
  window.text = self.as_string().substr(begin, offset(last) - begin);
  window.first = first;
  return window;
}

template <bool from_right>
int64_t find_in(Interpreter& interpreter, const Value& self, std::string_view name,
                const Arguments& arguments) {
  expect_count(interpreter, name, arguments, 1, 3);
  if (!arguments.positional[0].is_string()) {
    interpreter.raise("TypeError",
                      fmt::format("must be str, not {}", arguments.positional[0].type_name()));
  }
  std::string_view needle = arguments.positional[0].as_string();
  Window window = window_of(interpreter, self, arguments);
  if (!window.is_valid) {
    return -1;
  }
  if (from_right) {
    // Backwards, each place is compared.
    charge_steps(interpreter, window.text.size() / 4);
  }
  size_t found = from_right ? window.text.rfind(needle) : find_text(window.text, needle);
  if (found == std::string_view::npos) {
    return -1;
  }
  return window.first + static_cast<int64_t>(count_code_points(window.text.substr(0, found)));
}

template <bool from_right>
Value find(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  return Value::integer(
      find_in<from_right>(interpreter, self, from_right ? "rfind" : "find", arguments));
}

template <bool from_right>
Value index(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  int64_t found =
      find_in<from_right>(interpreter, self, from_right ? "rindex" : "index", arguments);
  if (found < 0) {
    interpreter.raise("ValueError", "substring not found");
  }
  return Value::integer(found);
}

Value count(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "count", arguments, 1, 3);
  if (!arguments.positional[0].is_string()) {
    interpreter.raise("TypeError",
                      fmt::format("must be str, not {}", arguments.positional[0].type_name()));
  }
  Window window = window_of(interpreter, self, arguments);
  size_t found = window.is_valid ? count_text(window.text, arguments.positional[0].as_string()) : 0;
  charge_steps(interpreter, kStepsOfMatch * found);
  return Value::integer(static_cast<int64_t>(found));
}

template <bool at_end>
Value matches_end(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  constexpr std::string_view kName = at_end ? "endswith" : "startswith";
  expect_count(interpreter, kName, arguments, 1, 3);
  const Value& wanted = arguments.positional[0];
  Window window = window_of(interpreter, self, arguments);
  auto matches = [&](const Value& part) {
    return window.is_valid && (at_end ? window.text.ends_with(part.as_string())
                                      : window.text.starts_with(part.as_string()));
  };
  if (wanted.is_string()) {
    return Value::boolean(matches(wanted));
  }
  if (!wanted.is_tuple()) {
    interpreter.raise("TypeError", fmt::format("{} first arg must be str or a tuple of str, not {}",
                                               kName, wanted.type_name()));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted.at(i).is_string()) {
      interpreter.raise("TypeError", fmt::format("tuple for {} must only contain str, not {}",
                                                 kName, wanted.at(i).type_name()));
    }
    if (matches(wanted.at(i))) {
      return Value::boolean(true);
    }
  }
  return Value::boolean(false);
}

/// True for a text that is not empty and whose characters all have one of the flags.
template <uint16_t flags, MethodName kName>
Value all_have(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, kName.text, arguments, 0, 0);
  std::string_view text = self.as_string();
  for (size_t at = 0; at < text.size();) {
    if (!has_flag(next_code_point(text, at), flags)) {
      return Value::boolean(false);
    }
  }
  return Value::boolean(!text.empty());
}

Value isprintable(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  return Value::boolean(
      self.as_string().empty() ||
      all_have<kPrintable, "str.isprintable">(interpreter, self, arguments).as_bool());
}

Value isspace(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.isspace", arguments, 0, 0);
  std::string_view text = self.as_string();
  return Value::boolean(!text.empty() && strip_space_left(text).empty());
}

Value isascii(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.isascii", arguments, 0, 0);
  return Value::boolean(self.is_ascii());
}

template <uint16_t wanted, uint16_t unwanted>
bool has_case(std::string_view text) {
  bool found = false;
  for (size_t at = 0; at < text.size();) {
    uint16_t flags = character_flags(next_code_point(text, at));
    if (flags & (unwanted | kTitle)) {
      return false;
    }
    found = found || (flags & wanted);
  }
  return found;
}

Value islower(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.islower", arguments, 0, 0);
  return Value::boolean(is_lower_text(self.as_string()));
}

Value isupper(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.isupper", arguments, 0, 0);
  return Value::boolean(is_upper_text(self.as_string()));
}

Value istitle(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.istitle", arguments, 0, 0);
  std::string_view text = self.as_string();
  bool found = false, after_cased = false;
  for (size_t at = 0; at < text.size();) {
    uint16_t flags = character_flags(next_code_point(text, at));
    bool is_high = flags & (kUpper | kTitle);
    bool is_low = flags & kLower;
    if ((is_high && after_cased) || (is_low && !after_cased)) {
      return Value::boolean(false);
    }
    after_cased = is_high || is_low;
    found = found || after_cased;
  }
  return Value::boolean(found);
}

Value isidentifier(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  expect_count(interpreter, "str.isidentifier", arguments, 0, 0);
  std::string_view text = self.as_string();
  for (size_t at = 0; at < text.size();) {
    uint16_t wanted = at == 0 ? kIdentifierStart : kIdentifierPart;
    if (!has_flag(next_code_point(text, at), wanted)) {
      return Value::boolean(false);
    }
  }
  return Value::boolean(!text.empty());
}

Value encode(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  auto [encoding, errors] = bind<2>(interpreter, "encode", arguments, {"encoding", "errors"}, 0);
  std::string name =
      encoding ? std::string(to_text_argument(interpreter, "encode()", *encoding)) : "utf-8";
  std::string handling =
      errors ? std::string(to_text_argument(interpreter, "encode()", *errors)) : "strict";
  return encode_text(interpreter, self.as_string(), name, handling);
}

}  // namespace

bool is_lower_text(std::string_view text) { return has_case<kLower, kUpper>(text); }
bool is_upper_text(std::string_view text) { return has_case<kUpper, kLower>(text); }

void add_string_queries(MethodTable& table) {
  table.insert({
      {"find", find<false>},
      {"rfind", find<true>},
      {"index", index<false>},
      {"rindex", index<true>},
      {"count", count},
      {"startswith", matches_end<false>},
      {"endswith", matches_end<true>},
      {"isalpha", all_have<kAlpha, "str.isalpha">},
      {"isdigit", all_have<kDigit, "str.isdigit">},
      {"isdecimal", all_have<kDecimalDigit, "str.isdecimal">},
      {"isnumeric", all_have<kNumeric, "str.isnumeric">},
      {"isalnum", all_have<kAlpha | kDecimalDigit | kDigit | kNumeric, "str.isalnum">},
      {"isprintable", isprintable},
      {"isspace", isspace},
      {"isascii", isascii},
      {"islower", islower},
      {"isupper", isupper},
      {"istitle", istitle},
      {"isidentifier", isidentifier},
      {"encode", encode},
  });
}

}  // namespace weft::jinja
