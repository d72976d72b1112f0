#include "context/regex_objects.h"

#include <chrono>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/modules.h"
#include "jinja/engine.h"
#include "jinja/iterators.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/text.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::bind;
using jinja::Interpreter;
using jinja::Value;

/// A microsecond of matching counts as so many steps of the budget, whose size is some seconds
/// then.
constexpr uint64_t kStepsPerMicrosecond = 10;

std::optional<RegexMatch> find_charged(Interpreter& interpreter, const Regex& regex,
                                       std::string_view text, size_t begin, Regex::Anchor anchor,
                                       bool advance) {
  auto started = std::chrono::steady_clock::now();
  auto found = regex.find(text, begin, anchor, advance);
  auto spent = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started);
  jinja::charge_steps(interpreter, 1 + static_cast<uint64_t>(spent.count()) * kStepsPerMicrosecond);
  if (auto* error = std::get_if<RegexError>(&found))
    interpreter.raise("error", error->message);
  return std::move(std::get<0>(found));
}

/// Code point index of a byte.
int64_t index_of(std::string_view text, size_t byte) {
  return static_cast<int64_t>(jinja::count_code_points(text.substr(0, byte)));
}

std::string_view slice(std::string_view subject, const RegexMatch& match, size_t group) {
  auto [begin, end] = match.groups[group];
  if (begin < 0)
    return "";
  return subject.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

/// A group's text; `missing` for one that took no part.
Value group_value(std::string_view subject, const RegexMatch& match, size_t group,
                  const Value& missing) {
  return match.groups[group].first < 0 ? missing : Value::string(slice(subject, match, group));
}

/// Byte of a `pos` or `endpos` argument, which counts code points and is cut to the text.
size_t byte_argument(Interpreter& interpreter, std::string_view text, const Value* value,
                     size_t fallback) {
  if (value == nullptr)
    return fallback;
  int64_t index = jinja::to_clamped_index(interpreter, *value);
  return index <= 0 ? 0 : jinja::byte_offset(text, static_cast<size_t>(index));
}

class MatchObject final : public jinja::Object {
 public:
  MatchObject(SharedRegex regex, Value subject, RegexMatch match, size_t pos, size_t endpos)
      : regex_(std::move(regex)),
        subject_(std::move(subject)),
        match_(std::move(match)),
        pos_(pos),
        endpos_(endpos) {}

  std::string_view type_name() const override { return "re.Match"; }
  bool truthy() const override { return true; }
  const RegexMatch& match() const { return match_; }

  std::string repr() const override {
    std::string_view text = subject_.as_string();
    std::string shown = Value::string(slice(text, match_, 0)).repr();
    // Python shows the first fifty characters.
    return fmt::format("<re.Match object; span=({}, {}), match={}>", index_of(text, match_.begin()),
                       index_of(text, match_.end()), base::utf8_prefix(shown, 50));
  }

  std::optional<Value> item(Interpreter&, const Value& key) override {
    std::optional<size_t> group = find_group(key);
    if (!group)
      return std::nullopt;
    return group_value(subject_.as_string(), match_, *group, Value::none());
  }

  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override {
    for (const auto& [method, function] : kMethods) {
      if (method != name)
        continue;
      Value self = Value::object(this);
      return make_module_function(
          method, [self, this, function](Interpreter& run, const Arguments& arguments) {
            return (this->*function)(run, arguments);
          });
    }
    return data_attribute(interpreter, name);
  }

 private:
  using Method = Value (MatchObject::*)(Interpreter&, const Arguments&);
  static const std::pair<std::string_view, Method> kMethods[7];

  std::optional<Value> data_attribute(Interpreter&, std::string_view name) {
    std::string_view text = subject_.as_string();
    if (name == "string")
      return subject_;
    if (name == "re")
      return make_pattern(regex_);
    if (name == "pos")
      return Value::integer(index_of(text, pos_));
    if (name == "endpos")
      return Value::integer(index_of(text, endpos_));
    if (name == "lastindex") {
      int last = last_group();
      return last == 0 ? Value::none() : Value::integer(last);
    }
    if (name == "lastgroup") {
      for (const auto& [group_name, group] : regex_->info().names) {
        if (group == last_group() && group != 0)
          return Value::string(group_name);
      }
      return Value::none();
    }
    if (name == "regs") {
      std::vector<Value> spans;
      for (size_t group = 0; group < match_.groups.size(); ++group)
        spans.push_back(span_value(group));
      return Value::tuple(std::move(spans));
    }
    return std::nullopt;
  }

  /// The group that closed last, 0 for none.
  int last_group() const {
    int last = 0;
    for (size_t group = 1; group < match_.groups.size(); ++group) {
      if (match_.groups[group].first < 0)
        continue;
      const auto& order = regex_->info().close_order;
      auto place = static_cast<size_t>(last);
      if (last == 0 || std::pair(match_.groups[group].second, order[group]) >
                           std::pair(match_.groups[place].second, order[place]))
        last = static_cast<int>(group);
    }
    return last;
  }

  std::optional<size_t> find_group(const Value& key) const {
    if (key.is_string()) {
      for (const auto& [name, group] : regex_->info().names) {
        if (name == key.as_string())
          return static_cast<size_t>(group);
      }
    } else if (key.kind() == jinja::Kind::Int || key.is_bool()) {
      int64_t group = key.as_int();
      if (group >= 0 && group < static_cast<int64_t>(match_.groups.size()))
        return static_cast<size_t>(group);
    }
    return std::nullopt;
  }

  size_t group_of(Interpreter& interpreter, const Value& key) const {
    std::optional<size_t> group = find_group(key);
    if (!group)
      interpreter.raise("IndexError", "no such group");
    return *group;
  }

  Value span_value(size_t group) const {
    auto [begin, end] = match_.groups[group];
    if (begin < 0)
      return Value::tuple({Value::integer(-1), Value::integer(-1)});
    std::string_view text = subject_.as_string();
    return Value::tuple({Value::integer(index_of(text, static_cast<size_t>(begin))),
                         Value::integer(index_of(text, static_cast<size_t>(end)))});
  }

  Value group(Interpreter& interpreter, const Arguments& arguments) {
    if (!arguments.named.empty())
      interpreter.raise("TypeError", "group() takes no keyword arguments");
    std::string_view text = subject_.as_string();
    if (arguments.positional.empty())
      return Value::string(slice(text, match_, 0));
    std::vector<Value> made;
    for (const Value& key : arguments.positional)
      made.push_back(group_value(text, match_, group_of(interpreter, key), Value::none()));
    return made.size() == 1 ? made[0] : Value::tuple(std::move(made));
  }

  Value groups(Interpreter& interpreter, const Arguments& arguments) {
    auto [missing] = bind<1>(interpreter, "groups", arguments, {"default"}, 0);
    std::vector<Value> made;
    for (size_t i = 1; i < match_.groups.size(); ++i) {
      made.push_back(
          group_value(subject_.as_string(), match_, i, missing ? *missing : Value::none()));
    }
    return Value::tuple(std::move(made));
  }

  Value groupdict(Interpreter& interpreter, const Arguments& arguments) {
    auto [missing] = bind<1>(interpreter, "groupdict", arguments, {"default"}, 0);
    Value made = Value::dict();
    for (const auto& [name, number] : regex_->info().names) {
      made.set_item(name, group_value(subject_.as_string(), match_, static_cast<size_t>(number),
                                      missing ? *missing : Value::none()));
    }
    return made;
  }

  Value span(Interpreter& interpreter, const Arguments& arguments) {
    jinja::expect_count(interpreter, "span", arguments, 0, 1);
    const Value* key = jinja::argument_at(arguments, 0);
    return span_value(key ? group_of(interpreter, *key) : 0);
  }
  Value start(Interpreter& interpreter, const Arguments& arguments) {
    return Value(span(interpreter, arguments).at(0));
  }
  Value end(Interpreter& interpreter, const Arguments& arguments) {
    return Value(span(interpreter, arguments).at(1));
  }

  Value expand(Interpreter& interpreter, const Arguments& arguments) {
    auto [text] = bind<1>(interpreter, "expand", arguments, {"template"}, 1);
    ReplacementTemplate replacement(interpreter, *regex_, subject_argument(interpreter, *text));
    std::string out;
    replacement.append(out, subject_.as_string(), match_);
    return Value::string(std::move(out));
  }

  SharedRegex regex_;
  Value subject_;
  RegexMatch match_;
  size_t pos_, endpos_;
};

const std::pair<std::string_view, MatchObject::Method> MatchObject::kMethods[7] = {
    {"group", &MatchObject::group},         {"groups", &MatchObject::groups},
    {"groupdict", &MatchObject::groupdict}, {"span", &MatchObject::span},
    {"start", &MatchObject::start},         {"end", &MatchObject::end},
    {"expand", &MatchObject::expand},
};

int64_t count_argument(Interpreter& interpreter, const Value* value) {
  return value ? jinja::to_clamped_index(interpreter, *value) : 0;
}

class PatternObject final : public jinja::Object {
 public:
  explicit PatternObject(SharedRegex regex) : regex_(std::move(regex)) {}

  std::string_view type_name() const override { return "re.Pattern"; }
  const SharedRegex& regex() const { return regex_; }
  bool equals(const jinja::Object& other) const override {
    const auto* pattern = dynamic_cast<const PatternObject*>(&other);
    return pattern != nullptr && pattern->regex_->pattern() == regex_->pattern() &&
           pattern->flags() == flags();
  }
  size_t hash() const override { return std::hash<std::string>{}(regex_->pattern()); }

  std::string repr() const override {
    constexpr std::pair<int, std::string_view> kNames[] = {
        {kRegexIgnoreCase, "re.IGNORECASE"}, {kRegexLocale, "re.LOCALE"},
        {kRegexMultiline, "re.MULTILINE"},   {kRegexDotAll, "re.DOTALL"},
        {kRegexVerbose, "re.VERBOSE"},       {kRegexAscii, "re.ASCII"}};
    std::string text = "re.compile(" + Value::string(regex_->pattern()).repr();
    std::string names;
    for (const auto& [flag, name] : kNames) {
      if ((flags() & flag) != 0)
        names += (names.empty() ? ", " : "|") + std::string(name);
    }
    return text + names + ")";
  }

  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    for (const auto& [method, function] : kMethods) {
      if (method != name)
        continue;
      Value self = Value::object(this);
      return make_module_function(
          method, [self, this, function](Interpreter& run, const Arguments& arguments) {
            return (this->*function)(run, arguments);
          });
    }
    if (name == "pattern")
      return Value::string(regex_->pattern());
    if (name == "flags")
      return Value::integer(flags());
    if (name == "groups")
      return Value::integer(regex_->info().group_count);
    if (name == "groupindex") {
      Value made = Value::dict();
      for (const auto& [group_name, group] : regex_->info().names)
        made.set_item(group_name, Value::integer(group));
      return made;
    }
    return std::nullopt;
  }

 private:
  using Method = Value (PatternObject::*)(Interpreter&, const Arguments&);
  static const std::pair<std::string_view, Method> kMethods[8];

  int flags() const {
    int flags = regex_->info().flags;
    return (flags & kRegexAscii) != 0 ? flags : flags | kRegexUnicode;
  }

  Value find(Interpreter& interpreter, std::string_view name, const Arguments& arguments,
             Regex::Anchor anchor) {
    auto [text, pos, endpos] =
        bind<3>(interpreter, name, arguments, {"string", "pos", "endpos"}, 1);
    return find_match(interpreter, regex_, *text, anchor, pos, endpos);
  }
  Value match(Interpreter& interpreter, const Arguments& arguments) {
    return find(interpreter, "match", arguments, Regex::Anchor::Match);
  }
  Value search(Interpreter& interpreter, const Arguments& arguments) {
    return find(interpreter, "search", arguments, Regex::Anchor::Search);
  }
  Value fullmatch(Interpreter& interpreter, const Arguments& arguments) {
    return find(interpreter, "fullmatch", arguments, Regex::Anchor::FullMatch);
  }

  MatchWalk walk(Interpreter& interpreter, std::string_view name, const Arguments& arguments) {
    auto [given, pos, endpos] =
        bind<3>(interpreter, name, arguments, {"string", "pos", "endpos"}, 1);
    std::string_view text = subject_argument(interpreter, *given);
    size_t end = byte_argument(interpreter, text, endpos, text.size());
    return MatchWalk(regex_, *given, byte_argument(interpreter, text, pos, 0), end);
  }
  Value findall(Interpreter& interpreter, const Arguments& arguments) {
    return find_all(interpreter, walk(interpreter, "findall", arguments));
  }
  Value finditer(Interpreter& interpreter, const Arguments& arguments) {
    return find_iterator(walk(interpreter, "finditer", arguments));
  }

  Value split(Interpreter& interpreter, const Arguments& arguments) {
    auto [text, most] = bind<2>(interpreter, "split", arguments, {"string", "maxsplit"}, 1);
    size_t size = subject_argument(interpreter, *text).size();
    return split_text(interpreter, MatchWalk(regex_, *text, 0, size),
                      count_argument(interpreter, most));
  }

  Value replace(Interpreter& interpreter, std::string_view name, const Arguments& arguments,
                int64_t& count) {
    auto [replacement, text, most] =
        bind<3>(interpreter, name, arguments, {"repl", "string", "count"}, 2);
    size_t size = subject_argument(interpreter, *text).size();
    return replace_matches(interpreter, MatchWalk(regex_, *text, 0, size), *replacement,
                           count_argument(interpreter, most), count);
  }
  Value sub(Interpreter& interpreter, const Arguments& arguments) {
    int64_t count = 0;
    return replace(interpreter, "sub", arguments, count);
  }
  Value subn(Interpreter& interpreter, const Arguments& arguments) {
    int64_t count = 0;
    Value text = replace(interpreter, "subn", arguments, count);
    return Value::tuple({text, Value::integer(count)});
  }

  SharedRegex regex_;
};

