// Lexer: cuts a template into tokens, one at a time, with Jinja's rules for white space around
// tags.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/environment.h"
#include "jinja/token.h"

namespace weft::jinja {

/// What of the options the lexer needs, prepared once an environment.
struct LexerRules {
  enum class Tag : uint8_t { Comment, Block, Variable, LineStatement, LineComment };
  struct Start {
    Tag tag;
    std::string text;
  };

  explicit LexerRules(const Options& options);

  const Options& options;
  /// The starts of tags, in the order in which they are tried at a place.
  std::vector<Start> starts;
  /// True for bytes with which a start begins.
  std::array<bool, 256> may_start{};
  /// The only byte with which a start can begin, or -1.
  int only_start = -1;
  /// True for bytes with which the end of a block or variable tag begins, its sign included.
  std::array<bool, 256> may_end_block{};
  std::array<bool, 256> may_end_variable{};
  bool has_line_rules = false;
};

class Lexer {
 public:
  /// `rules` and `text` must outlive the lexer. `in_expression`: the text is an expression.
  Lexer(const LexerRules& rules, std::string_view text, bool in_expression);

  /// The next token; Eof for ever at the end. Throws CompileFailure.
  void next(Token& token) {
    if (has_pending_) {
      has_pending_ = false;
      token = pending_;
      return;
    }
    while (state_ == State::Root ? !next_root(token) : !next_inside(token)) {
      if (at_ >= text_.size()) {
        next_at_end(token);
        return;
      }
    }
  }

  /// Where the next token is looked for.
  uint32_t position() const { return static_cast<uint32_t>(at_); }

 private:
  enum class State : uint8_t { Root, Block, Variable, LineStatement };

  struct Found {
    bool is_raw = false;
    LexerRules::Tag tag = LexerRules::Tag::Comment;
    /// Where the tag begins, white space that belongs to it included, and where it ends.
    size_t begin = 0;
    size_t end = 0;
    char sign = 0;
  };

  bool next_root(Token& token);
  bool next_inside(Token& token);
  void next_at_end(Token& token);
  bool may_end(unsigned char c) const {
    return state_ == State::Block      ? rules_.may_end_block[c]
           : state_ == State::Variable ? rules_.may_end_variable[c]
                                       : true;
  }
  bool find_tag(Found& found) const;
  bool match_tag(size_t at, Found& found) const;
  bool match_start(const LexerRules::Start& start, size_t at, Found& found) const;
  bool match_line_comment(const std::string& prefix, size_t at, Found& found) const;
  bool match_raw(size_t at, Found& found) const;
  std::string_view strip_data(size_t begin, size_t end, char sign, bool is_variable) const;
  void skip_comment(size_t begin);
  void skip_line_comment();
  Token read_raw();
  bool match_block_end(size_t at, size_t& end) const;
  bool match_end(size_t& end) const;
  bool match_line_end(size_t& end) const;
  void set(Token& token, TokenType type, size_t begin, size_t end) const {
    token = {type, static_cast<uint32_t>(begin), static_cast<uint32_t>(end),
             std::string_view(text_.data() + begin, end - begin)};
  }
  void read_number(Token& token);
  void read_name(Token& token);
  void read_foreign_name(Token& token, size_t begin);
  void read_string(Token& token);
  void read_operator(Token& token);
  void close_bracket(char c);
  size_t skip_space(size_t at) const;
  size_t newline_size(size_t at) const;
  /// Mostly false at the first byte, so that is compared before anything is called.
  bool starts_with(size_t at, std::string_view text) const {
    return at <= text_.size() && text_.size() - at >= text.size() &&
           (text.empty() || (text_[at] == text[0] &&
                             std::memcmp(text_.data() + at, text.data(), text.size()) == 0));
  }
  [[noreturn]] void fail_character() const;

  const LexerRules& rules_;
  std::string_view text_;
  size_t at_ = 0;
  State state_ = State::Root;
  bool line_starting_ = true;
  bool has_pending_ = false;
  Token pending_;
  std::string balance_;
};

/// The value of a string token: escapes resolved as Python does. Throws CompileFailure at the
/// token.
std::string unescape_string(const Token& token, std::string_view newline_sequence);
/// Text with every line end turned into `newline_sequence`.
std::string normalize_newlines(std::string_view text, std::string_view newline_sequence);
/// True when the text has a line end that differs from `newline_sequence`.
bool needs_newlines(std::string_view text, std::string_view newline_sequence);
/// 1-based line of an offset; \n, \r\n and \r end lines.
uint32_t line_of(std::string_view text, size_t offset);

}  // namespace weft::jinja
