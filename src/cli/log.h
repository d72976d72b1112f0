// Log: everything a command says, to the console and to dbt.log, as text or as JSON events with
// dbt's names.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "base/env.h"
#include "config/flags.h"

namespace weft::cli {

enum class Level { Debug, Info, Warn, Error };

/// One thing that happened, under dbt's name and code for it.
struct Event {
  std::string_view name;
  std::string_view code;
  Level level = Level::Info;
  std::string message;
  base::DataMap data = {};
  /// Shown also when quiet: print() and the results of ls, show.
  bool is_output = false;
};

/// Safe to use from several threads.
class Log {
 public:
  explicit Log(const base::Env& env) : env_(env) {}
  /// Writes what the file has not got yet.
  ~Log();

  /// From the flags: formats, levels, colours, folder. `folder` is absolute.
  void configure(const config::Flags& flags, const std::string& folder, std::string invocation_id);
  void write(const Event& event);
  /// The results of a command, a line each: as write() of an event `PrintEvent` with each text, but
  /// the console gets them in large portions.
  void print(const std::vector<std::string>& lines);
  void info(std::string message) {
    base::DataMap data;
    data.set("msg", base::Data(message));
    write({"Formatting", "Z017", Level::Info, std::move(message), std::move(data)});
  }
  void debug(std::string message) {
    write({"AdapterEventDebug", "E001", Level::Debug, std::move(message)});
  }
  bool is_quiet() const { return quiet_; }
  bool has_colors() const { return colors_; }
  bool is_json() const { return json_; }
  /// True when the fields of events are written somewhere.
  bool wants_data() const { return json_ || (json_file_ && !file_is_off_); }
  /// True where progress() shows something: on a terminal that people read.
  bool shows_progress() const { return env_.out_is_terminal && !quiet_ && !json_ && !debug_; }
  /// Shows a line that the next write replaces; an empty one takes the line away.
  void progress(const std::string& line);
  /// Masks the text from now on, like the values of secret variables.
  void add_secret(std::string value);

 private:
  std::string text_line(const Event& event, bool for_file) const;
  std::string json_line(const Event& event) const;
  bool is_filed(Level level) const {
    return !file_is_off_ && !path_.empty() && level >= file_level_;
  }
  std::string file_line(const Event& event) const;
  std::string console_line(const Event& event) const;
  void write_console(const std::string& text);
  void write_file(const std::string& text, Level level);
  void flush_file();
  /// The text with the values of secret variables masked.
  std::string scrubbed(std::string text) const;

  const base::Env& env_;
  std::mutex mutex_;
  std::string path_, invocation_id_;
  base::Data extra_ = base::DataMap{};
  /// Values of DBT_ENV_SECRET..., longest first.
  std::vector<std::string> secrets_;
  Level console_level_ = Level::Info, file_level_ = Level::Debug;
  bool quiet_ = false, json_ = false, json_file_ = false, colors_ = false, debug_ = false;
  bool file_is_off_ = false, console_is_off_ = false;
  uint64_t max_bytes_ = 0, written_ = 0;
  /// Lines that the file gets with the next full buffer, error, or tenth of a second.
  std::string pending_;
  int64_t flushed_at_ = 0;
  bool has_progress_ = false;
  bool has_header_ = false;
};

}  // namespace weft::cli
