// Expressions: one function a level of precedence, as Jinja has them. `**` is left-associative, `~`
// binds tighter than `+`.
#include <cstdlib>
#include <string>

#include "jinja/parser.h"
#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

/// Python's class of a node, as "can't assign to" names it.
std::string_view kind_name(const Expr& node) {
  switch (node.kind) {
    case ExprKind::Tuple:
      return "tuple";
    case ExprKind::List:
      return "list";
    case ExprKind::Dict:
      return "dict";
    case ExprKind::Name:
      return "name";
    case ExprKind::Negate:
      return "neg";
    case ExprKind::Positive:
      return "pos";
    case ExprKind::Not:
      return "not";
    case ExprKind::And:
      return "and";
    case ExprKind::Or:
      return "or";
    case ExprKind::Compare:
      return "compare";
    case ExprKind::Concat:
      return "concat";
    case ExprKind::Conditional:
      return "condexpr";
    case ExprKind::Attribute:
      return "getattr";
    case ExprKind::Item:
      return "getitem";
    case ExprKind::Call:
      return "call";
    case ExprKind::FilterCall:
      return "filter";
    case ExprKind::Test:
      return "test";
    case ExprKind::Binary:
      switch (node.op) {
        case TokenType::Add:
          return "add";
        case TokenType::Subtract:
          return "sub";
        case TokenType::Multiply:
          return "mul";
        case TokenType::Divide:
          return "div";
        case TokenType::FloorDivide:
          return "floordiv";
        case TokenType::Modulo:
          return "mod";
        default:
          return "pow";
      }
    default:
      return "const";
  }
}

/// Decimal digits of a number written in base 2, 8 or 16.
std::string to_decimal_digits(std::string_view digits, int base) {
  std::string decimal = "0";
  for (char c : digits) {
    int carry = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    for (size_t i = decimal.size(); i-- > 0;) {
      int value = (decimal[i] - '0') * base + carry;
      decimal[i] = static_cast<char>('0' + value % 10);
      carry = value / 10;
    }
    while (carry > 0) {
      decimal.insert(decimal.begin(), static_cast<char>('0' + carry % 10));
      carry /= 10;
    }
  }
  return decimal;
}

}  // namespace

Expr* Parser::parse_assign_target(bool with_namespace) {
  bool outer = in_target_;
  in_target_ = true;
  TupleRules rules;
  rules.is_target = true;
  rules.with_namespace = with_namespace;
  Expr* target = parse_tuple(rules);
  in_target_ = outer;
  if (!can_assign(*target)) {
    fail("can't assign to " + repr_text(kind_name(*target)), target->begin);
  }
  make_store(*target);
  return target;
}

NameId Parser::parse_name_target() {
  std::string_view text = current_.text;
  uint32_t begin = expect(TokenType::Name);
  if (text == "true" || text == "false" || text == "none" || text == "True" || text == "False" ||
      text == "None") {
    fail("can't assign to 'name'", begin);
  }
  NameId name = names_.intern(text);
  note_store(name);
  return name;
}

void Parser::make_store(Expr& target) {
  if (target.kind == ExprKind::Name) {
    target.flag = true;
    note_store(target.name);
    for (Scope& scope : scopes_) {
      if (target.name == kLoopName && scope.loop_store == 0) {
        scope.loop_store = target.begin + 1;
      }
    }
  }
  for (Expr* item : target.items) {
    make_store(*item);
  }
}

bool Parser::can_assign(const Expr& target) {
  if (target.kind == ExprKind::Name || target.kind == ExprKind::NamespaceRef) {
    return true;
  }
  if (target.kind != ExprKind::Tuple) {
    return false;
  }
  for (const Expr* item : target.items) {
    if (!can_assign(*item)) {
      return false;
    }
  }
  return true;
}

Expr* Parser::parse_expression(bool with_condition) {
  DepthScope depth(*this);
  return with_condition ? parse_conditional() : parse_or();
}

Expr* Parser::parse_conditional() {
  Expr* node = parse_or();
  while (skip_name("if")) {
    Expr* condition = parse_or();
    Expr* otherwise = nullptr;
    if (skip_name("else")) {
      DepthScope depth(*this);
      otherwise = parse_conditional();
    }
    Expr* conditional = make(ExprKind::Conditional, node->begin);
    conditional->a = node;
    conditional->b = condition;
    conditional->c = otherwise;
    node = finish(conditional);
  }
  return node;
}

