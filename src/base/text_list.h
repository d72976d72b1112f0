// Lists of texts in settings, where one text may stand for a list of one.
#pragma once

#include <string>
#include <vector>

#include "base/data.h"

namespace weft::base {

/// The items as Python's str() gives them; a single value is a list of one, null and nothing are
/// none.
std::vector<std::string> text_list(const Data* value);

}  // namespace weft::base
