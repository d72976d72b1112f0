// re: the functions of the module. Compiled patterns are kept, as Python does.
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/unicode.h"
#include "context/modules.h"
#include "context/regex_objects.h"
#include "jinja/parameters.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::bind;
using jinja::Interpreter;
using jinja::Value;

/// Patterns that were compiled before, by their flags and text.
class RegexCache {
 public:
  /// The expression of a text or Pattern. Raises re.error and TypeError.
  SharedRegex get(Interpreter& interpreter, const Value& pattern, const Value* flag_value) {
    int64_t flags = flag_value ? jinja::to_clamped_index(interpreter, *flag_value) : 0;
    if (const SharedRegex* regex = regex_of(pattern)) {
      if (flags != 0) {
        interpreter.raise("ValueError", "cannot process flags argument with a compiled pattern");
      }
      return *regex;
    }
    if (!pattern.is_string())
      interpreter.raise("TypeError", "first argument must be string or compiled pattern");
    if ((flags & kRegexLocale) != 0)
      interpreter.raise("ValueError", "cannot use LOCALE flag with a str pattern");
    if ((flags & kRegexAscii) != 0 && (flags & kRegexUnicode) != 0)
      interpreter.raise("ValueError", "ASCII and UNICODE flags are incompatible");
    std::string key = fmt::format("{}:{}", flags & 0x1ff, pattern.as_string());
    auto found = regexes_.find(key);
    if (found != regexes_.end())
      return found->second;
    auto made = Regex::compile(pattern.as_string(), static_cast<int>(flags & 0x1ff));
    if (auto* error = std::get_if<RegexError>(&made))
      interpreter.raise("error", error->message);
    if (regexes_.size() >= kMost)
      regexes_.clear();
    return regexes_.emplace(std::move(key), std::get<0>(made)).first->second;
  }

  void clear() { regexes_.clear(); }

 private:
  static constexpr size_t kMost = 512;
  std::unordered_map<std::string, SharedRegex> regexes_;
};

using SharedCache = std::shared_ptr<RegexCache>;

void add_finder(Value& module, const SharedCache& cache, std::string_view name,
                Regex::Anchor anchor) {
  module.set_item(
      name, make_module_function(name, [=](Interpreter& interpreter, const Arguments& arguments) {
        auto [pattern, text, flags] =
            bind<3>(interpreter, name, arguments, {"pattern", "string", "flags"}, 2);
        SharedRegex regex = cache->get(interpreter, *pattern, flags);
        return find_match(interpreter, regex, *text, anchor);
      }));
}

MatchWalk walk_of(Interpreter& interpreter, RegexCache& cache, const Value& pattern,
                  const Value& text, const Value* flags) {
  SharedRegex regex = cache.get(interpreter, pattern, flags);
  size_t size = subject_argument(interpreter, text).size();
  return MatchWalk(std::move(regex), text, 0, size);
}

void add_walkers(Value& module, const SharedCache& cache) {
  module.set_item(
      "findall", make_module_function("findall", [cache](Interpreter& interpreter,
                                                         const Arguments& arguments) {
        auto [pattern, text, flags] =
            bind<3>(interpreter, "findall", arguments, {"pattern", "string", "flags"}, 2);
        return find_all(interpreter, walk_of(interpreter, *cache, *pattern, *text, flags));
      }));
  module.set_item("finditer", make_module_function("finditer", [cache](Interpreter& interpreter,
                                                                       const Arguments& arguments) {
                    auto [pattern, text, flags] = bind<3>(interpreter, "finditer", arguments,
                                                          {"pattern", "string", "flags"}, 2);
                    return find_iterator(walk_of(interpreter, *cache, *pattern, *text, flags));
                  }));
  module.set_item(
      "split",
      make_module_function("split", [cache](Interpreter& interpreter, const Arguments& arguments) {
        auto [pattern, text, most, flags] =
            bind<4>(interpreter, "split", arguments, {"pattern", "string", "maxsplit", "flags"}, 2);
        MatchWalk walk = walk_of(interpreter, *cache, *pattern, *text, flags);
        return split_text(interpreter, std::move(walk),
                          most ? jinja::to_clamped_index(interpreter, *most) : 0);
      }));
}

void add_replacer(Value& module, const SharedCache& cache, std::string_view name,
                  bool gives_count) {
  module.set_item(
      name, make_module_function(name, [=](Interpreter& interpreter, const Arguments& arguments) {
        auto [pattern, replacement, text, most, flags] = bind<5>(
            interpreter, name, arguments, {"pattern", "repl", "string", "count", "flags"}, 3);
        MatchWalk walk = walk_of(interpreter, *cache, *pattern, *text, flags);
        int64_t count = 0;
        Value made = replace_matches(interpreter, std::move(walk), *replacement,
                                     most ? jinja::to_clamped_index(interpreter, *most) : 0, count);
        return gives_count ? Value::tuple({made, Value::integer(count)}) : made;
      }));
}