const std::pair<std::string_view, PatternObject::Method> PatternObject::kMethods[8] = {
    {"match", &PatternObject::match},
    {"search", &PatternObject::search},
    {"fullmatch", &PatternObject::fullmatch},
    {"findall", &PatternObject::findall},
    {"finditer", &PatternObject::finditer},
    {"split", &PatternObject::split},
    {"sub", &PatternObject::sub},
    {"subn", &PatternObject::subn},
};

Value make_match(const MatchWalk& walk, RegexMatch match) {
  return Value::object(
      new MatchObject(walk.regex(), walk.subject(), std::move(match), 0, walk.text().size()));
}

}  // namespace

Value make_pattern(SharedRegex regex) { return Value::object(new PatternObject(std::move(regex))); }

const SharedRegex* regex_of(const Value& value) {
  auto* pattern = value.as<PatternObject>();
  return pattern == nullptr ? nullptr : &pattern->regex();
}

std::string_view subject_argument(Interpreter& interpreter, const Value& value) {
  if (!value.is_string()) {
    interpreter.raise("TypeError", fmt::format("expected string or bytes-like object, got '{}'",
                                               value.type_name()));
  }
  std::string_view text = value.as_string();
  if (!value.is_ascii() && base::find_invalid_utf8(text))
    interpreter.raise("ValueError", "the text is no UTF-8");
  return text;
}

