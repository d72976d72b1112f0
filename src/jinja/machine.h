// Machine: runs compiled functions. The implementation of Interpreter.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <variant>
#include <vector>

#include "jinja/buffer.h"
#include "jinja/code.h"
#include "jinja/context.h"
#include "jinja/interpreter.h"
#include "jinja/loop.h"
#include "jinja/macro.h"
#include "jinja/ops.h"
#include "jinja/trace.h"
#include "jinja/unwind.h"

namespace weft::jinja {

/// The object as T when it is exactly that; cheaper than a dynamic_cast. Types are compared by
/// address, so it may miss one and must only choose a faster way to the same result.
template <typename T>
T* exact(Object& object) {
  return &typeid(object) == &typeid(T) ? static_cast<T*>(&object) : nullptr;
}

/// Memory for registers that never moves.
class RegisterStack {
 public:
  Value* take(size_t count);
  void give_back(Value* begin);

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> memory;
    size_t capacity = 0;
    size_t used = 0;
  };
  static constexpr size_t kChunk = 4096;
  std::vector<Chunk> chunks_;
  size_t current_ = 0;
};

/// One running function.
struct Activation {
  Activation* outer = nullptr;
  const Function* function = nullptr;
  const Instruction* at = nullptr;
  Value* registers = nullptr;
  /// Made when a closure sees these registers; owned by a reference.
  FrameLink* link = nullptr;
  FrameLink* up = nullptr;
  Context* context = nullptr;
  const CallRecord* record = nullptr;
  /// Root functions: the template that this one extends.
  std::shared_ptr<const Template> parent;
  /// Loop functions: the closure itself and its depth.
  const Value* closure = nullptr;
  int64_t depth0 = 0;
};

class Machine {
 public:
  Machine(Interpreter& interpreter, const Environment& environment);
  ~Machine();

  // machine_entry.cc: from outside
  std::variant<Rendered, Error> render(const Template& compiled, Names& names);
  std::variant<Value, Error> render_native(const Template& compiled, Names& names);
  std::variant<Value, Error> evaluate(const Template& compiled, Names& names);
  std::variant<Value, Error> call_from_outside(const Value& callee, const Arguments& arguments,
                                               Names& names);
  Value macro(const Template& compiled, size_t index, Names& names);

  // For the objects of templates
  Value call_macro(const MacroObject& macro, const Arguments& arguments);
  Value call_block(const BlockEntry& block, Context& context);
  Value call_loop(const Value& body, const Value& iterable, int64_t depth0);
  /// Whether the item fulfils the condition of a loop; a loop that unpacks gets it as it was
  /// unpacked.
  bool passes_filter(const Value& closure, Value& item);
  Value make_missing(std::string_view name) const;

  [[noreturn]] void raise(std::string_view type, std::string message);
  [[noreturn]] void raise(diag::Diagnostic diagnostic);
  void return_from_macro(Value value);
  std::vector<diag::TrailStep> call_stack() const;
  std::vector<std::string> macro_stack() const;
  bool is_in_macro() const;
  void charge_steps(uint64_t steps);
  void charge_bytes(uint64_t bytes);
  void enter_level();
  void leave_level() { --level_; }
  const NamedFunction* find_filter(std::string_view name) const;
  const NamedFunction* find_test(std::string_view name) const;

  Interpreter& interpreter() { return interpreter_; }
  const Environment& environment() const { return environment_; }
  UndefinedKind undefined_kind() const { return undefined_; }
  void set_undefined(UndefinedKind kind) { undefined_ = kind; }
  void set_budget(const Budget& budget) { budget_ = budget; }
  bool is_escaping() const { return top_ && top_->context->escapes; }
  Collector& collector() { return collector_; }

 private:
  friend class ActivationScope;
  friend class OutsideScope;

  /// Where something began: sizes of the output, its pieces and the parts that are no strings.
  struct Capture {
    size_t text = 0;
    size_t pieces = 0;
    size_t bad_parts = 0;
  };

