// Code of expressions. value() gives an operand, into() puts a value into a register.
#include <utility>

#include "jinja/compiler.h"
#include "jinja/loop.h"
#include "jinja/methods.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

CodeSpan span_of(const Expr& node) { return {node.begin, node.end}; }

Op binary_op(TokenType type) {
  switch (type) {
    case TokenType::Add:
      return Op::Add;
    case TokenType::Subtract:
      return Op::Subtract;
    case TokenType::Multiply:
      return Op::Multiply;
    case TokenType::Divide:
      return Op::Divide;
    case TokenType::FloorDivide:
      return Op::FloorDivide;
    case TokenType::Modulo:
      return Op::Modulo;
    default:
      return Op::Power;
  }
}

}  // namespace

bool Compiler::constant_of(const Expr& node, uint32_t& operand) {
  switch (node.kind) {
    case ExprKind::None:
      if (none_ == kNone) {
        none_ = constant(Value::none());
      }
      operand = none_;
      return true;
    case ExprKind::Bool:
      operand = constant(Value::boolean(node.flag));
      return true;
    case ExprKind::Int:
      operand = constant(Value::integer(node.number));
      return true;
    case ExprKind::BigInt:
      operand = constant(Value::big_integer(node.text()));
      return true;
    case ExprKind::Float:
      operand = constant(Value::floating(node.real));
      return true;
    case ExprKind::String:
      operand = string_constant(node.text());
      return true;
    case ExprKind::Negate:
      if (node.a->kind == ExprKind::Int) {
        operand = constant(Value::integer(-node.a->number));
        return true;
      }
      if (node.a->kind == ExprKind::Float) {
        operand = constant(Value::floating(-node.a->real));
        return true;
      }
      return false;
    case ExprKind::FilterCall:
      return filtered_constant(node, operand);
    default:
      return false;
  }
}

bool Compiler::filtered_constant(const Expr& node, uint32_t& operand) {
  if (!node.a || !node.arguments->is_empty()) {
    return false;
  }
  const NamedFunction* function = filter_of(node.name);
  uint32_t subject = 0;
  Value result;
  if (!function || !function->quick || !constant_of(*node.a, subject) ||
      !function->quick(code_.constants[subject & ~kConstant], result)) {
    return false;
  }
  operand = constant(std::move(result));
  return true;
}

uint8_t Compiler::attribute_flags(NameId name) const {
  std::string_view text = names_.text(name);
  return text[0] != '_' && !find_method(Kind::Dict, text) ? kItemFirst : 0;
}

bool Compiler::is_variable(uint32_t operand) const {
  // Temporaries lie behind the variables of the innermost scope.
  const ScopeState& scope = scopes_.back();
  return operand < scope.first_slot + (symbols_.size() - scope.first_symbol);
}

uint32_t Compiler::value(const Expr& node) {
  uint32_t operand = 0;
  if (constant_of(node, operand)) {
    return operand;
  }
  if (node.kind == ExprKind::Name) {
    const Symbol& symbol = symbols_[find_symbol(node.name)];
    bool is_set = (symbol.load == Load::Parameter && !symbol.may_be_missing) || symbol.is_definite;
    if (is_set && symbol.function == functions_.size() - 1) {
      return symbol.slot;
    }
  }
  uint32_t to = temporary();
  into(node, to);
  return to;
}

void Compiler::into(const Expr& node, uint32_t to) {
  uint32_t operand = 0;
  if (constant_of(node, operand)) {
    emit(Op::Move, span_of(node), to, operand);
    return;
  }
  uint32_t before = mark();
  switch (node.kind) {
    case ExprKind::Name:
      load_name(node, to);
      break;
    case ExprKind::Tuple:
    case ExprKind::List:
    case ExprKind::Dict:
      items_into(node, to);
      break;
    case ExprKind::Negate:
    case ExprKind::Positive:
      operand = value(*node.a);
      emit(node.kind == ExprKind::Negate ? Op::Negate : Op::Positive, span_of(node), to, operand);
      break;
    case ExprKind::Not:
      if (node.a->kind == ExprKind::Test) {
        test_into(*node.a, to, true);
      } else {
        operand = value(*node.a);
        emit(Op::Not, span_of(node), to, operand);
      }
      break;
    case ExprKind::Binary:
      binary_into(node, to);
      break;
    case ExprKind::And:
    case ExprKind::Or:
      logic_into(node, to);
      break;
    case ExprKind::Compare:
      compare_into(node, to);
      break;
    case ExprKind::Concat:
      concat_into(node, to);
      break;
    case ExprKind::Conditional:
      conditional_into(node, to);
      break;
    case ExprKind::Attribute: {
      operand = value(*node.a);
      bool is_loop = node.a->kind == ExprKind::Name && node.a->name == kLoopName;
      LoopField field = is_loop ? loop_field(names_.text(node.name)) : LoopField::Other;
      uint8_t flags = is_loop ? static_cast<uint8_t>(field) : attribute_flags(node.name);
      emit(is_loop ? Op::LoopField : Op::Attribute, span_of(node), to, operand, node.name, flags);
      break;
    }
    case ExprKind::Item:
      item_into(node, to);
      break;
    case ExprKind::Call:
      call_into(node, to, 0, kNone);
      break;
    case ExprKind::FilterCall:
      filter_into(node, to);
      break;
    case ExprKind::Test:
      test_into(node, to, false);
      break;
    default:
      break;
  }
  release(before);
}

