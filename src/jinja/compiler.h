// Compiler: syntax tree to functions, with Jinja's rules of which name means which variable.
//
// A scope is what Jinja calls a frame: its own names, found by reading its statements before any
// code is made. A name that a scope reads and no scope around it knows is looked up in the context
// once a function (load Resolve); one that a scope sets while a scope around it knows it starts as
// a copy (Alias), so that what loops set is forgotten after each round.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "jinja/arena.h"
#include "jinja/ast.h"
#include "jinja/code.h"
#include "jinja/environment.h"
#include "jinja/names.h"

namespace weft::jinja {

/// Finds filters and tests of an environment; null when there is none.
struct FunctionFinder {
  virtual ~FunctionFinder() = default;
  virtual const NamedFunction* filter(std::string_view name) const = 0;
  virtual const NamedFunction* test(std::string_view name) const = 0;
};

class Compiler {
 public:
  Compiler(const Options& options, const FunctionFinder& finder, TemplateCode& code,
           NameTable& names);

  /// Compiles a whole template. Throws CompileFailure.
  void compile(const Ast& ast);
  /// Compiles one expression; the root returns its value. Throws CompileFailure.
  void compile_expression(const Expr& node);

 private:
  enum class Load : uint8_t { Parameter, Resolve, Alias, Undefined };
  static constexpr uint32_t kNone = 0xffffffff;

  struct Symbol {
    NameId name = kNoName;
    uint32_t slot = 0;
    uint32_t function = 0;
    uint32_t scope = 0;
    Load load = Load::Undefined;
    bool stored = false;
    /// Parameters whose default has not run yet may be without a value.
    bool may_be_missing = false;
    uint32_t alias = kNone;
    uint32_t shadowed = kNone;
    /// Set on every way to the code that is made now, so it can be read without a check.
    bool is_definite = false;
    uint32_t branch_depth = 0;
    uint32_t begin = 0;
  };
  struct ScopeState {
    uint32_t first_symbol = 0;
    uint32_t first_slot = 0;
    /// The outermost scope of a function: its registers begin without values.
    bool is_function = false;
    uint32_t closures = 0;
    uint32_t branch_depth = 0;
    /// Depth of if statements while the names of the scope are collected.
    uint32_t scan_branches = 0;
  };
  struct FunctionState {
    Function* function = nullptr;
    // Moved into the function, without room to grow, when it is complete.
    std::vector<Instruction> code;
    std::vector<CodeSpan> spans;
    uint32_t top = 0;
    uint32_t used = 0;
    /// Closures made so far: registers they may see are not used again.
    uint32_t closures = 0;
    uint32_t captures = 0;
    /// Registers with what autoescape was outside of the blocks around.
    std::vector<uint32_t> escapes;
    uint32_t captured = kNone;
  };
  /// What a statement needs to know of the place it stands in.
  struct Frame {
    bool is_top = false;
    bool is_root = false;
    bool is_soft = false;
    bool checks_output = false;
  };
  struct LoopState {
    uint32_t function = 0;
    uint32_t captures = 0;
    size_t escapes = 0;
    uint32_t next = 0;
    std::vector<uint32_t> breaks;
  };

  // compiler_symbols.cc
  void begin_scope(bool is_function = false);
  /// Names of a function keep their values for the macros that see them; others are cleared.
  void end_scope(bool is_function = false);
  /// Code that gives the names of the current scope their first values; `at` is where it stands.
  void enter_scope(uint32_t at);
  void enter_loop_round(uint32_t at);
  void alias(const Symbol& symbol, uint32_t at);
  Symbol& add_symbol(NameId name, Load load);
  uint32_t find_symbol(NameId name) const { return bindings_[name]; }
  uint32_t declare_parameter(NameId name);
  void note_load(NameId name);
  void note_store(NameId name);
  void scan(std::span<Stmt* const> body);
  void scan(const Stmt& node);
  void scan_if(const Stmt& node);
  void scan(const Expr* node);
  void scan_arguments(const CallArguments& arguments);
  void scan_target(const Expr& node, bool as_parameter);
  VariableRef reference(uint32_t symbol) const;
  uint32_t make_snapshot();