  // machine.cc
  void run(Activation& activation);
  /// What one call, filter or test costs, and what the frame of a macro costs, in steps: about the
  /// time of that many rounds of an empty loop.
  static constexpr uint64_t kCallSteps = 8;
  static constexpr uint64_t kMacroSteps = 32;
  void spend(uint64_t steps) {
    if (fuel_ > steps) {
      fuel_ -= steps;
    } else {
      refuel();
    }
  }
  void refuel();
  void check_size();
  /// Charges a call for the size of what it works on.
  void charge_work(const Arguments& arguments, const Value& subject);
  /// Bytes that the values of this render and its output hold.
  uint64_t memory() const;

  // machine_values.cc: variables and operators
  void load(Activation& activation, const Instruction& code, const Value* registers_of, Value& to);
  const Value* outer_registers(const Activation& activation, uint16_t depth) const;
  Value resolve(Context& context, std::string_view name, bool& found);
  Value arithmetic(Op op, const Value& left, const Value& right);
  [[gnu::noinline]] void calculate_any(Op op, const Value& left, const Value& right, Value& to);
  template <Op op>
  void calculate(const Value& left, const Value& right, Value& to);
  bool compare_values(CompareOp op, const Value& left, const Value& right);
  void concat(const Activation& activation, const Instruction& code, Value& to);
  void make_dict(const Value* items, uint32_t count, Value& to);
  void unpack(Value* to, size_t count, const Value& from);
  void attribute(const Activation& activation, const Instruction& code, const Value& owner,
                 Value& to);
  void item(const Value& owner, const Value& key, Value& to);
  void slice(const Instruction& code, const Value& owner, const Value* bounds, Value& to);
  void set_namespace(const Activation& activation, const Instruction& code);

  // machine_calls.cc
  struct CallArguments;
  void call(Activation& activation, const Instruction& code);
  void call_method_code(Activation& activation, const Instruction& code);
  void filter(Activation& activation, const Instruction& code);
  void test(Activation& activation, const Instruction& code);
  void filter_value(Activation& activation, const Instruction& code, const Value& subject);
  void test_value(Activation& activation, const Instruction& code, const Value& subject);
  [[noreturn]] void raise_unknown(std::span<const NamedValue> named, std::string_view kind,
                                  std::string_view name);
  void finish_call(Activation& activation, const Instruction& code, const Instruction& extra,
                   Value result);
  void collect_arguments(const Activation& activation, const Instruction& code,
                         const Instruction& extra, CallArguments& out);
  void spread_star(const Value& value, CallArguments& out);
  void spread_star_star(const Value& value, CallArguments& out);
  /// Runs a macro into the output. True when it ended by return_from_macro; its text is gone then.
  bool run_macro(const MacroObject& macro, const Arguments& arguments, Value& returned);
  void bind(const Function& function, const Arguments& arguments, Value* registers);
  void bind_named(const Function& function, const Arguments& arguments, Value* registers,
                  size_t given);
  void make_macro(Activation& activation, const Instruction& code, bool is_macro);
  FrameLink* link_of(Activation& activation);
  void begin_loop(Activation& activation, const Instruction& code, const Value& iterable);
  void end_loop(Value& loop);
  void run_loop(const Value& body, const Value& iterable, int64_t depth0);

