// fromjson, tojson, fromyaml, toyaml, set, zip, local_md5, diff_of_two_dicts, and dbt's filters.
#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/strings.h"
#include "context/worker.h"
#include "jinja/engine.h"
#include "jinja/json_values.h"
#include "yaml/document.h"

namespace weft::context {
namespace {

using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Worker& worker_of(void* self) { return *static_cast<Worker*>(self); }

Value or_default(const ArgumentReader& reader, size_t index) {
  const Value* fallback = reader.find(index);
  return fallback == nullptr ? Value::none() : *fallback;
}

Value from_json(Interpreter& interpreter, const Arguments& arguments, void*) {
  ArgumentReader reader(interpreter, "fromjson", arguments, {"string", "default"});
  const Value& text = reader.require(0);
  if (!text.is_string())
    return or_default(reader, 1);
  jinja::charge_text(interpreter, text.as_string().size());
  auto parsed = jinja::from_json_text(text.as_string());
  return parsed.index() == 0 ? std::get<0>(parsed) : or_default(reader, 1);
}

Value to_json(Interpreter& interpreter, const Arguments& arguments, void*) {
  ArgumentReader reader(interpreter, "tojson", arguments, {"value", "default", "sort_keys"});
  jinja::JsonStyle style;
  style.sort_keys = reader.flag_or(2, false);
  auto text = jinja::to_json_text(reader.require(0), style);
  if (text.index() != 0)
    return or_default(reader, 1);
  jinja::charge_text(interpreter, std::get<0>(text).size());
  return Value::string(std::get<0>(text));
}

Value from_yaml(Interpreter& interpreter, const Arguments& arguments, void* self) {
  ArgumentReader reader(interpreter, "fromyaml", arguments, {"value", "default"});
  const Value& text = reader.require(0);
  if (!text.is_string())
    return or_default(reader, 1);
  // YAML is read slower than JSON.
  constexpr uint64_t kYamlFactor = 16;
  jinja::charge_text(interpreter, kYamlFactor * text.as_string().size());
  auto parsed = yaml::parse_data(text.as_string(), "fromyaml", worker_of(self).shared().sources);
  return parsed ? Value::from_data(*parsed) : or_default(reader, 1);
}

/// What PyYAML's safe_dump can represent; nothing that holds itself.
bool has_yaml_form(const Value& value, int depth = 0) {
  constexpr int kMaxDepth = 200;
  if (depth > kMaxDepth)
    return false;
  switch (value.kind()) {
    case jinja::Kind::Undefined:
    case jinja::Kind::Decimal:
    case jinja::Kind::Markup:
    case jinja::Kind::Time:
    case jinja::Kind::TimeDelta:
    case jinja::Kind::Object:
      return false;
    case jinja::Kind::List:
    case jinja::Kind::Tuple:
      for (size_t i = 0; i < value.size(); ++i) {
        if (!has_yaml_form(value.at(i), depth + 1))
          return false;
      }
      return true;
    case jinja::Kind::Dict:
      for (size_t i = 0; i < value.size(); ++i) {
        if (!has_yaml_form(value.key_at(i), depth + 1) ||
            !has_yaml_form(value.value_at(i), depth + 1))
          return false;
      }
      return true;
    default:
      return true;
  }
}

Value to_yaml(Interpreter& interpreter, const Arguments& arguments, void*) {
  ArgumentReader reader(interpreter, "toyaml", arguments, {"value", "default", "sort_keys"});
  const Value& value = reader.require(0);
  if (!has_yaml_form(value))
    return or_default(reader, 1);
  return Value::string(yaml::dump(value.to_data(), reader.flag_or(2, false)));
}

/// set(x): none when x cannot be iterated; `strict` raises instead.
Value make_set(Interpreter& interpreter, const Arguments& arguments, bool strict) {
  ArgumentReader reader(interpreter, strict ? "set_strict" : "set", arguments,
                        {"value", "default"});
  const Value& value = reader.require(0);
  bool is_iterable = value.is_string() || value.is_list() || value.is_tuple() || value.is_dict() ||
                     value.kind() == jinja::Kind::Set || value.is_object();
  if (!is_iterable && !strict)
    return or_default(reader, 1);
  return Value::set(interpreter.list_of(value));
}

/// zip(a, b, ...) as a list of tuples; the default when one of them cannot be iterated.
Value make_zip(Interpreter& interpreter, const Arguments& arguments, bool strict) {
  Value fallback = Value::none();
  for (const jinja::NamedValue& named : arguments.named) {
    if (named.name == "default")
      fallback = named.value;
  }
  std::vector<std::vector<Value>> columns;
  for (const Value& argument : arguments.positional) {
    if ((argument.is_none() || argument.is_number()) && !strict)
      return fallback;
    columns.push_back(interpreter.list_of(argument));
  }
  size_t rows = columns.empty() ? 0 : columns.front().size();
  for (const std::vector<Value>& column : columns)
    rows = std::min(rows, column.size());
  std::vector<Value> made;
  for (size_t i = 0; i < rows; ++i) {
    std::vector<Value> row;
    for (const std::vector<Value>& column : columns)
      row.push_back(column[i]);
    made.push_back(Value::tuple(std::move(row)));
  }
  return Value::list(std::move(made));
}

Value local_md5(Interpreter& interpreter, const Arguments& arguments, void*) {
  ArgumentReader reader(interpreter, "local_md5", arguments, {"value"});
  return Value::string(base::md5_hex(reader.text(0)));
}

/// Entries of the first dict of lists that the second lacks, without regard to case.
Value diff_of_two_dicts(Interpreter& interpreter, const Arguments& arguments, void*) {
  ArgumentReader reader(interpreter, "diff_of_two_dicts", arguments, {"dict_a", "dict_b"});
  const Value& a = reader.require(0);
  const Value& b = reader.require(1);
  Value made = Value::dict();
  if (!a.is_dict() || !b.is_dict())
    interpreter.raise("TypeError", "diff_of_two_dicts() needs two dicts");
  auto lowered_items = [&](const Value& list) {
    std::vector<std::string> items;
    for (const Value& item : interpreter.list_of(list))
      items.push_back(base::to_lower(item.str()));
    return items;
  };
  for (size_t i = 0; i < a.size(); ++i) {
    std::string key = base::to_lower(a.key_at(i).str());
    std::vector<std::string> other;
    for (size_t j = 0; j < b.size(); ++j) {
      if (base::to_lower(b.key_at(j).str()) == key)
        other = lowered_items(b.value_at(j));
    }
    std::vector<Value> missing;
    for (const Value& item : interpreter.list_of(a.value_at(i))) {
      if (std::find(other.begin(), other.end(), base::to_lower(item.str())) == other.end())
        missing.push_back(item);
    }
    if (!missing.empty())
      made.set_item(a.key_at(i), Value::list(std::move(missing)));
  }
  return made;
}

Value set_or_default(Interpreter& interpreter, const Arguments& arguments, void*) {
  return make_set(interpreter, arguments, false);
}

Value set_strict(Interpreter& interpreter, const Arguments& arguments, void*) {
  return make_set(interpreter, arguments, true);
}

Value zip_or_default(Interpreter& interpreter, const Arguments& arguments, void*) {
  return make_zip(interpreter, arguments, false);
}

Value zip_strict(Interpreter& interpreter, const Arguments& arguments, void*) {
  return make_zip(interpreter, arguments, true);
}

template <jinja::NativeFunction kFunction>
Value function(Worker& worker) {
  return jinja::make_function("function", kFunction, &worker);
}

constexpr Member kMembers[] = {
    {"fromjson", function<from_json>},  {"tojson", function<to_json>},
    {"fromyaml", function<from_yaml>},  {"toyaml", function<to_yaml>},
    {"set", function<set_or_default>},  {"set_strict", function<set_strict>},
    {"zip", function<zip_or_default>},  {"zip_strict", function<zip_strict>},
    {"local_md5", function<local_md5>}, {"diff_of_two_dicts", function<diff_of_two_dicts>},
};

/// In templates that give text, dbt's conversion filters leave the value alone.
Value identity(Interpreter&, const Arguments& arguments, void*) {
  return arguments.positional.empty() ? Value::none() : arguments.positional[0];
}

Value is_list(Interpreter&, const Arguments& arguments, void*) {
  return Value::boolean(!arguments.positional.empty() && arguments.positional[0].is_list());
}

}  // namespace

std::span<const Member> data_members() { return kMembers; }

std::optional<Value> collection_function(std::string_view name) {
  constexpr std::pair<std::string_view, jinja::NativeFunction> kFunctions[] = {
      {"set", set_or_default},
      {"set_strict", set_strict},
      {"zip", zip_or_default},
      {"zip_strict", zip_strict},
      {"diff_of_two_dicts", diff_of_two_dicts},
  };
  for (const auto& [known, function] : kFunctions) {
    if (known == name)
      return jinja::make_function(known, function, nullptr);
  }
  return std::nullopt;
}

void add_dbt_filters(jinja::Environment& environment) {
  for (const char* name : {"as_bool", "as_native", "as_number", "as_text"})
    environment.add_filter(name, identity);
  environment.add_filter("is_list", is_list);
}

jinja::Options jinja_options(const jinja::Budget& budget) {
  jinja::Options options;
  options.budget = budget;
  options.sandboxed = true;
  options.macro_annotations = true;
  auto test_name = [](std::string_view name, const auto&) { return "test_" + std::string(name); };
  options.macro_tags.push_back({"test", "endtest", jinja::MacroTag::Header::Signature, test_name});
  options.macro_tags.push_back(
      {"data_test", "enddata_test", jinja::MacroTag::Header::Signature, test_name});
  options.macro_tags.push_back(
      {"materialization", "endmaterialization", jinja::MacroTag::Header::NameAndOptions,
       [](std::string_view name, const std::vector<std::pair<std::string, base::Data>>& given) {
         std::string adapter = "default";
         for (const auto& [key, value] : given) {
           if (key == "adapter")
             adapter = std::string(value.string_or("default"));
         }
         return "materialization_" + std::string(name) + "_" + adapter;
       }});
  return options;
}

}  // namespace weft::context