void Compiler::load_name(const Expr& node, uint32_t to) {
  load_symbol(find_symbol(node.name), span_of(node), to);
}

void Compiler::load_symbol(uint32_t index, CodeSpan at, uint32_t to) {
  const Symbol& symbol = symbols_[index];
  VariableRef ref = reference(index);
  bool is_set = (symbol.load == Load::Parameter && !symbol.may_be_missing) || symbol.is_definite;
  if (ref.depth == 0 && is_set) {
    emit(Op::Move, at, to, ref.slot);
    return;
  }
  emit(ref.depth == 0 ? Op::LoadName : Op::LoadOuter, at, to, ref.slot, ref.name,
       ref.resolve ? kResolve : 0, ref.depth);
}

bool Compiler::repeated_list_into(const Expr& node, uint32_t to) {
  constexpr int64_t kMost = 1000;
  const Expr& list = *node.a;
  if (node.op != TokenType::Multiply || list.kind != ExprKind::List || !is_literal(list) ||
      node.b->kind != ExprKind::Int ||
      node.b->number > kMost / static_cast<int64_t>(list.items.size() + 1)) {
    return false;
  }
  uint32_t base = mark();
  for (int64_t i = 0; i < node.b->number; ++i) {
    for (const Expr* item : list.items) {
      into(*item, temporary());
    }
  }
  emit(Op::MakeList, span_of(node), to, base, mark() - base);
  return true;
}

void Compiler::binary_into(const Expr& node, uint32_t to) {
  if (repeated_list_into(node, to)) {
    return;
  }
  uint32_t left = value(*node.a);
  uint32_t right = value(*node.b);
  emit(binary_op(node.op), span_of(node), to, left, right);
}

void Compiler::logic_into(const Expr& node, uint32_t to) {
  if (const Expr& side = decided(node); &side != &node) {
    into(side, to);
    return;
  }
  // The register in between must not be a variable that the right side still reads.
  uint32_t result = is_variable(to) ? temporary() : to;
  into(*node.a, result);
  uint32_t jump =
      emit(node.kind == ExprKind::And ? Op::JumpIfFalse : Op::JumpIfTrue, span_of(node), 0, result);
  into(*node.b, result);
  patch(jump);
  if (result != to) {
    emit(Op::Move, span_of(node), to, result);
  }
}

uint32_t Compiler::emit_compare(Op op, const Expr& node, uint32_t a, uint32_t left, uint32_t right,
                                CompareKind compare, bool when) {
  constexpr int kOrders[] = {kEqual,         kLess | kGreater, kLess,
                             kLess | kEqual, kGreater,         kGreater | kEqual};
  constexpr int kAll = kLess | kEqual | kGreater;
  int orders = 0;
  if (compare < CompareKind::In) {
    orders = kOrders[static_cast<size_t>(compare)] ^ (when ? 0 : kAll);
  }
  auto flags = static_cast<uint8_t>(static_cast<uint8_t>(compare) | (when ? 16 : 0));
  return emit(op, span_of(node), a, left, right, flags, static_cast<uint16_t>(orders));
}

void Compiler::compare_into(const Expr& node, uint32_t to) {
  uint32_t left = value(*node.a);
  if (node.items.size() == 1) {
    uint32_t right = value(*node.items[0]);
    emit_compare(Op::Compare, node, to, left, right, node.compares[0]);
    return;
  }
  uint32_t result = is_variable(to) ? temporary() : to;
  std::vector<uint32_t> jumps;
  for (size_t i = 0; i < node.items.size(); ++i) {
    uint32_t right = value(*node.items[i]);
    emit_compare(Op::Compare, node, result, left, right, node.compares[i]);
    if (i + 1 < node.items.size()) {
      jumps.push_back(emit(Op::JumpIfFalse, span_of(node), 0, result));
    }
    left = right;
  }
  patch_all(jumps);
  if (result != to) {
    emit(Op::Move, span_of(node), to, result);
  }
}

