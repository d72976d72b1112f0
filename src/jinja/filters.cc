#include "jinja/filters.h"

#include "jinja/cells.h"
#include "jinja/characters.h"
#include "jinja/ops.h"
#include "jinja/search.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

bool is_index(std::string_view text) {
  return !text.empty() && text.size() < 19 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void add_builtin_filters(Environment& environment) {
  add_string_filters(environment);
  add_number_filters(environment);
  add_sequence_filters(environment);
  add_order_filters(environment);
  add_generator_filters(environment);
  add_html_filters(environment);
  add_url_filters(environment);
  add_json_filters(environment);
  add_quick_filters(environment);
}

Value soft_string(Interpreter& interpreter, const Value& value) {
  if (value.is_string()) {
    return value;
  }
  if (value.kind() == Kind::Int) {
    return ValueAccess::digits_of(value.as_int());
  }
  return Value::string(str_text_of(interpreter, value));
}

AttributeGetter::AttributeGetter(Interpreter& interpreter, const Value* attribute,
                                 bool ignores_case, const Value* fallback)
    : interpreter_(interpreter), ignores_case_(ignores_case) {
  if (fallback) {
    fallback_ = *fallback;
  }
  if (!attribute || attribute->is_none()) {
    return;
  }
  if (!attribute->is_string()) {
    path_.push_back(*attribute);
    return;
  }
  for (std::string_view part : split_text(attribute->as_string(), ".", -1)) {
    path_.push_back(is_index(part) ? Value::integer(std::stoll(std::string(part)))
                                   : Value::string(part));
  }
}

Value AttributeGetter::get(const Value& item) const {
  Value value = item;
  for (const Value& part : path_) {
    value = get_item(interpreter_, value, part);
    if (!fallback_.is_none() && value.is_undefined()) {
      value = fallback_;
    }
  }
  if (ignores_case_ && value.is_string()) {
    return Value::string(to_lower_case(value.as_string()));
  }
  return value;
}

}  // namespace weft::jinja
