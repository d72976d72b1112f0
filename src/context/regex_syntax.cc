// Python's regular expression syntax read once from left to right and written in PCRE2's.
//
// Names of groups stay here: PCRE2 sees numbers only. White space and comments of verbose patterns
// are dropped, escapes that PCRE2 reads otherwise are spelled out as code points, and everything
// that Python refuses is refused with Python's words, so that PCRE2's extensions cannot be reached.
// Groups are kept on a stack of our own; cost is linear in the pattern.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/unicode.h"
#include "context/regex.h"

namespace weft::context {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// A failure on its way out of the translation.
struct Failure {
  std::string message;
  size_t at;
};

/// One item of a character class: a code point, or a class such as \d.
struct ClassItem {
  std::optional<char32_t> point;
  std::string text;
};

class Translator {
 public:
  Translator(std::string_view pattern, int flags) : in_(pattern) { made_.flags = flags; }

  std::variant<TranslatedRegex, RegexError> run() {
    made_.close_order.push_back(0);
    is_verbose_ = (made_.flags & kRegexVerbose) != 0;
    try {
      while (at_ < in_.size())
        step();
      if (!open_.empty())
        fail("missing ), unterminated subpattern", open_.back().begin);
    } catch (const Failure& failure) {
      return RegexError{place_text(failure)};
    }
    made_.pattern = std::move(out_);
    made_.close_order[0] = closed_;
    return std::move(made_);
  }

 private:
  struct Open {
    size_t begin;
    /// 0 for a group that captures nothing.
    int group;
    bool was_verbose;
  };

  [[noreturn]] static void fail(std::string message, size_t at) {
    throw Failure{std::move(message), at};
  }

  std::string place_text(const Failure& failure) const {
    std::string_view before = in_.substr(0, failure.at);
    std::string text = fmt::format("{} at position {}", failure.message, base::utf8_length(before));
    if (in_.find('\n') == std::string_view::npos)
      return text;
    size_t line = static_cast<size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return text + fmt::format(" (line {}, column {})", line,
                              base::utf8_length(before.substr(line_begin)) + 1);
  }

  char peek(size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  bool has(size_t ahead = 0) const { return at_ + ahead < in_.size(); }

  /// The code point at the current place, which is passed.
  char32_t take_point() {
    base::DecodedChar c = base::decode_utf8(in_, at_);
    at_ += c.length;
    return c.value;
  }

  static void put_point(std::string& out, char32_t c) {
    if (c < 0x80 && !is_letter(static_cast<char>(c)) && !is_digit(static_cast<char>(c)) &&
        c > 0x20 && c != 0x7f && c != '_') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c == 0x7f || (c >= 0xd800 && c < 0xe000)) {
      out += fmt::format("\\x{{{:x}}}", static_cast<uint32_t>(c));
    } else {
      base::append_utf8(out, c);
    }
  }

  void put_atom(std::string_view text) {
    out_ += text;
    can_repeat_ = true;
    is_repeated_ = false;
  }
  void put_assertion(std::string_view text) {
    out_ += text;
    can_repeat_ = false;
    is_repeated_ = false;
  }

  void step() {
    char c = in_[at_];
    if (is_verbose_ && skip_verbose(c))
      return;
    switch (c) {
      case '\\':
        escape();
        return;
      case '[':
        character_class();
        return;
      case '(':
        open_group();
        return;
      case ')':
        close_group();
        return;
      case '*':
      case '+':
      case '?':
      case '{':
        quantifier();
        return;
      case '^':
      case '$':
        ++at_;
        put_assertion(std::string_view(&c, 1));
        return;
      case '|':
        ++at_;
        put_assertion("|");
        return;
      case '.':
        ++at_;
        put_atom(".");
        return;
      default: {
        std::string text;
        put_point(text, take_point());
        put_atom(text);
      }
    }
  }

  bool skip_verbose(char c) {
    if (is_blank(c)) {
      ++at_;
      return true;
    }
    if (c != '#')
      return false;
    size_t end = in_.find('\n', at_);
    at_ = end == std::string_view::npos ? in_.size() : end + 1;
    return true;
  }

  // Quantifiers.

  std::string take_digits() {
    size_t begin = at_;
    while (is_digit(peek()))
      ++at_;
    return std::string(in_.substr(begin, at_ - begin));
  }

