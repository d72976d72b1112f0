// Jinja2's tests: what stands behind `is`.
#include <fmt/format.h>

#include "jinja/bytes.h"
#include "jinja/cells.h"
#include "jinja/complex.h"
#include "jinja/engine.h"
#include "jinja/environment.h"
#include "jinja/iterators.h"
#include "jinja/markup.h"
#include "jinja/methods_str.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::jinja {
namespace {

/// A test that looks at the value alone.
template <bool (*Ask)(Interpreter&, const Value&)>
Value asks(Interpreter& interpreter, const Arguments& arguments, void*) {
  expect_count(interpreter, "test", arguments, 1, 1);
  return Value::boolean(Ask(interpreter, arguments.positional[0]));
}

/// A test that is one of Python's comparisons.
template <CompareOp op>
Value compares(Interpreter& interpreter, const Arguments& arguments, void*) {
  expect_count(interpreter, "test", arguments, 2, 2);
  return Value::boolean(compare(interpreter, op, arguments.positional[0], arguments.positional[1]));
}

bool has_rest(Interpreter& interpreter, const Value& value, const Value& divisor, int64_t rest) {
  return compare(interpreter, CompareOp::Equal,
                 binary(interpreter, BinaryOp::Modulo, value, divisor), Value::integer(rest));
}

bool is_odd(Interpreter& interpreter, const Value& value) {
  return has_rest(interpreter, value, Value::integer(2), 1);
}
bool is_even(Interpreter& interpreter, const Value& value) {
  return has_rest(interpreter, value, Value::integer(2), 0);
}
bool is_defined(Interpreter&, const Value& value) { return !value.is_undefined(); }
bool is_undefined(Interpreter&, const Value& value) { return value.is_undefined(); }
bool is_none(Interpreter&, const Value& value) { return value.is_none(); }
bool is_boolean(Interpreter&, const Value& value) { return value.is_bool(); }
bool is_true(Interpreter&, const Value& value) { return value.is_bool() && value.as_bool(); }
bool is_false(Interpreter&, const Value& value) { return value.is_bool() && !value.as_bool(); }
bool is_integer(Interpreter&, const Value& value) { return value.is_integer() && !value.is_bool(); }
bool is_float(Interpreter&, const Value& value) { return value.kind() == Kind::Float; }
bool is_string(Interpreter&, const Value& value) { return value.is_string(); }
bool is_number(Interpreter&, const Value& value) { return value.is_number() || is_complex(value); }
bool is_mapping(Interpreter&, const Value& value) {
  return value.is_dict() || (value.is_object() && value.as_object().is_mapping());
}
bool is_escaped(Interpreter&, const Value& value) { return has_html(value); }

bool is_lower(Interpreter& interpreter, const Value& value) {
  return is_lower_text(str_text_of(interpreter, value));
}
bool is_upper(Interpreter& interpreter, const Value& value) {
  return is_upper_text(str_text_of(interpreter, value));
}

/// Has a length and items by index or key.
bool is_sequence(Interpreter&, const Value& value) {
  switch (value.kind()) {
    case Kind::String:
    case Kind::Markup:
    case Kind::List:
    case Kind::Tuple:
    case Kind::Dict:
      return true;
    case Kind::Undefined:
      return undefined_kind(value) != UndefinedKind::Strict;
    case Kind::Object:
      return value.as_object().length().has_value() && !value.as<DictView>();
    default:
      return false;
  }
}

/// Python's Undefined has a __call__, though it only raises.
bool is_callable(Interpreter&, const Value& value) {
  return value.is_undefined() || (value.is_object() && value.as_object().is_callable());
}

bool is_filter(Interpreter& interpreter, const Value& value) {
  require_hashable(interpreter, value);
  return value.is_string() && has_filter(interpreter, value.as_string());
}
bool is_test(Interpreter& interpreter, const Value& value) {
  require_hashable(interpreter, value);
  return value.is_string() && has_test(interpreter, value.as_string());
}

Value divisibleby(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, num] = bind<2>(interpreter, "test_divisibleby", arguments, {"value", "num"}, 2);
  return Value::boolean(has_rest(interpreter, *value, *num, 0));
}

Value sameas(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, other] = bind<2>(interpreter, "test_sameas", arguments, {"value", "other"}, 2);
  return Value::boolean(value->same_as(*other));
}

Value in(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, seq] = bind<2>(interpreter, "test_in", arguments, {"value", "seq"}, 2);
  return Value::boolean(compare(interpreter, CompareOp::In, *value, *seq));
}

void add_comparisons(Environment& environment) {
  for (const char* name : {"==", "eq", "equalto"}) {
    environment.add_test(name, compares<CompareOp::Equal>);
  }
  for (const char* name : {"!=", "ne"}) {
    environment.add_test(name, compares<CompareOp::NotEqual>);
  }
  for (const char* name : {">", "gt", "greaterthan"}) {
    environment.add_test(name, compares<CompareOp::Greater>);
  }
  for (const char* name : {">=", "ge"}) {
    environment.add_test(name, compares<CompareOp::GreaterEqual>);
  }
  for (const char* name : {"<", "lt", "lessthan"}) {
    environment.add_test(name, compares<CompareOp::Less>);
  }
  for (const char* name : {"<=", "le"}) {
    environment.add_test(name, compares<CompareOp::LessEqual>);
  }
}

}  // namespace

void add_builtin_tests(Environment& environment) {
  environment.add_test("odd", asks<is_odd>);
  environment.add_test("even", asks<is_even>);
  environment.add_test("divisibleby", divisibleby);
  environment.add_test("defined", asks<is_defined>);
  environment.add_test("undefined", asks<is_undefined>);
  environment.add_test("filter", asks<is_filter>);
  environment.add_test("test", asks<is_test>);
  environment.add_test("none", asks<is_none>);
  environment.add_test("boolean", asks<is_boolean>);
  environment.add_test("true", asks<is_true>);
  environment.add_test("false", asks<is_false>);
  environment.add_test("integer", asks<is_integer>);
  environment.add_test("float", asks<is_float>);
  environment.add_test("lower", asks<is_lower>);
  environment.add_test("upper", asks<is_upper>);
  environment.add_test("string", asks<is_string>);
  environment.add_test("mapping", asks<is_mapping>);
  environment.add_test("number", asks<is_number>);
  environment.add_test("sequence", asks<is_sequence>);
  environment.add_test("iterable", asks<is_iterable>);
  environment.add_test("callable", asks<is_callable>);
  environment.add_test("sameas", sameas);
  environment.add_test("escaped", asks<is_escaped>);
  environment.add_test("in", in);
  add_comparisons(environment);
}

}  // namespace weft::jinja
