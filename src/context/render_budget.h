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

/// Limits for a node while it is built: its macros may work through rows of a table, where a text
/// that is parsed works through its columns.
jinja::Budget node_budget(const jinja::Budget& budget);

/// Limits for hooks and operations, which work through all nodes of a project.
jinja::Budget operation_budget(const jinja::Budget& budget);

/// How to get further when the limits are reached.
std::string budget_hint();

}  // namespace weft::context