  // compiler.cc: functions and registers
  Function& begin_function(Function::Kind kind, NameId name);
  void end_function();
  uint32_t temporary();
  void release(uint32_t mark) { state().top = mark; }
  uint32_t mark() const { return functions_.back().top; }
  FunctionState& state() { return functions_.back(); }
  uint32_t emit(Op op, CodeSpan at, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0,
                uint8_t flags = 0, uint16_t n = 0) {
    FunctionState& function = functions_.back();
    function.code.push_back({op, flags, n, a, b, c});
    function.spans.push_back(at);
    return static_cast<uint32_t>(function.code.size() - 1);
  }
  uint32_t here() const { return static_cast<uint32_t>(functions_.back().code.size()); }
  void patch(uint32_t jump);
  void patch(uint32_t jump, uint32_t target);
  uint32_t constant(Value value);
  uint32_t string_constant(std::string_view text);
  /// Of a text that lives as long as the template; gives its index.
  uint32_t add_text(std::string_view text, uint32_t begin, bool is_verbatim);
  uint32_t text_index(std::string_view text, uint32_t begin, bool is_verbatim);
  uint32_t index_of(Function& function) const;
  void collect_calls(const Ast& ast);
  void collect_arguments(const CallArguments& arguments);
  void collect_macro(const Stmt& node, Function& function);
  void compile_block(const Stmt& node);
  [[noreturn]] static void fail(std::string_view type, std::string message, uint32_t offset);

  // compiler_expressions.cc
  uint32_t value(const Expr& node);
  void into(const Expr& node, uint32_t to);
  bool constant_of(const Expr& node, uint32_t& operand);
  bool filtered_constant(const Expr& node, uint32_t& operand);
  uint8_t attribute_flags(NameId name) const;
  void load_name(const Expr& node, uint32_t to);
  void load_symbol(uint32_t symbol, CodeSpan at, uint32_t to);
  void binary_into(const Expr& node, uint32_t to);
  /// Jinja computes constants when it compiles and writes them out, so the items of `[[]] * 2` are
  /// not one list twice, as they would be in Python.
  bool repeated_list_into(const Expr& node, uint32_t to);
  void logic_into(const Expr& node, uint32_t to);
  uint32_t emit_compare(Op op, const Expr& node, uint32_t a, uint32_t left, uint32_t right,
                        CompareKind compare, bool when = true);
  void compare_into(const Expr& node, uint32_t to);
  void concat_into(const Expr& node, uint32_t to);
  void items_into(const Expr& node, uint32_t to);
  void conditional_into(const Expr& node, uint32_t to);
  void item_into(const Expr& node, uint32_t to);
  void call_into(const Expr& node, uint32_t to, uint8_t call_flags, uint32_t caller);
  void filter_into(const Expr& node, uint32_t to);
  void test_into(const Expr& node, uint32_t to, bool negated);
  struct Arguments {
    uint32_t base = 0;
    uint16_t count = 0;
    uint16_t keywords = 0;
    uint32_t first_keyword = 0;
    uint8_t flags = 0;
  };
  Arguments push_arguments(const CallArguments& arguments, uint32_t subject, uint32_t caller,
                           uint32_t offset);
  /// Null when the environment has none of this name.
  const NamedFunction* filter_of(NameId name) const;
  /// Jumps when the truth of the node is `when`; the jumps are added to `jumps`.
  void jump_if(const Expr& node, bool when, std::vector<uint32_t>& jumps);
  void patch_all(const std::vector<uint32_t>& jumps);
  bool is_variable(uint32_t operand) const;

  // compiler_constants.cc
  /// True for what Jinja computes when it compiles; with_filters: filters and tests as well.
  bool is_constant(const Expr& node, bool with_filters) const;
  bool are_constant(std::span<Expr* const> nodes, bool with_filters) const;
  bool is_constant_call(const Expr& node) const;
  /// The left side of an `and` or `or` that it decides, as a literal does; else the node. Jinja
  /// never looks at the other side then.
  static const Expr& decided(const Expr& node);

