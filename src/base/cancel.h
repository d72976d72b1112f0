// CancelToken: one flag that a signal handler sets and everyone who waits or loops looks at.
#pragma once

#include <atomic>

namespace weft::base {

class CancelToken {
 public:
  /// Safe to call from a signal handler and from any thread. `signal` is the reason, for the exit
  /// code.
  void cancel(int signal) { signal_.store(signal, std::memory_order_relaxed); }
  bool is_cancelled() const { return signal_.load(std::memory_order_relaxed) != 0; }
  /// The signal that cancelled, 0 when none did.
  int signal() const { return signal_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0};
};

}  // namespace weft::base
