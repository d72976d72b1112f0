// RenderBudget: how much one template may use up, and how users change it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diag/diagnostic.h"
#include "jinja/environment.h"

namespace weft::context {

/// The variable of the environment that changes the limits.
inline constexpr std::string_view kLimitVariable = "WEFT_JINJA_LIMIT";

/// The engine's limits times `limit`, the variable's text: "10" allows ten times as much, "0"
/// anything. An error when it is no such number.
diag::Result<jinja::Budget> render_budget(std::optional<std::string_view> limit);

/// Limits for hooks and operations, which work through all nodes of a project where the text of a
/// node works through its columns.
jinja::Budget operation_budget(const jinja::Budget& budget);

/// How to get further when the limits are reached.
std::string budget_hint();

}  // namespace weft::context
