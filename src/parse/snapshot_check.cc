// Settings without which a snapshot cannot run.
#include <fmt/format.h>

#include "parse/state.h"

namespace weft::parse {
namespace {

using base::Data;

bool is_given(const manifest::Config& config, std::string_view key) {
  const Data* value = config.find(key);
  return value != nullptr && value->truthy();
}

/// What is wrong with the configuration in dbt's words; empty when nothing is.
std::string problem_of(const manifest::Config& config) {
  if (!is_given(config, "strategy") || !is_given(config, "unique_key"))
    return "Snapshots must be configured with a 'strategy' and 'unique_key'.";
  std::string_view strategy = config.text("strategy");
  if (strategy == "check") {
    if (!is_given(config, "check_cols"))
      return "A snapshot configured with the check strategy must specify a check_cols "
             "configuration.";
    const Data& columns = *config.find("check_cols");
    if (columns.is_string() && columns.as_string() != "all")
      return fmt::format("Invalid value for 'check_cols': {}. Expected 'all' or a list of strings.",
                         columns.as_string());
  }
  if (strategy == "timestamp") {
    if (!is_given(config, "updated_at"))
      return "A snapshot configured with the timestamp strategy must specify an updated_at "
             "configuration.";
    if (is_given(config, "check_cols"))
      return "A 'timestamp' snapshot should not have 'check_cols'";
  }
  std::string_view materialized = config.text("materialized");
  if (!materialized.empty() && materialized != "snapshot")
    return "A snapshot must have a materialized value of 'snapshot'";
  return "";
}

}  // namespace

void check_snapshots(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (node.type != ResourceType::Snapshot || manifest.is_disabled(NodeId(i)))
      continue;
    std::string problem = problem_of(manifest.config_of(node));
    if (problem.empty())
      continue;
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::SnapshotInvalid;
    diagnostic.message = fmt::format("snapshot `{}` is not configured: {}", node.name, problem);
    diagnostic.span = node.patch_span.valid() ? node.patch_span : node.source_span;
    diagnostic.hint =
        "for example: config(strategy='timestamp', updated_at='changed_at', unique_key='id')";
    diagnostic.legacy_text = std::move(problem);
    state.report(std::move(diagnostic));
  }
}

}  // namespace weft::parse