void Compiler::concat_into(const Expr& node, uint32_t to) {
  uint32_t base = mark();
  for (const Expr* part : node.items) {
    into(*part, temporary());
  }
  // Jinja asks whether to escape when it compiles, so a template that decides later joins plain
  // text; so does what it computes when it compiles.
  bool is_markup = escape_ == EscapeMode::On && !are_constant(node.items, true);
  EscapeMode mode = is_markup ? EscapeMode::On : EscapeMode::Off;
  emit(Op::Concat, span_of(node), to, base, 0, static_cast<uint8_t>(mode),
       static_cast<uint16_t>(node.items.size()));
}

void Compiler::items_into(const Expr& node, uint32_t to) {
  auto count = static_cast<uint32_t>(node.items.size());
  if (node.kind == ExprKind::List && count > 1) {
    bool is_constant = true;
    for (const Expr* item : node.items) {
      is_constant = is_constant && (item->kind == ExprKind::String || item->kind == ExprKind::Int);
    }
    if (is_constant) {
      auto base = static_cast<uint32_t>(code_.constants.size());
      for (const Expr* item : node.items) {
        constant(item->kind == ExprKind::Int ? Value::integer(item->number)
                                             : Value::string(item->text()));
      }
      emit(Op::CopyList, span_of(node), to, base, count);
      return;
    }
  }
  uint32_t base = mark();
  for (const Expr* item : node.items) {
    into(*item, temporary());
  }
  Op op = node.kind == ExprKind::List    ? Op::MakeList
          : node.kind == ExprKind::Tuple ? Op::MakeTuple
                                         : Op::MakeDict;
  emit(op, span_of(node), to, base, count);
}

void Compiler::conditional_into(const Expr& node, uint32_t to) {
  bool was_soft = std::exchange(is_soft_, true);
  std::vector<uint32_t> to_else;
  jump_if(*node.b, false, to_else);
  into(*node.a, to);
  uint32_t to_end = emit(Op::Jump, span_of(node));
  patch_all(to_else);
  if (node.c) {
    into(*node.c, to);
  } else {
    emit(Op::MissingElse, span_of(node), to);
  }
  patch(to_end);
  is_soft_ = was_soft;
}

void Compiler::item_into(const Expr& node, uint32_t to) {
  uint32_t owner = value(*node.a);
  if (node.b->kind != ExprKind::Slice) {
    uint32_t key = value(*node.b);
    emit(Op::Item, span_of(node), to, owner, key);
    return;
  }
  uint32_t base = mark();
  for (const Expr* part : {node.b->a, node.b->b, node.b->c}) {
    uint32_t slot = temporary();
    if (part) {
      into(*part, slot);
    } else {
      uint32_t none = 0;
      Expr missing;
      missing.kind = ExprKind::None;
      constant_of(missing, none);
      emit(Op::Move, span_of(node), slot, none);
    }
  }
  // Jinja's own item access, which has no TypeError, computes what it knows when it compiles.
  emit(Op::Slice, span_of(node), to, owner, base, is_constant_output_ ? 1 : 0);
}

Compiler::Arguments Compiler::push_arguments(const CallArguments& arguments, uint32_t subject,
                                             uint32_t caller, uint32_t offset) {
  Arguments result;
  result.base = mark();
  if (subject != kNone) {
    uint32_t slot = temporary();
    emit(Op::Move, {offset, offset}, slot, subject);
  }
  for (const Expr* node : arguments.positional) {
    into(*node, temporary());
  }
  size_t count = mark() - result.base;
  if (arguments.star) {
    result.flags |= kStar;
    into(*arguments.star, temporary());
  }
  result.first_keyword = static_cast<uint32_t>(code_.keywords.size());
  size_t keywords = arguments.named.size() + (caller != kNone ? 1 : 0);
  for (const KeywordArgument& argument : arguments.named) {
    code_.keywords.push_back(argument.name);
  }
  if (caller != kNone) {
    code_.keywords.push_back(kCallerName);
  }
  for (const KeywordArgument& argument : arguments.named) {
    into(*argument.value, temporary());
  }
  if (caller != kNone) {
    uint32_t slot = temporary();
    emit(Op::Move, {offset, offset}, slot, caller);
  }
  if (arguments.star_star) {
    result.flags |= kStarStar;
    into(*arguments.star_star, temporary());
  }
  if (count > 0xffff || keywords > 0xffff) {
    fail("TemplateSyntaxError", "too many arguments in a call", offset);
  }
  result.count = static_cast<uint16_t>(count);
  result.keywords = static_cast<uint16_t>(keywords);
  return result;
}

