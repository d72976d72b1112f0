// The loop that executes instructions.
//
// Each instruction reads its operands from registers or constants and writes one register. What can
// fail or call back stores the place first, so that errors and call stacks know it. Python's fast
// cases (small integers, strings, lists) are handled here; everything else goes to the operators of
// ops.h.
#include "jinja/machine.h"

#include <new>

#include "jinja/cells.h"

namespace weft::jinja {

Value* RegisterStack::take(size_t count) {
  if (chunks_.empty() || chunks_[current_].used + count > chunks_[current_].capacity) {
    if (!chunks_.empty() && chunks_[current_].used > 0) {
      ++current_;
    }
    if (current_ < chunks_.size() && chunks_[current_].capacity < count) {
      chunks_.resize(current_);
    }
    if (current_ >= chunks_.size()) {
      Chunk chunk;
      chunk.capacity = count > kChunk ? count : kChunk;
      chunk.memory = std::make_unique_for_overwrite<std::byte[]>(chunk.capacity * sizeof(Value));
      chunks_.push_back(std::move(chunk));
    }
  }
  Chunk& chunk = chunks_[current_];
  auto* begin = reinterpret_cast<Value*>(chunk.memory.get()) + chunk.used;
  chunk.used += count;
  for (size_t i = 0; i < count; ++i) {
    new (begin + i) Value();
  }
  return begin;
}

void RegisterStack::give_back(Value* begin) {
  Chunk& chunk = chunks_[current_];
  auto* base = reinterpret_cast<Value*>(chunk.memory.get());
  auto* end = base + chunk.used;
  for (Value* value = begin; value != end; ++value) {
    value->~Value();
  }
  chunk.used = static_cast<size_t>(begin - base);
  if (chunk.used == 0 && current_ > 0) {
    --current_;
  }
}

void Machine::refuel() {
  constexpr uint64_t kSip = 4096;
  if (budget_.steps != 0 && fuel_left_ == 0) {
    raise("BudgetExceeded", "the template takes more steps than are allowed");
  }
  if (budget_.time.count() != 0 && std::chrono::steady_clock::now() > deadline_) {
    raise("BudgetExceeded", "the template takes more time than is allowed");
  }
  check_size();
  fuel_ = kSip;
  if (budget_.steps != 0) {
    fuel_ = fuel_left_ < kSip ? fuel_left_ : kSip;
    fuel_left_ -= fuel_;
  }
}

void Machine::check_size() {
  if (budget_.bytes != 0 && memory() > budget_.bytes) {
    raise("BudgetExceeded", "the template makes more bytes than are allowed");
  }
}

namespace {

bool both_ints(const Value& a, const Value& b) {
  return a.kind() == Kind::Int && b.kind() == Kind::Int;
}

/// Neither is negative and both fit 32 bits, for which processors divide several times as fast.
bool are_short(int64_t x, int64_t y) { return (static_cast<uint64_t>(x | y) >> 32) == 0; }

/// x % y and x // y as Python has them; y is neither 0 nor -1.
int64_t modulo(int64_t x, int64_t y) {
  if (are_short(x, y)) [[likely]] {
    return static_cast<uint32_t>(x) % static_cast<uint32_t>(y);
  }
  int64_t rest = x % y;
  return rest + (rest != 0 && (rest < 0) != (y < 0) ? y : 0);
}

int64_t floor_divide(int64_t x, int64_t y) {
  if (are_short(x, y)) [[likely]] {
    return static_cast<uint32_t>(x) / static_cast<uint32_t>(y);
  }
  return x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0);
}

/// a op b for small integers; false when the result does not fit or the operator is another.
template <Op op>
bool quick_arithmetic(const Value& a, const Value& b, Value& to) {
  if (!both_ints(a, b)) {
    return false;
  }
  int64_t x = a.as_int();
  int64_t y = b.as_int();
  int64_t result = 0;
  bool fits = false;
  if constexpr (op == Op::Add) {
    fits = !__builtin_add_overflow(x, y, &result);
  } else if constexpr (op == Op::Subtract) {
    fits = !__builtin_sub_overflow(x, y, &result);
  } else if constexpr (op == Op::Multiply) {
    fits = !__builtin_mul_overflow(x, y, &result);
  } else {
    fits = y != 0 && y != -1;
    result = !fits ? 0 : op == Op::Modulo ? modulo(x, y) : floor_divide(x, y);
  }
  if (fits) {
    ValueAccess::assign_integer(to, result);
  }
  return fits;
}

Order order_of(int64_t x, int64_t y) { return x < y ? kLess : x == y ? kEqual : kGreater; }

}  // namespace

