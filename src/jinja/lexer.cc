#include "jinja/lexer.h"

#include <algorithm>
#include <cstring>

#include "jinja/characters.h"
#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Order among starts of equal length, as Jinja's sorted rules have it.
int rank(LexerRules::Tag tag) {
  switch (tag) {
    case LexerRules::Tag::Variable:
      return 0;
    case LexerRules::Tag::LineStatement:
      return 1;
    case LexerRules::Tag::LineComment:
      return 2;
    case LexerRules::Tag::Comment:
      return 3;
    case LexerRules::Tag::Block:
      return 4;
  }
  return 5;
}

/// What a token that begins with a byte is; Word: a name or (not at its begin) a digit of one.
enum class Class : uint8_t { Other, Space, Digit, Word, Quote, Foreign };

constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    bool is_space = c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
    classes[static_cast<size_t>(c)] = is_letter               ? Class::Word
                                      : is_space              ? Class::Space
                                      : c >= '0' && c <= '9'  ? Class::Digit
                                      : c == '\'' || c == '"' ? Class::Quote
                                      : c >= 0x80             ? Class::Foreign
                                                              : Class::Other;
  }
  return classes;
}();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

bool is_word_byte(char c) { return class_of(c) == Class::Word || class_of(c) == Class::Digit; }

bool is_digit_of(char c, int base) {
  c = lower(c);
  return base == 16 ? is_digit(c) || (c >= 'a' && c <= 'f') : c >= '0' && c < '0' + base;
}

/// Digits, possibly with single underscores between them; the end of the run.
size_t skip_digits(std::string_view text, size_t at) {
  while (at < text.size() && is_digit(text[at])) {
    ++at;
    if (at + 1 < text.size() && text[at] == '_' && is_digit(text[at + 1])) {
      ++at;
    }
  }
  return at;
}

/// The end of an exponent at `at`, or `at` when there is none.
size_t skip_exponent(std::string_view text, size_t at) {
  if (at >= text.size() || lower(text[at]) != 'e') {
    return at;
  }
  size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) {
    ++digits;
  }
  size_t end = skip_digits(text, digits);
  return end > digits ? end : at;
}

/// The end of a float at `at`, or `at` when there is none.
size_t skip_float(std::string_view text, size_t at) {
  if (at > 0 && text[at - 1] == '.') {
    return at;
  }
  size_t whole = skip_digits(text, at);
  if (whole == at) {
    return at;
  }
  if (whole + 1 < text.size() && text[whole] == '.' && is_digit(text[whole + 1])) {
    return skip_exponent(text, skip_digits(text, whole + 1));
  }
  size_t end = skip_exponent(text, whole);
  return end > whole ? end : at;
}

size_t skip_based_integer(std::string_view text, size_t at, int base) {
  size_t end = at;
  while (end < text.size()) {
    size_t digit = text[end] == '_' ? end + 1 : end;
    if (digit >= text.size() || !is_digit_of(text[digit], base)) {
      break;
    }
    end = digit + 1;
  }
  return end;
}

size_t skip_integer(std::string_view text, size_t at) {
  if (text[at] == '0' && at + 1 < text.size()) {
    char mark = lower(text[at + 1]);
    int base = mark == 'b' ? 2 : mark == 'o' ? 8 : mark == 'x' ? 16 : 0;
    if (base != 0) {
      size_t end = skip_based_integer(text, at + 2, base);
      if (end > at + 2) {
        return end;
      }
    }
  }
  size_t end = at + 1;
  bool zero = text[at] == '0';
  while (end < text.size()) {
    size_t digit = text[end] == '_' ? end + 1 : end;
    if (digit >= text.size() || !is_digit(text[digit]) || (zero && text[digit] != '0')) {
      break;
    }
    end = digit + 1;
  }
  return end;
}

}  // namespace

