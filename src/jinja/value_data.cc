// Conversion between values and plain data.
#include <algorithm>

#include "jinja/cells.h"
#include "jinja/decimal.h"
#include "jinja/value.h"

namespace weft::jinja {
namespace {

/// JSON's names for the keys that are constants, else str().
std::string key_text(const Value& key) {
  if (key.is_none()) {
    return "null";
  }
  if (key.is_bool()) {
    return key.as_bool() ? "true" : "false";
  }
  return key.str();
}

base::Data sequence_data(const Value& value) {
  base::DataList list;
  list.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    list.push_back(value.at(i).to_data());
  }
  return list;
}

}  // namespace

Value Value::from_data(const base::Data& data) {
  switch (data.kind()) {
    case base::Data::Kind::Null:
      return none();
    case base::Data::Kind::Bool:
      return boolean(data.as_bool());
    case base::Data::Kind::Int:
      return integer(data.as_int());
    case base::Data::Kind::Float:
      return floating(data.as_float());
    case base::Data::Kind::String:
      return string(std::string_view(data.as_string()));
    case base::Data::Kind::List: {
      std::vector<Value> items;
      items.reserve(data.as_list().size());
      for (const base::Data& item : data.as_list()) {
        items.push_back(from_data(item));
      }
      return list(std::move(items));
    }
    case base::Data::Kind::Map: {
      Value result = dict();
      for (const base::DataEntry& entry : data.as_map()) {
        result.set_item(entry.key, from_data(entry.value));
      }
      return result;
    }
  }
  return none();
}

base::Data Value::to_data() const {
  NestingGuard guard;
  if (guard.too_deep()) {
    NestingGuard::take_note();
    return "...";
  }
  switch (kind()) {
    case Kind::None:
      return nullptr;
    case Kind::Bool:
      return as_bool();
    case Kind::Int:
      return as_int();
    case Kind::Float:
      return as_float();
    case Kind::Decimal:
      return decimal_to_double(*this);
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
      return sequence_data(*this);
    case Kind::Dict: {
      base::DataMap map;
      map.reserve(size());
      for (size_t i = 0; i < size(); ++i) {
        map.set(key_text(key_at(i)), value_at(i).to_data());
      }
      return map;
    }
    case Kind::Object:
      return as_object().to_data();
    case Kind::DateTime: {
      // As artifacts have moments: isoformat(), where str() has a blank.
      std::string text = str();
      std::replace(text.begin(), text.end(), ' ', 'T');
      return text;
    }
    default:
      return str();
  }
}

}  // namespace weft::jinja
