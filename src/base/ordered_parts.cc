#include "base/ordered_parts.h"

#include <map>
#include <mutex>
#include <utility>

#include "base/parallel.h"

namespace weft::base {
namespace {

class Queue {
 public:
  explicit Queue(const PutPart& put) : put_(put) {}

  bool has_failed() {
    std::lock_guard lock(mutex_);
    return error_.has_value();
  }

  /// Puts the text, and all that waited for it, unless another thread is putting: then that one
  /// takes it along.
  void add(size_t index, std::string text) {
    std::unique_lock lock(mutex_);
    waiting_.emplace(index, std::move(text));
    if (is_putting_)
      return;
    is_putting_ = true;
    while (!error_ && !waiting_.empty() && waiting_.begin()->first == next_) {
      std::string part = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      ++next_;
      lock.unlock();
      std::optional<IoError> error = put_(part);
      lock.lock();
      error_ = std::move(error);
    }
    is_putting_ = false;
  }

  std::optional<IoError> take_error() { return std::move(error_); }

 private:
  const PutPart& put_;
  std::mutex mutex_;
  std::map<size_t, std::string> waiting_;
  size_t next_ = 0;
  bool is_putting_ = false;
  std::optional<IoError> error_;
};

}  // namespace

std::optional<IoError> put_in_order(size_t count, size_t threads,
                                    const std::function<std::string(size_t i)>& make,
                                    const PutPart& put) {
  Queue queue(put);
  parallel_for(count, threads, [&](size_t, size_t i) {
    if (!queue.has_failed())
      queue.add(i, make(i));
  });
  return queue.take_error();
}

}  // namespace weft::base
