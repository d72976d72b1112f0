// Statements: one function a tag.
#include <algorithm>
#include <string>

#include "jinja/parser.h"
#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {

bool Parser::at_end_word(const EndWords& words) const {
  return is(TokenType::Name) && std::find(words.begin(), words.end(), current_.text) != words.end();
}

void Parser::flush_output(Gathered<Expr*>& data, Gathered<Stmt*>& body) {
  if (data.empty()) {
    return;
  }
  Stmt* output = arena_.make<Stmt>();
  output->begin = data.items()[0]->begin;
  output->exprs = arena_.copy(data.items());
  body.push_back(output);
  data.clear();
}

std::span<Stmt*> Parser::subparse(const EndWords* end_words) {
  DepthScope depth(*this);
  Gathered<Stmt*> body(statements_);
  Gathered<Expr*> data(nodes_);
  while (!is(TokenType::Eof)) {
    if (is(TokenType::Data)) {
      if (!current_.text.empty()) {
        Expr* text = make(ExprKind::Data, current_.begin);
        text->end = current_.end;
        text->set_text(current_.text);
        data.push_back(text);
        ++texts_;
      }
      advance();
    } else if (is(TokenType::VariableBegin)) {
      advance();
      data.push_back(parse_tuple({}));
      expect(TokenType::VariableEnd);
    } else {
      flush_output(data, body);
      uint32_t begin = expect(TokenType::BlockBegin);
      if (end_words && at_end_word(*end_words)) {
        return arena_.copy(body.items());
      }
      Stmt* statement = parse_statement();
      if (statement->kind == StmtKind::Macro) {
        statement->begin = begin;
        statement->end = current_.end;
      }
      body.push_back(statement);
      expect(TokenType::BlockEnd);
    }
  }
  flush_output(data, body);
  return arena_.copy(body.items());
}

std::span<Stmt*> Parser::parse_statements(EndWords end_words, bool drop_end) {
  skip_if(TokenType::Colon);
  expect(TokenType::BlockEnd);
  end_words_.push_back(end_words);
  std::span<Stmt*> body = subparse(&end_words);
  if (is(TokenType::Eof)) {
    fail_end(nullptr, current_.begin);
  }
  end_words_.pop_back();
  if (drop_end) {
    advance();
  }
  return body;
}

Stmt* Parser::parse_statement() {
  if (!is(TokenType::Name)) {
    fail("tag name expected");
  }
  Token token = current_;
  tags_.push_back(token.text);
  Stmt* statement = parse_keyword_statement(token);
  if (!statement) {
    statement = parse_extension(token);
  }
  if (!statement) {
    tags_.pop_back();
    fail_unknown_tag(token);
  }
  tags_.pop_back();
  return statement;
}

Stmt* Parser::parse_keyword_statement(const Token& token) {
  struct Keyword {
    std::string_view word;
    Stmt* (Parser::*parse)();
  };
  static constexpr Keyword kKeywords[] = {
      {"for", &Parser::parse_for},
      {"if", &Parser::parse_if},
      {"set", &Parser::parse_set},
      {"macro", &Parser::parse_macro},
      {"call", &Parser::parse_call_block},
      {"with", &Parser::parse_with},
      {"filter", &Parser::parse_filter_block},
      {"block", &Parser::parse_block},
      {"extends", &Parser::parse_extends},
      {"include", &Parser::parse_include},
      {"import", &Parser::parse_import},
      {"from", &Parser::parse_from},
      {"print", &Parser::parse_print},
      {"autoescape", &Parser::parse_autoescape},
  };
  for (const Keyword& keyword : kKeywords) {
    if (keyword.word == token.text) {
      return (this->*keyword.parse)();
    }
  }
  return nullptr;
}

Stmt* Parser::parse_extension(const Token& token) {
  const Options& options = rules_.options;
  if (options.do_extension && token.text == "do") {
    return parse_do();
  }
  if (options.loop_controls && (token.text == "break" || token.text == "continue")) {
    return begin_statement(token.text == "break" ? StmtKind::Break : StmtKind::Continue);
  }
  for (size_t i = 0; i < options.macro_tags.size(); ++i) {
    if (options.macro_tags[i].word == token.text) {
      return parse_host_macro(static_cast<uint32_t>(i + 1));
    }
  }
  return nullptr;
}