namespace {

void mark_end(const std::string& end, std::string_view signs, std::array<bool, 256>& marks) {
  if (end.empty()) {
    marks.fill(true);
    return;
  }
  marks[static_cast<unsigned char>(end[0])] = true;
  for (char sign : signs) {
    marks[static_cast<unsigned char>(sign)] = true;
  }
}

}  // namespace

LexerRules::LexerRules(const Options& given) : options(given) {
  starts = {{Tag::Comment, options.comment_start},
            {Tag::Block, options.block_start},
            {Tag::Variable, options.variable_start}};
  if (!options.line_statement_prefix.empty()) {
    starts.push_back({Tag::LineStatement, options.line_statement_prefix});
    has_line_rules = true;
  }
  if (!options.line_comment_prefix.empty()) {
    starts.push_back({Tag::LineComment, options.line_comment_prefix});
    has_line_rules = true;
  }
  std::stable_sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) {
    return a.text.size() != b.text.size() ? a.text.size() > b.text.size()
                                          : rank(a.tag) < rank(b.tag);
  });
  for (const Start& start : starts) {
    may_start[static_cast<unsigned char>(start.text.empty() ? 0 : start.text[0])] = true;
  }
  auto first = static_cast<unsigned char>(starts[0].text.empty() ? 0 : starts[0].text[0]);
  if (!has_line_rules && std::count(may_start.begin(), may_start.end(), true) == 1) {
    only_start = first;
  }
  mark_end(options.block_end, "+-", may_end_block);
  mark_end(options.variable_end, "-", may_end_variable);
}

Lexer::Lexer(const LexerRules& rules, std::string_view text, bool in_expression)
    : rules_(rules), text_(text) {
  if (!rules.options.keep_trailing_newline && !text_.empty() && !in_expression) {
    if (text_.back() == '\n') {
      text_.remove_suffix(text_.size() > 1 && text_[text_.size() - 2] == '\r' ? 2 : 1);
    } else if (text_.back() == '\r') {
      text_.remove_suffix(1);
    }
  }
  if (in_expression) {
    state_ = State::Variable;
  }
}

void Lexer::next_at_end(Token& token) {
  // A line statement ends with the text.
  size_t end = at_;
  TokenType type = TokenType::Eof;
  if (state_ == State::LineStatement && balance_.empty() && match_line_end(end)) {
    state_ = State::Root;
    type = TokenType::BlockEnd;
  }
  token = {type, position(), position(), {}};
}

bool Lexer::next_root(Token& token) {
  if (at_ >= text_.size()) {
    return false;
  }
  size_t data_begin = at_;
  Found found;
  if (!find_tag(found)) {
    at_ = text_.size();
    token = {TokenType::Data, static_cast<uint32_t>(data_begin), position(),
             text_.substr(data_begin)};
    return true;
  }
  std::string_view data = strip_data(data_begin, found.begin, found.sign,
                                     !found.is_raw && found.tag == LexerRules::Tag::Variable);
  Token data_token{TokenType::Data, static_cast<uint32_t>(data_begin),
                   static_cast<uint32_t>(data_begin + data.size()), data};
  at_ = found.end;
  line_starting_ = false;
  Token tag{TokenType::BlockBegin, static_cast<uint32_t>(found.begin), position(), {}};
  bool has_tag = true;
  if (found.is_raw) {
    // A failure inside of a raw block comes before its data is looked at, as nothing depends on it.
    tag = read_raw();
    has_tag = !tag.text.empty();
  } else if (found.tag == LexerRules::Tag::Comment) {
    skip_comment(found.begin);
    has_tag = false;
  } else if (found.tag == LexerRules::Tag::LineComment) {
    skip_line_comment();
    has_tag = false;
  } else {
    state_ = found.tag == LexerRules::Tag::Block      ? State::Block
             : found.tag == LexerRules::Tag::Variable ? State::Variable
                                                      : State::LineStatement;
    if (state_ == State::Variable) {
      tag.type = TokenType::VariableBegin;
    }
    balance_.clear();
  }
  if (!data.empty()) {
    token = data_token;
    has_pending_ = has_tag;
    pending_ = tag;
    return true;
  }
  token = tag;
  return has_tag;
}

