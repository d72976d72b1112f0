// tojson and pprint.
#include "jinja/engine.h"
#include "jinja/filters.h"
#include "jinja/json_values.h"
#include "jinja/ops.h"
#include "jinja/parameters.h"

namespace weft::jinja {
namespace {

/// JSON whose < > & ' are escaped, so that it may stand in HTML.
std::string html_safe(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (char c : json) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '\'':
        out += "\\u0027";
        break;
      default:
        out += c;
    }
  }
  return out;
}

JsonStyle style_of(Interpreter& interpreter, const Value* indent) {
  if (!indent || indent->is_none()) {
    return {};
  }
  if (indent->is_string()) {
    return indented_style(std::string(indent->as_string()));
  }
  int64_t blanks = std::max<int64_t>(to_index(interpreter, *indent), 0);
  charge_bytes(interpreter, static_cast<uint64_t>(blanks));
  return indented_style(std::string(static_cast<size_t>(blanks), ' '));
}

Value tojson(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value, indent] = bind<2>(interpreter, "do_tojson", arguments, {"value", "indent"}, 1);
  JsonStyle style = style_of(interpreter, indent);
  style.sort_keys = true;
  std::variant<std::string, JsonFailure> json = to_json_text(*value, style);
  if (auto* failure = std::get_if<JsonFailure>(&json)) {
    interpreter.raise(failure->type, failure->message);
  }
  charge_text(interpreter, std::get<0>(json).size());
  return Value::markup(html_safe(std::get<0>(json)));
}

Value pprint(Interpreter& interpreter, const Arguments& arguments, void*) {
  auto [value] = bind<1>(interpreter, "do_pprint", arguments, {"value"}, 1);
  return Value::string(pretty_text(interpreter, *value));
}

}  // namespace

void add_json_filters(Environment& environment) {
  environment.add_filter("tojson", tojson);
  environment.add_filter("pprint", pprint);
}

}  // namespace weft::jinja