Expr* Parser::parse_or() {
  Expr* left = parse_and();
  while (skip_name("or")) {
    Expr* right = parse_and();
    left = make_binary(ExprKind::Or, TokenType::Eof, left, right);
  }
  return left;
}

Expr* Parser::parse_and() {
  Expr* left = parse_not();
  while (skip_name("and")) {
    Expr* right = parse_not();
    left = make_binary(ExprKind::And, TokenType::Eof, left, right);
  }
  return left;
}

Expr* Parser::parse_not() {
  if (!is_name("not")) {
    return parse_compare();
  }
  DepthScope depth(*this);
  uint32_t begin = take().begin;
  Expr* operand = parse_not();
  Expr* node = make(ExprKind::Not, begin);
  node->a = operand;
  return finish(node);
}

bool Parser::parse_compare_operator(CompareKind& kind) {
  switch (current_.type) {
    case TokenType::Equal:
      kind = CompareKind::Equal;
      break;
    case TokenType::NotEqual:
      kind = CompareKind::NotEqual;
      break;
    case TokenType::Less:
      kind = CompareKind::Less;
      break;
    case TokenType::LessEqual:
      kind = CompareKind::LessEqual;
      break;
    case TokenType::Greater:
      kind = CompareKind::Greater;
      break;
    case TokenType::GreaterEqual:
      kind = CompareKind::GreaterEqual;
      break;
    case TokenType::Name:
      if (current_.text == "in") {
        kind = CompareKind::In;
        break;
      }
      if (current_.text == "not" && look().type == TokenType::Name && look().text == "in") {
        advance();
        kind = CompareKind::NotIn;
        break;
      }
      return false;
    default:
      return false;
  }
  advance();
  return true;
}

Expr* Parser::parse_compare() {
  Expr* first = parse_operand();
  CompareKind kind;
  if (!parse_compare_operator(kind)) {
    return first;
  }
  Gathered<Expr*> operands(nodes_);
  Gathered<CompareKind> kinds(compares_);
  do {
    kinds.push_back(kind);
    operands.push_back(parse_operand());
  } while (parse_compare_operator(kind));
  Expr* node = make(ExprKind::Compare, first->begin);
  node->a = first;
  // Jinja has the line of what follows.
  node->place = current_.begin;
  node->items = arena_.copy(operands.items());
  node->compares = arena_.copy(kinds.items()).data();
  return finish(node);
}

Expr* Parser::parse_operand() {
  Expr* first = parse_unary(true);
  switch (current_.type) {
    case TokenType::Add:
    case TokenType::Subtract:
    case TokenType::Multiply:
    case TokenType::Divide:
    case TokenType::FloorDivide:
    case TokenType::Modulo:
    case TokenType::Power:
    case TokenType::Tilde:
      return parse_sum(first);
    default:
      // Most operands stand alone; the levels have nothing to do then.
      return first;
  }
}

Expr* Parser::parse_sum(Expr* first) {
  Expr* left = parse_concat(first);
  while (is(TokenType::Add) || is(TokenType::Subtract)) {
    TokenType op = take().type;
    Expr* right = parse_concat(parse_unary(true));
    left = make_binary(ExprKind::Binary, op, left, right);
  }
  return left;
}

Expr* Parser::parse_concat(Expr* operand) {
  Expr* first = parse_product(operand);
  if (!is(TokenType::Tilde)) {
    return first;
  }
  Gathered<Expr*> parts(nodes_);
  parts.push_back(first);
  while (skip_if(TokenType::Tilde)) {
    parts.push_back(parse_product(parse_unary(true)));
  }
  Expr* node = make(ExprKind::Concat, first->begin);
  node->items = arena_.copy(parts.items());
  return finish(node);
}

Expr* Parser::parse_product(Expr* first) {
  Expr* left = parse_power(first);
  while (is(TokenType::Multiply) || is(TokenType::Divide) || is(TokenType::FloorDivide) ||
         is(TokenType::Modulo)) {
    TokenType op = take().type;
    Expr* right = parse_power(parse_unary(true));
    left = make_binary(ExprKind::Binary, op, left, right);
  }
  return left;
}

Expr* Parser::parse_power(Expr* first) {
  Expr* left = first;
  while (is(TokenType::Power)) {
    TokenType op = take().type;
    Expr* right = parse_unary(true);
    left = make_binary(ExprKind::Binary, op, left, right);
  }
  return left;
}

