// Filters of HTML.
#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/markup.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

Value escape(Interpreter& interpreter, const Arguments& arguments, void*) {
  expect_count(interpreter, "escape", arguments, 1, 1);
  const Value& value = arguments.positional[0];
  return value.kind() == Kind::Markup ? value : Value::markup(escape_text(interpreter, value));
}

Value forceescape(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_forceescape", arguments, {"value"}, 1);
  std::string out;
  append_escaped(out, str_text_of(interpreter, *value));
  return Value::markup(out);
}

Value safe(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_mark_safe", arguments, {"value"}, 1);
  return marked_safe(soft_string(interpreter, *value));
}

Value striptags(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_striptags", arguments, {"value"}, 1);
  return Value::string(strip_tags(str_text_of(interpreter, *value)));
}

Value xmlattr(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [d, autospace] = bind<2>(interpreter, "do_xmlattr", arguments, {"d", "autospace"}, 1);
  if (is_permissive(*d)) {
    return Value::string("");
  }
  if (d->is_undefined()) {
    raise_undefined(interpreter, *d);
  }
  bool is_mapping = d->is_dict() || (d->is_object() && d->as_object().is_mapping());
  if (!is_mapping) {
    interpreter.raise("AttributeError",
                      fmt::format("'{}' object has no attribute 'items'", d->type_name()));
  }
  std::string out;
  for (const Value& pair : to_items(interpreter, call_method(interpreter, *d, "items", {}))) {
    const Value& key = pair.at(0);
    const Value& value = pair.at(1);
    if (value.is_none() || value.is_undefined()) {
      continue;
    }
    if (!key.is_string()) {
      interpreter.raise("TypeError", fmt::format("expected string or bytes-like object, got '{}'",
                                                 key.type_name()));
    }
    if (key.as_string().find_first_of(" \t\n\r\f\v/>=") != std::string_view::npos) {
      interpreter.raise("ValueError",
                        "Invalid character in attribute name: " + repr_text_of(interpreter, key));
    }
    out += out.empty() ? "" : " ";
    out += fmt::format("{}=\"{}\"", escape_text(interpreter, key), escape_text(interpreter, value));
  }
  if (!out.empty() && (!autospace || truth(interpreter, *autospace))) {
    out.insert(0, " ");
  }
  return is_autoescaping(interpreter) ? Value::markup(out) : Value::string(std::move(out));
}

}  // namespace

void add_html_filters(Environment& environment) {
  environment.add_filter("escape", escape);
  environment.add_filter("e", escape);
  environment.add_filter("forceescape", forceescape);
  environment.add_filter("safe", safe);
  environment.add_filter("striptags", striptags);
  environment.add_filter("xmlattr", xmlattr);
}

}  // namespace weft::jinja