bool Lexer::find_tag(Found& found) const {
  if (rules_.only_start >= 0) {
    const char* begin = text_.data();
    size_t at = at_;
    while (at < text_.size()) {
      const void* hit = std::memchr(begin + at, rules_.only_start, text_.size() - at);
      if (hit == nullptr) {
        return false;
      }
      at = static_cast<size_t>(static_cast<const char*>(hit) - begin);
      if (match_tag(at, found)) {
        return true;
      }
      ++at;
    }
    return false;
  }
  for (size_t at = at_; at < text_.size(); ++at) {
    if ((rules_.has_line_rules || rules_.may_start[static_cast<unsigned char>(text_[at])]) &&
        match_tag(at, found)) {
      return true;
    }
  }
  return false;
}

bool Lexer::match_tag(size_t at, Found& found) const {
  if (match_raw(at, found)) {
    return true;
  }
  for (const LexerRules::Start& start : rules_.starts) {
    if (match_start(start, at, found)) {
      found.tag = start.tag;
      found.is_raw = false;
      found.begin = at;
      found.sign = found.end < text_.size() ? text_[found.end] : '\0';
      if (found.sign == '-' || found.sign == '+') {
        ++found.end;
      } else {
        found.sign = 0;
      }
      return true;
    }
  }
  return false;
}

bool Lexer::match_start(const LexerRules::Start& start, size_t at, Found& found) const {
  if (start.tag == LexerRules::Tag::LineComment) {
    return match_line_comment(start.text, at, found);
  }
  size_t begin = at;
  if (start.tag == LexerRules::Tag::LineStatement) {
    if (at > 0 && text_[at - 1] != '\n' && text_[at - 1] != '\r') {
      return false;
    }
    while (begin < text_.size() &&
           (text_[begin] == ' ' || text_[begin] == '\t' || text_[begin] == '\v')) {
      ++begin;
    }
  }
  if (!starts_with(begin, start.text)) {
    return false;
  }
  found.end = begin + start.text.size();
  return true;
}

bool Lexer::match_line_comment(const std::string& prefix, size_t at, Found& found) const {
  if (at > 0 && text_[at - 1] != '\n' && class_of(text_[at - 1]) == Class::Space) {
    return false;
  }
  size_t begin = at;
  while (begin < text_.size() && class_of(text_[begin]) == Class::Space && text_[begin] != '\n' &&
         text_[begin] != '\r') {
    ++begin;
  }
  if (!starts_with(begin, prefix)) {
    return false;
  }
  found.end = begin + prefix.size();
  return true;
}

bool Lexer::match_raw(size_t at, Found& found) const {
  const Options& options = rules_.options;
  if (!starts_with(at, options.block_start)) {
    return false;
  }
  size_t end = at + options.block_start.size();
  char sign = 0;
  if (end < text_.size() && (text_[end] == '-' || text_[end] == '+')) {
    sign = text_[end++];
  }
  end = skip_space(end);
  if (!starts_with(end, "raw")) {
    return false;
  }
  end = skip_space(end + 3);
  if (end < text_.size() && text_[end] == '-' && starts_with(end + 1, options.block_end)) {
    end = skip_space(end + 1 + options.block_end.size());
  } else if (starts_with(end, options.block_end)) {
    end += options.block_end.size();
  } else {
    return false;
  }
  found.is_raw = true;
  found.begin = at;
  found.end = end;
  found.sign = sign;
  return true;
}

