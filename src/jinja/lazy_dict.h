// Dicts whose entries are made when they are first asked for.
#pragma once

#include <functional>

#include "jinja/value.h"

namespace weft::jinja {

/// Gives a dict, whose entries become those of the lazy one. Must not raise.
using FillDict = std::function<Value()>;

/// A dict like any other for templates and for the host, made by `fill` on the first look at what
/// is in it. What `fill` refers to must live as long as the value.
Value lazy_dict(FillDict fill);

}  // namespace weft::jinja
