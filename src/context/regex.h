// Regex: Python's regular expressions, matched by PCRE2.
//
// Python's syntax is read and checked here and written again in PCRE2's; what means the same in
// both goes through. A match that takes too many steps is an error, so no pattern can hang a
// render.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weft::context {

/// Values of Python's re flags.
enum RegexFlag : int {
  kRegexIgnoreCase = 2,
  kRegexLocale = 4,
  kRegexMultiline = 8,
  kRegexDotAll = 16,
  kRegexUnicode = 32,
  kRegexVerbose = 64,
  kRegexAscii = 256,
};

/// Python's re.error: "unterminated character set at position 3".
struct RegexError {
  std::string message;
};

/// A pattern in PCRE2's syntax with what Python tells of it.
struct TranslatedRegex {
  std::string pattern;
  /// With the flags that the pattern sets itself.
  int flags = 0;
  int group_count = 0;
  /// Names with their group, in order of the groups.
  std::vector<std::pair<std::string, int>> names;
  /// For each group, 0 for the whole: how many groups end before it.
  std::vector<int> close_order;
};

std::variant<TranslatedRegex, RegexError> translate_regex(std::string_view pattern, int flags);

/// Byte offsets of one match: begin and end of each group, -1 for one that took no part.
struct RegexMatch {
  std::vector<std::pair<std::ptrdiff_t, std::ptrdiff_t>> groups;
  size_t begin() const { return static_cast<size_t>(groups[0].first); }
  size_t end() const { return static_cast<size_t>(groups[0].second); }
};

/// A compiled pattern. Not for use by several threads at once.
class Regex {
 public:
  enum class Anchor { Search, Match, FullMatch };

  static std::variant<std::shared_ptr<const Regex>, RegexError> compile(std::string_view pattern,
                                                                        int flags);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// The first match at or after byte `begin`. `advance` refuses an empty match right there, as the
  /// search after an empty match must. The error is a pattern that needs too many steps, or text
  /// that is no UTF-8.
  std::variant<std::optional<RegexMatch>, RegexError> find(std::string_view text, size_t begin,
                                                           Anchor anchor, bool advance) const;
  const std::string& pattern() const { return pattern_; }
  const TranslatedRegex& info() const { return info_; }

 private:
  struct Code;
  Regex(std::string pattern, TranslatedRegex info, std::unique_ptr<Code> code);

  std::string pattern_;
  TranslatedRegex info_;
  std::unique_ptr<Code> code_;
};

}  // namespace weft::context