bool Machine::compare_values(CompareOp op, const Value& left, const Value& right) {
  if (op <= CompareOp::NotEqual && left.kind() == Kind::String && right.kind() == Kind::String) {
    constexpr size_t kLong = 1024, kBytesOfStep = 128;
    if (left.as_string().size() > kLong) {
      charge_steps(left.as_string().size() / kBytesOfStep);
    }
    return (left.as_string() == right.as_string()) == (op == CompareOp::Equal);
  }
  return compare(interpreter_, op, left, right);
}

Value Machine::arithmetic(Op op, const Value& left, const Value& right) {
  static_assert(static_cast<int>(Op::Power) - static_cast<int>(Op::Add) ==
                static_cast<int>(BinaryOp::Power) - static_cast<int>(BinaryOp::Add));
  auto binary_op = static_cast<BinaryOp>(static_cast<int>(op) - static_cast<int>(Op::Add));
  return binary(interpreter_, binary_op, left, right);
}

template <Op op>
[[gnu::always_inline]] inline void Machine::calculate(const Value& left, const Value& right,
                                                      Value& to) {
  if (!quick_arithmetic<op>(left, right, to)) {
    calculate_any(op, left, right, to);
  }
}

void Machine::calculate_any(Op op, const Value& left, const Value& right, Value& to) {
  to = arithmetic(op, left, right);
}