MatchWalk::MatchWalk(SharedRegex regex, Value subject, size_t begin, size_t end)
    : regex_(std::move(regex)), subject_(std::move(subject)), at_(begin), end_(end) {
  is_done_ = begin > end;
}

bool MatchWalk::next(Interpreter& interpreter, RegexMatch& match) {
  if (is_done_)
    return false;
  std::optional<RegexMatch> found =
      find_charged(interpreter, *regex_, text(), at_, Regex::Anchor::Search, advance_);
  if (!found) {
    is_done_ = true;
    return false;
  }
  at_ = found->end();
  advance_ = found->begin() == found->end();
  match = std::move(*found);
  return true;
}

Value find_match(Interpreter& interpreter, const SharedRegex& regex, const Value& subject,
                 Regex::Anchor anchor, const Value* pos, const Value* endpos) {
  std::string_view text = subject_argument(interpreter, subject);
  size_t begin = byte_argument(interpreter, text, pos, 0);
  size_t end = byte_argument(interpreter, text, endpos, text.size());
  if (begin > end)
    return Value::none();
  std::optional<RegexMatch> found =
      find_charged(interpreter, *regex, text.substr(0, end), begin, anchor, false);
  if (!found)
    return Value::none();
  return Value::object(new MatchObject(regex, subject, std::move(*found), begin, end));
}

