// Methods of host objects as values: `adapter.quote is defined`, `{% set f = relation.include %}`.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "jinja/object.h"

namespace weft::jinja {

/// The method `name` as a value that calls it and keeps the object alive, when it is among `names`;
/// else nothing. call_method() of the object must know each of the names.
std::optional<Value> method_among(Object& object, std::string_view name,
                                  std::initializer_list<std::string_view> names);

}  // namespace weft::jinja
