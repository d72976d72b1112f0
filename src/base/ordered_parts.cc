#include "base/ordered_parts.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "base/parallel.h"

namespace weft::base {
namespace {

class Queue {
 public:
  /// `most_waiting`: how many texts may wait before their makers do.
  Queue(const PutPart& put, size_t most_waiting) : put_(put), most_waiting_(most_waiting) {}

  bool has_failed() {
    std::lock_guard lock(mutex_);
    return error_.has_value();
  }

  /// Puts the text, and all that waited for it, unless another thread is putting: then that one
  /// takes it along. Waits while too many texts do, so that a slow disk does not fill the memory.
  void add(size_t index, std::string text) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock,
                   [&] { return error_ || index == next_ || waiting_.size() < most_waiting_; });
    waiting_.emplace(index, std::move(text));
    if (is_putting_)
      return;
    is_putting_ = true;
    while (!error_ && !waiting_.empty() && waiting_.begin()->first == next_) {
      std::string part = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      ++next_;
      lock.unlock();
      has_room_.notify_all();
      std::optional<IoError> error = put_(part);
      lock.lock();
      error_ = std::move(error);
    }
    if (error_)
      has_room_.notify_all();
    is_putting_ = false;
  }

  std::optional<IoError> take_error() { return std::move(error_); }

 private:
  const PutPart& put_;
  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::map<size_t, std::string> waiting_;
  size_t next_ = 0;
  bool is_putting_ = false;
  std::optional<IoError> error_;
};

}  // namespace

std::optional<IoError> put_in_order(size_t count, size_t threads,
                                    const std::function<std::string(size_t i)>& make,
                                    const PutPart& put) {
  Queue queue(put, 2 * threads + 2);
  parallel_for(count, threads, [&](size_t, size_t i) {
    if (!queue.has_failed())
      queue.add(i, make(i));
  });
  return queue.take_error();
}

}  // namespace weft::base
