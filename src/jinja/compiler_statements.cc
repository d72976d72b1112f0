// Code of statements other than loops and those that name other templates.
#include <algorithm>
#include <utility>

#include "jinja/compiler.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

CodeSpan span_of(const Expr& node) { return {node.begin, node.end}; }
CodeSpan span_of(const Stmt& node) { return {node.begin, node.begin}; }

bool is_elif(const Stmt& node) {
  return node.orelse.size() == 1 && node.orelse[0]->kind == StmtKind::If &&
         node.orelse[0]->other_flag;
}

/// Whether the code that Jinja makes of a statement begins with a note of its line.
bool leaves_marker(StmtKind kind) {
  return kind != StmtKind::Output && kind != StmtKind::With && kind != StmtKind::Autoescape &&
         kind != StmtKind::AssignBlock && kind != StmtKind::FilterBlock;
}

}  // namespace

Compiler::Frame Compiler::inner(const Frame& frame) const {
  Frame result;
  result.checks_output = frame.checks_output;
  return result;
}

void Compiler::body(std::span<Stmt* const> nodes, const Frame& frame) {
  bool was_soft = std::exchange(is_soft_, frame.is_soft);
  for (const Stmt* node : nodes) {
    if (!statement(*node, frame)) {
      break;
    }
  }
  is_soft_ = was_soft;
}

bool Compiler::statement(const Stmt& node, const Frame& frame) {
  uint32_t before = mark();
  uint32_t closures = state().closures;
  bool goes_on = true;
  if (leaves_marker(node.kind)) {
    marker_ = node.begin;
  }
  switch (node.kind) {
    case StmtKind::Output:
      output(node, frame);
      break;
    case StmtKind::Assign:
      assign(node, frame);
      break;
    case StmtKind::AssignBlock:
      assign_block(node, frame);
      break;
    case StmtKind::If:
      if_statement(node, frame);
      break;
    case StmtKind::For:
      for_statement(node, frame);
      break;
    case StmtKind::With:
      with(node, frame);
      break;
    case StmtKind::Macro:
      macro(node, frame);
      break;
    case StmtKind::CallBlock:
      call_block(node, frame);
      break;
    case StmtKind::FilterBlock:
      filter_block(node, frame);
      break;
    case StmtKind::Block:
      block(node, frame);
      break;
    case StmtKind::Extends:
      goes_on = extends(node, frame);
      break;
    case StmtKind::Include:
      include(node);
      break;
    case StmtKind::Import:
      import(node, frame);
      break;
    case StmtKind::FromImport:
      from_import(node, frame);
      break;
    case StmtKind::Do:
      value(*node.a);
      break;
    case StmtKind::Autoescape:
      autoescape(node, frame);
      break;
    case StmtKind::Break:
    case StmtKind::Continue:
      jump_statement(node);
      break;
  }
  if (state().closures == closures) {
    release(before);
  }
  return goes_on;
}

void Compiler::output(const Stmt& node, const Frame& frame) {
  if (frame.checks_output && has_known_extends_) {
    return;
  }
  uint32_t jump = kNone;
  if (frame.checks_output) {
    jump = emit(Op::JumpIfParent, span_of(node));
  }
  for (const Expr* part : node.exprs) {
    uint32_t before = mark();
    if (part->kind == ExprKind::Data) {
      emit(Op::EmitText, span_of(*part), 0, text_index(part->text(), part->begin, true));
    } else {
      output_part(*part);
    }
    release(before);
  }
  if (jump != kNone) {
    patch(jump);
  }
}

void Compiler::mark_line(uint32_t begin, uint32_t place) {
  state().function->lines.push_back({begin, here(), place});
}

void Compiler::output_part(const Expr& node) {
  uint32_t begin = here();
  if (!is_constant(node, escape_ != EscapeMode::Dynamic)) {
    marker_ = node.place;
    output_value(node);
  } else {
    is_constant_output_ = true;
    output_value(node);
    is_constant_output_ = false;
  }
  for (uint32_t at = node.begin; at < node.place; ++at) {
    if (code_.text[at] == '\n' || code_.text[at] == '\r') {
      mark_line(begin, node.place);
      break;
    }
  }
}

