// Named character references of HTML 5; entity_tables.cc is generated.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::jinja {

struct Entity {
  /// With the ';' unless it may be missing.
  std::string_view name;
  std::string_view text;
};

/// Sorted by the bytes of the name.
extern const Entity kEntities[];
extern const size_t kEntityCount;

}  // namespace weft::jinja
