// Parser: tokens to syntax tree, with Jinja's grammar, messages and line numbers.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/arena.h"
#include "jinja/ast.h"
#include "jinja/lexer.h"
#include "jinja/names.h"

namespace weft::jinja {

/// Collects the items of a list whose length is not known yet at the end of a stack, which is
/// shared by all lists around it.
template <typename T>
class Gathered {
 public:
  explicit Gathered(std::vector<T>& stack) : stack_(stack), begin_(stack.size()) {}
  ~Gathered() { clear(); }
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;

  void push_back(T item) { stack_.push_back(item); }
  void clear() { stack_.resize(begin_); }
  bool empty() const { return stack_.size() == begin_; }
  /// Valid until something is added.
  std::span<const T> items() const { return std::span<const T>(stack_).subspan(begin_); }

 private:
  std::vector<T>& stack_;
  size_t begin_;
};

/// Nodes live in the arena, names in the table; both and the text must outlive the tree.
class Parser {
 public:
  Parser(const LexerRules& rules, std::string_view text, Arena& arena, NameTable& names,
         bool is_expression);

  /// The whole template. Throws CompileFailure.
  Ast parse();
  /// One expression and nothing behind it. Throws CompileFailure.
  Expr* parse_whole_expression();
  const std::vector<Expr*>& calls() const { return calls_; }

 private:
  friend class DepthScope;

  /// A statement around the current place that cares which special names are used in its body.
  struct Scope {
    enum class Kind : uint8_t { Root, Block, Macro, For };
    Kind kind = Kind::Root;
    uint8_t used = 0;
    uint8_t stored = 0;
    uint32_t loop_store = 0;
  };
  using EndWords = std::initializer_list<std::string_view>;

  // parser.cc: the token stream
  void advance() {
    uint32_t begin = current_.begin;
    last_end_ = current_.end;
    if (has_ahead_) {
      has_ahead_ = false;
      current_ = ahead_;
    } else {
      lexer_.next(current_);
    }
    // Jinja reports the end of the template on the line of the last token.
    if (current_.type == TokenType::Eof) {
      current_.begin = begin;
    }
  }
  const Token& look();
  Token take() {
    Token token = current_;
    advance();
    return token;
  }
  bool is(TokenType type) const { return current_.type == type; }
  bool is_name(std::string_view word) const {
    return current_.type == TokenType::Name && current_.text.size() == word.size() &&
           current_.text[0] == word[0] && current_.text == word;
  }
  bool skip_if(TokenType type) {
    bool is_there = is(type);
    if (is_there) {
      advance();
    }
    return is_there;
  }
  bool skip_name(std::string_view word) {
    bool is_there = is_name(word);
    if (is_there) {
      advance();
    }
    return is_there;
  }
  /// The offset of the token, which must be of this type.
  uint32_t expect(TokenType type) {
    if (!is(type)) {
      fail_expected(describe_token_type(type));
    }
    uint32_t begin = current_.begin;
    advance();
    return begin;
  }
  /// The text of the name that must come.
  std::string_view expect_any_name() {
    std::string_view text = current_.text;
    expect(TokenType::Name);
    return text;
  }
  void expect_name(std::string_view word);
  [[noreturn]] void fail(std::string message, uint32_t offset) const;
  [[noreturn]] void fail(std::string message) const { fail(std::move(message), current_.begin); }
  [[noreturn]] void fail_expected(std::string_view expected) const;
  [[noreturn]] void fail_unknown_tag(const Token& token) const;
  [[noreturn]] void fail_end(const std::string* unknown, uint32_t offset) const;

  // parser_statements.cc
  std::span<Stmt*> parse_statements(EndWords end_words, bool drop_end);
  std::span<Stmt*> subparse(const EndWords* end_words);
  void flush_output(Gathered<Expr*>& data, Gathered<Stmt*>& body);
  bool at_end_word(const EndWords& words) const;
  Stmt* parse_statement();
  Stmt* parse_keyword_statement(const Token& token);
  Stmt* parse_extension(const Token& token);
  Stmt* begin_statement(StmtKind kind);
  Stmt* parse_set();
  Stmt* parse_for();
  Stmt* parse_if();
  Stmt* parse_with();
  Stmt* parse_autoescape();
  Stmt* parse_block();
  void check_required_block(const Stmt& block) const;
  Stmt* parse_extends();
  Stmt* parse_include();
  Stmt* parse_import();
  Stmt* parse_from();
  bool parse_context_words(Stmt& statement);
  Stmt* parse_macro();
  Stmt* parse_host_macro(uint32_t tag);
  void parse_host_header(Stmt& macro, const MacroTag& tag);
  Stmt* parse_call_block();
  Stmt* parse_filter_block();
  Stmt* parse_print();
  Stmt* parse_do();
  void parse_signature(Signature& signature);
  std::string_view parse_annotation();
  void parse_macro_body(Stmt& macro, EndWords end_words);

