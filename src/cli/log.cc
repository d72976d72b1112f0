#include "cli/log.h"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "base/json.h"
#include "base/paths.h"
#include "base/strings.h"
#include "base/thread_name.h"
#include "config/variables.h"

namespace weft::cli {
namespace {

std::optional<Level> level_of(const std::string& word) {
  if (word == "debug")
    return Level::Debug;
  if (word == "info")
    return Level::Info;
  if (word == "warn")
    return Level::Warn;
  if (word == "error")
    return Level::Error;
  return std::nullopt;
}

std::string_view level_name(Level level) {
  constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
  return kNames[static_cast<size_t>(level)];
}

/// Control characters of data and of the server are shown, not sent to the terminal.
std::string printable(std::string_view text) {
  auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\x1b';
  };
  if (std::none_of(text.begin(), text.end(), is_control))
    return std::string(text);
  std::string made;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (is_control(c))
      made += fmt::format("\\x{:02x}", byte);
    else
      made += c;
  }
  return made;
}

/// "Thread-1", as dbt's text log has it.
std::string_view short_thread_name() {
  std::string_view name = base::thread_name();
  return name.substr(0, name.find(' '));
}

std::vector<std::string> secret_values(const base::Env& env) {
  std::vector<std::string> values;
  for (const auto& [name, value] : env.variables) {
    if (base::starts_with(name, config::kSecretPrefix) && !base::trim(value).empty())
      values.push_back(value);
  }
  return values;
}

}  // namespace

void Log::configure(const config::Flags& flags, const std::string& folder,
                    std::string invocation_id) {
  invocation_id_ = std::move(invocation_id);
  path_ = base::join_path(folder, "dbt.log");
  debug_ = flags.get_bool("debug");
  quiet_ = flags.get_bool("quiet");
  std::string format = flags.get_string("log_format");
  json_ = format == "json";
  std::string file_format = flags.get_string("log_format_file");
  json_file_ = file_format == "json";
  // Asked for, colours go to pipes, too.
  bool asked = flags.origin("use_colors") != config::FlagOrigin::Default;
  colors_ = flags.get_bool("use_colors") && (asked || env_.out_is_terminal);
  std::string level = flags.get_string("log_level"),
              file_level = flags.get_string("log_level_file");
  console_is_off_ = level == "none";
  file_is_off_ = file_level == "none";
  console_level_ = debug_ ? Level::Debug : level_of(level).value_or(Level::Info);
  file_level_ = level_of(file_level).value_or(Level::Debug);
  extra_ = base::Data(config::custom_variables(env_));
  for (std::string& secret : secret_values(env_))
    add_secret(std::move(secret));
  max_bytes_ = static_cast<uint64_t>(std::max<int64_t>(flags.get_int("log_file_max_bytes"), 0));
  if (std::optional<base::FileInfo> info = env_.files.info(path_))
    written_ = info->size;
}

