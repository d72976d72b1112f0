// Code of statements that name other templates or blocks.
#include "jinja/compiler.h"

namespace weft::jinja {
namespace {

CodeSpan span_of(const Stmt& node) { return {node.begin, node.begin}; }
CodeSpan span_of(const Expr& node) { return {node.begin, node.end}; }

}  // namespace

bool Compiler::extends(const Stmt& node, const Frame& frame) {
  if (!frame.is_top) {
    fail("TemplateAssertionError", "cannot use extend from a non top-level scope", node.begin);
  }
  if (extends_so_far_ > 0) {
    uint32_t message = add_text("extended multiple times", 0, false);
    if (has_known_extends_) {
      emit(Op::Fail, span_of(node), 0, message);
      return false;
    }
    uint32_t to_fail = emit(Op::JumpIfParent, span_of(node));
    uint32_t around = emit(Op::Jump, span_of(node));
    patch(to_fail);
    emit(Op::Fail, span_of(node), 0, message);
    patch(around);
  }
  emit(Op::Extends, span_of(*node.a), 0, value(*node.a));
  has_known_extends_ = has_known_extends_ || frame.is_root;
  ++extends_so_far_;
  return true;
}

void Compiler::block(const Stmt& node, const Frame& frame) {
  uint32_t jump = kNone;
  if (frame.is_top) {
    if (has_known_extends_) {
      return;
    }
    if (extends_so_far_ > 0) {
      jump = emit(Op::JumpIfParent, span_of(node));
    }
  }
  auto flags = static_cast<uint8_t>((node.flag ? kScoped : 0) | (node.other_flag ? kRequired : 0));
  emit(Op::CallBlock, span_of(node), 0, node.flag ? make_snapshot() : 0, node.name, flags);
  if (jump != kNone) {
    patch(jump);
  }
}

void Compiler::include(const Stmt& node) {
  uint8_t flags = 0;
  flags |= node.other_flag ? kIgnoreMissing : 0;
  flags |= node.flag ? kWithContext : 0;
  if (node.a->kind == ExprKind::String) {
    flags |= kOneName;
  } else if (node.a->kind == ExprKind::Tuple || node.a->kind == ExprKind::List) {
    flags |= kListOfNames;
  }
  uint32_t name = value(*node.a);
  emit(Op::Include, span_of(*node.a), 0, name, node.flag ? make_snapshot() : 0, flags);
}

void Compiler::import(const Stmt& node, const Frame& frame) {
  uint32_t slot = symbols_[find_symbol(node.name)].slot;
  uint32_t name = value(*node.a);
  emit(Op::Import, span_of(*node.a), slot, name, node.flag ? make_snapshot() : 0,
       node.flag ? kWithContext : 0);
  store_name(node.name, slot, span_of(node), nullptr);
  if (frame.is_top) {
    emit(Op::Export, span_of(node), slot, 0, node.name,
         names_.text(node.name)[0] == '_' ? 0 : kHidden);
  }
}

void Compiler::from_import(const Stmt& node, const Frame& frame) {
  uint32_t module = temporary();
  uint32_t name = value(*node.a);
  emit(Op::Import, span_of(*node.a), module, name, node.flag ? make_snapshot() : 0,
       node.flag ? kWithContext : 0);
  for (const ImportedName& imported : node.imports) {
    uint32_t slot = symbols_[find_symbol(imported.alias)].slot;
    emit(Op::ImportName, span_of(node), slot, module, imported.name);
    store_name(imported.alias, slot, span_of(node), nullptr);
    if (frame.is_top) {
      emit(Op::Export, span_of(node), slot, 0, imported.alias,
           names_.text(imported.alias)[0] == '_' ? 0 : kHidden);
    }
  }
}

}  // namespace weft::jinja
