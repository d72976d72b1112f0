// Which name means which variable: the names of a scope are collected before its code is made.
#include <algorithm>

#include "jinja/compiler.h"

namespace weft::jinja {

void Compiler::begin_scope(bool is_function) {
  ScopeState scope;
  scope.is_function = is_function;
  scope.first_symbol = static_cast<uint32_t>(symbols_.size());
  scope.first_slot = state().top;
  scope.closures = state().closures;
  scope.branch_depth = branch_depth_;
  scopes_.push_back(scope);
}

void Compiler::end_scope(bool is_function) {
  const ScopeState scope = scopes_.back();
  bool has_closures = state().closures != scope.closures;
  uint32_t slots = 0;
  while (symbols_.size() > scope.first_symbol) {
    const Symbol& symbol = symbols_.back();
    bindings_[symbol.name] = symbol.shadowed;
    state().function->locals.push_back({symbol.name, symbol.slot, symbol.begin, here()});
    symbols_.pop_back();
    ++slots;
  }
  // Closures may still look at these registers, so they are not used for anything else.
  if (has_closures && !is_function) {
    emit(Op::Clear, {}, scope.first_slot, scope.first_slot + slots);
  }
  if (has_closures) {
    state().top = state().used;
  } else {
    state().top = scope.first_slot;
  }
  scopes_.pop_back();
}

void Compiler::enter_scope(uint32_t at) {
  const ScopeState& scope = scopes_.back();
  uint32_t first = scope.first_symbol;
  uint32_t end = static_cast<uint32_t>(symbols_.size());
  while (first < end && symbols_[first].load == Load::Parameter) {
    ++first;
  }
  if (first < end && !scope.is_function) {
    emit(Op::Clear, {at, at}, symbols_[first].slot, symbols_[end - 1].slot + 1);
  }
  for (uint32_t i = first; i < end; ++i) {
    symbols_[i].begin = here();
    if (symbols_[i].load == Load::Alias) {
      alias(symbols_[i], at);
    }
  }
}

void Compiler::enter_loop_round(uint32_t at) {
  for (size_t i = scopes_.back().first_symbol; i < symbols_.size(); ++i) {
    const Symbol& symbol = symbols_[i];
    if (symbol.load == Load::Alias) {
      alias(symbol, at);
    } else if (symbol.load == Load::Undefined || (symbol.load == Load::Resolve && symbol.stored)) {
      emit(Op::Clear, {at, at}, symbol.slot, symbol.slot + 1);
    }
  }
}

void Compiler::alias(const Symbol& symbol, uint32_t at) {
  VariableRef outer = reference(symbol.alias);
  emit(Op::Alias, {at, at}, symbol.slot, outer.slot, symbol.name, outer.resolve ? kResolve : 0,
       outer.depth);
}

Compiler::Symbol& Compiler::add_symbol(NameId name, Load load) {
  if (bindings_.size() < names_.size()) {
    bindings_.resize(names_.size() + 16, kNone);
  }
  Symbol symbol;
  symbol.name = name;
  symbol.slot = temporary();
  symbol.function = static_cast<uint32_t>(functions_.size() - 1);
  symbol.scope = static_cast<uint32_t>(scopes_.size() - 1);
  symbol.load = load;
  symbol.shadowed = bindings_[name];
  symbol.branch_depth = scopes_.back().branch_depth;
  symbol.begin = here();
  bindings_[name] = static_cast<uint32_t>(symbols_.size());
  symbols_.push_back(symbol);
  return symbols_.back();
}

uint32_t Compiler::declare_parameter(NameId name) {
  uint32_t known = find_symbol(name);
  if (known == kNone || known < scopes_.back().first_symbol) {
    add_symbol(name, Load::Parameter);
    known = find_symbol(name);
  }
  symbols_[known].load = Load::Parameter;
  symbols_[known].stored = true;
  return known;
}

void Compiler::note_load(NameId name) {
  if (find_symbol(name) == kNone) {
    add_symbol(name, Load::Resolve);
  }
}

void Compiler::note_store(NameId name) {
  const ScopeState& scope = scopes_.back();
  uint32_t known = find_symbol(name);
  bool is_own = known != kNone && known >= scope.first_symbol;
  if (!is_own) {
    Symbol& symbol = add_symbol(name, known != kNone            ? Load::Alias
                                      : scope.scan_branches > 0 ? Load::Resolve
                                                                : Load::Undefined);
    symbol.alias = known;
    symbol.stored = true;
    return;
  }
  symbols_[known].stored = true;
}

void Compiler::scan(std::span<Stmt* const> body) {
  for (const Stmt* node : body) {
    scan(*node);
  }
}

void Compiler::scan(const Stmt& node) {
  switch (node.kind) {
    case StmtKind::Output:
      for (const Expr* part : node.exprs) {
        scan(part);
      }
      break;
    case StmtKind::With:
      for (size_t i = 1; i < node.exprs.size(); i += 2) {
        scan(node.exprs[i]);
      }
      break;
    case StmtKind::Assign:
      scan(node.a);
      scan_target(*node.target, false);
      break;
    case StmtKind::AssignBlock:
      scan_target(*node.target, false);
      break;
    case StmtKind::If:
      scan_if(node);
      break;
    case StmtKind::Macro:
      note_store(node.name);
      break;
    case StmtKind::FilterBlock:
      scan(node.filter);
      break;
    case StmtKind::Import:
      scan(node.a);
      note_store(node.name);
      break;
    case StmtKind::FromImport:
      scan(node.a);
      for (const ImportedName& name : node.imports) {
        note_store(name.alias);
      }
      break;
    case StmtKind::For:
    case StmtKind::CallBlock:
    case StmtKind::Extends:
    case StmtKind::Include:
    case StmtKind::Do:
      scan(node.a);
      break;
    case StmtKind::Autoescape:
    case StmtKind::Block:
    case StmtKind::Break:
    case StmtKind::Continue:
      break;
  }
}

void Compiler::scan_if(const Stmt& first) {
  const Stmt* node = &first;
  while (true) {
    scan(node->a);
    ++scopes_.back().scan_branches;
    scan(node->body);
    bool is_chain = node->orelse.size() == 1 && node->orelse[0]->other_flag &&
                    node->orelse[0]->kind == StmtKind::If;
    if (!is_chain) {
      scan(node->orelse);
    }
    --scopes_.back().scan_branches;
    if (!is_chain) {
      return;
    }
    node = node->orelse[0];
  }
}

void Compiler::scan_target(const Expr& node, bool as_parameter) {
  if (node.kind == ExprKind::NamespaceRef) {
    note_load(node.name);
  } else if (node.kind == ExprKind::Name) {
    if (as_parameter) {
      declare_parameter(node.name);
    } else {
      note_store(node.name);
    }
  }
  for (const Expr* item : node.items) {
    scan_target(*item, as_parameter);
  }
}

void Compiler::scan_arguments(const CallArguments& arguments) {
  for (const Expr* item : arguments.positional) {
    scan(item);
  }
  for (const KeywordArgument& item : arguments.named) {
    scan(item.value);
  }
  scan(arguments.star);
  scan(arguments.star_star);
}

void Compiler::scan(const Expr* node) {
  if (!node) {
    return;
  }
  if (node->is_leaf()) {
    if (node->kind == ExprKind::Name) {
      note_load(node->name);
    }
    return;
  }
  scan(node->a);
  scan(node->b);
  if (node->has_arguments()) {
    scan_arguments(*node->arguments);
    return;
  }
  if (node->kind != ExprKind::Compare) {
    scan(node->c);
  }
  for (const Expr* item : node->items) {
    scan(item);
  }
}

VariableRef Compiler::reference(uint32_t index) const {
  const Symbol& symbol = symbols_[index];
  VariableRef ref;
  ref.name = symbol.name;
  ref.slot = symbol.slot;
  ref.depth = static_cast<uint16_t>(functions_.size() - 1 - symbol.function);
  ref.resolve = symbol.load == Load::Resolve;
  // What a scope copied from a name that it has to look up is looked up as well.
  while (!ref.resolve && symbols_[index].load == Load::Alias) {
    index = symbols_[index].alias;
    ref.resolve = symbols_[index].load == Load::Resolve;
  }
  return ref;
}

uint32_t Compiler::make_snapshot() {
  std::vector<VariableRef> variables;
  for (size_t i = symbols_.size(); i-- > 0;) {
    const Symbol& symbol = symbols_[i];
    if (symbol.stored && find_symbol(symbol.name) == i) {
      variables.push_back(reference(static_cast<uint32_t>(i)));
    }
  }
  std::sort(variables.begin(), variables.end(),
            [](const VariableRef& a, const VariableRef& b) { return a.name < b.name; });
  code_.snapshots.push_back(std::move(variables));
  return static_cast<uint32_t>(code_.snapshots.size() - 1);
}

}  // namespace weft::jinja
