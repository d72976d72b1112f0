// Buffer: what renders write most, bytes and pieces of trace, behind each other. A vector that can
// be asked for room, so that a write in it is a store and an addition.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>

namespace weft::jinja {

template <typename T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  ~Buffer() { std::free(begin_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  size_t size() const { return static_cast<size_t>(end_ - begin_); }
  const T* begin() const { return begin_; }
  const T* end() const { return end_; }
  bool has_room(size_t count) const { return static_cast<size_t>(limit_ - end_) >= count; }
  /// Where the next items go; there must be room for them.
  T* room() { return end_; }
  /// The next `count` items were written.
  void take(size_t count) { end_ += count; }
  void append(const T* items, size_t count) {
    if (count == 0) {
      return;
    }
    if (!has_room(count)) {
      grow(count);
    }
    std::memcpy(static_cast<void*>(end_), items, count * sizeof(T));
    take(count);
  }
  void append(T item) {
    if (!has_room(1)) {
      grow(1);
    }
    *end_++ = item;
  }
  /// Drops all behind the first `size`.
  void cut(size_t size) { end_ = begin_ + size; }

 private:
  [[gnu::noinline]] void grow(size_t count) {
    constexpr size_t kLeast = 4096 / sizeof(T);
    size_t used = size();
    size_t capacity = 2 * static_cast<size_t>(limit_ - begin_);
    capacity = capacity < kLeast ? kLeast : capacity;
    capacity = capacity - used < count ? used + count : capacity;
    void* memory = std::realloc(static_cast<void*>(begin_), capacity * sizeof(T));
    if (!memory) {
      throw std::bad_alloc();
    }
    begin_ = static_cast<T*>(memory);
    end_ = begin_ + used;
    limit_ = begin_ + capacity;
  }

  T* begin_ = nullptr;
  T* end_ = nullptr;
  T* limit_ = nullptr;
};

}  // namespace weft::jinja
