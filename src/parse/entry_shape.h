// What the values of a properties entry must be: a mapping, a list, text.
#pragma once

#include "parse/state.h"

namespace weft::parse {

/// Reports each value of the entry and of its columns, tables and versions that has another shape
/// than dbt takes. What stands in such a value would be passed over without a word. Null says
/// nothing and fits everywhere; so do templates, whose values nobody knows yet.
void check_entry_shape(State& state, const Entry& entry);

}  // namespace weft::parse
