// Token: the smallest parts of a template, as the lexer hands them to the parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::jinja {

enum class TokenType : uint8_t {
  Data,
  VariableBegin,
  VariableEnd,
  BlockBegin,
  BlockEnd,
  Name,
  String,
  Integer,
  Float,
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Modulo,
  Power,
  Tilde,
  LeftBracket,
  RightBracket,
  LeftParen,
  RightParen,
  LeftBrace,
  RightBrace,
  Equal,
  NotEqual,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  Assign,
  Dot,
  Colon,
  Pipe,
  Comma,
  Semicolon,
  Eof,
};

/// Offsets count from the begin of the template.
struct Token {
  TokenType type = TokenType::Eof;
  uint32_t begin = 0;
  uint32_t end = 0;
  /// Data: the text after white space control. Others: as written, strings with their quotes.
  std::string_view text;
};

/// As Jinja's messages call a token: its text for names, words for delimiters.
std::string describe_token(const Token& token);
std::string_view describe_token_type(TokenType type);

}  // namespace weft::jinja