std::string_view Lexer::strip_data(size_t begin, size_t end, char sign, bool is_variable) const {
  std::string_view data = text_.substr(begin, end - begin);
  if (sign == '-') {
    return strip_space_right(data);
  }
  if (sign == '+' || is_variable || !rules_.options.lstrip_blocks) {
    return data;
  }
  size_t line = data.find_last_of("\n\r");
  size_t from = line == std::string_view::npos ? 0 : line + 1;
  if ((from > 0 || line_starting_) && from < data.size() &&
      strip_space(data.substr(from)).empty()) {
    return data.substr(0, from);
  }
  return data;
}

void Lexer::skip_comment(size_t begin) {
  const Options& options = rules_.options;
  size_t search = at_;
  size_t end = text_.find(options.comment_end, search);
  if (end == std::string_view::npos) {
    if (at_ < text_.size()) {
      throw CompileFailure{"TemplateSyntaxError", "Missing end of comment tag",
                           static_cast<uint32_t>(begin)};
    }
    return;
  }
  char sign = end > at_ ? text_[end - 1] : '\0';
  at_ = end + options.comment_end.size();
  if (sign == '-') {
    at_ = skip_space(at_);
  } else if (sign != '+' && options.trim_blocks) {
    at_ += newline_size(at_);
  }
  line_starting_ = at_ > 0 && (text_[at_ - 1] == '\n' || text_[at_ - 1] == '\r');
}

void Lexer::skip_line_comment() {
  size_t end = text_.find_first_of("\n\r", at_);
  at_ = end == std::string_view::npos ? text_.size() : end;
  line_starting_ = false;
}

Token Lexer::read_raw() {
  const std::string& start = rules_.options.block_start;
  size_t data_begin = at_;
  line_starting_ = at_ > 0 && (text_[at_ - 1] == '\n' || text_[at_ - 1] == '\r');
  for (size_t at = data_begin; at < text_.size(); ++at) {
    at = text_.find(start, at);
    if (at == std::string_view::npos) {
      break;
    }
    size_t word = at + start.size();
    char sign = 0;
    if (word < text_.size() && (text_[word] == '-' || text_[word] == '+')) {
      sign = text_[word++];
    }
    word = skip_space(word);
    size_t end = 0;
    if (starts_with(word, "endraw") && match_block_end(skip_space(word + 6), end)) {
      std::string_view data = strip_data(data_begin, at, sign, false);
      at_ = end;
      line_starting_ = text_[at_ - 1] == '\n' || text_[at_ - 1] == '\r';
      return {TokenType::Data, static_cast<uint32_t>(data_begin),
              static_cast<uint32_t>(data_begin + data.size()), data};
    }
  }
  if (data_begin < text_.size()) {
    throw CompileFailure{"TemplateSyntaxError", "Missing end of raw directive",
                         static_cast<uint32_t>(data_begin)};
  }
  return {TokenType::Data, position(), position(), {}};
}

bool Lexer::match_block_end(size_t at, size_t& end) const {
  const Options& options = rules_.options;
  if (at < text_.size() && (text_[at] == '+' || text_[at] == '-') &&
      starts_with(at + 1, options.block_end)) {
    end = at + 1 + options.block_end.size();
    if (text_[at] == '-') {
      end = skip_space(end);
    }
    return true;
  }
  if (!starts_with(at, options.block_end)) {
    return false;
  }
  end = at + options.block_end.size();
  if (options.trim_blocks) {
    end += newline_size(end);
  }
  return true;
}

bool Lexer::match_end(size_t& end) const {
  if (state_ == State::Block) {
    return match_block_end(at_, end);
  }
  if (state_ == State::LineStatement) {
    return match_line_end(end);
  }
  const std::string& variable_end = rules_.options.variable_end;
  if (text_[at_] == '-' && starts_with(at_ + 1, variable_end)) {
    end = skip_space(at_ + 1 + variable_end.size());
    return true;
  }
  end = at_ + variable_end.size();
  return starts_with(at_, variable_end);
}