Stmt* Parser::begin_statement(StmtKind kind) {
  Stmt* statement = arena_.make<Stmt>();
  statement->kind = kind;
  statement->begin = take().begin;
  return statement;
}

Stmt* Parser::parse_set() {
  Stmt* statement = begin_statement(StmtKind::Assign);
  statement->target = parse_assign_target(true);
  if (skip_if(TokenType::Assign)) {
    statement->a = parse_tuple({});
    return statement;
  }
  statement->kind = StmtKind::AssignBlock;
  statement->filter = parse_filter(nullptr, false);
  statement->body = parse_statements({"endset"}, true);
  return statement;
}

Stmt* Parser::parse_for() {
  Stmt* statement = begin_statement(StmtKind::For);
  scopes_.push_back({Scope::Kind::For});
  statement->target = parse_assign_target(false);
  uint32_t target_store = scopes_.back().loop_store;
  scopes_.pop_back();
  expect_name("in");
  TupleRules rules;
  rules.with_condition = false;
  statement->a = parse_tuple(rules);
  if (skip_name("if")) {
    statement->b = parse_expression();
  }
  statement->flag = skip_name("recursive");
  scopes_.push_back({Scope::Kind::For});
  statement->body = parse_statements({"endfor", "else"}, false);
  Scope scope = scopes_.back();
  scopes_.pop_back();
  statement->other_flag = statement->flag || (scope.used & (1u << kLoopName)) != 0;
  statement->loop_store = target_store != 0 ? target_store : scope.loop_store;
  bool is_end = is_name("endfor");
  advance();
  if (!is_end) {
    statement->orelse = parse_statements({"endfor"}, true);
  }
  return statement;
}

Stmt* Parser::parse_if() {
  Stmt* first = begin_statement(StmtKind::If);
  Stmt* current = first;
  while (true) {
    TupleRules rules;
    rules.with_condition = false;
    current->a = parse_tuple(rules);
    current->body = parse_statements({"elif", "else", "endif"}, false);
    Token word = take();
    if (word.text == "elif") {
      Stmt* next = arena_.make<Stmt>();
      next->kind = StmtKind::If;
      next->begin = word.begin;
      next->other_flag = true;
      current->orelse = arena_.copy(std::span<Stmt* const>(&next, 1));
      current = next;
      continue;
    }
    if (word.text == "else") {
      current->orelse = parse_statements({"endif"}, true);
    }
    return first;
  }
}

Stmt* Parser::parse_with() {
  Stmt* statement = begin_statement(StmtKind::With);
  std::vector<Expr*> parts;
  while (!is(TokenType::BlockEnd)) {
    if (!parts.empty()) {
      expect(TokenType::Comma);
    }
    // Targets of `with` are parameters: one may be called `loop` even inside of a loop.
    uint32_t loop_store = scopes_.back().loop_store;
    parts.push_back(parse_assign_target(false));
    scopes_.back().loop_store = loop_store;
    expect(TokenType::Assign);
    parts.push_back(parse_expression());
  }
  statement->exprs = arena_.copy(std::span<Expr* const>(parts));
  statement->body = parse_statements({"endwith"}, true);
  return statement;
}

Stmt* Parser::parse_autoescape() {
  Stmt* statement = begin_statement(StmtKind::Autoescape);
  statement->a = parse_expression();
  statement->body = parse_statements({"endautoescape"}, true);
  return statement;
}