void Compiler::output_value(const Expr& node) {
  bool is_plain = escape_ == EscapeMode::Off;
  if (is_plain && node.kind == ExprKind::String) {
    if (node.size != 0) {
      emit(Op::EmitText, span_of(node), 0,
           add_text(code_.strings.copy(node.text()), node.begin, false));
    }
    return;
  }
  if (is_plain && node.kind == ExprKind::Concat) {
    for (const Expr* part : node.items) {
      uint32_t before = mark();
      output_value(*part);
      release(before);
    }
    return;
  }
  if (node.kind == ExprKind::Conditional) {
    bool was_soft = std::exchange(is_soft_, true);
    std::vector<uint32_t> to_else;
    jump_if(*node.b, false, to_else);
    output_value(*node.a);
    if (node.c) {
      uint32_t to_end = emit(Op::Jump, span_of(node));
      patch_all(to_else);
      output_value(*node.c);
      patch(to_end);
    } else {
      patch_all(to_else);
    }
    is_soft_ = was_soft;
    return;
  }
  if (node.kind == ExprKind::Call) {
    uint8_t flags = kEmit;
    flags |= escape_ == EscapeMode::On ? kEscape : 0;
    flags |= escape_ == EscapeMode::Dynamic ? kEscapeDynamic : 0;
    call_into(node, temporary(), flags, kNone);
    return;
  }
  uint32_t operand = value(node);
  emit(Op::Emit, span_of(node), 0, operand, 0, static_cast<uint8_t>(output_mode()));
}

void Compiler::check_namespaces(const Expr& target) {
  if (target.kind == ExprKind::NamespaceRef) {
    uint32_t slot = temporary();
    load_symbol(find_symbol(target.name), span_of(target), slot);
    emit(Op::CheckNamespace, span_of(target), slot);
  }
  for (const Expr* item : target.items) {
    check_namespaces(*item);
  }
}

void Compiler::store_name(NameId name, uint32_t operand, CodeSpan at, const Frame* exports) {
  Symbol& symbol = symbols_[find_symbol(name)];
  if (operand != symbol.slot) {
    emit(Op::Move, at, symbol.slot, operand);
  }
  if (branch_depth_ == symbol.branch_depth) {
    symbol.is_definite = true;
  }
  if (exports && exports->is_top) {
    uint8_t flags = names_.text(name)[0] == '_' ? 0 : kPublic;
    emit(Op::Export, at, symbol.slot, 0, name, flags);
  }
}

void Compiler::store_target(const Expr& target, uint32_t operand, const Frame* exports) {
  if (target.kind == ExprKind::Name) {
    store_name(target.name, operand, span_of(target), exports);
    return;
  }
  if (target.kind == ExprKind::NamespaceRef) {
    uint32_t slot = temporary();
    load_symbol(find_symbol(target.name), span_of(target), slot);
    emit(Op::SetNamespace, span_of(target), slot, operand, target.other);
    return;
  }
  uint32_t base = mark();
  for (size_t i = 0; i < target.items.size(); ++i) {
    temporary();
  }
  emit(Op::Unpack, span_of(target), base, operand, 0, 0,
       static_cast<uint16_t>(target.items.size()));
  for (size_t i = 0; i < target.items.size(); ++i) {
    store_target(*target.items[i], base + static_cast<uint32_t>(i), exports);
  }
}

void Compiler::assign(const Stmt& node, const Frame& frame) {
  check_namespaces(*node.target);
  if (node.target->kind == ExprKind::Name) {
    uint32_t slot = symbols_[find_symbol(node.target->name)].slot;
    into(*node.a, slot);
    store_name(node.target->name, slot, span_of(*node.target), &frame);
    return;
  }
  store_target(*node.target, value(*node.a), &frame);
}

void Compiler::assign_block(const Stmt& node, const Frame& frame) {
  uint32_t result = temporary();
  begin_scope();
  scan(node.body);
  enter_scope(node.begin);
  emit(Op::CaptureBegin, span_of(node));
  ++state().captures;
  Frame block_frame = inner(frame);
  block_frame.checks_output = false;
  body(node.body, block_frame);
  marker_ = node.begin;
  --state().captures;
  emit(Op::CaptureEnd, span_of(node), result, 0, 0, static_cast<uint8_t>(escape_));
  if (node.filter) {
    filter_captured(*node.filter, result);
    emit(Op::ToMarkup, span_of(node), result, result);
  }
  end_scope();
  store_target(*node.target, result, &frame);
}

