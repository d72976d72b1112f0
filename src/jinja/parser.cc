#include "jinja/parser.h"

#include <algorithm>

#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

/// "'endfor' or 'else'", as messages list the tags that may come.
std::string join_words(std::initializer_list<std::string_view> words) {
  std::string text;
  for (std::string_view word : words) {
    text += text.empty() ? "" : " or ";
    text += repr_text(word);
  }
  return text;
}

}  // namespace

Parser::Parser(const LexerRules& rules, std::string_view text, Arena& arena, NameTable& names,
               bool is_expression)
    : rules_(rules), lexer_(rules, text, is_expression), text_(text), arena_(arena), names_(names) {
  constexpr size_t kFew = 32;
  scopes_.reserve(kFew);
  nodes_.reserve(2 * kFew);
  statements_.reserve(kFew);
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
  ast.texts = texts_;
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

const Token& Parser::look() {
  if (!has_ahead_) {
    lexer_.next(ahead_);
    has_ahead_ = true;
  }
  return ahead_;
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
  if (!node->has_arguments() && node->kind != ExprKind::Compare) {
    count(node->c);
  }
  for (const Expr* item : node->items) {
    count(item);
  }
  if (node->has_arguments()) {
    const CallArguments* arguments = node->arguments;
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