Stmt* Parser::parse_block() {
  Stmt* statement = begin_statement(StmtKind::Block);
  std::string_view name = expect_any_name();
  statement->name = names_.intern(name);
  statement->flag = skip_name("scoped");
  statement->other_flag = skip_name("required");
  if (is(TokenType::Subtract)) {
    fail(
        "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, "
        "use an underscore instead.");
  }
  size_t place = blocks_.size();
  blocks_.push_back(statement);
  scopes_.push_back({Scope::Kind::Block});
  statement->body = parse_statements({"endblock"}, true);
  statement->uses_self = (scopes_.back().used & (1u << kSelfName)) != 0;
  statement->uses_super = (scopes_.back().used & (1u << kSuperName)) != 0;
  scopes_.pop_back();
  blocks_[place] = statement;
  if (statement->flag) {
    // A scoped block sees the loop variables around it, so those must exist.
    for (Scope& scope : scopes_) {
      scope.used |= scope.kind == Scope::Kind::For ? 1u << kLoopName : 0;
    }
  }
  if (statement->other_flag) {
    check_required_block(*statement);
  }
  skip_name(name);
  return statement;
}

void Parser::check_required_block(const Stmt& block) const {
  for (const Stmt* inner : block.body) {
    bool is_blank = inner->kind == StmtKind::Output;
    for (const Expr* part : inner->exprs) {
      is_blank = is_blank && part->kind == ExprKind::Data && strip_space(part->text()).empty();
    }
    if (!is_blank) {
      fail("Required blocks can only contain comments or whitespace");
    }
  }
}

Stmt* Parser::parse_extends() {
  Stmt* statement = begin_statement(StmtKind::Extends);
  has_extends_ = true;
  statement->a = parse_expression();
  return statement;
}

bool Parser::parse_context_words(Stmt& statement) {
  if (!(is_name("with") || is_name("without")) || look().type != TokenType::Name ||
      look().text != "context") {
    return false;
  }
  statement.flag = take().text == "with";
  advance();
  return true;
}

Stmt* Parser::parse_include() {
  Stmt* statement = begin_statement(StmtKind::Include);
  statement->a = parse_expression();
  if (is_name("ignore") && look().type == TokenType::Name && look().text == "missing") {
    statement->other_flag = true;
    advance();
    advance();
  }
  statement->flag = true;
  parse_context_words(*statement);
  return statement;
}

Stmt* Parser::parse_import() {
  Stmt* statement = begin_statement(StmtKind::Import);
  statement->a = parse_expression();
  expect_name("as");
  statement->name = parse_name_target();
  parse_context_words(*statement);
  return statement;
}

Stmt* Parser::parse_from() {
  Stmt* statement = begin_statement(StmtKind::FromImport);
  statement->a = parse_expression();
  expect_name("import");
  std::vector<ImportedName> names;
  while (true) {
    if (!names.empty()) {
      expect(TokenType::Comma);
    }
    if (!is(TokenType::Name)) {
      fail_expected("name");
    }
    if (parse_context_words(*statement)) {
      break;
    }
    Token token = current_;
    NameId name = parse_name_target();
    if (token.text[0] == '_') {
      throw CompileFailure{"TemplateAssertionError",
                           "names starting with an underline can not be imported", token.begin};
    }
    NameId alias = skip_name("as") ? parse_name_target() : name;
    names.push_back({name, alias});
    if (parse_context_words(*statement) || !is(TokenType::Comma)) {
      break;
    }
  }
  statement->imports = arena_.copy(std::span<const ImportedName>(names));
  return statement;
}

std::string_view Parser::parse_annotation() {
  DepthScope depth(*this);
  uint32_t begin = current_.begin;
  expect(TokenType::Name);
  while (skip_if(TokenType::Dot)) {
    expect(TokenType::Name);
  }
  if (is(TokenType::LeftBracket)) {
    do {
      advance();
      parse_annotation();
    } while (is(TokenType::Comma));
    expect(TokenType::RightBracket);
  }
  return text_.substr(begin, last_end_ - begin);
}

void Parser::parse_signature(Signature& signature) {
  std::vector<ParameterNode> parameters;
  bool has_default = false;
  expect(TokenType::LeftParen);
  while (!is(TokenType::RightParen)) {
    if (!parameters.empty()) {
      expect(TokenType::Comma);
    }
    ParameterNode parameter;
    parameter.name = parse_name_target();
    if (rules_.options.macro_annotations && skip_if(TokenType::Colon)) {
      parameter.annotation = parse_annotation();
    }
    if (skip_if(TokenType::Assign)) {
      parameter.fallback = parse_expression();
      has_default = true;
    } else if (has_default) {
      fail("non-default argument follows default argument");
    }
    parameters.push_back(parameter);
  }
  expect(TokenType::RightParen);
  signature.parameters = arena_.copy(std::span<const ParameterNode>(parameters));
}