void Compiler::if_statement(const Stmt& first, const Frame& frame) {
  Frame soft = frame;
  soft.is_root = false;
  soft.is_soft = true;
  bool was_soft = std::exchange(is_soft_, true);
  std::vector<uint32_t> to_end;
  const Stmt* node = &first;
  ++branch_depth_;
  while (true) {
    std::vector<uint32_t> to_next;
    uint32_t before = mark();
    marker_ = node->begin;
    jump_if(*node->a, false, to_next);
    release(before);
    body(node->body, soft);
    if (!node->orelse.empty()) {
      to_end.push_back(emit(Op::Jump, span_of(*node)));
    }
    patch_all(to_next);
    if (!is_elif(*node)) {
      body(node->orelse, soft);
      break;
    }
    node = node->orelse[0];
  }
  --branch_depth_;
  patch_all(to_end);
  is_soft_ = was_soft;
}

void Compiler::with(const Stmt& node, const Frame& frame) {
  std::vector<uint32_t> values;
  uint32_t begin = here();
  for (size_t i = 1; i < node.exprs.size(); i += 2) {
    uint32_t slot = temporary();
    into(*node.exprs[i], slot);
    values.push_back(slot);
  }
  mark_line(begin, marker_);
  begin_scope();
  for (size_t i = 0; i < node.exprs.size(); i += 2) {
    scan_target(*node.exprs[i], true);
  }
  scan(node.body);
  enter_scope(node.begin);
  for (size_t i = 0; i < values.size(); ++i) {
    store_target(*node.exprs[2 * i], values[i], nullptr);
  }
  body(node.body, inner(frame));
  end_scope();
}

void Compiler::filter_captured(const Expr& filter, uint32_t text) {
  uint32_t outer = std::exchange(state().captured, text);
  bool was_soft = std::exchange(is_soft_, false);
  into(filter, text);
  is_soft_ = was_soft;
  state().captured = outer;
}

void Compiler::filter_block(const Stmt& node, const Frame& frame) {
  uint32_t result = temporary();
  begin_scope();
  scan(node.filter);
  scan(node.body);
  enter_scope(node.begin);
  emit(Op::CaptureBegin, span_of(node));
  ++state().captures;
  body(node.body, inner(frame));
  marker_ = node.begin;
  --state().captures;
  emit(Op::CaptureEnd, span_of(node), result, 0, 0, static_cast<uint8_t>(escape_));
  filter_captured(*node.filter, result);
  emit(Op::EmitUnchanged, span_of(node), 0, result);
  end_scope();
}

void Compiler::macro_defaults(const Stmt& node) {
  const Signature& signature = *node.signature;
  for (const ParameterNode& parameter : signature.parameters) {
    symbols_[find_symbol(parameter.name)].may_be_missing = true;
  }
  bool was_soft = std::exchange(is_soft_, false);
  for (const ParameterNode& parameter : signature.parameters) {
    uint32_t index = find_symbol(parameter.name);
    uint32_t slot = symbols_[index].slot;
    uint32_t before = mark();
    uint32_t jump = emit(Op::JumpIfSet, span_of(node), 0, slot);
    if (parameter.fallback) {
      into(*parameter.fallback, slot);
    } else {
      emit(Op::ParameterMissing, span_of(node), slot, 0, parameter.name);
    }
    patch(jump);
    release(before);
    symbols_[index].may_be_missing = false;
  }
  is_soft_ = was_soft;
}

uint32_t Compiler::macro_function(const Stmt& node, Function::Kind kind) {
  const Signature& signature = *node.signature;
  Function& function = begin_function(kind, node.name);
  uint32_t branches = std::exchange(branch_depth_, 0);
  uint32_t index = index_of(function);
  begin_scope(true);
  for (const ParameterNode& parameter : signature.parameters) {
    if (std::find(function.parameters.begin(), function.parameters.end(), parameter.name) !=
        function.parameters.end()) {
      fail("SyntaxError", "duplicate argument in a macro's definition", node.begin);
    }
    function.parameters.push_back(parameter.name);
    declare_parameter(parameter.name);
    function.names_caller = function.names_caller || parameter.name == kCallerName;
  }
  auto has = [&](NameId name) {
    return std::find(function.parameters.begin(), function.parameters.end(), name) !=
           function.parameters.end();
  };
  if (signature.uses_caller) {
    if (!function.names_caller) {
      declare_parameter(kCallerName);
    } else if (!signature.parameters.back().fallback) {
      fail("TemplateAssertionError",
           "When defining macros or call blocks the special \"caller\" argument must be omitted or "
           "be given a default.",
           node.begin);
    }
    function.takes_caller = true;
  }
  if (signature.uses_kwargs && !has(kKwargsName)) {
    declare_parameter(kKwargsName);
    function.takes_kwargs = true;
  }
  if (signature.uses_varargs && !has(kVarargsName)) {
    declare_parameter(kVarargsName);
    function.takes_varargs = true;
  }
  for (const ParameterNode& parameter : signature.parameters) {
    scan(parameter.fallback);
  }
  scan(node.body);
  enter_scope(node.begin);
  macro_defaults(node);
  body(node.body, Frame());
  end_scope(true);
  end_function();
  branch_depth_ = branches;
  ++state().closures;
  return index;
}