  // machine_output.cc
  void emit_text(const Activation& activation, const TextRef& text);
  void emit_value(Activation& activation, const Value& value, EscapeMode mode);
  /// Whether what is written next is short of nothing: its piece has room, and the call that it
  /// belongs to is known.
  bool is_ready(const Activation& activation) const {
    return pieces_.has_room(1) && (activation.record || !activation.outer) && !is_native_;
  }
  [[gnu::noinline]] void emit_any_text(const Activation& activation, const TextRef& text);
  [[gnu::noinline]] void emit_any_value(Activation& activation, const Value& value,
                                        EscapeMode mode);
  /// Writes a text; true when the pieces of its own trace stand for it.
  bool emit_string(const Value& value, bool escapes);
  /// Adds a piece; there must be room for it.
  void add_piece(const Activation& activation, size_t begin, diag::Span origin, bool is_verbatim) {
    *pieces_.room() = {static_cast<uint32_t>(begin), origin, is_verbatim, activation.record};
    pieces_.take(1);
  }
  void note_piece(const Activation& activation, size_t begin, diag::Span origin, bool is_verbatim);
  std::string_view written_since(size_t begin) const {
    return {out_.begin() + begin, out_.size() - begin};
  }
  void emit_unchanged(Activation& activation, const Value& value);
  /// Raises what Python says when the parts of the output since `from` are joined.
  void check_parts(const Capture& from);
  void append_trace(const Trace& trace, size_t begin);
  Capture mark() const { return {out_.size(), pieces_.size(), bad_parts_.size()}; }
  void begin_capture() { captures_.push_back(mark()); }
  Value end_capture(bool is_markup);
  /// Cuts what was written since `from` off the output.
  Value take_text(const Capture& from, bool is_markup);
  void drop_text(size_t text, size_t pieces);
  void make_record(Activation& place);
  const CallRecord* record_of(Activation& activation);
  /// The pieces of the text since `from`, as if that were its begin.
  std::vector<SpanPiece> pieces_since(const Capture& from) const;
  /// Everything that frames of pieces can belong to.
  std::vector<std::shared_ptr<const RecordPool>> record_pools() const;
  bool escapes_now(const Activation& activation, EscapeMode mode) const {
    return mode == EscapeMode::On || (mode == EscapeMode::Dynamic && activation.context->escapes);
  }
  void note_native(const Value& value);

  // machine_templates.cc
  void template_code(Activation& activation, const Instruction& code);
  std::shared_ptr<const Template> load_template(const Value& name);
  std::shared_ptr<const Template> load_any(const Value& names, bool& is_missing);
  void extend(Activation& activation, const Value& name);
  void render_parent(Activation& activation);
  void include(Activation& activation, const Instruction& code);
  void import(Activation& activation, const Instruction& code);
  void import_name(Activation& activation, const Instruction& code);
  void block(Activation& activation, const Instruction& code);
  void make_super(Activation& activation, const Instruction& code);
  void take_snapshot(Activation& activation, uint32_t index, Context& context);
  Ref<Context> new_context(const TemplateCode& code, Context* outer, Names* names);
  void run_function(const Function& function, Context& context, FrameLink* up);
  /// Runs the code around macros and gives what they see of it, with a reference.
  FrameLink* run_root(const Function& function, Context& context);

  // machine_errors.cc
  Error describe(std::string_view type, std::string message) const;
  diag::Span span_of(const Activation& activation) const {
    auto at = static_cast<size_t>(activation.at - activation.function->code.data());
    return activation.function->owner->span(activation.function->spans[at]);
  }
  uint32_t line_at(const Activation& activation) const;
  std::vector<std::string> variables_at(const Activation& activation) const;
  void start(Names& names);
  void finish();
  template <typename Run>
  auto guarded(Names& names, const Run& run) -> std::variant<decltype(run()), Error>;

  Interpreter& interpreter_;
  const Environment& environment_;
  UndefinedKind undefined_;
  Budget budget_;
  Collector collector_;
  RegisterStack stack_;
  Activation* top_ = nullptr;
  Buffer<char> out_;
  Buffer<SpanPiece> pieces_;
  std::vector<Capture> captures_;
  /// What was written and is no string: the number of pieces before it, and its type.
  std::vector<std::pair<size_t, std::string>> bad_parts_;
  /// Macro calls of this render that wrote something; null before the first.
  std::shared_ptr<RecordPool> records_;
  /// Those of other renders whose strings this one wrote.
  std::vector<std::shared_ptr<const RecordPool>> foreign_records_;
  std::vector<Value> free_loops_;
  std::vector<std::pair<std::string_view, Value>> globals_;
  Names* names_ = nullptr;
  Value result_;
  Value returned_;
  bool is_returning_ = false;
  bool is_native_ = false;
  uint32_t native_count_ = 0;
  Value native_value_;
  uint32_t runs_ = 0;
  uint32_t level_ = 0;
  const char* stack_base_ = nullptr;
  uint64_t fuel_ = 0;
  uint64_t fuel_left_ = 0;
  /// What the values of the thread held when the render began.
  int64_t bytes_before_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

struct InterpreterAccess {
  static Machine& machine(const Interpreter& interpreter);
};

/// range, dict, lipsum, cycler, joiner and namespace.
std::vector<std::pair<std::string_view, Value>> make_globals();

}  // namespace weft::jinja
