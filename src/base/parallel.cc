#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace weft::base {

size_t hardware_threads() { return std::max<size_t>(1, std::thread::hardware_concurrency()); }

void parallel_for(size_t count, size_t threads, const std::function<void(size_t, size_t)>& body) {
  std::atomic<size_t> next{0};
  auto work = [&](size_t worker) noexcept {
    for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1))
      body(worker, i);
  };
  std::vector<std::thread> helpers;
  size_t wanted = std::min(threads, count);
  try {
    for (size_t worker = 1; worker < wanted; ++worker)
      helpers.emplace_back(work, worker);
  } catch (const std::system_error&) {
    // The machine gives no more threads: those that started and this one do all the work.
  }
  work(0);
  for (std::thread& helper : helpers)
    helper.join();
}

}  // namespace weft::base