  /// {m}, {m,}, {,n} and {m,n} as PCRE2 has them; nothing for a brace that stands for itself.
  std::optional<std::string> braces() {
    size_t begin = at_++;
    if (peek() == '}') {
      at_ = begin;
      return std::nullopt;
    }
    std::string low = take_digits(), high = low;
    if (peek() == ',') {
      ++at_;
      high = take_digits();
    }
    if (peek() != '}') {
      at_ = begin;
      return std::nullopt;
    }
    ++at_;
    if (low.size() > 9 || high.size() > 9)
      fail("the repetition number is too large", begin);
    if (!low.empty() && !high.empty() && std::stol(high) < std::stol(low))
      fail("min repeat greater than max repeat", begin + 1);
    bool is_exact = in_.substr(begin, at_ - begin).find(',') == std::string_view::npos;
    if (is_exact)
      return "{" + low + "}";
    return "{" + (low.empty() ? "0" : low) + "," + high + "}";
  }

  void quantifier() {
    size_t begin = at_;
    std::string text(1, in_[at_]);
    if (in_[at_] == '{') {
      std::optional<std::string> found = braces();
      if (!found) {
        ++at_;
        put_atom("\\{");
        return;
      }
      text = *found;
    } else {
      ++at_;
    }
    if (is_repeated_)
      fail("multiple repeat", begin);
    if (!can_repeat_)
      fail("nothing to repeat", begin);
    if (peek() == '?' || peek() == '+')
      text += in_[at_++];
    out_ += text;
    is_repeated_ = true;
  }

  // Escapes.

  char32_t take_hex(size_t count, size_t begin) {
    char32_t value = 0;
    size_t digits = 0;
    for (; digits < count && has(); ++digits, ++at_) {
      char c = in_[at_];
      int digit = is_digit(c)            ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit < 0)
        break;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    std::string shown(in_.substr(begin, at_ - begin));
    if (digits != count)
      fail("incomplete escape " + shown, begin);
    if (value > 0x10ffff)
      fail("bad escape " + shown, begin);
    return value;
  }

  char32_t take_octal(size_t most, size_t begin) {
    char32_t value = 0;
    for (size_t i = 0; i < most && is_octal(peek()); ++i)
      value = value * 8 + static_cast<char32_t>(in_[at_++] - '0');
    if (value > 0377) {
      fail(fmt::format("octal escape value {} outside of range 0-0o377",
                       in_.substr(begin, at_ - begin)),
           begin);
    }
    return value;
  }

  /// Escapes that stand for one code point, inside and outside of classes; the backslash is passed.
  std::optional<char32_t> point_escape(size_t begin) {
    char c = peek();
    switch (c) {
      case 'x':
      case 'u':
      case 'U':
        ++at_;
        return take_hex(c == 'x' ? 2 : c == 'u' ? 4 : 8, begin);
      case 'a':
        ++at_;
        return 7;
      case 'f':
        ++at_;
        return 12;
      case 'n':
        ++at_;
        return 10;
      case 'r':
        ++at_;
        return 13;
      case 't':
        ++at_;
        return 9;
      case 'v':
        ++at_;
        return 11;
      default:
        break;
    }
    if (c == 'N')
      fail("character names are not known here, write the character", begin);
    if (is_letter(c))
      fail(fmt::format("bad escape \\{}", c), begin);
    return std::nullopt;
  }

  /// \d, \w, \s and their opposites as PCRE2 has them; empty for other letters.
  std::string set_escape(char c, bool in_class) const {
    if (c == 'd' || c == 'D' || c == 'w' || c == 'W' || (c == 'S' && in_class))
      return std::string("\\") + c;
    if (c != 's' && c != 'S')
      return "";
    // Python counts the separators U+001C to U+001F as white space, too.
    std::string blanks = (made_.flags & kRegexAscii) != 0 ? "\\s" : "\\s\\x{1c}-\\x{1f}";
    return in_class ? blanks : (c == 's' ? "[" : "[^") + blanks + "]";
  }

  void escape() {
    size_t begin = at_++;
    if (!has())
      fail("bad escape (end of pattern)", begin);
    char c = peek();
    if (c == 'A' || c == 'B' || c == 'b' || c == 'Z') {
      ++at_;
      put_assertion(c == 'Z' ? "\\z" : std::string("\\") + c);
      return;
    }
    if (std::string set = set_escape(c, false); !set.empty()) {
      ++at_;
      put_atom(set);
      return;
    }
    if (is_digit(c)) {
      number_escape(begin);
      return;
    }
    std::optional<char32_t> point = point_escape(begin);
    std::string text;
    put_point(text, point ? *point : take_point());
    put_atom(text);
  }

