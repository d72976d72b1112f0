#include "yaml/simple_reader.h"

#include <array>
#include <optional>
#include <string>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

namespace weft::yaml {
namespace {

constexpr size_t kNone = std::string_view::npos;
/// Longer keys are errors to yaml-cpp.
constexpr size_t kMaxKey = 1000;
const std::string kPlainTag = "?";
const std::string kQuotedTag = "!";

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A recursive descent. Functions give false at the first thing that is not simple.
class Reader {
 public:
  Reader(std::string_view text, YAML::EventHandler& handler) : text_(text), handler_(handler) {}

  bool read() {
    if (text_.find_first_of("\t\r") != kNone || text_.find("\n---") != kNone ||
        text_.find("\n...") != kNone || text_.find("\n%") != kNone ||
        text_.find_first_of("%\xef") == 0)
      return false;
    if (text_.substr(0, 4) == "---\n")
      at_ = 4;
    else if (text_.substr(0, 3) == "---" || text_.substr(0, 3) == "...")
      return false;
    next_line();
    if (is_done())
      return false;
    handler_.OnDocumentStart(mark(at_));
    if (!read_block(kTop) || !is_done())
      return false;
    handler_.OnDocumentEnd();
    return true;
  }

 private:
  /// The column of what holds the whole text.
  static constexpr int kTop = -1;

  bool is_done() const { return at_ >= text_.size(); }
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n';
  }
  static bool is_blank(char c) { return c == ' ' || c == '\n'; }

  static YAML::Mark mark(size_t at) {
    YAML::Mark made;
    made.pos = static_cast<int>(at);
    return made;
  }

  /// Moves from the end of a line's content to the next line that has any. At the start of a text
  /// the first line is the next.
  void next_line() {
    while (true) {
      size_t first = text_.find_first_not_of(" \n", at_);
      if (first == kNone) {
        at_ = text_.size();
        column_ = kTop;
        return;
      }
      at_ = first;
      if (text_[first] == '#') {
        at_ = std::min(text_.find('\n', first), text_.size());
        continue;
      }
      size_t line_end = text_.rfind('\n', first);
      column_ = static_cast<int>(first - (line_end == kNone ? 0 : line_end + 1));
      return;
    }
  }

  /// At the end of a value: true when the line holds nothing more but a comment; goes to the next.
  bool end_line() {
    size_t rest = std::min(text_.find_first_not_of(' ', at_), text_.size());
    if (rest < text_.size() && text_[rest] != '\n' && (text_[rest] != '#' || rest == at_))
      return false;
    at_ = std::min(text_.find('\n', rest), text_.size());
    next_line();
    return true;
  }

  bool starts_item() const { return peek() == '-' && is_blank(peek(1)); }

  /// What stands at the current place of a line, which must be inside of `outer`.
  bool read_block(int outer) {
    if (is_done() || column_ <= outer)
      return false;
    return starts_item() ? read_sequence(column_) : read_mapping(column_);
  }

  bool read_sequence(int column) {
    handler_.OnSequenceStart(mark(at_), kPlainTag, 0, YAML::EmitterStyle::Block);
    while (!is_done() && column_ == column && starts_item()) {
      if (!read_item(column))
        return false;
    }
    handler_.OnSequenceEnd();
    return is_done() || column_ <= column;
  }

  bool read_item(int column) {
    size_t dash = at_;
    ++at_;
    size_t first = text_.find_first_not_of(' ', at_);
    if (first == kNone || text_[first] == '\n' || text_[first] == '#')
      return end_line() && read_block(column);
    at_ = first;
    column_ = column + static_cast<int>(first - dash);
    if (starts_item())
      return read_sequence(column_);
    if (find_key_end() != kNone)
      return read_mapping(column_);
    return read_inline() && end_line() && (is_done() || column_ <= column);
  }

  bool read_mapping(int column) {
    handler_.OnMapStart(mark(at_), kPlainTag, 0, YAML::EmitterStyle::Block);
    while (!is_done() && column_ == column && !starts_item()) {
      if (!read_key() || !read_value(column))
        return false;
    }
    handler_.OnMapEnd();
    return is_done() || column_ < column;
  }

  /// Of a key that starts here: where its colon is.
  size_t find_key_end() const {
    size_t line_end = std::min(text_.find('\n', at_), text_.size());
    if (peek() == '"' || peek() == '\'') {
      size_t close = quoted_end(at_);
      bool is_key = close != kNone && close < line_end && text_[close] == ':' &&
                    (close + 1 == line_end || text_[close + 1] == ' ');
      return is_key ? close : kNone;
    }
    for (size_t at = at_; at < line_end; ++at) {
      if (text_[at] == ':' && (at + 1 == line_end || text_[at + 1] == ' '))
        return at;
      if (text_[at] == '#' && at > at_ && text_[at - 1] == ' ')
        return kNone;
    }
    return kNone;
  }

  /// Reads a key with its colon.
  bool read_key() {
    size_t end = find_key_end();
    if (end == kNone || end - at_ > kMaxKey)
      return false;
    if (peek() == '"' || peek() == '\'') {
      if (!read_quoted())
        return false;
    } else if (!starts_plain() || text_[end - 1] == ' ') {
      return false;
    } else {
      emit_plain(end);
    }
    ++at_;
    return true;
  }

  /// Reads what follows a key's colon.
  bool read_value(int column) {
    size_t first = text_.find_first_not_of(' ', at_);
    if (first == kNone)
      return false;
    if (text_[first] == '\n' || text_[first] == '#') {
      if (!end_line() || is_done())
        return false;
      if (column_ == column && starts_item())
        return read_sequence(column);
      return read_block(column);
    }
    at_ = first;
    return read_inline() && end_line() && (is_done() || column_ <= column);
  }