// One function, as the cases are the instruction set and the locals stay in registers.
// NOLINTNEXTLINE(readability-function-size)
void Machine::run(Activation& activation) {
  const Function& function = *activation.function;
  const TemplateCode& owner = *function.owner;
  Value* const registers = activation.registers;
  const Value* const constants = owner.constants.data();
  const Instruction* const begin = function.code.data();
  const Instruction* at = begin;
  // By its highest bit, an operand is one or the other; that needs no jump.
  const Value* const sources[] = {registers, constants};
  static_assert(kConstant == uint32_t{1} << 31);
  auto operand = [&sources](uint32_t which) -> const Value& {
    return sources[which >> 31][which & ~kConstant];
  };
  auto holds = [this](const Instruction& compared, const Value& left, const Value& right) {
    if (compared.n != 0 && both_ints(left, right)) {
      return (compared.n & order_of(left.as_int(), right.as_int())) != 0;
    }
    bool when = (compared.flags >> 4) != 0;
    return compare_values(static_cast<CompareOp>(compared.flags & 15), left, right) == when;
  };
  auto is_true = [this](const Value& value) {
    return value.kind() == Kind::Bool ? value.as_bool() : truth(interpreter_, value);
  };
  while (true) {
    const Instruction& code = *at;
    activation.at = at;
    ++at;
    switch (code.op) {
      case Op::Move:
        registers[code.a] = operand(code.b);
        break;
      case Op::LoadName:
        load(activation, code, registers, registers[code.a]);
        break;
      case Op::LoadOuter:
        load(activation, code, outer_registers(activation, code.n), registers[code.a]);
        break;
      case Op::Alias: {
        const Value* from = code.n == 0 ? registers : outer_registers(activation, code.n);
        registers[code.a] = from[code.b];
        if ((code.flags & kResolve) != 0 && registers[code.a].is_undefined() &&
            !ValueAccess::has_cell(registers[code.a])) {
          bool found = false;
          registers[code.a] = resolve(*activation.context, owner.name_text(code.c), found);
        }
        break;
      }
      case Op::Clear:
        for (uint32_t i = code.a; i < code.b; ++i) {
          registers[i] = Value();
        }
        break;
      case Op::Export: {
        ContextVariable& variable = activation.context->variable(owner.name_text(code.c));
        variable.value = registers[code.a];
        if (code.flags != 0) {
          variable.is_exported = (code.flags & kPublic) != 0;
        }
        break;
      }
      case Op::Add:
        calculate<Op::Add>(operand(code.b), operand(code.c), registers[code.a]);
        break;
      case Op::Subtract:
        calculate<Op::Subtract>(operand(code.b), operand(code.c), registers[code.a]);
        break;
      case Op::Multiply:
        calculate<Op::Multiply>(operand(code.b), operand(code.c), registers[code.a]);
        break;
      case Op::FloorDivide:
        calculate<Op::FloorDivide>(operand(code.b), operand(code.c), registers[code.a]);
        break;
      case Op::Modulo:
        calculate<Op::Modulo>(operand(code.b), operand(code.c), registers[code.a]);
        break;
      case Op::Divide:
      case Op::Power:
        registers[code.a] = arithmetic(code.op, operand(code.b), operand(code.c));
        break;
      case Op::Negate:
        registers[code.a] = negate(interpreter_, operand(code.b));
        break;
      case Op::Positive:
        registers[code.a] = positive(interpreter_, operand(code.b));
        break;
      case Op::Not:
        registers[code.a] = Value::boolean(!is_true(operand(code.b)));
        break;
      case Op::Compare:
        registers[code.a] = Value::boolean(holds(code, operand(code.b), operand(code.c)));
        break;
      case Op::Concat:
        concat(activation, code, registers[code.a]);
        break;
      case Op::MakeList:
      case Op::MakeTuple: {
        std::vector<Value> items(registers + code.b, registers + code.b + code.c);
        registers[code.a] = code.op == Op::MakeList ? Value::list(std::move(items))
                                                    : Value::tuple(std::move(items));
        break;
      }
      case Op::MakeDict:
        make_dict(registers + code.b, code.c, registers[code.a]);
        break;
      case Op::CopyList:
        registers[code.a] =
            Value::list(std::vector<Value>(constants + code.b, constants + code.b + code.c));
        break;
      case Op::Attribute:
        attribute(activation, code, operand(code.b), registers[code.a]);
        break;
      case Op::Item:
        item(operand(code.b), operand(code.c), registers[code.a]);
        break;
      case Op::Slice:
        slice(code, operand(code.b), registers + code.c, registers[code.a]);
        break;
      case Op::LoopField: {
        const Value& value = operand(code.b);
        auto* loop = value.is_object() ? exact<LoopObject>(*ValueAccess::object(value)) : nullptr;
        if (loop && code.flags != 0) {
          registers[code.a] = loop->field(interpreter_, static_cast<LoopField>(code.flags));
        } else {
          attribute(activation, code, value, registers[code.a]);
        }
        break;
      }
      case Op::Call:
        call(activation, code);
        ++at;
        if (is_returning_) {
          return;
        }
        break;
      case Op::CallMethod:
        call_method_code(activation, code);
        ++at;
        if (is_returning_) {
          return;
        }
        break;
      case Op::ApplyFilter:
        filter(activation, code);
        ++at;
        if (is_returning_) {
          return;
        }
        break;
      case Op::ApplyTest:
        test(activation, code);
        ++at;
        if (is_returning_) {
          return;
        }
        break;
      case Op::FilterValue: {
        const NamedFunction* named = owner.filters[code.c].function;
        const Value& subject = operand(code.b);
        if (named && named->quick && named->quick(subject, registers[code.a])) {
          spend(kCallSteps);
          break;
        }
        filter_value(activation, code, subject);
        if (is_returning_) {
          return;
        }
        break;
      }
      case Op::TestValue:
        test_value(activation, code, operand(code.b));
        if (is_returning_) {
          return;
        }
        break;
      case Op::Extra:
        break;
      case Op::IsDefined:
        registers[code.a] = Value::boolean(operand(code.b).is_undefined() == (code.flags != 0));
        break;
      case Op::IsNone:
        registers[code.a] = Value::boolean(operand(code.b).is_none() != (code.flags != 0));
        break;
      case Op::Jump:
        at = begin + code.a;
        break;
      case Op::JumpIfFalse:
        if (!is_true(operand(code.b))) {
          at = begin + code.a;
        }
        break;
      case Op::JumpIfTrue:
        if (is_true(operand(code.b))) {
          at = begin + code.a;
        }
        break;
      case Op::JumpIfSet:
        if (!registers[code.b].is_undefined() || ValueAccess::has_cell(registers[code.b])) {
          at = begin + code.a;
        }
        break;
      case Op::JumpCompare:
        if (holds(code, operand(code.b), operand(code.c))) {
          at = begin + code.a;
        }
        break;
      case Op::JumpIfParent:
        if (activation.parent) {
          at = begin + code.a;
        }
        break;
      case Op::EmitText:
        emit_text(activation, owner.texts[code.b]);
        break;
      case Op::Emit:
        emit_value(activation, operand(code.b), static_cast<EscapeMode>(code.flags));
        break;
      case Op::EmitUnchanged:
        emit_unchanged(activation, operand(code.b));
        break;
      case Op::CaptureBegin:
        begin_capture();
        break;
      case Op::CaptureEnd:
        registers[code.a] =
            end_capture(escapes_now(activation, static_cast<EscapeMode>(code.flags)));
        break;
      case Op::CaptureDrop:
        for (uint32_t i = 0; i < code.n; ++i) {
          drop_text(captures_.back().text, captures_.back().pieces);
          captures_.pop_back();
        }
        break;
      case Op::ToMarkup:
        if (activation.context->escapes && operand(code.b).kind() != Kind::Markup) {
          registers[code.a] = Value::markup(str_text_of(interpreter_, operand(code.b)));
        }
        break;
      case Op::LoopBegin:
        begin_loop(activation, code, operand(code.b));
        break;
      case Op::LoopNext: {
        spend(code.n);
        auto& loop = static_cast<LoopObject&>(*ValueAccess::object(registers[code.a]));
        if (!loop.next(registers[code.b])) {
          at = begin + code.c;
        }
        break;
      }
      case Op::LoopAgain: {
        spend(code.n);
        auto& loop = static_cast<LoopObject&>(*ValueAccess::object(registers[code.a]));
        if (loop.next(registers[code.b])) {
          at = begin + code.c;
        }
        break;
      }
      case Op::LoopEnd:
        end_loop(registers[code.a]);
        break;
      case Op::Unpack:
        unpack(registers + code.a, code.n, operand(code.b));
        break;
      case Op::MakeMacro:
      case Op::MakeClosure:
        make_macro(activation, code, code.op == Op::MakeMacro);
        break;
      case Op::CallLoop:
        run_loop(registers[code.a], operand(code.b), 0);
        if (is_returning_) {
          return;
        }
        break;
      case Op::ParameterMissing: {
        std::string_view name = owner.name_text(code.c);
        registers[code.a] =
            undefined_hint("parameter '" + std::string(name) + "' was not provided", undefined_);
        break;
      }
      case Op::Return:
        return;
      case Op::ReturnValue:
        result_ = operand(code.a);
        return;
      case Op::CheckNamespace:
        if (!registers[code.a].as<NamespaceObject>()) {
          raise("TemplateRuntimeError", "cannot assign attribute on non-namespace object");
        }
        break;
      case Op::SetNamespace:
        set_namespace(activation, code);
        break;
      case Op::EscapeBegin:
        registers[code.a] = Value::boolean(activation.context->escapes);
        activation.context->escapes = is_true(operand(code.b));
        break;
      case Op::EscapeEnd:
        activation.context->escapes = registers[code.a].as_bool();
        break;
      case Op::MissingElse:
        registers[code.a] = undefined_hint(
            "the inline if-expression on line " + std::to_string(line_at(activation)) +
                " evaluated to false and no else section was defined.",
            UndefinedKind::Default);
        break;
      case Op::Fail:
        raise("TemplateRuntimeError", std::string(owner.texts[code.b].text));
      case Op::Extends:
      case Op::RenderParent:
      case Op::Include:
      case Op::Import:
      case Op::ImportName:
      case Op::CallBlock:
      case Op::MakeSelf:
      case Op::MakeSuper:
        template_code(activation, code);
        if (is_returning_) {
          return;
        }
        break;
      default:
        // Saves a look at the range for each instruction.
        __builtin_unreachable();
    }
  }
}

}  // namespace weft::jinja
