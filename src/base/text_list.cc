#include "base/text_list.h"

namespace weft::base {

std::vector<std::string> text_list(const Data* value) {
  std::vector<std::string> made;
  if (value == nullptr || value->is_null())
    return made;
  if (!value->is_list())
    return {python_str(*value)};
  for (const Data& item : value->as_list())
    made.push_back(python_str(item));
  return made;
}

}  // namespace weft::base