  /// \0 and three octal digits are code points, other numbers name groups.
  void number_escape(size_t begin) {
    bool is_octal_escape =
        peek() == '0' || (is_octal(peek()) && is_octal(peek(1)) && is_octal(peek(2)));
    if (is_octal_escape) {
      std::string text;
      put_point(text, take_octal(3, begin));
      put_atom(text);
      return;
    }
    int group = in_[at_++] - '0';
    if (is_digit(peek()))
      group = group * 10 + (in_[at_++] - '0');
    if (group > made_.group_count)
      fail(fmt::format("invalid group reference {}", group), begin + 1);
    put_reference(group, begin);
  }

  void put_reference(int group, size_t at) {
    for (const Open& open : open_) {
      if (open.group == group)
        fail("cannot refer to an open group", at);
    }
    put_atom(fmt::format("\\g{{{}}}", group));
  }

  // Character classes.

  ClassItem class_item(size_t class_begin) {
    if (!has())
      fail("unterminated character set", class_begin);
    size_t begin = at_;
    if (in_[at_] != '\\')
      return {take_point(), ""};
    ++at_;
    if (!has())
      fail("bad escape (end of pattern)", begin);
    char c = peek();
    if (std::string set = set_escape(c, true); !set.empty()) {
      ++at_;
      return {std::nullopt, set};
    }
    if (c == 'b') {
      ++at_;
      return {8, ""};
    }
    if (is_octal(c))
      return {take_octal(3, begin), ""};
    if (is_digit(c))
      fail(fmt::format("bad escape \\{}", c), begin);
    std::optional<char32_t> point = point_escape(begin);
    return {point ? *point : take_point(), ""};
  }

  void character_class() {
    size_t begin = at_++;
    std::string text = "[";
    if (peek() == '^') {
      text += '^';
      ++at_;
    }
    for (bool is_first = true; is_first || peek() != ']' || !has(); is_first = false) {
      size_t item_begin = at_;
      ClassItem low = class_item(begin);
      put_item(text, low);
      if (peek() != '-' || !has(1) || peek(1) == ']')
        continue;
      ++at_;
      ClassItem high = class_item(begin);
      if (!low.point || !high.point || *high.point < *low.point) {
        fail(fmt::format("bad character range {}", in_.substr(item_begin, at_ - item_begin)),
             item_begin);
      }
      text += '-';
      put_item(text, high);
    }
    ++at_;
    put_atom(text + "]");
  }

  static void put_item(std::string& text, const ClassItem& item) {
    if (item.point)
      put_point(text, *item.point);
    else
      text += item.text;
  }

  // Groups.

  void push(std::string_view text, size_t begin, int group) {
    open_.push_back({begin, group, is_verbose_});
    put_assertion(text);
  }

  int new_group() {
    made_.close_order.push_back(0);
    return ++made_.group_count;
  }

  void open_group() {
    size_t begin = at_++;
    if (peek() != '?') {
      push("(", begin, new_group());
      return;
    }
    ++at_;
    if (!has())
      fail("unexpected end of pattern", at_);
    switch (char c = in_[at_++]; c) {
      case ':':
      case '=':
      case '!':
      case '>':
        push(std::string("(?") + c, begin, 0);
        return;
      case '#':
        skip_comment(begin);
        return;
      case '<':
        look_behind(begin);
        return;
      case 'P':
        named_group(begin);
        return;
      case '(':
        conditional(begin);
        return;
      default:
        --at_;
        flag_group(begin);
    }
  }

  void skip_comment(size_t begin) {
    size_t end = in_.find(')', at_);
    if (end == std::string_view::npos)
      fail("missing ), unterminated comment", begin);
    at_ = end + 1;
  }

  void look_behind(size_t begin) {
    if (!has())
      fail("unexpected end of pattern", at_);
    char c = in_[at_++];
    if (c != '=' && c != '!')
      fail(fmt::format("unknown extension ?<{}", c), begin + 1);
    push(std::string("(?<") + c, begin, 0);
  }

  /// A name up to `end`, which is passed.
  std::string take_name(char end) {
    size_t begin = at_;
    size_t found = in_.find(end, at_);
    if (at_ == in_.size() || found == at_)
      fail("missing group name", begin);
    if (found == std::string_view::npos)
      fail(fmt::format("missing {}, unterminated name", end), begin);
    at_ = found + 1;
    return std::string(in_.substr(begin, found - begin));
  }

