// What every command says last: deprecations that were met, resources used, how it ended.
#include <sys/resource.h>

#include <fmt/format.h>

#include "base/json.h"
#include "cli/session.h"

namespace weft::cli {
namespace {

using base::Data;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// dbt gives 64-bit numbers as text, as protobuf's JSON does.
Data whole(long value) { return Data(std::to_string(value)); }

base::DataMap resource_data(std::string_view command, bool success, double elapsed) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  base::DataMap data;
  data.set("command_name", Data(command));
  data.set("command_success", Data(success));
  data.set("command_wall_clock_time", Data(elapsed));
  data.set("process_user_time", Data(seconds_of(usage.ru_utime)));
  data.set("process_kernel_time", Data(seconds_of(usage.ru_stime)));
  data.set("process_mem_max_rss", whole(usage.ru_maxrss));
  data.set("process_in_blocks", whole(usage.ru_inblock));
  data.set("process_out_blocks", whole(usage.ru_oublock));
  return data;
}

}  // namespace

int Session::finish(int code) {
  if (!write_due_manifest())
    code = kUnhandled;
  if (diag::Status status = console.end_of_command(); !status) {
    fatal(status.error());
    code = kUnhandled;
  }
  bool success = code == kSuccess;
  int64_t now = env.clock.now_us();
  double elapsed = static_cast<double>(now - started_at) / 1e6;
  base::DataMap resources = resource_data(line.command->name, success, elapsed);
  std::string shown = base::to_json(Data(resources), true);
  Level level = flags.get_bool("show_resource_report") ? Level::Info : Level::Debug;
  log.write({"ResourceReport", "Z051", level, "Resource report: " + shown, std::move(resources)});
  base::DataMap end;
  std::string command = fmt::format("{} {}", program, line.command->name);
  end.set("command", Data(command));
  end.set("success", Data(success));
  end.set("completed_at", Data(base::format_utc(now)));
  end.set("elapsed", Data(elapsed));
  log.write(
      {"CommandCompleted", "Q039", Level::Debug,
       fmt::format("Command `{}` {} at {} after {:.2f} seconds", command,
                   success ? "succeeded" : "failed", base::format_utc(now).substr(11, 15), elapsed),
       std::move(end)});
  return code;
}

}  // namespace weft::cli
