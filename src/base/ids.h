// Id<Tag>: a typed index into a table. Ids of different tables do not mix.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace weft::base {

template <typename Tag>
struct Id {
  static constexpr uint32_t kNone = 0xffffffff;
  uint32_t value = kNone;

  constexpr Id() = default;
  constexpr explicit Id(size_t index) : value(static_cast<uint32_t>(index)) {}
  constexpr bool valid() const { return value != kNone; }
  constexpr size_t index() const { return value; }
  constexpr auto operator<=>(const Id&) const = default;
};

}  // namespace weft::base

template <typename Tag>
struct std::hash<weft::base::Id<Tag>> {
  size_t operator()(weft::base::Id<Tag> id) const noexcept { return id.value; }
};
