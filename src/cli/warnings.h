// Warnings: what becomes of each warning, and how often deprecated things were met.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/event_info.h"
#include "config/flags.h"
#include "diag/diagnostic.h"

namespace weft::cli {

/// Safe to use from several threads.
class Warnings {
 public:
  void configure(const config::Flags& flags);
  /// Whether the warning is shown, hidden or an error. Deprecations are shown once each, or always
  /// under --show-all-deprecations. A warning that dbt does not have is never an error.
  config::WarningAction judge(const diag::Diagnostic& warning);
  /// The warning in dbt's form, without its excerpt.
  std::string text(const diag::Diagnostic& warning) const;
  /// How often which deprecated use was met; nothing when there was none.
  std::optional<diag::Diagnostic> summary();

 private:
  struct Count {
    /// Variables of the environment are told apart by their name.
    std::string key;
    const WarningEvent* event = nullptr;
    int64_t occurrences = 0;
  };

  /// True for the first occurrence.
  bool count(const WarningEvent& event, const diag::Diagnostic& warning);

  std::mutex mutex_;
  config::WarnErrorOptions options_;
  bool all_are_errors_ = false, shows_all_ = false, names_events_ = false;
  std::vector<Count> counts_;
};

}  // namespace weft::cli