Expr* Parser::parse_unary(bool with_filter) {
  Expr* node = nullptr;
  if (is(TokenType::Subtract) || is(TokenType::Add)) {
    DepthScope depth(*this);
    Token sign = take();
    Expr* operand = parse_unary(false);
    node =
        make(sign.type == TokenType::Subtract ? ExprKind::Negate : ExprKind::Positive, sign.begin);
    node->a = operand;
    finish(node);
  } else {
    node = parse_primary(false);
  }
  node = parse_postfix(node);
  return with_filter ? parse_filters(node) : node;
}

Expr* Parser::parse_primary(bool with_namespace) {
  switch (current_.type) {
    case TokenType::Name:
      return parse_name(with_namespace);
    case TokenType::String:
      return parse_string();
    case TokenType::Integer:
      return parse_integer();
    case TokenType::Float:
      return parse_float();
    case TokenType::LeftParen: {
      DepthScope depth(*this);
      uint32_t begin = take().begin;
      TupleRules rules;
      rules.in_parentheses = true;
      Expr* node = parse_tuple(rules);
      expect(TokenType::RightParen);
      if (node->kind == ExprKind::Tuple) {
        node->begin = begin;
        node->end = last_end_;
      }
      return node;
    }
    case TokenType::LeftBracket:
      return parse_list();
    case TokenType::LeftBrace:
      return parse_dict();
    default:
      fail("unexpected " + repr_text(describe_token(current_)));
  }
}

Expr* Parser::parse_name(bool with_namespace) {
  std::string_view text = current_.text;
  uint32_t begin = current_.begin;
  advance();
  if (text.size() == 4 || text.size() == 5) {
    if (text == "true" || text == "false" || text == "True" || text == "False") {
      Expr* node = make(ExprKind::Bool, begin);
      node->flag = text[0] == 't' || text[0] == 'T';
      return node;
    }
    if (text == "none" || text == "None") {
      return make(ExprKind::None, begin);
    }
  }
  if (with_namespace && skip_if(TokenType::Dot)) {
    std::string_view attribute = expect_any_name();
    Expr* node = make(ExprKind::NamespaceRef, begin);
    node->name = names_.intern(text);
    node->other = names_.intern(attribute);
    return node;
  }
  Expr* node = make(ExprKind::Name, begin);
  node->name = names_.intern(text);
  note_use(node->name);
  return node;
}

Expr* Parser::parse_string() {
  const std::string& newline = rules_.options.newline_sequence;
  auto value_of = [&](const Token& token) {
    std::string_view inner = token.text.substr(1, token.text.size() - 2);
    if (inner.find('\\') == std::string_view::npos && !needs_newlines(inner, newline)) {
      return inner;
    }
    return arena_.copy(unescape_string(token, newline));
  };
  uint32_t begin = current_.begin;
  // The next token is read before this one's escapes are looked at, but a string that follows fails
  // no differently.
  std::string_view text = value_of(current_);
  advance();
  if (is(TokenType::String)) {
    std::string joined(text);
    while (is(TokenType::String)) {
      joined += value_of(current_);
      advance();
    }
    text = arena_.copy(joined);
  }
  Expr* node = make(ExprKind::String, begin);
  node->set_text(text);
  return node;
}

Expr* Parser::parse_integer() {
  Token token = take();
  std::string digits;
  for (char c : token.text) {
    if (c != '_') {
      digits += c;
    }
  }
  char mark = digits.size() > 1 ? static_cast<char>(digits[1] | 0x20) : '0';
  int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
  std::string_view body = digits;
  body.remove_prefix(base == 10 ? 0 : 2);
  Expr* node = make(ExprKind::Int, token.begin);
  uint64_t number = 0;
  for (char c : body) {
    auto digit = static_cast<uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    if (number > (static_cast<uint64_t>(INT64_MAX) - digit) / static_cast<uint64_t>(base)) {
      node->kind = ExprKind::BigInt;
      if (body.size() > 4300) {
        fail("the number has too many digits", token.begin);
      }
      node->set_text(arena_.copy(base == 10 ? std::string(body) : to_decimal_digits(body, base)));
      return node;
    }
    number = number * static_cast<uint64_t>(base) + digit;
  }
  node->number = static_cast<int64_t>(number);
  return node;
}

Expr* Parser::parse_float() {
  Token token = take();
  std::string digits;
  for (char c : token.text) {
    if (c != '_') {
      digits += c;
    }
  }
  Expr* node = make(ExprKind::Float, token.begin);
  node->real = std::strtod(digits.c_str(), nullptr);
  return node;
}

bool Parser::at_tuple_end() const {
  // Neither `in` nor `recursive` ends a tuple behind a comma, as in Jinja.
  return is(TokenType::VariableEnd) || is(TokenType::BlockEnd) || is(TokenType::RightParen);
}

