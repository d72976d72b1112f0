// MemoryCount: how much memory the values of a thread hold, for the budget of renders.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::jinja {

/// Bytes of texts, items and entries that are alive in this thread. Only differences mean
/// something: what another thread made may be freed here.
extern thread_local int64_t value_bytes;

/// The share of one container; given back when it dies. A copy has its own.
class MemoryCount {
 public:
  MemoryCount() = default;
  MemoryCount(const MemoryCount& other) { set(other.bytes_); }
  MemoryCount& operator=(const MemoryCount& other) {
    set(other.bytes_);
    return *this;
  }
  ~MemoryCount() { set(0); }
  void set(size_t bytes) {
    value_bytes += static_cast<int64_t>(bytes) - static_cast<int64_t>(bytes_);
    bytes_ = bytes;
  }

 private:
  size_t bytes_ = 0;
};

}  // namespace weft::jinja
