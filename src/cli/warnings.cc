#include "cli/warnings.h"

#include <algorithm>

#include <fmt/format.h>

#include "diag/code.h"

namespace weft::cli {
namespace {

using config::WarningAction;

bool is_deprecation(const WarningEvent* event) {
  return event != nullptr && event->code.front() == 'D';
}

std::string key_of(const WarningEvent& event, const diag::Diagnostic& warning) {
  const base::Data* name = warning.event_data.find("old_name");
  if (event.name != "EnvironmentVariableRenamed" || name == nullptr)
    return std::string(event.name);
  return fmt::format("{}:{}", event.name, python_str(*name));
}

}  // namespace

void Warnings::configure(const config::Flags& flags) {
  std::lock_guard lock(mutex_);
  options_ = flags.warn_error_options;
  all_are_errors_ = flags.get_bool("warn_error");
  shows_all_ = flags.get_bool("show_all_deprecations");
  names_events_ = flags.get_bool("require_event_names_in_deprecations");
}

bool Warnings::count(const WarningEvent& event, const diag::Diagnostic& warning) {
  std::string key = key_of(event, warning);
  for (Count& row : counts_) {
    if (row.key == key)
      return ++row.occurrences == 1;
  }
  counts_.push_back({std::move(key), &event, 1});
  return true;
}

WarningAction Warnings::judge(const diag::Diagnostic& warning) {
  std::string_view name = code_info(warning.code).event;
  if (name.empty())
    return WarningAction::Warn;
  const WarningEvent* event = find_warning_event(name);
  std::lock_guard lock(mutex_);
  if (event != nullptr && event->is_counted && !count(*event, warning) && !shows_all_)
    return WarningAction::Silence;
  if (all_are_errors_)
    return WarningAction::Error;
  return config::warning_action(options_, name, is_deprecation(event));
}

std::string Warnings::text(const diag::Diagnostic& warning) const {
  const WarningEvent* event = find_warning_event(code_info(warning.code).event);
  const std::string& text = warning.legacy_text.empty() ? warning.message : warning.legacy_text;
  return tagged_warning(event, text, names_events_);
}

std::optional<diag::Diagnostic> Warnings::summary() {
  std::lock_guard lock(mutex_);
  if (counts_.empty())
    return std::nullopt;
  diag::Diagnostic made;
  made.code = diag::Code::DeprecationsSummary;
  made.message = "deprecated uses were found";
  made.legacy_text = "Summary of encountered deprecations:";
  base::DataList rows;
  for (const Count& row : counts_) {
    made.legacy_text += fmt::format("\n\n- {}: {} occurrence{}", row.event->name, row.occurrences,
                                    row.occurrences == 1 ? "" : "s");
    base::DataMap data;
    data.set("event_name", base::Data(row.event->name));
    data.set("event_code", base::Data(row.event->code));
    data.set("occurrences", base::Data(row.occurrences));
    rows.emplace_back(std::move(data));
  }
  if (!shows_all_) {
    made.legacy_text +=
        "\n\nTo see all deprecation instances instead of just the first occurrence of each, run "
        "command again with the `--show-all-deprecations` flag. You may also need to run with "
        "`--no-partial-parse` as some deprecations are only encountered during parsing.";
  }
  made.event_data.set("summaries", base::Data(std::move(rows)));
  made.event_data.set("show_all_hint", base::Data(!shows_all_));
  return made;
}

}  // namespace weft::cli