Expr* Parser::parse_tuple(const TupleRules& rules) {
  uint32_t begin = current_.begin;
  uint32_t place = begin;
  Expr* first = nullptr;
  Gathered<Expr*> items(nodes_);
  bool is_tuple = false;
  while (true) {
    if (first) {
      expect(TokenType::Comma);
    }
    if (at_tuple_end()) {
      break;
    }
    Expr* item = rules.is_target ? parse_primary(rules.with_namespace)
                                 : parse_expression(rules.with_condition);
    if (!first) {
      first = item;
    }
    if (is(TokenType::Comma)) {
      is_tuple = true;
    } else if (!is_tuple) {
      return first;
    }
    items.push_back(item);
    if (!is(TokenType::Comma)) {
      break;
    }
    place = current_.begin;
  }
  if (!is_tuple && !rules.in_parentheses) {
    fail("Expected an expression, got " + repr_text(describe_token(current_)));
  }
  Expr* node = make(ExprKind::Tuple, begin);
  node->place = place;
  node->items = arena_.copy(items.items());
  return finish(node);
}

Expr* Parser::parse_list() {
  uint32_t begin = take().begin;
  Gathered<Expr*> items(nodes_);
  while (!is(TokenType::RightBracket)) {
    if (!items.empty()) {
      expect(TokenType::Comma);
    }
    if (is(TokenType::RightBracket)) {
      break;
    }
    items.push_back(parse_expression());
  }
  expect(TokenType::RightBracket);
  Expr* node = make(ExprKind::List, begin);
  node->items = arena_.copy(items.items());
  return finish(node);
}

Expr* Parser::parse_dict() {
  uint32_t begin = take().begin;
  Gathered<Expr*> items(nodes_);
  while (!is(TokenType::RightBrace)) {
    if (!items.empty()) {
      expect(TokenType::Comma);
    }
    if (is(TokenType::RightBrace)) {
      break;
    }
    items.push_back(parse_expression());
    expect(TokenType::Colon);
    items.push_back(parse_expression());
  }
  expect(TokenType::RightBrace);
  Expr* node = make(ExprKind::Dict, begin);
  node->items = arena_.copy(items.items());
  return finish(node);
}

Expr* Parser::parse_postfix(Expr* node) {
  while (true) {
    if (is(TokenType::Dot) || is(TokenType::LeftBracket)) {
      node = parse_subscript(node);
    } else if (is(TokenType::LeftParen)) {
      node = parse_call(node);
    } else {
      return node;
    }
  }
}

Expr* Parser::parse_filters(Expr* node) {
  while (true) {
    if (is(TokenType::Pipe)) {
      node = parse_filter(node, false);
    } else if (is_name("is")) {
      node = parse_test(node);
    } else if (is(TokenType::LeftParen)) {
      node = parse_call(node);
    } else {
      return node;
    }
  }
}

Expr* Parser::parse_subscript(Expr* node) {
  bool is_dot = is(TokenType::Dot);
  uint32_t begin = current_.begin;
  advance();
  Expr* result = make(ExprKind::Item, node->begin);
  result->place = begin;
  result->a = node;
  if (is_dot) {
    if (is(TokenType::Name)) {
      result->kind = ExprKind::Attribute;
      result->name = names_.intern(current_.text);
      advance();
    } else if (is(TokenType::Integer)) {
      result->b = parse_integer();
    } else {
      Token bad = take();
      fail("expected name or number", bad.begin);
    }
    return finish(result);
  }
  DepthScope depth(*this);
  Gathered<Expr*> keys(nodes_);
  while (!is(TokenType::RightBracket)) {
    if (!keys.empty()) {
      expect(TokenType::Comma);
    }
    keys.push_back(parse_index());
  }
  expect(TokenType::RightBracket);
  if (keys.items().size() == 1) {
    result->b = keys.items()[0];
  } else {
    Expr* tuple = make(ExprKind::Tuple, begin);
    tuple->items = arena_.copy(keys.items());
    result->b = finish(tuple);
  }
  return finish(result);
}

Expr* Parser::parse_index() {
  uint32_t begin = current_.begin;
  Expr* parts[3] = {nullptr, nullptr, nullptr};
  auto has_part = [this] {
    return !is(TokenType::Colon) && !is(TokenType::RightBracket) && !is(TokenType::Comma);
  };
  if (!is(TokenType::Colon)) {
    parts[0] = parse_expression();
    if (!is(TokenType::Colon)) {
      return parts[0];
    }
  }
  advance();
  if (has_part()) {
    parts[1] = parse_expression();
  }
  if (skip_if(TokenType::Colon) && has_part()) {
    parts[2] = parse_expression();
  }
  Expr* node = make(ExprKind::Slice, begin);
  node->a = parts[0];
  node->b = parts[1];
  node->c = parts[2];
  return finish(node);
}