bool Lexer::match_line_end(size_t& end) const {
  size_t space_end = skip_space(at_);
  if (space_end >= text_.size()) {
    end = text_.size();
    return true;
  }
  size_t newline = text_.substr(at_, space_end - at_).find_last_of("\n\r");
  if (newline == std::string_view::npos) {
    return false;
  }
  end = at_ + newline + 1;
  return true;
}

bool Lexer::next_inside(Token& token) {
  while (at_ < text_.size()) {
    char c = text_[at_];
    size_t end = 0;
    if (may_end(static_cast<unsigned char>(c)) && balance_.empty() && match_end(end)) {
      set(token, state_ == State::Variable ? TokenType::VariableEnd : TokenType::BlockEnd, at_,
          end);
      at_ = end;
      state_ = State::Root;
      line_starting_ = end > 0 && (text_[end - 1] == '\n' || text_[end - 1] == '\r');
      return true;
    }
    switch (class_of(c)) {
      case Class::Space:
        at_ = skip_space(at_ + 1);
        continue;
      case Class::Digit:
        read_number(token);
        return true;
      case Class::Word:
        read_name(token);
        return true;
      case Class::Quote:
        read_string(token);
        return true;
      case Class::Other:
        read_operator(token);
        return true;
      case Class::Foreign:
        if (size_t after = skip_space(at_); after > at_) {
          at_ = after;
          continue;
        }
        read_foreign_name(token, at_);
        return true;
    }
  }
  return false;
}

void Lexer::read_number(Token& token) {
  size_t begin = at_;
  size_t end = skip_float(text_, begin);
  TokenType type = TokenType::Float;
  if (end == begin) {
    type = TokenType::Integer;
    end = skip_integer(text_, begin);
  }
  at_ = end;
  set(token, type, begin, end);
}

void Lexer::read_name(Token& token) {
  size_t begin = at_;
  size_t at = begin + 1;
  while (at < text_.size() && is_word_byte(text_[at])) {
    ++at;
  }
  at_ = at;
  if (at < text_.size() && class_of(text_[at]) == Class::Foreign) {
    read_foreign_name(token, begin);
    return;
  }
  set(token, TokenType::Name, begin, at);
}

/// Names with characters that are not ASCII; what comes before them has been read.
void Lexer::read_foreign_name(Token& token, size_t begin) {
  bool valid = true;
  while (at_ < text_.size()) {
    if (is_word_byte(text_[at_])) {
      ++at_;
      continue;
    }
    if (static_cast<unsigned char>(text_[at_]) < 0x80) {
      break;
    }
    size_t after = at_;
    char32_t c = next_code_point(text_, after);
    if (!has_flag(c, kWord | kIdentifierPart)) {
      break;
    }
    valid = valid && has_flag(c, at_ == begin ? kIdentifierStart : kIdentifierPart);
    at_ = after;
  }
  if (at_ == begin) {
    fail_character();
  }
  if (!valid) {
    throw CompileFailure{"TemplateSyntaxError", "Invalid character in identifier",
                         static_cast<uint32_t>(begin)};
  }
  set(token, TokenType::Name, begin, at_);
}

void Lexer::read_string(Token& token) {
  size_t begin = at_;
  char quote = text_[at_];
  size_t at = begin + 1;
  while (at < text_.size() && text_[at] != quote) {
    at += text_[at] == '\\' ? 2u : 1u;
  }
  if (at >= text_.size()) {
    fail_character();
  }
  at_ = at + 1;
  set(token, TokenType::String, begin, at_);
}