  // compiler_statements.cc
  void body(std::span<Stmt* const> nodes, const Frame& frame);
  bool statement(const Stmt& node, const Frame& frame);
  void output(const Stmt& node, const Frame& frame);
  void output_part(const Expr& node);
  void output_value(const Expr& node);
  EscapeMode output_mode() const {
    return escape_ == EscapeMode::Dynamic && is_constant_output_ ? known_escape_ : escape_;
  }
  /// Notes the line for the instructions since `begin` when it is not that of their text.
  void mark_line(uint32_t begin, uint32_t place);
  void assign(const Stmt& node, const Frame& frame);
  void assign_block(const Stmt& node, const Frame& frame);
  void check_namespaces(const Expr& target);
  void store_target(const Expr& target, uint32_t operand, const Frame* exports);
  void store_name(NameId name, uint32_t operand, CodeSpan at, const Frame* exports);
  void if_statement(const Stmt& node, const Frame& frame);
  void with(const Stmt& node, const Frame& frame);
  void filter_block(const Stmt& node, const Frame& frame);
  /// Replaces captured text by what the filter makes of it.
  void filter_captured(const Expr& filter, uint32_t text);
  void macro(const Stmt& node, const Frame& frame);
  void call_block(const Stmt& node, const Frame& frame);
  uint32_t macro_function(const Stmt& node, Function::Kind kind);
  void macro_defaults(const Stmt& node);
  void autoescape(const Stmt& node, const Frame& frame);
  void jump_statement(const Stmt& node);
  Frame inner(const Frame& frame) const;

  // compiler_loops.cc
  void for_statement(const Stmt& node, const Frame& frame);
  void loop_code(const Stmt& node, const Frame& frame, uint32_t iterable, bool is_recursive);
  void recursive_loop(const Stmt& node, const Frame& frame);
  uint32_t loop_filter(const Stmt& node);
  uint32_t loop_next(const Stmt& node, uint32_t loop, bool has_condition);
  void hide_scope();
  void show_scope();

  // compiler_templates.cc
  bool extends(const Stmt& node, const Frame& frame);
  void block(const Stmt& node, const Frame& frame);
  void include(const Stmt& node);
  void import(const Stmt& node, const Frame& frame);
  void from_import(const Stmt& node, const Frame& frame);

  const Options& options_;
  const FunctionFinder& finder_;
  TemplateCode& code_;
  NameTable& names_;
  std::vector<Symbol> symbols_;
  std::vector<uint32_t> bindings_;
  std::vector<ScopeState> scopes_;
  std::vector<FunctionState> functions_;
  std::vector<LoopState> loops_;
  std::unordered_map<std::string_view, uint32_t> string_constants_;
  /// Filters that were looked for, by name.
  mutable std::vector<std::optional<const NamedFunction*>> known_filters_;
  /// Buffers of functions that are complete, for others.
  std::vector<std::vector<Instruction>> spare_code_;
  std::vector<std::vector<CodeSpan>> spare_spans_;
  EscapeMode escape_ = EscapeMode::Off;
  /// The last mode that was known when compiling: Jinja prints constants by it.
  EscapeMode known_escape_ = EscapeMode::Off;
  /// Whether a text of the template may have line ends that have to be turned into others.
  bool needs_newlines_ = false;
  /// While a part of the output is made that Jinja knows when it compiles.
  bool is_constant_output_ = false;
  /// The last place whose line Jinja has noted in the code it makes.
  uint32_t marker_ = 0;
  bool is_soft_ = false;
  uint32_t branch_depth_ = 0;
  uint32_t none_ = kNone;
  bool has_extends_ = false;
  bool has_known_extends_ = false;
  uint32_t extends_so_far_ = 0;
};

}  // namespace weft::jinja