  static bool is_identifier(std::string_view name) {
    if (name.empty() || is_digit(name[0]))
      return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
      return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    });
  }

  void check_name(const std::string& name, size_t at) {
    if (!is_identifier(name))
      fail(fmt::format("bad character in group name '{}'", name), at);
  }

  int find_name(const std::string& name, size_t at) {
    for (const auto& [known, group] : made_.names) {
      if (known == name)
        return group;
    }
    fail(fmt::format("unknown group name '{}'", name), at);
  }

  void named_group(size_t begin) {
    if (!has())
      fail("unexpected end of pattern", at_);
    char c = in_[at_++];
    size_t name_begin = at_;
    if (c == '=') {
      std::string name = take_name(')');
      check_name(name, name_begin);
      put_reference(find_name(name, name_begin), name_begin);
      return;
    }
    if (c != '<')
      fail(fmt::format("unknown extension ?P{}", c), begin + 1);
    std::string name = take_name('>');
    check_name(name, name_begin);
    int group = made_.group_count + 1;
    for (const auto& [known, other] : made_.names) {
      if (known == name) {
        fail(fmt::format("redefinition of group name '{}' as group {}; was group {}", name, group,
                         other),
             name_begin);
      }
    }
    made_.names.emplace_back(name, group);
    push("(", begin, new_group());
  }

  void conditional(size_t begin) {
    size_t name_begin = at_;
    std::string name = take_name(')');
    int group = 0;
    if (std::all_of(name.begin(), name.end(), is_digit)) {
      group = name.size() > 6 ? 1'000'000 : std::stoi(name);
      if (group == 0)
        fail("bad group number", name_begin);
      if (group > made_.group_count)
        fail(fmt::format("invalid group reference {}", group), name_begin);
    } else {
      check_name(name, name_begin);
      group = find_name(name, name_begin);
    }
    push(fmt::format("(?({})", group), begin, 0);
  }

  static int flag_of(char c) {
    switch (c) {
      case 'i':
        return kRegexIgnoreCase;
      case 'L':
        return kRegexLocale;
      case 'm':
        return kRegexMultiline;
      case 's':
        return kRegexDotAll;
      case 'u':
        return kRegexUnicode;
      case 'x':
        return kRegexVerbose;
      case 'a':
        return kRegexAscii;
      default:
        return 0;
    }
  }

  /// Letters of flags; what PCRE2 has of them goes to `text`.
  int take_flags(std::string& text) {
    int flags = 0;
    for (; flag_of(peek()) != 0; ++at_) {
      flags |= flag_of(peek());
      if (peek() == 'i' || peek() == 'm' || peek() == 's')
        text += peek();
    }
    return flags;
  }

  /// (?i) for the whole pattern and (?i-s:...) for a part of it.
  void flag_group(size_t begin) {
    std::string text = "(?";
    int on = take_flags(text), off = 0;
    if (on == 0 && peek() != '-')
      fail(
          fmt::format("unknown extension ?{}", in_.substr(at_, base::decode_utf8(in_, at_).length)),
          begin + 1);
    if ((on & kRegexLocale) != 0)
      fail("bad inline flags: cannot use 'L' flag with a str pattern", at_);
    if (peek() == ')' && has()) {
      if (!out_.empty() || !open_.empty())
        fail("global flags not at the start of the expression", begin);
      ++at_;
      made_.flags |= on;
      is_verbose_ = is_verbose_ || (on & kRegexVerbose) != 0;
      return;
    }
    if (peek() == '-') {
      ++at_;
      std::string off_text;
      off = take_flags(off_text);
      if (off == 0)
        fail(has() ? "unknown flag" : "missing flag", at_);
      if ((off & (kRegexAscii | kRegexUnicode | kRegexLocale)) != 0)
        fail("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", at_);
      if ((on & off) != 0)
        fail("bad inline flags: flag turned on and off", at_);
      if (!off_text.empty())
        text += "-" + off_text;
    }
    if (!has())
      fail("missing -, : or )", at_);
    if (peek() != ':')
      fail(is_letter(peek()) ? "unknown flag" : "missing -, : or )", at_);
    ++at_;
    push(text + ":", begin, 0);
    is_verbose_ = (is_verbose_ || (on & kRegexVerbose) != 0) && (off & kRegexVerbose) == 0;
  }

  void close_group() {
    if (open_.empty())
      fail("unbalanced parenthesis", at_);
    ++at_;
    Open closed = open_.back();
    open_.pop_back();
    is_verbose_ = closed.was_verbose;
    if (closed.group != 0)
      made_.close_order[static_cast<size_t>(closed.group)] = closed_++;
    put_atom(")");
  }

  std::string_view in_;
  size_t at_ = 0;
  std::string out_;
  TranslatedRegex made_;
  std::vector<Open> open_;
  bool is_verbose_ = false;
  /// Something stands before that a quantifier can repeat; it has a quantifier already.
  bool can_repeat_ = false, is_repeated_ = false;
  int closed_ = 0;
};

}  // namespace

std::variant<TranslatedRegex, RegexError> translate_regex(std::string_view pattern, int flags) {
  return Translator(pattern, flags).run();
}

}  // namespace weft::context