Expr* Parser::parse_call(Expr* node) {
  size_t place = calls_.size();
  calls_.push_back(nullptr);
  Expr* call = make(ExprKind::Call, node->begin);
  call->place = current_.begin;
  call->a = node;
  call->arguments = parse_arguments();
  finish(call);
  calls_[place] = call;
  return call;
}

CallArguments* Parser::parse_arguments() {
  DepthScope depth(*this);
  uint32_t begin = expect(TokenType::LeftParen);
  auto ensure = [&](bool condition) {
    if (!condition) {
      fail("invalid syntax for function call expression", begin);
    }
  };
  CallArguments* arguments = arena_.make<CallArguments>();
  Gathered<Expr*> positional(nodes_);
  Gathered<KeywordArgument> named(keywords_);
  bool needs_comma = false;
  while (!is(TokenType::RightParen)) {
    if (needs_comma) {
      expect(TokenType::Comma);
      if (is(TokenType::RightParen)) {
        break;
      }
    }
    needs_comma = true;
    if (is(TokenType::Multiply)) {
      ensure(!arguments->star && !arguments->star_star);
      advance();
      arguments->star = parse_expression();
    } else if (is(TokenType::Power)) {
      ensure(!arguments->star_star);
      advance();
      arguments->star_star = parse_expression();
    } else if (is(TokenType::Name) && look().type == TokenType::Assign) {
      ensure(!arguments->star_star);
      NameId name = names_.intern(take().text);
      advance();
      named.push_back({name, parse_expression()});
    } else {
      ensure(!arguments->star && !arguments->star_star && named.empty());
      positional.push_back(parse_expression());
    }
  }
  expect(TokenType::RightParen);
  arguments->positional = arena_.copy(positional.items());
  arguments->named = arena_.copy(named.items());
  return arguments;
}

NameId Parser::parse_dotted_name() {
  std::string_view name = expect_any_name();
  while (skip_if(TokenType::Dot)) {
    std::string_view part = expect_any_name();
    name = arena_.copy(std::string(name) + "." + std::string(part));
  }
  return names_.intern(name);
}

CallArguments* Parser::no_arguments() {
  if (!no_arguments_) {
    no_arguments_ = arena_.make<CallArguments>();
  }
  return no_arguments_;
}

Expr* Parser::parse_filter(Expr* node, bool at_name) {
  while (at_name || is(TokenType::Pipe)) {
    if (!at_name) {
      advance();
    }
    at_name = false;
    uint32_t begin = current_.begin;
    NameId name = parse_dotted_name();
    Expr* filter = make(ExprKind::FilterCall, node ? node->begin : begin);
    filter->place = begin;
    filter->a = node;
    filter->name = name;
    filter->arguments = is(TokenType::LeftParen) ? parse_arguments() : no_arguments();
    node = finish(filter);
  }
  return node;
}

bool Parser::starts_test_argument() const {
  switch (current_.type) {
    case TokenType::Name:
      return current_.text != "else" && current_.text != "or" && current_.text != "and";
    case TokenType::String:
    case TokenType::Integer:
    case TokenType::Float:
    case TokenType::LeftBracket:
    case TokenType::LeftBrace:
      return true;
    default:
      return false;
  }
}

Expr* Parser::parse_test(Expr* node) {
  uint32_t place = current_.begin;
  advance();
  bool negated = skip_name("not");
  Expr* test = make(ExprKind::Test, node->begin);
  test->place = place;
  test->a = node;
  test->name = parse_dotted_name();
  test->arguments = no_arguments();
  if (is(TokenType::LeftParen)) {
    test->arguments = parse_arguments();
  } else if (starts_test_argument()) {
    if (is_name("is")) {
      fail("You cannot chain multiple tests with is");
    }
    Expr* argument = parse_postfix(parse_primary(false));
    test->arguments = arena_.make<CallArguments>();
    test->arguments->positional = arena_.copy(std::span<Expr* const>(&argument, 1));
  }
  finish(test);
  if (!negated) {
    return test;
  }
  Expr* negation = make(ExprKind::Not, test->begin);
  negation->place = place;
  negation->a = test;
  return finish(negation);
}

}  // namespace weft::jinja