namespace {

/// The operator of two characters, or Eof when they are none.
TokenType long_operator(char first, char second) {
  if (second == '=') {
    switch (first) {
      case '=':
        return TokenType::Equal;
      case '!':
        return TokenType::NotEqual;
      case '>':
        return TokenType::GreaterEqual;
      case '<':
        return TokenType::LessEqual;
      default:
        return TokenType::Eof;
    }
  }
  if (first != second) {
    return TokenType::Eof;
  }
  return first == '/' ? TokenType::FloorDivide : first == '*' ? TokenType::Power : TokenType::Eof;
}

TokenType short_operator(char c) {
  switch (c) {
    case '+':
      return TokenType::Add;
    case '-':
      return TokenType::Subtract;
    case '/':
      return TokenType::Divide;
    case '*':
      return TokenType::Multiply;
    case '%':
      return TokenType::Modulo;
    case '~':
      return TokenType::Tilde;
    case '[':
      return TokenType::LeftBracket;
    case ']':
      return TokenType::RightBracket;
    case '(':
      return TokenType::LeftParen;
    case ')':
      return TokenType::RightParen;
    case '{':
      return TokenType::LeftBrace;
    case '}':
      return TokenType::RightBrace;
    case '>':
      return TokenType::Greater;
    case '<':
      return TokenType::Less;
    case '=':
      return TokenType::Assign;
    case '.':
      return TokenType::Dot;
    case ':':
      return TokenType::Colon;
    case '|':
      return TokenType::Pipe;
    case ',':
      return TokenType::Comma;
    case ';':
      return TokenType::Semicolon;
    default:
      return TokenType::Eof;
  }
}

}  // namespace

void Lexer::read_operator(Token& token) {
  char c = text_[at_];
  size_t size = 2;
  TokenType type = at_ + 1 < text_.size() ? long_operator(c, text_[at_ + 1]) : TokenType::Eof;
  if (type == TokenType::Eof) {
    size = 1;
    type = short_operator(c);
    switch (type) {
      case TokenType::LeftParen:
        balance_.push_back(')');
        break;
      case TokenType::LeftBracket:
        balance_.push_back(']');
        break;
      case TokenType::LeftBrace:
        balance_.push_back('}');
        break;
      case TokenType::RightParen:
      case TokenType::RightBracket:
      case TokenType::RightBrace:
        close_bracket(c);
        break;
      case TokenType::Eof:
        fail_character();
      default:
        break;
    }
  }
  set(token, type, at_, at_ + size);
  at_ += size;
}

void Lexer::close_bracket(char c) {
  if (!balance_.empty() && balance_.back() == c) {
    balance_.pop_back();
    return;
  }
  std::string message = std::string("unexpected '") + c + "'";
  if (!balance_.empty()) {
    message += std::string(", expected '") + balance_.back() + "'";
  }
  throw CompileFailure{"TemplateSyntaxError", std::move(message), position()};
}

size_t Lexer::skip_space(size_t at) const {
  while (at < text_.size()) {
    Class kind = class_of(text_[at]);
    if (kind == Class::Space) {
      ++at;
      continue;
    }
    if (kind != Class::Foreign) {
      break;
    }
    size_t after = at;
    if (!is_space(next_code_point(text_, after))) {
      break;
    }
    at = after;
  }
  return at;
}

size_t Lexer::newline_size(size_t at) const {
  if (at >= text_.size()) {
    return 0;
  }
  if (text_[at] == '\r') {
    return at + 1 < text_.size() && text_[at + 1] == '\n' ? 2 : 1;
  }
  return text_[at] == '\n' ? 1 : 0;
}

void Lexer::fail_character() const {
  size_t after = at_;
  next_code_point(text_, after);
  throw CompileFailure{"TemplateSyntaxError",
                       "unexpected char " + repr_text(text_.substr(at_, after - at_)) + " at " +
                           std::to_string(count_code_points(text_.substr(0, at_))),
                       position()};
}

uint32_t line_of(std::string_view text, size_t offset) {
  uint32_t line = 1;
  for (size_t i = 0; i < offset && i < text.size(); ++i) {
    bool is_end =
        text[i] == '\n' || (text[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n'));
    line += is_end ? 1u : 0u;
  }
  return line;
}

}  // namespace weft::jinja
