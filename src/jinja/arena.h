// Arena: memory of one compilation, freed at once. What it makes is never destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weft::jinja {

class Arena {
 public:
  template <typename T>
  T* make() {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T();
  }

  /// A copy of `items` that lives as long as the arena.
  template <typename T>
  std::span<T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) {
      return {};
    }
    auto* memory = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::memcpy(static_cast<void*>(memory), items.data(), items.size_bytes());
    return {memory, items.size()};
  }

  std::string_view copy(std::string_view text) {
    auto* memory = static_cast<char*>(allocate(text.size() + 1, 1));
    std::memcpy(memory, text.data(), text.size());
    return {memory, text.size()};
  }

 private:
  void* allocate(size_t size, size_t alignment) {
    size_t begin = (used_ + alignment - 1) & ~(alignment - 1);
    if (begin + size > capacity_) {
      capacity_ = size > kChunk ? size : kChunk;
      chunks_.push_back(std::unique_ptr<char[]>(new char[capacity_]));
      begin = 0;
    }
    used_ = begin + size;
    return chunks_.back().get() + begin;
  }

  static constexpr size_t kChunk = 16 << 10;
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace weft::jinja
