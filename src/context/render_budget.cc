#include "context/render_budget.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::context {
namespace {

constexpr int64_t kMaxFactor = 1'000'000;

jinja::Budget times(jinja::Budget budget, uint64_t steps, uint64_t bytes) {
  budget.steps *= steps;
  budget.bytes *= bytes;
  return budget;
}

}  // namespace

diag::Result<jinja::Budget> render_budget(std::optional<std::string_view> limit) {
  if (!limit || limit->empty())
    return jinja::Budget{};
  std::optional<int64_t> factor = base::parse_int(*limit);
  if (!factor || *factor < 0 || *factor > kMaxFactor) {
    diag::Diagnostic error;
    error.code = diag::Code::FlagInvalid;
    error.message = fmt::format("{} is `{}`, expected a whole number", kLimitVariable, *limit);
    error.hint = "10 allows templates ten times as much, 0 anything";
    return error;
  }
  auto times_both = static_cast<uint64_t>(*factor);
  return times({}, times_both, times_both);
}

jinja::Budget node_budget(const jinja::Budget& budget) { return times(budget, 20, 5); }

jinja::Budget operation_budget(const jinja::Budget& budget) { return times(budget, 20, 20); }

std::string budget_hint() {
  return fmt::format("if it should go on, allow ten times as much: {}=10", kLimitVariable);
}

}  // namespace weft::context
