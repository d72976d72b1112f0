// The syntax tree: plain nodes in an arena, thrown away once a template is compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/data.h"
#include "jinja/token.h"

namespace weft::jinja {

/// Index of a name among the names of one template.
using NameId = uint32_t;
constexpr NameId kNoName = 0xffffffff;

/// Names with a meaning of their own; every template knows them by these ids.
enum SpecialName : NameId {
  kLoopName,
  kCallerName,
  kVarargsName,
  kKwargsName,
  kSelfName,
  kSuperName,
  kSpecialNames,
};

enum class ExprKind : uint8_t {
  // Leaves, without nodes below them: see is_leaf().
  Data,          // text: literal text of the template
  None,          //
  Bool,          // flag
  Int,           // number
  BigInt,        // text: decimal digits
  Float,         // real
  String,        // text
  Name,          // name; `flag`: it is stored, not loaded
  NamespaceRef,  // name, other: `ns.attr` as a target of set
  // Others.
  Tuple,        // items
  List,         // items
  Dict,         // items: key, value, key, value
  Negate,       // a
  Positive,     // a
  Not,          // a
  Binary,       // op, a, b
  And,          // a, b
  Or,           // a, b
  Compare,      // a, items; ops: one BinaryToken a item
  Concat,       // items
  Conditional,  // a if b else c; c may be null
  Attribute,    // a, name
  Item,         // a, b
  Slice,        // a, b, c, each may be null; only as `b` of Item
  Call,         // a, arguments
  FilterCall,   // a (null: the captured text), name, arguments
  Test,         // a, name, arguments
};

enum class CompareKind : uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  NotIn
};

struct Expr;

struct KeywordArgument {
  NameId name = kNoName;
  Expr* value = nullptr;
};

struct CallArguments {
  std::span<Expr*> positional;
  std::span<KeywordArgument> named;
  Expr* star = nullptr;
  Expr* star_star = nullptr;

  bool is_empty() const { return positional.empty() && named.empty() && !star && !star_star; }
};

/// One cache line: large templates are mostly this. The unions hold what the kind says.
struct Expr {
  uint32_t begin = 0;
  uint32_t end = 0;
  /// The token whose line Jinja gives the node; at or behind `begin`.
  uint32_t place = 0;
  NameId name = kNoName;
  /// Levels of nodes from here down; keeps recursion over the tree short.
  uint16_t depth = 1;
  ExprKind kind = ExprKind::None;
  TokenType op = TokenType::Eof;
  bool flag = false;
  union {
    Expr* a = nullptr;
    const char* characters;
  };
  union {
    Expr* b = nullptr;
    size_t size;
    int64_t number;
    double real;
    NameId other;
  };
  union {
    Expr* c = nullptr;
    const CompareKind* compares;
    CallArguments* arguments;
  };
  std::span<Expr*> items;

  bool is_leaf() const { return kind <= ExprKind::NamespaceRef; }
  bool has_arguments() const { return kind >= ExprKind::Call; }
  std::string_view text() const { return {characters, size}; }
  void set_text(std::string_view text) {
    characters = text.data();
    size = text.size();
  }
};
static_assert(sizeof(Expr) == 64);

enum class StmtKind : uint8_t {
  Output,       // exprs
  Assign,       // target = a
  AssignBlock,  // target, filter (may be null), body
  If,           // a, body, orelse: a single If for elif
  For,          // target, a (what is iterated), b (condition or null), body, orelse
  With,         // exprs: target, value, target, value; body
  Macro,        // name, signature, body
  CallBlock,    // a (the call), signature, body
  FilterBlock,  // filter, body
  Block,        // name, body
  Extends,      // a
  Include,      // a
  Import,       // a, name
  FromImport,   // a, imports
  Do,           // a
  Autoescape,   // a, body
  Break,
  Continue,
};

struct ImportedName {
  NameId name = kNoName;
  NameId alias = kNoName;
};

struct ParameterNode {
  NameId name = kNoName;
  Expr* fallback = nullptr;
  /// Text of the annotation.
  std::string_view annotation;
};

struct MacroOption {
  std::string_view key;
  /// Null for a bare word.
  Expr* value = nullptr;
};

struct Signature {
  std::span<ParameterNode> parameters;
  bool uses_caller = false;
  bool uses_varargs = false;
  bool uses_kwargs = false;
  /// Index into Options::macro_tags plus one; 0 for a plain macro.
  uint32_t tag = 0;
  std::span<MacroOption> options;
};

struct Stmt {
  StmtKind kind = StmtKind::Output;
  /// For: recursive. Block: scoped. Include, Import, FromImport: with context.
  bool flag = false;
  /// For: its body uses `loop`. Block: required. Include: ignore missing. If: it is an elif.
  bool other_flag = false;
  /// Block: its body uses self, super.
  bool uses_self = false;
  bool uses_super = false;
  uint32_t begin = 0;
  /// Behind the end of the closing tag, set for macros.
  uint32_t end = 0;
  /// For: where something is stored under the name `loop`, plus one; 0 for nowhere.
  uint32_t loop_store = 0;
  NameId name = kNoName;
  Expr* target = nullptr;
  Expr* filter = nullptr;
  Expr* a = nullptr;
  Expr* b = nullptr;
  std::span<Expr*> exprs;
  std::span<ImportedName> imports;
  Signature* signature = nullptr;
  std::span<Stmt*> body;
  std::span<Stmt*> orelse;
};

struct Ast {
  std::span<Stmt*> body;
  bool uses_self = false;
  bool has_extends = false;
  /// In order of the opening parentheses.
  std::span<Expr*> calls;
  /// All blocks, in order of the text.
  std::span<Stmt*> blocks;
  /// How many nodes are literal text, to reserve what is made of them.
  uint32_t texts = 0;
};

/// True for literals and for lists, tuples and dicts of them.
bool is_literal(const Expr& node);
/// The value of a literal; nothing for any other expression.
std::optional<base::Data> literal_data(const Expr& node);

}  // namespace weft::jinja