void Compiler::call_into(const Expr& node, uint32_t to, uint8_t call_flags, uint32_t caller) {
  const Expr& callee = *node.a;
  bool is_method = callee.kind == ExprKind::Attribute;
  uint32_t subject = value(is_method ? *callee.a : callee);
  Arguments arguments = push_arguments(*node.arguments, kNone, caller, node.begin);
  emit(is_method ? Op::CallMethod : Op::Call, span_of(node), to, subject, arguments.base, 0,
       arguments.count);
  emit(Op::Extra, span_of(node), is_method ? callee.name : 0, arguments.first_keyword, 0,
       static_cast<uint8_t>(arguments.flags | call_flags), arguments.keywords);
}

const NamedFunction* Compiler::filter_of(NameId name) const {
  if (known_filters_.size() <= name) {
    known_filters_.resize(names_.size());
  }
  std::optional<const NamedFunction*>& known = known_filters_[name];
  if (!known) {
    known = finder_.filter(names_.text(name));
  }
  return *known;
}

void Compiler::filter_into(const Expr& node, uint32_t to) {
  const NamedFunction* function = filter_of(node.name);
  if (!function && !is_soft_) {
    fail("TemplateAssertionError", "No filter named " + repr_text(names_.text(node.name)) + ".",
         node.place);
  }
  if (node.a && node.arguments->is_empty()) {
    uint32_t operand = value(*node.a);
    code_.filters.push_back({function, node.name});
    emit(Op::FilterValue, span_of(node), to, operand,
         static_cast<uint32_t>(code_.filters.size() - 1));
    return;
  }
  uint32_t base = mark();
  uint32_t subject = temporary();
  if (node.a) {
    into(*node.a, subject);
  } else {
    emit(Op::Move, span_of(node), subject, state().captured);
  }
  Arguments arguments = push_arguments(*node.arguments, kNone, kNone, node.begin);
  code_.filters.push_back({function, node.name});
  emit(Op::ApplyFilter, span_of(node), to, 0, base, 0, static_cast<uint16_t>(arguments.count + 1));
  emit(Op::Extra, span_of(node), static_cast<uint32_t>(code_.filters.size() - 1),
       arguments.first_keyword, 0, arguments.flags, arguments.keywords);
}

void Compiler::test_into(const Expr& node, uint32_t to, bool negated) {
  std::string_view name = names_.text(node.name);
  bool is_bare = node.arguments->is_empty();
  if (is_bare && (name == "defined" || name == "undefined" || name == "none")) {
    uint32_t operand = value(*node.a);
    bool flips = negated != (name == "undefined");
    emit(name == "none" ? Op::IsNone : Op::IsDefined, span_of(node), to, operand, 0, flips ? 1 : 0);
    return;
  }
  const NamedFunction* function = finder_.test(name);
  if (!function && !is_soft_) {
    fail("TemplateAssertionError", "No test named " + repr_text(name) + ".", node.place);
  }
  if (is_bare) {
    uint32_t operand = value(*node.a);
    code_.tests.push_back({function, node.name});
    emit(Op::TestValue, span_of(node), to, operand, static_cast<uint32_t>(code_.tests.size() - 1),
         negated ? 1 : 0);
    return;
  }
  uint32_t base = mark();
  into(*node.a, temporary());
  Arguments arguments = push_arguments(*node.arguments, kNone, kNone, node.begin);
  code_.tests.push_back({function, node.name});
  emit(Op::ApplyTest, span_of(node), to, 0, base, 0, static_cast<uint16_t>(arguments.count + 1));
  emit(Op::Extra, span_of(node), static_cast<uint32_t>(code_.tests.size() - 1),
       arguments.first_keyword, 0, static_cast<uint8_t>(arguments.flags | (negated ? kNegated : 0)),
       arguments.keywords);
}

void Compiler::jump_if(const Expr& node, bool when, std::vector<uint32_t>& jumps) {
  if (node.kind == ExprKind::Not) {
    jump_if(*node.a, !when, jumps);
    return;
  }
  bool is_and = node.kind == ExprKind::And;
  if (is_and || node.kind == ExprKind::Or) {
    if (const Expr& side = decided(node); &side != &node) {
      jump_if(side, when, jumps);
      return;
    }
    if (is_and != when) {
      jump_if(*node.a, when, jumps);
      jump_if(*node.b, when, jumps);
      return;
    }
    std::vector<uint32_t> around;
    jump_if(*node.a, !when, around);
    jump_if(*node.b, when, jumps);
    patch_all(around);
    return;
  }
  uint32_t before = mark();
  if (node.kind == ExprKind::Compare && node.items.size() == 1) {
    uint32_t left = value(*node.a);
    uint32_t right = value(*node.items[0]);
    jumps.push_back(emit_compare(Op::JumpCompare, node, 0, left, right, node.compares[0], when));
  } else {
    uint32_t operand = value(node);
    jumps.push_back(emit(when ? Op::JumpIfTrue : Op::JumpIfFalse, span_of(node), 0, operand));
  }
  release(before);
}

}  // namespace weft::jinja
