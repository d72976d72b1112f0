// Strings and line ends of tokens, and how messages name tokens.
#include <string>

#include "jinja/lexer.h"
#include "jinja/text.h"
#include "jinja/token.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

[[noreturn]] void fail_escape(const Token& token, std::string message) {
  throw CompileFailure{"TemplateSyntaxError", std::move(message), token.begin};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// \xhh, \uhhhh and \Uhhhhhhhh; `at` is behind the letter.
void append_hex_escape(const Token& token, std::string_view text, size_t& at, char letter,
                       std::string& out) {
  size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
  std::string_view shape = letter == 'x'   ? "truncated \\xXX escape"
                           : letter == 'u' ? "truncated \\uXXXX escape"
                                           : "truncated \\UXXXXXXXX escape";
  uint64_t c = 0;
  for (size_t i = 0; i < digits; ++i, ++at) {
    int digit = at < text.size() ? hex_value(text[at]) : -1;
    if (digit < 0) {
      fail_escape(token, std::string(shape));
    }
    c = c * 16 + static_cast<uint64_t>(digit);
  }
  if (c > 0x10ffff) {
    fail_escape(token, "illegal Unicode character");
  }
  append_code_point(out, static_cast<char32_t>(c));
}

void append_octal_escape(std::string_view text, size_t& at, std::string& out) {
  char32_t c = 0;
  for (int i = 0; i < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++i, ++at) {
    c = c * 8 + static_cast<char32_t>(text[at] - '0');
  }
  append_code_point(out, c);
}

/// A backslash before a character that is not ASCII: Python has turned that into an escape of its
/// own before, whose backslash then is escaped by the first.
void append_escaped_character(std::string_view text, size_t& at, std::string& out) {
  char32_t c = next_code_point(text, at);
  static constexpr char kDigits[] = "0123456789abcdef";
  int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  out += '\\';
  out += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out += kDigits[(c >> shift) & 15];
  }
}

char simple_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return 0;
  }
}

void append_escape(const Token& token, std::string_view text, size_t& at, std::string& out) {
  char c = text[at];
  if (static_cast<unsigned char>(c) >= 0x80) {
    append_escaped_character(text, at, out);
  } else if (char simple = simple_escape(c)) {
    out += simple;
    ++at;
  } else if (c == 'x' || c == 'u' || c == 'U') {
    append_hex_escape(token, text, ++at, c, out);
  } else if (c >= '0' && c <= '7') {
    append_octal_escape(text, at, out);
  } else if (c == 'N') {
    fail_escape(token, "malformed \\N character escape");
  } else if (c == '\n') {
    ++at;
  } else {
    out += '\\';
    out += c;
    ++at;
  }
}

}  // namespace

std::string unescape_string(const Token& token, std::string_view newline_sequence) {
  std::string normalized;
  std::string_view text = token.text.substr(1, token.text.size() - 2);
  if (needs_newlines(text, newline_sequence)) {
    normalized = normalize_newlines(text, newline_sequence);
    text = normalized;
  }
  std::string out;
  out.reserve(text.size());
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    if (++at == text.size()) {
      fail_escape(token, "\\ at end of string");
    }
    append_escape(token, text, at, out);
  }
  return out;
}

bool needs_newlines(std::string_view text, std::string_view newline_sequence) {
  return newline_sequence == "\n" ? text.find('\r') != std::string_view::npos
                                  : text.find_first_of("\r\n") != std::string_view::npos;
}

std::string normalize_newlines(std::string_view text, std::string_view newline_sequence) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      out += text[i];
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
    }
    out += newline_sequence;
  }
  return out;
}

std::string describe_token(const Token& token) {
  return token.type == TokenType::Name ? std::string(token.text)
                                       : std::string(describe_token_type(token.type));
}

std::string_view describe_token_type(TokenType type) {
  static constexpr std::string_view kNames[] = {"template data / text",
                                                "begin of print statement",
                                                "end of print statement",
                                                "begin of statement block",
                                                "end of statement block",
                                                "name",
                                                "string",
                                                "integer",
                                                "float",
                                                "+",
                                                "-",
                                                "*",
                                                "/",
                                                "//",
                                                "%",
                                                "**",
                                                "~",
                                                "[",
                                                "]",
                                                "(",
                                                ")",
                                                "{",
                                                "}",
                                                "==",
                                                "!=",
                                                ">",
                                                ">=",
                                                "<",
                                                "<=",
                                                "=",
                                                ".",
                                                ":",
                                                "|",
                                                ",",
                                                ";",
                                                "end of template"};
  return kNames[static_cast<size_t>(type)];
}

}  // namespace weft::jinja
