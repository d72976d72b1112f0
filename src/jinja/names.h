// NameTable: the names of one template as small numbers.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "jinja/ast.h"

namespace weft::jinja {

/// The texts must outlive the table.
class NameTable {
 public:
  NameTable();
  NameId intern(std::string_view name);
  std::string_view text(NameId id) const { return names_[id]; }
  size_t size() const { return names_.size(); }
  /// Moves the texts out; the table is empty afterwards.
  std::vector<std::string_view> take() { return std::move(names_); }

 private:
  void grow();

  std::vector<std::string_view> names_;
  std::vector<uint32_t> hashes_;
  /// Ids plus one; 0 is an empty slot. The size is a power of two.
  std::vector<uint32_t> slots_;
};

}  // namespace weft::jinja
