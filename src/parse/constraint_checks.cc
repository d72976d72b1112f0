// Constraints and contracts of models: known types, one primary key, and a materialization that can
// keep them.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "parse/checks.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;
using manifest::Constraint;

bool is_enforced(const DataMap& config) {
  const Data* contract = config.find("contract");
  const Data* enforced = contract == nullptr ? nullptr : contract->get("enforced");
  return enforced != nullptr && enforced->is_bool() && enforced->as_bool();
}

void report(State& state, const Node& node, std::string message, std::string hint,
            std::string legacy) {
  diag::Diagnostic d;
  d.code = diag::Code::ContractInvalid;
  d.message = std::move(message);
  d.span = place_of(node);
  d.hint = std::move(hint);
  d.legacy_text = "Parsing Error\n  " + base::replace_all(legacy, "\n", "\n  ");
  state.report(std::move(d));
}

void check_types(State& state, const Node& node) {
  constexpr std::array<std::string_view, 6> kTypes = {"check",       "not_null",    "unique",
                                                      "primary_key", "foreign_key", "custom"};
  for (const Constraint& constraint : node.model->constraints) {
    if (std::find(kTypes.begin(), kTypes.end(), constraint.type) != kTypes.end())
      continue;
    std::vector<std::string> known(kTypes.begin(), kTypes.end());
    std::optional<std::string> near = base::nearest(constraint.type, known);
    report(
        state, node,
        fmt::format("`{}` of model `{}` is no type of a constraint", constraint.type, node.name),
        near ? fmt::format("did you mean `{}`?", *near) : "use one of: " + base::join(known, ", "),
        fmt::format("Invalid constraint type on model {}: Type must be one of ['check', "
                    "'not_null', 'unique', 'primary_key', 'foreign_key', 'custom']",
                    node.name));
    return;
  }
}

bool wants_warning(const std::vector<Constraint>& constraints) {
  return std::any_of(constraints.begin(), constraints.end(),
                     [](const Constraint& one) { return one.warn_unsupported; });
}

/// Constraints of what is no table are ignored.
void check_materialization(State& state, const Node& node, const DataMap& config) {
  const Data* value = config.find("materialized");
  std::string materialized = value == nullptr ? "" : python_str(*value);
  if (materialized == "table" || materialized == "incremental")
    return;
  bool warns = wants_warning(node.model->constraints);
  for (const manifest::Column& column : node.columns)
    warns = warns || wants_warning(column.constraints);
  if (!warns)
    return;
  diag::Diagnostic d;
  d.code = diag::Code::ConstraintUnsupported;
  d.message =
      fmt::format("the constraints of `{}` are ignored: it is a {}", node.name, materialized);
  d.span = place_of(node);
  d.hint = "build it as a table, or write `warn_unsupported: false` at the constraint";
  d.legacy_text = fmt::format(
      "Constraint types are not supported for {} materializations and will be ignored.  Set "
      "'warn_unsupported: false' on this constraint to ignore this warning.",
      materialized);
  d.event_data.set("materialized", Data(materialized));
  state.report(std::move(d));
}

void check_primary_key(State& state, const Node& node) {
  auto is_key = [](const Constraint& one) { return one.type == "primary_key"; };
  DataList columns;
  for (const manifest::Column& column : node.columns) {
    for (const Constraint& constraint : column.constraints) {
      if (is_key(constraint))
        columns.emplace_back(column.name);
    }
  }
  bool of_model =
      std::any_of(node.model->constraints.begin(), node.model->constraints.end(), is_key);
  std::string legacy;
  if (columns.size() > 1) {
    legacy += fmt::format(
        "\nFound {} columns ({}) with primary key constraints defined. Primary keys for multiple "
        "columns must be defined as a model level constraint.",
        columns.size(), python_repr(Data(columns)));
  }
  if (!columns.empty() && of_model) {
    legacy +=
        "\nPrimary key constraints defined at the model level and the columns level. Primary keys "
        "can be defined at the model level or the column level, not both.";
  }
  if (legacy.empty())
    return;
  report(
      state, node,
      of_model
          ? fmt::format("model `{}` has a primary key of its own and one of a column", node.name)
          : fmt::format("{} columns of model `{}` are its primary key", columns.size(), node.name),
      "write one constraint at the model: `{type: primary_key, columns: [...]}`",
      fmt::format("Primary key constraint error: ({}){}", node.original_file_path, legacy));
}

}  // namespace

void check_constraints(State& state, const Node& node, const DataMap& config) {
  if (node.model == nullptr)
    return;
  if (is_enforced(config)) {
    check_materialization(state, node, config);
    check_types(state, node);
  }
  check_primary_key(state, node);
}

}  // namespace weft::parse