void Log::add_secret(std::string value) {
  if (base::trim(value).empty())
    return;
  secrets_.push_back(std::move(value));
  // A secret may be part of another one.
  std::sort(secrets_.begin(), secrets_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Log::scrubbed(std::string text) const {
  for (const std::string& secret : secrets_) {
    if (text.find(secret) != std::string::npos)
      text = base::replace_all(text, secret, "*****");
  }
  return text;
}

std::string Log::text_line(const Event& event, bool for_file) const {
  if (event.is_output && !for_file)
    return event.message + "\n";
  int64_t now = env_.clock.now_us();
  if (for_file || debug_) {
    std::string time = base::format_utc(now);
    return fmt::format("{} [{:<5}] [{}]: {}\n", std::string_view(time).substr(11, 15),
                       level_name(event.level), short_thread_name(), event.message);
  }
  return fmt::format("{}  {}\n", base::format_local_time(now), printable(event.message));
}

std::string Log::json_line(const Event& event) const {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  json.key("data");
  json.value(base::Data(event.data));
  json.key("info");
  json.begin_object();
  json.member("category", "");
  json.member("code", event.code);
  json.key("extra");
  json.value(extra_);
  json.member("invocation_id", std::string_view(invocation_id_));
  json.member("level", level_name(event.level));
  json.member("msg", std::string_view(event.message));
  json.member("name", event.name);
  json.member("pid", static_cast<int64_t>(getpid()));
  json.member("thread", std::string_view(base::thread_name()));
  json.member("ts", std::string_view(base::format_utc(env_.clock.now_us())));
  json.end_object();
  json.end_object();
  return text + "\n";
}

Log::~Log() { flush_file(); }

void Log::flush_file() {
  if (pending_.empty())
    return;
  if (max_bytes_ > 0 && written_ + pending_.size() > max_bytes_) {
    // The newest five are kept beside, as dbt does.
    for (int i = 4; i >= 1; --i) {
      if (env_.files.exists(fmt::format("{}.{}", path_, i)))
        (void)env_.files.rename(fmt::format("{}.{}", path_, i), fmt::format("{}.{}", path_, i + 1));
    }
    (void)env_.files.rename(path_, path_ + ".1");
    written_ = 0;
  }
  if (written_ == 0)
    (void)env_.files.make_directories(std::string(base::folder_of(path_)));
  written_ += pending_.size();
  (void)env_.files.append(path_, pending_);
  pending_.clear();
}

void Log::write_file(const std::string& text, Level level) {
  if (!has_header_ && !json_file_) {
    pending_ +=
        fmt::format("\n\n{} {} | {} {}\n", std::string(30, '='),
                    base::format_utc(env_.clock.now_us()), invocation_id_, std::string(30, '='));
    has_header_ = true;
  }
  pending_ += text;
  // A large run writes tens of thousands of lines; opening the file for each costs more than they.
  constexpr size_t kBuffer = size_t{1} << 16;
  constexpr int64_t kPatience = 100'000'000;
  int64_t now = env_.clock.steady_ns();
  if (pending_.size() < kBuffer && level < Level::Warn && now - flushed_at_ < kPatience)
    return;
  flushed_at_ = now;
  flush_file();
}

void Log::write(const Event& event) {
  bool filed = is_filed(event.level);
  bool shown = event.is_output || (!console_is_off_ && event.level >= console_level_ &&
                                   (!quiet_ || event.level == Level::Error));
  // Lanes make their lines side by side; only the order of the lines is settled under the lock.
  std::string for_file, for_console;
  if (filed)
    for_file = file_line(event);
  if (shown)
    for_console = console_line(event);
  std::lock_guard lock(mutex_);
  if (filed)
    write_file(for_file, event.level);
  if (shown)
    write_console(for_console);
}

void Log::print(const std::vector<std::string>& lines) {
  constexpr size_t kPortion = size_t{1} << 16;
  bool filed = is_filed(Level::Info);
  std::string shown;
  std::lock_guard lock(mutex_);
  for (const std::string& line : lines) {
    Event event{"PrintEvent", "Z052", Level::Info, line, {}, true};
    if (wants_data())
      event.data.set("msg", base::Data(line));
    if (filed)
      write_file(file_line(event), event.level);
    shown += console_line(event);
    if (shown.size() >= kPortion) {
      write_console(shown);
      shown.clear();
    }
  }
  if (!shown.empty())
    write_console(shown);
}

std::string Log::file_line(const Event& event) const {
  return scrubbed(json_file_ ? json_line(event) : text_line(event, true));
}

std::string Log::console_line(const Event& event) const {
  return scrubbed(json_ ? json_line(event) : text_line(event, false));
}

void Log::write_console(const std::string& text) {
  if (has_progress_) {
    env_.out("\r\x1b[K");
    has_progress_ = false;
  }
  env_.out(text);
}

void Log::progress(const std::string& line) {
  std::lock_guard lock(mutex_);
  if (!shows_progress() || (line.empty() && !has_progress_))
    return;
  env_.out("\r\x1b[K" + line);
  has_progress_ = !line.empty();
}

}  // namespace weft::cli