Value find_all(Interpreter& interpreter, MatchWalk walk) {
  std::vector<Value> made;
  RegexMatch match;
  while (walk.next(interpreter, match)) {
    size_t groups = match.groups.size() - 1;
    jinja::charge_bytes(interpreter, (groups + 1) * sizeof(Value) + match.end() - match.begin());
    if (groups <= 1) {
      made.push_back(Value::string(slice(walk.text(), match, groups)));
      continue;
    }
    std::vector<Value> row;
    for (size_t group = 1; group <= groups; ++group)
      row.push_back(Value::string(slice(walk.text(), match, group)));
    made.push_back(Value::tuple(std::move(row)));
  }
  return Value::list(std::move(made));
}

Value find_iterator(MatchWalk walk) {
  auto step = [walk = std::move(walk)](Interpreter& interpreter, Value& item) mutable {
    RegexMatch match;
    if (!walk.next(interpreter, match))
      return false;
    item = make_match(walk, std::move(match));
    return true;
  };
  return jinja::make_generator("callable_iterator", std::move(step));
}

Value split_text(Interpreter& interpreter, MatchWalk walk, int64_t most) {
  std::vector<Value> made;
  size_t from = 0;
  RegexMatch match;
  for (int64_t count = 0; (most <= 0 || count < most) && most >= 0; ++count) {
    if (!walk.next(interpreter, match))
      break;
    jinja::charge_bytes(interpreter, match.end() - from + match.groups.size() * sizeof(Value));
    made.push_back(Value::string(walk.text().substr(from, match.begin() - from)));
    for (size_t group = 1; group < match.groups.size(); ++group)
      made.push_back(group_value(walk.text(), match, group, Value::none()));
    from = match.end();
  }
  made.push_back(Value::string(walk.text().substr(from)));
  return Value::list(std::move(made));
}

