// Pattern and Match of Python's re as values, and the operations that they share with the module's
// functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "context/regex.h"
#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::context {

using SharedRegex = std::shared_ptr<const Regex>;

jinja::Value make_pattern(SharedRegex regex);
/// The expression of a Pattern; null for any other value.
const SharedRegex* regex_of(const jinja::Value& value);

/// The text of a str argument that patterns are matched against. Raises TypeError.
std::string_view subject_argument(jinja::Interpreter& interpreter, const jinja::Value& value);

/// Walks over the matches of a text as finditer does. Raises re.error for a run-away pattern.
class MatchWalk {
 public:
  /// `subject` is kept. `begin` and `end` are bytes.
  MatchWalk(SharedRegex regex, jinja::Value subject, size_t begin, size_t end);

  /// False at the end.
  bool next(jinja::Interpreter& interpreter, RegexMatch& match);
  std::string_view text() const { return subject_.as_string().substr(0, end_); }
  const jinja::Value& subject() const { return subject_; }
  const SharedRegex& regex() const { return regex_; }

 private:
  SharedRegex regex_;
  jinja::Value subject_;
  size_t at_, end_;
  bool advance_ = false, is_done_ = false;
};

/// One match at or after byte `begin`, as a Match, or none. `pos` and `endpos` are code points.
jinja::Value find_match(jinja::Interpreter& interpreter, const SharedRegex& regex,
                        const jinja::Value& subject, Regex::Anchor anchor,
                        const jinja::Value* pos = nullptr, const jinja::Value* endpos = nullptr);
jinja::Value find_all(jinja::Interpreter& interpreter, MatchWalk walk);
jinja::Value find_iterator(MatchWalk walk);
jinja::Value split_text(jinja::Interpreter& interpreter, MatchWalk walk, int64_t most);
/// `count` receives the number of replacements.
jinja::Value replace_matches(jinja::Interpreter& interpreter, MatchWalk walk,
                             const jinja::Value& replacement, int64_t most, int64_t& count);

/// A replacement template with its groups put in. Raises re.error for a bad one.
class ReplacementTemplate {
 public:
  ReplacementTemplate(jinja::Interpreter& interpreter, const Regex& regex, std::string_view text);
  void append(std::string& out, std::string_view subject, const RegexMatch& match) const;

 private:
  void read_escape(jinja::Interpreter& interpreter, const Regex& regex, std::string_view text,
                   size_t& at);
  void add_group(jinja::Interpreter& interpreter, const Regex& regex, int group, size_t at);

  /// Text, then a group or -1.
  std::vector<std::pair<std::string, int>> parts_;
};

}  // namespace weft::context
