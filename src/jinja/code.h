// Compiled templates: functions of compact instructions for a register machine.
//
// A function works on a window of registers. Variables and temporaries are registers; constants are
// shared by all functions of a template. An operand is the number of a register, or with kConstant
// set that of a constant. A register that holds Value() is a variable without a value: when it is
// read, the name is looked up in the context (flag kResolve) or is undefined.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/arena.h"
#include "jinja/ast.h"
#include "jinja/environment.h"
#include "jinja/template.h"
#include "jinja/value.h"

namespace weft::jinja {

enum class Op : uint8_t {
  // Variables. flags: kResolve; n: function levels outwards.
  Move,       // a = b
  LoadName,   // a = variable b of this function, called c
  LoadOuter,  // a = variable b of the function n levels out, called c
  Alias,      // a = variable b, n levels out, called c, or nothing when it has no value
  Clear,      // registers a .. b-1 hold nothing
  Export,     // context variable c = a; flags: kPublic, kHidden
  // Operators: a = b op c.
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Modulo,
  Power,
  Negate,
  Positive,
  Not,
  Compare,  // a = b <flags & 15> c; n: Order
  Concat,   // a = text of registers b .. b+n-1; flags: escape mode
  // Makers from registers b .. b+c-1.
  MakeList,
  MakeTuple,
  MakeDict,
  CopyList,  // a = new list of the constants b .. b+c-1
  // Access.
  Attribute,  // a = b.name c; flags: kItemFirst
  Item,       // a = b[c]
  Slice,  // a = b[c : c+1 : c+2], registers; flags: 1 for undefined where Python has a TypeError
  LoopField,  // a = b.name c, where b is likely a loop
  // Calls: arguments in registers c .. c+n-1; an Extra follows.
  Call,         // a = b(...)
  CallMethod,   // a = b.name(...)
  ApplyFilter,  // a = filter(...)
  ApplyTest,    // a = test(...)
  FilterValue,  // a = filter c of b, without arguments
  TestValue,    // a = whether b is c, without arguments; flags: 1 negates
  Extra,        // a: name, filter or test; b: first keyword name, n: their number; flags: CallFlag
  IsDefined,    // a = b is defined; flags: 1 negates
  IsNone,       // a = b is none; flags: 1 negates
  // Jumps to a.
  Jump,
  JumpIfFalse,   // unless b
  JumpIfTrue,    // if b
  JumpIfSet,     // if register b holds something
  JumpCompare,   // if (b <flags & 15> c) == flags >> 4; n: Order
  JumpIfParent,  // if this template has extended another
  // Output.
  EmitText,       // text b
  Emit,           // value b; flags: escape mode
  EmitUnchanged,  // value b, which must be a string when the output is put together
  CaptureBegin,
  CaptureEnd,   // a = what was written since; flags: escape mode
  CaptureDrop,  // forget n captures, as break and continue do
  ToMarkup,     // a = Markup(b) when the context escapes
  // Loops: register a holds the loop.
  LoopBegin,  // over b; c: register of a filter function when flags & 1; flags & 2: recursive
  LoopNext,   // b = next item of loop a, or jump to c; n: steps that a round takes
  LoopAgain,  // as LoopNext, at the end of a round: jumps to c when there is an item
  LoopEnd,
  Unpack,  // registers a .. a+n-1 = items of b
  // Functions.
  MakeMacro,         // a = macro of function b
  MakeClosure,       // a = function b with these variables, for filters and recursive loops
  CallLoop,          // writes the recursive loop a over b
  ParameterMissing,  // a = undefined parameter called c
  Return,
  ReturnValue,  // a
  // Namespaces.
  CheckNamespace,  // a must be a namespace
  SetNamespace,    // a.name c = b
  // Other templates.
  Extends,  // b
  RenderParent,
  Include,     // b; c: snapshot; flags: IncludeFlag
  Import,      // a = module of b; c: snapshot; flags: IncludeFlag
  ImportName,  // a = name c of module b
  CallBlock,   // block c; flags: kScoped, kRequired; b: snapshot
  MakeSelf,    // a
  MakeSuper,   // a, of block c
  // Escaping.
  EscapeBegin,  // a = what was; from now on b
  EscapeEnd,    // what was, a
  // Failures known when the template was compiled.
  MissingElse,  // a = undefined of an inline if without else
  Fail,         // TemplateRuntimeError with text b
};

constexpr uint32_t kConstant = 0x80000000u;

enum VariableFlag : uint8_t { kResolve = 1 };
/// The name is none of a dict's own, so a dict has it as a key or not at all.
enum AttributeFlag : uint8_t { kItemFirst = 1 };
/// Comparisons: how small integers have to stand for them to be true, or to jump; 0 when only the
/// operator itself knows.
enum Order : uint16_t { kLess = 1, kEqual = 2, kGreater = 4 };
enum ExportFlag : uint8_t { kPublic = 1, kHidden = 2 };
enum class EscapeMode : uint8_t { Off, On, Dynamic };
enum CallFlag : uint8_t {
  kStar = 1,
  kStarStar = 2,
  kEmit = 4,
  kEscape = 8,
  kEscapeDynamic = 16,
  kNegated = 32,
  kUnchanged = 64
};
enum IncludeFlag : uint8_t { kIgnoreMissing = 1, kWithContext = 2, kOneName = 4, kListOfNames = 8 };
enum BlockFlag : uint8_t { kScoped = 1, kRequired = 2 };

struct Instruction {
  Op op = Op::Return;
  uint8_t flags = 0;
  uint16_t n = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
};
static_assert(sizeof(Instruction) == 16);

/// Offsets in the text of the template.
struct CodeSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// Where the value of a variable is found: `depth` functions outwards.
struct VariableRef {
  NameId name = kNoName;
  uint32_t slot = 0;
  uint16_t depth = 0;
  bool resolve = false;
};

/// For messages: the register of a name while instructions [begin, end) run.
struct LocalName {
  NameId name = kNoName;
  uint32_t slot = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// Instructions [begin, end) fail on the line of `place`, where Jinja has it, and not on that of
/// their span.
struct LineMark {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t place = 0;
};

struct TemplateCode;

struct Function {
  enum class Kind : uint8_t { Root, Block, Macro, Caller, Loop, Condition };
  Kind kind = Kind::Root;
  NameId name = kNoName;
  const TemplateCode* owner = nullptr;
  std::vector<Instruction> code;
  std::vector<CodeSpan> spans;
  /// In order of `end`; mostly empty.
  std::vector<LineMark> lines;
  uint32_t registers = 0;
  /// Macros: parameters are the first registers; caller, kwargs and varargs follow when they are
  /// used.
  std::vector<NameId> parameters;
  bool takes_caller = false;
  bool takes_kwargs = false;
  bool takes_varargs = false;
  bool names_caller = false;
  /// Conditions of loops that unpack: the result is the item as it was unpacked, or false.
  bool rebuilds_item = false;
  std::vector<LocalName> locals;
};

/// A filter without arguments for the values that most templates give it. False when the filter
/// itself has to do it; else the result is set, which may be where the subject lies. Pure and
/// cheap: it is called for constants when a template is compiled.
using QuickFilter = bool (*)(const Value& subject, Value& result);

/// A filter or test of the environment, by address for the life of the environment.
struct NamedFunction {
  std::string name;
  NativeFunction function = nullptr;
  void* self = nullptr;
  QuickFilter quick = nullptr;
};

struct FunctionRef {
  /// Null when the environment has none of this name; then reaching the call is an error.
  const NamedFunction* function = nullptr;
  NameId name = kNoName;
};

/// A piece of literal text.
struct TextRef {
  /// So many bytes may be read even of a shorter text, so that it can be copied at once.
  static constexpr size_t kHead = 32;