Value replace_matches(Interpreter& interpreter, MatchWalk walk, const Value& replacement,
                      int64_t most, int64_t& count) {
  std::optional<ReplacementTemplate> text;
  bool is_call = replacement.is_object() && replacement.as_object().is_callable();
  if (!is_call)
    text.emplace(interpreter, *walk.regex(), subject_argument(interpreter, replacement));
  std::string out;
  size_t from = 0;
  RegexMatch match;
  for (count = 0; (most <= 0 || count < most) && most >= 0; ++count) {
    if (!walk.next(interpreter, match))
      break;
    size_t before = out.size();
    out += walk.text().substr(from, match.begin() - from);
    if (is_call) {
      Value given = make_match(walk, match);
      Value made =
          interpreter.invoke(replacement, Arguments{std::span<const Value>(&given, 1), {}});
      if (!made.is_string() && !made.is_none()) {
        interpreter.raise("TypeError",
                          fmt::format("sequence item {}: expected str instance, {} found", count,
                                      made.type_name()));
      }
      if (made.is_string())
        out += made.as_string();
    } else {
      text->append(out, walk.text(), match);
    }
    jinja::charge_bytes(interpreter, out.size() - before);
    from = match.end();
  }
  out += walk.text().substr(from);
  return Value::string(std::move(out));
}

}  // namespace weft::context
