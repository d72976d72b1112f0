#include "run/node_retry.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.h"

namespace weft::run {
namespace {

using manifest::ResourceType;

/// Lost connections, serialization failures, deadlocks, shutdown and restart of the server.
constexpr std::array<std::string_view, 6> kTransient = {"40001", "40P01", "57P01",
                                                        "57P02", "57P03", "53300"};

/// SQL that may end its transaction by itself.
bool may_commit(std::string_view sql) {
  return base::to_lower(sql).find("commit") != std::string::npos;
}

bool hooks_stay_inside(const base::Data* hooks) {
  if (hooks == nullptr || !hooks->is_list())
    return true;
  return std::all_of(hooks->as_list().begin(), hooks->as_list().end(), [](const base::Data& hook) {
    const base::Data* transaction = hook.get("transaction");
    const base::Data* sql = hook.get("sql");
    return (transaction == nullptr || transaction->truthy()) && sql != nullptr &&
           !may_commit(sql->string_or(""));
  });
}

bool has_built_in_materialization(const NodeRun& run, std::string_view name) {
  const context::CallableMacro* macro = run.context.shared.macros.find_materialization(
      run.node().package_name, name, /*packages_may_override=*/true);
  if (macro == nullptr)
    return false;
  const std::string& package = run.manifest().macros[macro->id.index()].package_name;
  return package == "dbt" || package == "dbt_postgres";
}

}  // namespace

bool may_be_repeated(const NodeRun& run, const diag::Diagnostic& error) {
  const context::Shared& shared = run.context.shared;
  if (!error.database || run.batch != nullptr || shared.env.cancel.is_cancelled() ||
      shared.profile.credentials.autocommit)
    return false;
  const std::string& state = error.database->sqlstate;
  // Whether it was committed is not known.
  if (state == "08007")
    return false;
  bool passes = error.code == diag::Code::ConnectionLost || base::starts_with(state, "08") ||
                std::find(kTransient.begin(), kTransient.end(), state) != kTransient.end();
  if (!passes || may_commit(run.node().raw_code))
    return false;
  const manifest::Node& node = run.node();
  if (node.type == ResourceType::Test || node.type == ResourceType::UnitTest)
    return true;
  if (node.type != ResourceType::Model && node.type != ResourceType::Seed &&
      node.type != ResourceType::Snapshot)
    return false;
  const manifest::Config& config = run.manifest().config_of(node);
  return hooks_stay_inside(config.find("pre-hook")) &&
         hooks_stay_inside(config.find("post-hook")) &&
         has_built_in_materialization(run, config.text("materialized"));
}

}  // namespace weft::run