void Parser::parse_macro_body(Stmt& macro, EndWords end_words) {
  Scope scope{Scope::Kind::Macro};
  scopes_.push_back(scope);
  macro.body = parse_statements(end_words, true);
  uint8_t used = scopes_.back().used;
  scopes_.pop_back();
  macro.signature->uses_caller = (used & (1u << kCallerName)) != 0;
  macro.signature->uses_varargs = (used & (1u << kVarargsName)) != 0;
  macro.signature->uses_kwargs = (used & (1u << kKwargsName)) != 0;
}

Stmt* Parser::parse_macro() {
  Stmt* statement = begin_statement(StmtKind::Macro);
  statement->name = parse_name_target();
  statement->signature = arena_.make<Signature>();
  parse_signature(*statement->signature);
  parse_macro_body(*statement, {"endmacro"});
  return statement;
}

Stmt* Parser::parse_host_macro(uint32_t tag_index) {
  const MacroTag& tag = rules_.options.macro_tags[tag_index - 1];
  Stmt* statement = begin_statement(StmtKind::Macro);
  statement->signature = arena_.make<Signature>();
  statement->signature->tag = tag_index;
  statement->name = parse_name_target();
  parse_host_header(*statement, tag);
  if (tag.macro_name) {
    std::vector<std::pair<std::string, base::Data>> options;
    for (const MacroOption& option : statement->signature->options) {
      options.emplace_back(option.key, option.value
                                           ? literal_data(*option.value).value_or(base::Data())
                                           : base::Data(""));
    }
    std::string name = tag.macro_name(names_.text(statement->name), options);
    statement->name = names_.intern(arena_.copy(name));
  }
  parse_macro_body(*statement, {tag.end_word});
  return statement;
}

void Parser::parse_host_header(Stmt& macro, const MacroTag& tag) {
  if (tag.header == MacroTag::Header::Signature) {
    if (is(TokenType::LeftParen)) {
      parse_signature(*macro.signature);
    }
    return;
  }
  std::vector<MacroOption> options;
  while (!is(TokenType::BlockEnd) && !is(TokenType::Eof)) {
    skip_if(TokenType::Comma);
    MacroOption option;
    option.key = expect_any_name();
    if (skip_if(TokenType::Assign)) {
      option.value = parse_expression();
    }
    options.push_back(option);
  }
  macro.signature->options = arena_.copy(std::span<const MacroOption>(options));
}

Stmt* Parser::parse_call_block() {
  Stmt* statement = begin_statement(StmtKind::CallBlock);
  statement->signature = arena_.make<Signature>();
  if (is(TokenType::LeftParen)) {
    parse_signature(*statement->signature);
  }
  statement->a = parse_expression();
  if (statement->a->kind != ExprKind::Call) {
    fail("expected call", statement->begin);
  }
  parse_macro_body(*statement, {"endcall"});
  return statement;
}

Stmt* Parser::parse_filter_block() {
  Stmt* statement = begin_statement(StmtKind::FilterBlock);
  statement->filter = parse_filter(nullptr, true);
  statement->body = parse_statements({"endfilter"}, true);
  return statement;
}

Stmt* Parser::parse_print() {
  Stmt* statement = begin_statement(StmtKind::Output);
  std::vector<Expr*> values;
  while (!is(TokenType::BlockEnd)) {
    if (!values.empty()) {
      expect(TokenType::Comma);
    }
    values.push_back(parse_expression());
  }
  statement->exprs = arena_.copy(std::span<Expr* const>(values));
  return statement;
}

Stmt* Parser::parse_do() {
  Stmt* statement = begin_statement(StmtKind::Do);
  statement->a = parse_tuple({});
  return statement;
}

}  // namespace weft::jinja