void Compiler::macro(const Stmt& node, const Frame& frame) {
  std::vector<LoopState> loops = std::exchange(loops_, {});
  uint32_t index = macro_function(node, Function::Kind::Macro);
  loops_ = std::move(loops);
  if (frame.is_root) {
    collect_macro(node, *code_.functions[index]);
  }
  uint32_t slot = symbols_[find_symbol(node.name)].slot;
  emit(Op::MakeMacro, span_of(node), slot, index);
  store_name(node.name, slot, span_of(node), &frame);
}

void Compiler::call_block(const Stmt& node, const Frame&) {
  std::vector<LoopState> loops = std::exchange(loops_, {});
  uint32_t index = macro_function(node, Function::Kind::Caller);
  loops_ = std::move(loops);
  marker_ = node.begin;
  uint32_t caller = temporary();
  emit(Op::MakeMacro, span_of(node), caller, index);
  call_into(*node.a, temporary(), kEmit | kUnchanged, caller);
}

void Compiler::collect_macro(const Stmt& node, Function& function) {
  const Signature& signature = *node.signature;
  MacroInfo info;
  info.name = names_.text(node.name);
  info.tag = signature.tag == 0 ? "macro" : options_.macro_tags[signature.tag - 1].word;
  for (const ParameterNode& parameter : signature.parameters) {
    info.parameters.push_back({std::string(names_.text(parameter.name)),
                               parameter.fallback != nullptr, std::string(parameter.annotation)});
  }
  for (const MacroOption& option : signature.options) {
    info.options.emplace_back(option.key, option.value
                                              ? literal_data(*option.value).value_or(base::Data())
                                              : base::Data(""));
  }
  info.span = code_.span({node.begin, node.end});
  code_.macros.push_back(std::move(info));
  code_.macro_functions.push_back(&function);
}

void Compiler::autoescape(const Stmt& node, const Frame& frame) {
  begin_scope();
  scan(node.a);
  // The statements of the body are those of the scope's only child.
  scan(node.body);
  enter_scope(node.begin);
  uint32_t saved = temporary();
  bool was_soft = std::exchange(is_soft_, false);
  emit(Op::EscapeBegin, span_of(node), saved, value(*node.a));
  is_soft_ = was_soft;
  state().escapes.push_back(saved);
  EscapeMode outer = escape_;
  EscapeMode outer_known = known_escape_;
  switch (node.a->kind) {
    case ExprKind::Bool:
      escape_ = node.a->flag ? EscapeMode::On : EscapeMode::Off;
      break;
    case ExprKind::None:
      escape_ = EscapeMode::Off;
      break;
    default:
      escape_ = EscapeMode::Dynamic;
  }
  known_escape_ = escape_ == EscapeMode::Dynamic ? known_escape_ : escape_;
  body(node.body, inner(frame));
  escape_ = outer;
  known_escape_ = outer_known;
  state().escapes.pop_back();
  emit(Op::EscapeEnd, span_of(node), saved);
  end_scope();
}

void Compiler::jump_statement(const Stmt& node) {
  bool is_break = node.kind == StmtKind::Break;
  if (loops_.empty() || loops_.back().function != functions_.size() - 1) {
    fail("TemplateSyntaxError",
         is_break ? "'break' outside loop" : "'continue' not properly in loop", node.begin);
  }
  LoopState& loop = loops_.back();
  uint32_t captures = state().captures - loop.captures;
  if (captures > 0) {
    emit(Op::CaptureDrop, span_of(node), 0, 0, 0, 0, static_cast<uint16_t>(captures));
  }
  if (loop.escapes < state().escapes.size()) {
    emit(Op::EscapeEnd, span_of(node), state().escapes[loop.escapes]);
  }
  uint32_t jump = emit(Op::Jump, span_of(node), loop.next);
  if (is_break) {
    loop.breaks.push_back(jump);
  }
}

}  // namespace weft::jinja