Value escape(Interpreter& interpreter, const Arguments& arguments) {
  auto [pattern] = bind<1>(interpreter, "escape", arguments, {"pattern"}, 1);
  constexpr std::string_view kSpecial = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
  std::string out;
  for (char c : subject_argument(interpreter, *pattern)) {
    if (kSpecial.find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  return Value::string(std::move(out));
}

constexpr std::pair<std::string_view, int> kFlagNames[] = {
    {"NOFLAG", 0},
    {"I", kRegexIgnoreCase},
    {"IGNORECASE", kRegexIgnoreCase},
    {"L", kRegexLocale},
    {"LOCALE", kRegexLocale},
    {"M", kRegexMultiline},
    {"MULTILINE", kRegexMultiline},
    {"S", kRegexDotAll},
    {"DOTALL", kRegexDotAll},
    {"U", kRegexUnicode},
    {"UNICODE", kRegexUnicode},
    {"X", kRegexVerbose},
    {"VERBOSE", kRegexVerbose},
    {"A", kRegexAscii},
    {"ASCII", kRegexAscii},
};

[[noreturn]] void raise_template(Interpreter& interpreter, std::string_view text, size_t at,
                                 const std::string& message) {
  interpreter.raise(
      "error", fmt::format("{} at position {}", message, base::utf8_length(text.substr(0, at))));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

ReplacementTemplate::ReplacementTemplate(Interpreter& interpreter, const Regex& regex,
                                         std::string_view text) {
  parts_.emplace_back("", -1);
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '\\')
      read_escape(interpreter, regex, text, at);
    else
      parts_.back().first += text[at++];
  }
}

void ReplacementTemplate::add_group(Interpreter& interpreter, const Regex& regex, int group,
                                    size_t at) {
  if (group > regex.info().group_count) {
    interpreter.raise("error", fmt::format("invalid group reference {} at position {}", group, at));
  }
  parts_.back().second = group;
  parts_.emplace_back("", -1);
}

void ReplacementTemplate::read_escape(Interpreter& interpreter, const Regex& regex,
                                      std::string_view text, size_t& at) {
  size_t begin = at++;
  if (at == text.size())
    raise_template(interpreter, text, begin, "bad escape (end of pattern)");
  char c = text[at++];
  auto peek = [&](size_t ahead) { return at + ahead < text.size() ? text[at + ahead] : '\0'; };
  if (c == 'g') {
    if (peek(0) != '<')
      raise_template(interpreter, text, at, "missing <");
    size_t name_begin = at + 1, end = text.find('>', name_begin);
    if (name_begin >= text.size() || end == name_begin)
      raise_template(interpreter, text, name_begin, "missing group name");
    if (end == std::string_view::npos)
      raise_template(interpreter, text, name_begin, "missing >, unterminated name");
    std::string name(text.substr(name_begin, end - name_begin));
    at = end + 1;
    if (name.find_first_not_of("0123456789") == std::string::npos) {
      int group = name.size() > 6 ? 1'000'000 : std::stoi(name);
      add_group(interpreter, regex, group, name_begin);
      return;
    }
    for (const auto& [known, group] : regex.info().names) {
      if (known == name) {
        add_group(interpreter, regex, group, name_begin);
        return;
      }
    }
    interpreter.raise("IndexError", fmt::format("unknown group name '{}'", name));
  }
  if (is_digit(c)) {
    bool is_three = is_octal(c) && is_octal(peek(0)) && is_octal(peek(1));
    if (c == '0' || is_three) {
      char32_t point = 0;
      at = begin + 1;
      for (size_t i = 0; i < 3 && is_octal(peek(0)); ++i)
        point = point * 8 + static_cast<char32_t>(text[at++] - '0');
      if (point > 0377) {
        raise_template(interpreter, text, begin,
                       fmt::format("octal escape value {} outside of range 0-0o377",
                                   text.substr(begin, at - begin)));
      }
      base::append_utf8(parts_.back().first, point);
      return;
    }
    int group = c - '0';
    if (is_digit(peek(0)))
      group = group * 10 + (text[at++] - '0');
    add_group(interpreter, regex, group, begin + 1);
    return;
  }
  constexpr std::string_view kLetters = "abfnrtv", kMeanings = "\a\b\f\n\r\t\v";
  size_t letter = kLetters.find(c);
  if (letter != std::string_view::npos) {
    parts_.back().first += kMeanings[letter];
  } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
    raise_template(interpreter, text, begin, fmt::format("bad escape \\{}", c));
  } else {
    parts_.back().first += '\\';
    if (c != '\\')
      parts_.back().first += c;
  }
}

void ReplacementTemplate::append(std::string& out, std::string_view subject,
                                 const RegexMatch& match) const {
  for (const auto& [text, group] : parts_) {
    out += text;
    if (group < 0)
      continue;
    auto [begin, end] = match.groups[static_cast<size_t>(group)];
    if (begin >= 0)
      out += subject.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  }
}

Value re_module() {
  auto cache = std::make_shared<RegexCache>();
  Value module = Value::dict();
  add_finder(module, cache, "match", Regex::Anchor::Match);
  add_finder(module, cache, "fullmatch", Regex::Anchor::FullMatch);
  add_finder(module, cache, "search", Regex::Anchor::Search);
  add_walkers(module, cache);
  add_replacer(module, cache, "sub", false);
  add_replacer(module, cache, "subn", true);
  module.set_item(
      "compile", make_module_function("compile", [cache](Interpreter& interpreter,
                                                         const Arguments& arguments) {
        auto [pattern, flags] = bind<2>(interpreter, "compile", arguments, {"pattern", "flags"}, 1);
        return make_pattern(cache->get(interpreter, *pattern, flags));
      }));
  module.set_item("escape", make_module_function("escape", escape));
  module.set_item("purge", make_module_function("purge", [cache](Interpreter&, const Arguments&) {
                    cache->clear();
                    return Value::none();
                  }));
  for (const auto& [name, flag] : kFlagNames)
    module.set_item(name, Value::integer(flag));
  module.set_item("error", Value::object(new ClassObject("re.error", nullptr)));
  module.set_item("Pattern", Value::object(new ClassObject("re.Pattern", nullptr)));
  module.set_item("Match", Value::object(new ClassObject("re.Match", nullptr)));
  return module;
}

}  // namespace weft::context