  std::string_view text;
  diag::Span origin;
  bool is_verbatim = false;
};

struct BlockRef {
  NameId name = kNoName;
  const Function* function = nullptr;
};

/// One argument of a call in the text; an invalid span for what is not a constant.
struct CallArgumentRef {
  NameId name = kNoName;
  CodeSpan value;
  bool is_constant = false;
};

struct CallRef {
  NameId owner = kNoName;
  NameId name = kNoName;
  CodeSpan span;
  uint32_t first_argument = 0;
  uint32_t arguments = 0;
};

/// Everything that compiling gives. Immutable afterwards but for what is made at the first
/// question.
struct TemplateCode {
  std::string name;
  /// True when the template came through the loader: errors name it.
  bool is_loaded = false;
  const Environment* environment = nullptr;
  diag::SourceId source;
  /// Where `text` begins in the source.
  uint32_t base = 0;
  std::string_view text;
  bool is_expression = false;
  bool is_plain_text = false;
  /// Owns texts that are not part of the source.
  Arena strings;
  std::vector<std::string_view> names;
  std::vector<Value> constants;
  std::vector<Value> constant_owners;
  std::vector<TextRef> texts;
  std::vector<NameId> keywords;
  std::vector<FunctionRef> filters;
  std::vector<FunctionRef> tests;
  std::vector<std::vector<VariableRef>> snapshots;
  std::vector<std::unique_ptr<Function>> functions;
  const Function* root = nullptr;
  std::vector<BlockRef> blocks;
  /// Functions of `macros`, index by index.
  std::vector<const Function*> macro_functions;
  /// Without their calls, which are filled in when macros are asked for.
  mutable std::vector<MacroInfo> macros;
  std::vector<CallRef> call_refs;
  std::vector<CallArgumentRef> call_arguments;
  mutable std::once_flag calls_once;
  mutable std::vector<CallSite> calls;

  diag::Span span(CodeSpan at) const { return {source, base + at.begin, base + at.end}; }
  std::string_view name_text(NameId id) const { return names[id]; }
};

/// The parts of templates and environments that other files of the module work with.
struct TemplateAccess {
  static std::shared_ptr<Template> make();
  static TemplateCode& code(Template& compiled);
  static const TemplateCode& code(const Template& compiled);
};

}  // namespace weft::jinja
