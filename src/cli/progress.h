// Progress: one line at the bottom of a terminal that says what runs right now.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/log.h"

namespace weft::cli {

struct RunningNode {
  std::string name;
  double seconds = 0;
};

/// "12 of 40 done, 1 failed | orders 2.1s, customers 0.4s +2" in at most `width` columns; the
/// longest running first.
std::string progress_line(size_t done, size_t total, size_t failed,
                          std::vector<RunningNode> running, size_t width);

/// Draws a few times a second while a run lasts. Does nothing where the console is no terminal.
/// Safe to use from several threads.
class Progress {
 public:
  explicit Progress(Log& log) : log_(log) {}
  ~Progress() { end(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void begin(size_t total);
  void started(const std::string& unique_id, const std::string& name);
  void finished(const std::string& unique_id, bool failed);
  /// Takes the line away. Without effect when nothing was begun.
  void end();

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::string unique_id, name;
    Clock::time_point since;
  };

  void draw_until_end();
  std::string line_now() const;

  Log& log_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::thread thread_;
  bool is_over_ = false;
  size_t total_ = 0, done_ = 0, failed_ = 0, width_ = 80;
  std::vector<Running> running_;
};

}  // namespace weft::cli
