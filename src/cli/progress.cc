#include "cli/progress.h"

#include <algorithm>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::cli {
namespace {

constexpr auto kPause = std::chrono::milliseconds(200);

size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(size_t done, size_t total, size_t failed,
                          std::vector<RunningNode> running, size_t width) {
  std::string line = fmt::format("{} of {} done", done, total);
  if (failed > 0)
    line += fmt::format(", {} failed", failed);
  std::sort(running.begin(), running.end(),
            [](const RunningNode& a, const RunningNode& b) { return a.seconds > b.seconds; });
  for (size_t i = 0; i < running.size(); ++i) {
    std::string next =
        fmt::format("{}{} {:.1f}s", i == 0 ? " | " : ", ", running[i].name, running[i].seconds);
    std::string rest = i + 1 < running.size() ? fmt::format(" +{}", running.size() - i - 1) : "";
    if (line.size() + next.size() + rest.size() > width) {
      size_t left = running.size() - i;
      line += i == 0 ? fmt::format(" | {} running", left) : fmt::format(" +{}", left);
      break;
    }
    line += next;
  }
  return std::string(base::utf8_prefix(line, width));
}

void Progress::begin(size_t total) {
  if (thread_.joinable() || !log_.shows_progress())
    return;
  total_ = total;
  width_ = terminal_width() - 1;
  thread_ = std::thread([this] { draw_until_end(); });
}

void Progress::started(const std::string& unique_id, const std::string& name) {
  std::lock_guard lock(mutex_);
  running_.push_back({unique_id, name, Clock::now()});
}

void Progress::finished(const std::string& unique_id, bool failed) {
  std::lock_guard lock(mutex_);
  std::erase_if(running_, [&](const Running& one) { return one.unique_id == unique_id; });
  ++done_;
  failed_ += failed ? 1 : 0;
}

void Progress::end() {
  if (!thread_.joinable())
    return;
  {
    std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  thread_.join();
  log_.progress("");
}

void Progress::draw_until_end() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kPause, [this] { return is_over_; })) {
    std::string line = line_now();
    // The log has a lock of its own, under which a node may wait for ours.
    lock.unlock();
    log_.progress(line);
    lock.lock();
  }
}

std::string Progress::line_now() const {
  std::vector<RunningNode> shown;
  for (const Running& one : running_)
    shown.push_back({one.name, std::chrono::duration<double>(Clock::now() - one.since).count()});
  return progress_line(done_, total_, failed_, std::move(shown), width_);
}

}  // namespace weft::cli
