// What dbt says of its own warning events: their codes, and how their text begins.
#pragma once

#include <string>
#include <string_view>

namespace weft::cli {

/// What stands before an event's text.
enum class WarningTag {
  /// `[WARNING]: text`
  Plain,
  /// `[WARNING]: Deprecated functionality`, then the text.
  Deprecated,
  /// The same with the event's name, as dbt does for newer deprecations.
  NamedDeprecation,
};

struct WarningEvent {
  /// As warn_error_options and JSON logs name it.
  std::string_view name;
  /// "I058"; codes that begin with D are deprecations.
  std::string_view code;
  WarningTag tag = WarningTag::Plain;
  /// Shown once, counted, and part of the summary.
  bool is_counted = false;
};

/// The row of an event; null for a name that is none of dbt's warnings.
const WarningEvent* find_warning_event(std::string_view name);

/// The first line of a warning in dbt's form, without colours. `names_events` is the project's flag
/// require_event_names_in_deprecations.
std::string tagged_warning(const WarningEvent* event, std::string_view text, bool names_events);

/// An error as dbt begins it: `[ERROR]: `, the word in red where there are colours.
std::string tagged_error(std::string_view text, bool has_colors);

}  // namespace weft::cli
