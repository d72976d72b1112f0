// PlainNames: what templates may use that needs neither a project nor a node, for the Jinja of
// configuration files: modules, set, zip, run_started_at, invocation_id, ...
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "jinja/interpreter.h"

namespace weft::context {

class PlainNames final : public jinja::Names {
 public:
  /// `run_started_at` in microseconds since 1970. What is given must outlive the names.
  PlainNames(base::Clock& clock, const std::string& invocation_id, const int64_t& run_started_at)
      : clock_(clock), invocation_id_(invocation_id), run_started_at_(run_started_at) {}

  std::optional<jinja::Value> lookup(jinja::Interpreter& interpreter,
                                     std::string_view name) override;

 private:
  base::Clock& clock_;
  const std::string& invocation_id_;
  const int64_t& run_started_at_;
};

/// A moment in UTC, from microseconds since 1970.
jinja::DateTime utc_date_time(int64_t us);

}  // namespace weft::context
