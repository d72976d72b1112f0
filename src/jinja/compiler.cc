#include "jinja/compiler.h"

#include <utility>

#include "jinja/lexer.h"
#include "jinja/unwind.h"

namespace weft::jinja {

Compiler::Compiler(const Options& options, const FunctionFinder& finder, TemplateCode& code,
                   NameTable& names)
    : options_(options),
      finder_(finder),
      code_(code),
      names_(names),
      bindings_(names.size() + 16, kNone),
      escape_(options.autoescape ? EscapeMode::On : EscapeMode::Off),
      known_escape_(escape_),
      needs_newlines_(needs_newlines(code.text, options.newline_sequence)) {
  constexpr size_t kFew = 32;
  symbols_.reserve(kFew);
  scopes_.reserve(kFew);
  functions_.reserve(4);
}

void Compiler::compile(const Ast& ast) {
  for (size_t i = 0; i < ast.blocks.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (ast.blocks[k]->name == ast.blocks[i]->name) {
        fail("TemplateAssertionError",
             "block '" + std::string(names_.text(ast.blocks[i]->name)) + "' defined twice",
             ast.blocks[i]->begin);
      }
    }
  }
  has_extends_ = ast.has_extends;
  code_.is_plain_text =
      ast.body.empty() ||
      (ast.body.size() == 1 && ast.body[0]->kind == StmtKind::Output &&
       ast.body[0]->exprs.size() == 1 && ast.body[0]->exprs[0]->kind == ExprKind::Data &&
       ast.body[0]->exprs[0]->size == code_.text.size());
  code_.texts.reserve(ast.texts);
  Function& root = begin_function(Function::Kind::Root, kNoName);
  code_.root = &root;
  begin_scope(true);
  if (ast.uses_self) {
    uint32_t self = declare_parameter(kSelfName);
    emit(Op::MakeSelf, {}, symbols_[self].slot);
  }
  scan(ast.body);
  enter_scope(0);
  Frame frame;
  frame.is_top = frame.is_root = true;
  frame.checks_output = has_extends_;
  body(ast.body, frame);
  if (has_extends_) {
    emit(Op::RenderParent, {});
  }
  end_scope(true);
  end_function();
  for (const Stmt* node : ast.blocks) {
    compile_block(*node);
  }
  collect_calls(ast);
}

void Compiler::compile_expression(const Expr& node) {
  Function& root = begin_function(Function::Kind::Root, kNoName);
  code_.root = &root;
  code_.is_expression = true;
  begin_scope(true);
  scan(&node);
  enter_scope(0);
  uint32_t operand = value(node);
  emit(Op::ReturnValue, {node.begin, node.end}, operand);
  end_scope(true);
  end_function();
}

void Compiler::compile_block(const Stmt& node) {
  marker_ = node.begin;
  Function& function = begin_function(Function::Kind::Block, node.name);
  code_.blocks.push_back({node.name, &function});
  begin_scope(true);
  CodeSpan at{node.begin, node.begin};
  if (node.uses_self) {
    emit(Op::MakeSelf, at, symbols_[declare_parameter(kSelfName)].slot);
  }
  if (node.uses_super) {
    emit(Op::MakeSuper, at, symbols_[declare_parameter(kSuperName)].slot, 0, node.name);
  }
  scan(node.body);
  enter_scope(node.begin);
  body(node.body, Frame());
  end_scope(true);
  end_function();
}

Function& Compiler::begin_function(Function::Kind kind, NameId name) {
  code_.functions.push_back(std::make_unique<Function>());
  Function& function = *code_.functions.back();
  function.kind = kind;
  function.name = name;
  function.owner = &code_;
  FunctionState added;
  added.function = &function;
  if (!spare_code_.empty()) {
    added.code = std::move(spare_code_.back());
    added.spans = std::move(spare_spans_.back());
    spare_code_.pop_back();
    spare_spans_.pop_back();
  }
  functions_.push_back(std::move(added));
  return function;
}

