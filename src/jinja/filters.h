// What the files of filters share. A filter's first positional argument is the value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jinja/environment.h"
#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

void add_string_filters(Environment& environment);
void add_number_filters(Environment& environment);
void add_sequence_filters(Environment& environment);
void add_order_filters(Environment& environment);
void add_generator_filters(Environment& environment);
void add_html_filters(Environment& environment);
void add_url_filters(Environment& environment);
void add_json_filters(Environment& environment);
/// After the filters themselves.
void add_quick_filters(Environment& environment);

/// str(x), but a Markup stays one.
Value soft_string(Interpreter& interpreter, const Value& value);

/// What an `attribute` parameter asks of each item: a path of names and indexes, an optional
/// default for what is missing, and whether strings lose their case.
class AttributeGetter {
 public:
  /// `attribute` may be null or none: the item itself.
  AttributeGetter(Interpreter& interpreter, const Value* attribute, bool ignores_case = false,
                  const Value* fallback = nullptr);
  Value get(const Value& item) const;

 private:
  Interpreter& interpreter_;
  std::vector<Value> path_;
  bool ignores_case_;
  Value fallback_ = Value::none();
};

/// pprint.pformat(value).
std::string pretty_text(Interpreter& interpreter, const Value& value);

}  // namespace weft::jinja
