// Variables and operators of the virtual machine.
#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/machine.h"

namespace weft::jinja {
namespace {

bool has_no_value(const Value& value) {
  return value.is_undefined() && !ValueAccess::has_cell(value);
}

}  // namespace

const Value* Machine::outer_registers(const Activation& activation, uint16_t depth) const {
  const FrameLink* link = activation.up;
  for (uint16_t i = 1; i < depth; ++i) {
    link = link->outer.get();
  }
  return link->registers;
}

void Machine::load(Activation& activation, const Instruction& code, const Value* registers_of,
                   Value& to) {
  const Value& variable = registers_of[code.b];
  if (!has_no_value(variable)) {
    to = variable;
    return;
  }
  std::string_view name = activation.function->owner->name_text(code.c);
  if ((code.flags & kResolve) != 0) {
    bool found = false;
    Value value = resolve(*activation.context, name, found);
    if (found) {
      if (registers_of == activation.registers) {
        activation.registers[code.b] = value;
      }
      to = std::move(value);
      return;
    }
  }
  to = make_missing(name);
}

Value Machine::make_missing(std::string_view name) const {
  return Value::undefined(name, undefined_);
}

Value Machine::resolve(Context& context, std::string_view name, bool& found) {
  found = true;
  for (const Context* place = &context; place; place = place->outer.get()) {
    if (const Value* value = place->find(name)) {
      return *value;
    }
    if (place->names) {
      if (std::optional<Value> value = place->names->lookup(interpreter_, name)) {
        return std::move(*value);
      }
    }
  }
  for (const auto& [known, value] : globals_) {
    if (known == name) {
      return value;
    }
  }
  found = false;
  return Value();
}

void Machine::concat(const Activation& activation, const Instruction& code, Value& to) {
  const Value* parts = activation.registers + code.b;
  bool is_markup = escapes_now(activation, static_cast<EscapeMode>(code.flags));
  to = concat_values(interpreter_, {parts, code.n}, is_markup);
}

void Machine::make_dict(const Value* items, uint32_t count, Value& to) {
  Value dict = Value::dict();
  for (uint32_t i = 0; i + 1 < count; i += 2) {
    if (!items[i].is_string()) {
      require_hashable(interpreter_, items[i]);
    }
    dict.set_item(items[i], items[i + 1]);
  }
  to = std::move(dict);
}

void Machine::unpack(Value* to, size_t count, const Value& from) {
  auto fail = [&](size_t got) {
    raise("ValueError",
          got < count ? fmt::format("not enough values to unpack (expected {}, got {})", count, got)
                      : fmt::format("too many values to unpack (expected {})", count));
  };
  if (from.is_list() || from.is_tuple()) {
    if (from.size() != count) {
      fail(from.size());
    }
    Value keep(from);
    for (size_t i = 0; i < count; ++i) {
      to[i] = keep.at(i);
    }
    return;
  }
  Iteration iteration(interpreter_, from, "cannot unpack non-iterable {} object");
  std::vector<Value> items;
  Value item;
  while (iteration.next(item)) {
    if (items.size() == count) {
      fail(count + 1);
    }
    items.push_back(std::move(item));
  }
  if (items.size() != count) {
    fail(items.size());
  }
  std::move(items.begin(), items.end(), to);
}

void Machine::attribute(const Activation& activation, const Instruction& code, const Value& owner,
                        Value& to) {
  std::string_view name = activation.function->owner->name_text(code.c);
  bool is_item_first = code.op == Op::Attribute && (code.flags & kItemFirst) != 0;
  if (is_item_first && owner.is_dict()) {
    if (const Value* value = owner.find(name)) {
      Value copy(*value);
      to = std::move(copy);
      return;
    }
  }
  if (owner.is_object()) {
    if (auto* space = exact<NamespaceObject>(*ValueAccess::object(owner))) {
      if (const Value* value = space->find(name)) {
        Value copy(*value);
        to = std::move(copy);
        return;
      }
    }
  }
  to = get_attribute(interpreter_, owner, name);
}

void Machine::item(const Value& owner, const Value& key, Value& to) {
  if (owner.is_dict() && key.kind() == Kind::String) {
    if (const Value* value = owner.find(key.as_string())) {
      Value copy(*value);
      to = std::move(copy);
      return;
    }
  } else if ((owner.is_list() || owner.is_tuple()) && key.kind() == Kind::Int) {
    auto index = static_cast<uint64_t>(key.as_int());
    if (index < owner.size()) {
      Value copy(owner.at(index));
      to = std::move(copy);
      return;
    }
  }
  to = get_item(interpreter_, owner, key);
}

void Machine::slice(const Instruction& code, const Value& owner, const Value* bounds, Value& to) {
  auto cut = [&] { return get_slice(interpreter_, owner, bounds[0], bounds[1], bounds[2]); };
  if (code.flags == 0 || undefined_ == UndefinedKind::Strict) {
    to = cut();
    return;
  }
  try {
    to = cut();
  } catch (const Unwind& failure) {
    if (failure.error.type != "TypeError") {
      throw;
    }
    to = Value::undefined("slice", undefined_);
  }
}

void Machine::set_namespace(const Activation& activation, const Instruction& code) {
  auto* space = activation.registers[code.a].as<NamespaceObject>();
  if (!space) {
    raise("TemplateRuntimeError", "cannot assign attribute on non-namespace object");
  }
  const Value& value = (code.b & kConstant) != 0
                           ? activation.function->owner->constants[code.b & ~kConstant]
                           : activation.registers[code.b];
  space->set(activation.function->owner->name_text(code.c), value);
}

}  // namespace weft::jinja