void Compiler::end_function() {
  emit(Op::Return, {marker_, marker_});
  FunctionState& done = state();
  Function& function = *done.function;
  function.registers = done.used;
  function.code.assign(done.code.begin(), done.code.end());
  function.spans.assign(done.spans.begin(), done.spans.end());
  done.code.clear();
  done.spans.clear();
  spare_code_.push_back(std::move(done.code));
  spare_spans_.push_back(std::move(done.spans));
  functions_.pop_back();
}

uint32_t Compiler::index_of(Function& function) const {
  for (size_t i = code_.functions.size(); i-- > 0;) {
    if (code_.functions[i].get() == &function) {
      return static_cast<uint32_t>(i);
    }
  }
  return kNone;
}

uint32_t Compiler::temporary() {
  FunctionState& function = state();
  uint32_t slot = function.top++;
  if (function.top > function.used) {
    function.used = function.top;
  }
  return slot;
}

void Compiler::patch(uint32_t jump) { patch(jump, here()); }

void Compiler::patch(uint32_t jump, uint32_t target) {
  Instruction& instruction = state().code[jump];
  (instruction.op == Op::LoopNext ? instruction.c : instruction.a) = target;
}

void Compiler::patch_all(const std::vector<uint32_t>& jumps) {
  for (uint32_t jump : jumps) {
    patch(jump);
  }
}

uint32_t Compiler::constant(Value value) {
  code_.constants.push_back(Value::immortal(std::move(value), code_.constant_owners));
  return static_cast<uint32_t>(code_.constants.size() - 1) | kConstant;
}

uint32_t Compiler::string_constant(std::string_view text) {
  auto [place, is_new] = string_constants_.try_emplace(text, 0);
  if (is_new) {
    place->second = constant(Value::string(text));
  }
  return place->second;
}

uint32_t Compiler::add_text(std::string_view text, uint32_t begin, bool is_verbatim) {
  diag::Span origin = code_.span({begin, begin + static_cast<uint32_t>(text.size())});
  auto at = reinterpret_cast<uintptr_t>(text.data());
  auto whole = reinterpret_cast<uintptr_t>(code_.text.data());
  bool has_head = at >= whole && at + TextRef::kHead <= whole + code_.text.size();
  if (text.size() < TextRef::kHead && !has_head) {
    std::string padded(text);
    padded.resize(TextRef::kHead);
    text = code_.strings.copy(padded).substr(0, text.size());
  }
  code_.texts.push_back({text, origin, is_verbatim});
  return static_cast<uint32_t>(code_.texts.size() - 1);
}

uint32_t Compiler::text_index(std::string_view text, uint32_t begin, bool is_verbatim) {
  if (needs_newlines_ && needs_newlines(text, options_.newline_sequence)) {
    text = code_.strings.copy(normalize_newlines(text, options_.newline_sequence));
    is_verbatim = false;
  }
  return add_text(text, begin, is_verbatim);
}

void Compiler::collect_calls(const Ast& ast) {
  for (const Expr* call : ast.calls) {
    const Expr& callee = *call->a;
    CallRef ref;
    if (callee.kind == ExprKind::Name) {
      ref.name = callee.name;
    } else if (callee.kind == ExprKind::Attribute && callee.a->kind == ExprKind::Name) {
      ref.owner = callee.a->name;
      ref.name = callee.name;
    } else {
      continue;
    }
    ref.span = {call->begin, call->end};
    ref.first_argument = static_cast<uint32_t>(code_.call_arguments.size());
    collect_arguments(*call->arguments);
    ref.arguments = static_cast<uint32_t>(code_.call_arguments.size()) - ref.first_argument;
    code_.call_refs.push_back(ref);
  }
}

void Compiler::collect_arguments(const CallArguments& arguments) {
  auto add = [this](NameId name, const Expr* node) {
    code_.call_arguments.push_back({name, {node->begin, node->end}, is_literal(*node)});
  };
  for (const Expr* node : arguments.positional) {
    add(kNoName, node);
  }
  for (const KeywordArgument& argument : arguments.named) {
    add(argument.name, argument.value);
  }
}

void Compiler::fail(std::string_view type, std::string message, uint32_t offset) {
  throw CompileFailure{type, std::move(message), offset};
}

}  // namespace weft::jinja