  bool read_inline() {
    switch (peek()) {
      case '"':
      case '\'':
        return read_quoted();
      case '[':
      case '{':
        return read_flow();
      default:
        return read_plain();
    }
  }

  /// Offset behind the closing quote of a text of one line without escapes.
  size_t quoted_end(size_t begin) const {
    char quote = text_[begin];
    for (size_t at = begin + 1; at < text_.size(); ++at) {
      char c = text_[at];
      if (c == '\n' || (c == '\\' && quote == '"'))
        return kNone;
      if (c != quote)
        continue;
      if (quote == '"' || at + 1 >= text_.size() || text_[at + 1] != quote)
        return at + 1;
      ++at;
    }
    return kNone;
  }

  bool read_quoted() {
    size_t end = quoted_end(at_);
    if (end == kNone)
      return false;
    std::string_view inside = text_.substr(at_ + 1, end - at_ - 2);
    value_.clear();
    for (size_t i = 0; i < inside.size(); ++i) {
      value_ += inside[i];
      // Of two single quotes the first stands for itself.
      if (inside[i] == '\'' && text_[at_] == '\'')
        ++i;
    }
    handler_.OnScalar(mark(at_), kQuotedTag, 0, value_);
    at_ = end;
    return true;
  }

  bool starts_plain() const {
    char c = peek();
    bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    if (!is_ascii || is_letter_or_digit(c) || c == '_' || c == '.' || c == '/' || c == '$' ||
        c == '(' || c == '+' || c == '~' || c == '<')
      return true;
    return c == '-' && is_letter_or_digit(peek(1));
  }

  void emit_plain(size_t end) {
    std::string_view value = text_.substr(at_, end - at_);
    bool is_null = value == "~" || value == "null" || value == "Null" || value == "NULL";
    if (is_null) {
      handler_.OnNull(mark(at_), 0);
    } else {
      value_.assign(value);
      handler_.OnScalar(mark(at_), kPlainTag, 0, value_);
    }
    at_ = end;
  }

  bool read_plain() {
    if (!starts_plain())
      return false;
    size_t line_end = std::min(text_.find('\n', at_), text_.size());
    size_t end = line_end;
    for (size_t at = at_; at < line_end; ++at) {
      if (text_[at] == ':' && (at + 1 == line_end || text_[at + 1] == ' '))
        return false;
      if (text_[at] == '#' && text_[at - 1] == ' ') {
        end = at;
        break;
      }
    }
    emit_plain(text_.find_last_not_of(' ', end - 1) + 1);
    return true;
  }

  bool read_flow() { return peek() == '[' ? read_flow_sequence() : read_flow_mapping(); }

  void skip_spaces() { at_ = std::min(text_.find_first_not_of(' ', at_), text_.size()); }

  /// After an item: true at the closing bracket, false at a comma with another item behind it.
  std::optional<bool> closes(char bracket) {
    skip_spaces();
    if (peek() == bracket) {
      ++at_;
      return true;
    }
    if (peek() != ',')
      return std::nullopt;
    ++at_;
    skip_spaces();
    return peek() == bracket || peek() == '\n' ? std::nullopt : std::optional(false);
  }

  bool read_flow_sequence() {
    handler_.OnSequenceStart(mark(at_), kPlainTag, 0, YAML::EmitterStyle::Flow);
    ++at_;
    skip_spaces();
    std::optional<bool> closed = peek() == ']';
    if (*closed)
      ++at_;
    while (!*closed) {
      if (!read_flow_item())
        return false;
      closed = closes(']');
      if (!closed)
        return false;
    }
    handler_.OnSequenceEnd();
    return true;
  }

  bool read_flow_mapping() {
    handler_.OnMapStart(mark(at_), kPlainTag, 0, YAML::EmitterStyle::Flow);
    ++at_;
    skip_spaces();
    std::optional<bool> closed = peek() == '}';
    if (*closed)
      ++at_;
    while (!*closed) {
      if (!read_flow_key())
        return false;
      skip_spaces();
      if (!read_flow_item())
        return false;
      closed = closes('}');
      if (!closed)
        return false;
    }
    handler_.OnMapEnd();
    return true;
  }

  bool read_flow_key() {
    bool is_quoted = peek() == '"' || peek() == '\'';
    if (is_quoted ? !read_quoted() : !read_flow_plain())
      return false;
    if (peek() != ':' || peek(1) != ' ')
      return false;
    ++at_;
    return true;
  }

  bool read_flow_item() {
    char c = peek();
    if (c == '[' || c == '{')
      return read_flow();
    bool read = c == '"' || c == '\'' ? read_quoted() : read_flow_plain();
    return read && peek() != ':';
  }

  bool read_flow_plain() {
    if (!starts_plain())
      return false;
    size_t end = at_;
    for (; end < text_.size(); ++end) {
      char c = text_[end];
      if (c == ',' || c == ']' || c == '}' || c == ':')
        break;
      if (c == '\n' || c == '[' || c == '{' || c == '?' || c == '#')
        return false;
    }
    emit_plain(text_.find_last_not_of(' ', end - 1) + 1);
    skip_spaces();
    return true;
  }

  std::string_view text_;
  YAML::EventHandler& handler_;
  size_t at_ = 0;
  /// Of the first character of the line's content, or of the item that is read.
  int column_ = kTop;
  std::string value_;
};

}  // namespace

bool read_simple(std::string_view text, YAML::EventHandler& handler) {
  return Reader(text, handler).read();
}

}  // namespace weft::yaml
