#include "jinja/complex.h"

#include <cmath>
#include <complex>

#include "jinja/big_int.h"
#include "jinja/float_text.h"
#include "jinja/object.h"

namespace weft::jinja {
namespace {

class ComplexObject : public Object {
 public:
  explicit ComplexObject(std::complex<double> number) : number_(number) {}

  std::complex<double> number() const { return number_; }
  std::string_view type_name() const override { return "complex"; }
  bool truthy() const override { return number_ != 0.0; }
  bool equals(const Object& other) const override {
    const auto* complex = dynamic_cast<const ComplexObject*>(&other);
    return complex && complex->number_ == number_;
  }
  size_t hash() const override {
    return Value::floating(number_.real()).hash() +
           1000003 * Value::floating(number_.imag()).hash();
  }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "real") {
      return Value::floating(number_.real());
    }
    if (name == "imag") {
      return Value::floating(number_.imag());
    }
    return std::nullopt;
  }
  std::string repr() const override {
    auto part = [](double d) {
      std::string text = float_repr(d);
      return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
    };
    std::string imaginary = part(number_.imag()) + "j";
    if (number_.real() == 0 && !std::signbit(number_.real())) {
      return imaginary;
    }
    bool is_signed = imaginary[0] == '-';
    return "(" + part(number_.real()) + (is_signed ? "" : "+") + imaginary + ")";
  }

 private:
  std::complex<double> number_;
};

Value make_complex(std::complex<double> number) { return Value::object(new ComplexObject(number)); }

std::optional<std::complex<double>> to_complex(const Value& value) {
  if (const auto* complex = value.as<ComplexObject>()) {
    return complex->number();
  }
  if (value.kind() == Kind::Float) {
    return value.as_float();
  }
  return value.is_integer() ? std::optional<std::complex<double>>(integer_to_double(value))
                            : std::nullopt;
}

}  // namespace

Value complex_power(double base, double exponent) {
  double length = std::pow(std::abs(base), exponent);
  double angle = std::atan2(0.0, base) * exponent;
  return make_complex({length * std::cos(angle), length * std::sin(angle)});
}

bool is_complex(const Value& value) { return value.as<ComplexObject>() != nullptr; }

std::optional<Value> complex_binary(Interpreter& interpreter, BinaryOp op, const Value& left,
                                    const Value& right) {
  if (!is_complex(left) && !is_complex(right)) {
    return std::nullopt;
  }
  auto a = to_complex(left), b = to_complex(right);
  if (!a || !b) {
    return std::nullopt;
  }
  switch (op) {
    case BinaryOp::Add:
      return make_complex(*a + *b);
    case BinaryOp::Subtract:
      return make_complex(*a - *b);
    case BinaryOp::Multiply:
      return make_complex(*a * *b);
    case BinaryOp::Divide:
      if (*b == 0.0) {
        interpreter.raise("ZeroDivisionError", "complex division by zero");
      }
      return make_complex(*a / *b);
    case BinaryOp::Power:
      return make_complex(std::pow(*a, *b));
    default:
      return std::nullopt;
  }
}

std::optional<Value> complex_negate(const Value& value) {
  const auto* complex = value.as<ComplexObject>();
  return complex ? std::optional(make_complex(-complex->number())) : std::nullopt;
}

std::optional<Value> complex_absolute(const Value& value) {
  const auto* complex = value.as<ComplexObject>();
  return complex ? std::optional(Value::floating(std::abs(complex->number()))) : std::nullopt;
}

}  // namespace weft::jinja
