#include "cli/check_values.h"

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "run/batches.h"
#include "yaml/document.h"

namespace weft::cli {
namespace {

std::string value_of(const CommandLine& line, const base::Env& env, std::string_view option,
                     std::string_view variable) {
  if (const base::Data* given = line.values.find(option))
    return python_str(*given);
  return std::string(env.variable(variable).value_or(""));
}

std::optional<UsageError> missing_folder(const CommandLine& line, const base::Env& env,
                                         std::string_view option, std::string_view spelling) {
  const base::Data* given = line.values.find(option);
  if (given == nullptr ||
      env.files.exists(base::absolute_path(python_str(*given), env.working_directory)))
    return std::nullopt;
  return UsageError{fmt::format("Invalid value for '--{}': Path '{}' does not exist.", spelling,
                                python_str(*given)),
                    "", line.command};
}

/// "2024-01-31" or "2024-01-31 07:00:00", the forms that click's DateTime reads.
std::optional<int64_t> read_time(std::string_view text) {
  if (text.size() != 10 && text.size() != 19)
    return std::nullopt;
  return run::parse_event_time(text);
}

std::optional<UsageError> check_event_times(const CommandLine& line, const base::Env& env) {
  constexpr std::string_view kForms = "'%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S'";
  std::string start = value_of(line, env, "event_time_start", "DBT_EVENT_TIME_START");
  std::string end = value_of(line, env, "event_time_end", "DBT_EVENT_TIME_END");
  if (start.empty() && end.empty())
    return std::nullopt;
  for (auto [text, name] : {std::pair{&start, "start"}, std::pair{&end, "end"}}) {
    if (!text->empty() && !read_time(*text)) {
      return UsageError{fmt::format("Invalid value for '--event-time-{}': '{}' does not match the "
                                    "formats {}.",
                                    name, *text, kForms),
                        "", line.command};
    }
  }
  if (start.empty() || end.empty()) {
    std::string_view given = start.empty() ? "end" : "start",
                     other = start.empty() ? "start" : "end";
    return UsageError{fmt::format("The flag `--event-time-{0}` was specified, but "
                                  "`--event-time-{1}` was not. When specifying "
                                  "`--event-time-{0}`, `--event-time-{1}` must also be present.",
                                  given, other),
                      "", line.command};
  }
  if (*read_time(start) >= *read_time(end)) {
    return UsageError{"Value for `--event-time-start` must be less than `--event-time-end`", "",
                      line.command};
  }
  return std::nullopt;
}

std::optional<int64_t> time_member(const base::Data& data, std::string_view key) {
  const base::Data* value = data.get(key);
  return value == nullptr ? std::nullopt : run::parse_event_time(python_str(*value));
}

std::optional<UsageError> check_sample(const CommandLine& line, const base::Env& env) {
  std::string text = value_of(line, env, "sample", "DBT_SAMPLE");
  if (text.empty())
    return std::nullopt;
  diag::Sources sources;
  diag::Result<context::TimeWindow> window = read_sample(text, env.clock.now_us(), sources);
  if (window)
    return std::nullopt;
  return UsageError{"Invalid value for '--sample': " + window.error().message, "", line.command};
}

}  // namespace

std::optional<UsageError> check_values(const CommandLine& line, const base::Env& env) {
  std::string_view command = line.command->name;
  if (auto wrong = missing_folder(line, env, "project_dir", "project-dir"))
    return wrong;
  // These commands may be there to say what is wrong with a profile, or to make one.
  bool needs_profile = command != "debug" && command != "init" && command != "deps";
  if (needs_profile) {
    if (auto wrong = missing_folder(line, env, "profiles_dir", "profiles-dir"))
      return wrong;
  }
  if (auto wrong = check_event_times(line, env))
    return wrong;
  return check_sample(line, env);
}

diag::Result<context::TimeWindow> read_sample(const std::string& text, int64_t now,
                                              diag::Sources& sources) {
  if (!base::starts_with(base::trim(text), "{"))
    return run::parse_sample(text, now);
  diag::Result<base::Data> data = yaml::parse_data(text, "--sample", sources);
  if (!data)
    return data.error();
  std::optional<int64_t> start = time_member(*data, "start"), end = time_member(*data, "end");
  if (start && end)
    return context::TimeWindow{*start, *end};
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::FlagInvalid;
  diagnostic.message = fmt::format("`{}` has no `start` and `end` that are times", text);
  diagnostic.hint = "for example: --sample \"{'start': '2024-01-01', 'end': '2024-02-01'}\"";
  return diagnostic;
}

}  // namespace weft::cli
