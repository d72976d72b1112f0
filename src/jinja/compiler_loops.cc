// Code of for loops: plain, with a condition, recursive.
#include <algorithm>
#include <utility>

#include "jinja/compiler.h"

namespace weft::jinja {
namespace {

CodeSpan span_of(const Expr& node) { return {node.begin, node.end}; }
CodeSpan span_of(const Stmt& node) { return {node.begin, node.begin}; }

enum LoopFlag : uint8_t { kFiltered = 1, kRecursive = 2, kExtended = 4 };

}  // namespace

void Compiler::for_statement(const Stmt& node, const Frame& frame) {
  if (node.loop_store != 0) {
    fail("TemplateAssertionError", "Can't assign to special loop variable in for-loop target",
         node.loop_store - 1);
  }
  if (node.flag) {
    recursive_loop(node, frame);
    return;
  }
  uint32_t iterable = value(*node.a);
  loop_code(node, frame, iterable, false);
}

void Compiler::recursive_loop(const Stmt& node, const Frame& frame) {
  std::vector<LoopState> loops = std::exchange(loops_, {});
  uint32_t branches = std::exchange(branch_depth_, 0);
  Function& function = begin_function(Function::Kind::Loop, kNoName);
  uint32_t index = index_of(function);
  // The scope of the function itself has no names: register 0 is what is iterated.
  begin_scope(true);
  uint32_t iterable = temporary();
  scopes_.back().first_slot = state().top;
  loop_code(node, frame, iterable, true);
  end_scope(true);
  end_function();
  branch_depth_ = branches;
  loops_ = std::move(loops);
  ++state().closures;
  uint32_t closure = temporary();
  emit(Op::MakeClosure, span_of(node), closure, index);
  marker_ = node.begin;
  uint32_t iterated = value(*node.a);
  emit(Op::CallLoop, span_of(*node.a), closure, iterated);
}

uint32_t Compiler::loop_filter(const Stmt& node) {
  Function& function = begin_function(Function::Kind::Condition, kNoName);
  uint32_t branches = std::exchange(branch_depth_, 0);
  uint32_t index = index_of(function);
  begin_scope(true);
  uint32_t item = temporary();
  scopes_.back().first_slot = state().top;
  scan_target(*node.target, true);
  scan(node.b);
  enter_scope(node.begin);
  store_target(*node.target, item, nullptr);
  // Jinja takes the condition for code of its own, outside of what an if around it makes unsure.
  bool was_soft = std::exchange(is_soft_, false);
  if (node.target->kind == ExprKind::Tuple) {
    function.rebuilds_item = true;
    std::vector<uint32_t> fails;
    jump_if(*node.b, false, fails);
    emit(Op::ReturnValue, span_of(*node.b), value(*node.target));
    patch_all(fails);
    emit(Op::ReturnValue, span_of(*node.b), constant(Value::boolean(false)));
  } else {
    emit(Op::ReturnValue, span_of(*node.b), value(*node.b));
  }
  is_soft_ = was_soft;
  end_scope(true);
  end_function();
  branch_depth_ = branches;
  ++state().closures;
  uint32_t closure = temporary();
  emit(Op::MakeClosure, span_of(node), closure, index);
  return closure;
}

void Compiler::hide_scope() {
  for (size_t i = symbols_.size(); i-- > scopes_.back().first_symbol;) {
    bindings_[symbols_[i].name] = symbols_[i].shadowed;
  }
}

void Compiler::show_scope() {
  for (size_t i = scopes_.back().first_symbol; i < symbols_.size(); ++i) {
    bindings_[symbols_[i].name] = static_cast<uint32_t>(i);
  }
}

uint32_t Compiler::loop_next(const Stmt& node, uint32_t loop, bool has_condition) {
  // A condition sees the targets, but not what the body sets.
  if (has_condition) {
    hide_scope();
  }
  bool is_name = node.target->kind == ExprKind::Name;
  uint32_t item = is_name ? symbols_[find_symbol(node.target->name)].slot : temporary();
  uint32_t next = emit(Op::LoopNext, span_of(*node.target), loop, item);
  if (!is_name) {
    uint32_t before = mark();
    store_target(*node.target, item, nullptr);
    release(before);
  }
  if (has_condition) {
    std::vector<uint32_t> fails;
    bool was_soft = std::exchange(is_soft_, false);
    jump_if(*node.b, false, fails);
    is_soft_ = was_soft;
    for (uint32_t jump : fails) {
      patch(jump, next);
    }
    show_scope();
  }
  return next;
}

void Compiler::loop_code(const Stmt& node, const Frame& frame, uint32_t iterable,
                         bool is_recursive) {
  bool is_extended = node.other_flag;
  uint32_t filter = node.b && is_extended ? loop_filter(node) : 0;
  uint32_t loop = temporary();
  uint32_t finished = node.orelse.empty() ? 0 : temporary();
  bool has_condition = node.b && !is_extended;
  if (has_condition) {
    begin_scope();
    scan_target(*node.target, true);
    scan(node.b);
    enter_scope(node.begin);
  }
  begin_scope();
  if (is_extended) {
    loop = symbols_[declare_parameter(kLoopName)].slot;
  }
  if (!has_condition) {
    scan_target(*node.target, true);
  }
  scan(node.body);
  enter_scope(node.begin);
  if (!node.orelse.empty()) {
    emit(Op::Clear, span_of(node), finished, finished + 1);
  }
  auto flags =
      static_cast<uint8_t>((is_extended && node.b ? kFiltered : 0) |
                           (is_recursive ? kRecursive : 0) | (is_extended ? kExtended : 0));
  emit(Op::LoopBegin, span_of(*node.a), loop, iterable, filter, flags);
  uint32_t next = loop_next(node, loop, has_condition);
  enter_loop_round(node.begin);
  LoopState loop_state;
  loop_state.function = static_cast<uint32_t>(functions_.size() - 1);
  loop_state.captures = state().captures;
  loop_state.escapes = state().escapes.size();
  loop_state.next = next;
  loops_.push_back(loop_state);
  body(node.body, inner(frame));
  if (!node.orelse.empty()) {
    Expr yes;
    yes.kind = ExprKind::Bool;
    yes.flag = true;
    into(yes, finished);
  }
  auto steps = static_cast<uint16_t>(std::min<uint32_t>(1 + (here() - next) / 8, 0xffff));
  state().code[next].n = steps;
  emit(Op::LoopAgain, span_of(*node.target), loop, state().code[next].b, next + 1, 0, steps);
  patch(next);
  patch_all(loops_.back().breaks);
  loops_.pop_back();
  emit(Op::LoopEnd, span_of(node), loop);
  end_scope();
  if (has_condition) {
    end_scope();
  }
  if (!node.orelse.empty()) {
    uint32_t around = emit(Op::JumpIfSet, span_of(node), 0, finished);
    begin_scope();
    scan(node.orelse);
    enter_scope(node.begin);
    body(node.orelse, inner(frame));
    end_scope();
    patch(around);
  }
}

}  // namespace weft::jinja
