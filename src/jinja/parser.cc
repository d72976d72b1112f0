#include "jinja/parser.h"

#include <algorithm>

#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

constexpr uint32_t kDeepestNesting = 200;

/// "'endfor' or 'else'", as messages list the tags that may come.
std::string join_words(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::string_view word : words) {
    text += text.empty() ? "" : " or ";
    text += repr_text(word);
  }
  return text;
}

}  // namespace

DepthScope::DepthScope(Parser& parser) : parser_(parser) {
  if (parser.depth_ >= kDeepestNesting) {
    parser.fail("the template is nested too deeply");
  }
  ++parser.depth_;
}

Parser::Parser(const LexerRules& rules, std::string_view text, Arena& arena, NameTable& names,
               bool is_expression)
    : rules_(rules), lexer_(rules, text, is_expression), text_(text), arena_(arena), names_(names) {
  scopes_.push_back({});
}

Ast Parser::parse() {
  advance();
  Ast ast;
  ast.body = subparse(nullptr);
  ast.uses_self = (scopes_[0].used & (1u << kSelfName)) != 0;
  ast.has_extends = has_extends_;
  ast.calls = arena_.copy(std::span<Expr* const>(calls_));
  ast.blocks = arena_.copy(std::span<Stmt* const>(blocks_));
  return ast;
}

Expr* Parser::parse_whole_expression() {
  advance();
  Expr* node = parse_expression();
  if (!is(TokenType::Eof)) {
    fail("chunk after expression");
  }
  return node;
}

void Parser::advance() {
  uint32_t begin = current_.begin;
  last_end_ = current_.end;
  if (has_ahead_) {
    has_ahead_ = false;
    current_ = ahead_;
  } else {
    current_ = lexer_.next();
  }
  // Jinja reports the end of the template on the line of the last token.
  if (current_.type == TokenType::Eof) {
    current_.begin = begin;
  }
}

const Token& Parser::look() {
  if (!has_ahead_) {
    ahead_ = lexer_.next();
    has_ahead_ = true;
  }
  return ahead_;
}

Token Parser::take() {
  Token token = current_;
  advance();
  return token;
}

bool Parser::skip_if(TokenType type) {
  if (!is(type)) {
    return false;
  }
  advance();
  return true;
}

bool Parser::skip_name(std::string_view word) {
  if (!is_name(word)) {
    return false;
  }
  advance();
  return true;
}

Token Parser::expect(TokenType type) {
  if (!is(type)) {
    fail_expected(describe_token_type(type));
  }
  return take();
}

void Parser::expect_name(std::string_view word) {
  if (!skip_name(word)) {
    fail_expected(word);
  }
}

void Parser::fail(std::string message, uint32_t offset) const {
  throw CompileFailure{"TemplateSyntaxError", std::move(message), offset};
}

void Parser::fail_expected(std::string_view expected) const {
  if (is(TokenType::Eof)) {
    fail("unexpected end of template, expected " + repr_text(expected) + ".");
  }
  fail("expected token " + repr_text(expected) + ", got " + repr_text(describe_token(current_)));
}

void Parser::fail_unknown_tag(const Token& token) const {
  std::string name(token.text);
  fail_end(&name, token.begin);
}

void Parser::fail_end(const std::string* unknown, uint32_t offset) const {
  std::string message = unknown ? "Encountered unknown tag " + repr_text(*unknown) + "."
                                : std::string("Unexpected end of template.");
  if (!end_words_.empty()) {
    std::string looking = join_words(end_words_.back());
    bool is_misplaced =
        unknown && std::any_of(end_words_.begin(), end_words_.end(), [&](const auto& words) {
          return std::find(words.begin(), words.end(), *unknown) != words.end();
        });
    message += is_misplaced ? " You probably made a nesting mistake. Jinja is expecting this tag, "
                              "but currently looking for " +
                                  looking + "."
                            : " Jinja was looking for the following tags: " + looking + ".";
  }
  if (!tags_.empty()) {
    message += " The innermost block that needs to be closed is " + repr_text(tags_.back()) + ".";
  }
  fail(std::move(message), offset);
}

void Parser::note_use(NameId name) {
  if (name >= kSpecialNames || in_target_) {
    return;
  }
  auto bit = static_cast<uint8_t>(1u << name);
  for (size_t i = scopes_.size(); i-- > 0;) {
    Scope& scope = scopes_[i];
    if ((scope.stored & bit) == 0) {
      scope.used |= bit;
    }
    bool is_loop = name == kLoopName && scope.kind == Scope::Kind::For;
    if (is_loop || scope.kind == Scope::Kind::Block) {
      return;
    }
  }
}

void Parser::note_store(NameId name) {
  if (name >= kSpecialNames) {
    return;
  }
  auto bit = static_cast<uint8_t>(1u << name);
  for (size_t i = scopes_.size(); i-- > 0;) {
    scopes_[i].stored |= bit;
    if (scopes_[i].kind == Scope::Kind::Block) {
      return;
    }
  }
}

Expr* Parser::make(ExprKind kind, uint32_t begin) {
  Expr* node = arena_.make<Expr>();
  node->kind = kind;
  node->begin = begin;
  node->place = begin;
  node->end = last_end_;
  return node;
}

Expr* Parser::make_binary(ExprKind kind, TokenType op, Expr* left, Expr* right) {
  Expr* node = make(kind, left->begin);
  node->op = op;
  node->a = left;
  node->b = right;
  return finish(node);
}

Expr* Parser::finish(Expr* node) {
  constexpr uint16_t kDeepestTree = 700;
  uint16_t depth = 0;
  auto count = [&depth](const Expr* child) {
    if (child && child->depth > depth) {
      depth = child->depth;
    }
  };
  count(node->a);
  count(node->b);
  count(node->c);
  for (const Expr* item : node->items) {
    count(item);
  }
  if (const CallArguments* arguments = node->arguments) {
    for (const Expr* item : arguments->positional) {
      count(item);
    }
    for (const KeywordArgument& item : arguments->named) {
      count(item.value);
    }
    count(arguments->star);
    count(arguments->star_star);
  }
  if (depth >= kDeepestTree) {
    fail("the expression is nested too deeply", node->begin);
  }
  node->depth = static_cast<uint16_t>(depth + 1);
  node->end = last_end_;
  return node;
}

}  // namespace weft::jinja