  // parser_expressions.cc
  Expr* parse_assign_target(bool with_namespace);
  NameId parse_name_target();
  void make_store(Expr& target);
  static bool can_assign(const Expr& target);
  Expr* parse_expression(bool with_condition = true);
  Expr* parse_conditional();
  Expr* parse_or();
  Expr* parse_and();
  Expr* parse_not();
  Expr* parse_compare();
  bool parse_compare_operator(CompareKind& kind);
  // Levels of arithmetic; `first` is the operand that has been parsed already.
  Expr* parse_operand();
  Expr* parse_sum(Expr* first);
  Expr* parse_concat(Expr* first);
  Expr* parse_product(Expr* first);
  Expr* parse_power(Expr* first);
  Expr* parse_unary(bool with_filter);
  Expr* parse_primary(bool with_namespace);
  Expr* parse_name(bool with_namespace);
  Expr* parse_string();
  Expr* parse_integer();
  Expr* parse_float();
  struct TupleRules {
    bool is_target = false;
    bool with_condition = true;
    bool in_parentheses = false;
    bool with_namespace = false;
  };
  Expr* parse_tuple(const TupleRules& rules);
  bool at_tuple_end() const;
  Expr* parse_list();
  Expr* parse_dict();
  Expr* parse_postfix(Expr* node);
  Expr* parse_filters(Expr* node);
  Expr* parse_subscript(Expr* node);
  Expr* parse_index();
  Expr* parse_call(Expr* node);
  CallArguments* parse_arguments();
  /// Shared by all calls without arguments.
  CallArguments* no_arguments();
  Expr* parse_filter(Expr* node, bool at_name);
  Expr* parse_test(Expr* node);
  NameId parse_dotted_name();
  bool starts_test_argument() const;

  Expr* make(ExprKind kind, uint32_t begin) {
    Expr* node = arena_.make<Expr>();
    node->kind = kind;
    node->begin = begin;
    node->place = begin;
    node->end = last_end_;
    return node;
  }
  Expr* make_binary(ExprKind kind, TokenType op, Expr* left, Expr* right);
  /// Sets the end and the depth of a node whose children are complete.
  Expr* finish(Expr* node);
  void note_use(NameId name);
  void note_store(NameId name);

  const LexerRules& rules_;
  Lexer lexer_;
  std::string_view text_;
  Arena& arena_;
  NameTable& names_;
  Token current_;
  Token ahead_;
  bool has_ahead_ = false;
  bool in_target_ = false;
  uint32_t last_end_ = 0;
  uint32_t depth_ = 0;
  bool has_extends_ = false;
  std::vector<Scope> scopes_;
  std::vector<std::string_view> tags_;
  std::vector<EndWords> end_words_;
  std::vector<Expr*> calls_;
  uint32_t texts_ = 0;
  CallArguments* no_arguments_ = nullptr;
  // What Gathered collects.
  std::vector<Expr*> nodes_;
  std::vector<Stmt*> statements_;
  std::vector<KeywordArgument> keywords_;
  std::vector<CompareKind> compares_;
  std::vector<Stmt*> blocks_;
};

/// Counts nested constructs while the parser goes down, so that it cannot overflow the C stack.
class DepthScope {
 public:
  explicit DepthScope(Parser& parser) : parser_(parser) {
    constexpr uint32_t kDeepestNesting = 200;
    if (parser.depth_ >= kDeepestNesting) {
      parser.fail("the template is nested too deeply");
    }
    ++parser.depth_;
  }
  ~DepthScope() { --parser_.depth_; }
  DepthScope(const DepthScope&) = delete;
  DepthScope& operator=(const DepthScope&) = delete;

 private:
  Parser& parser_;
};

}  // namespace weft::jinja
