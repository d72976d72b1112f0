// result and source_status: what an earlier run said.
#include <unordered_map>
#include <unordered_set>

#include "manifest/metadata_json.h"
#include "select/methods.h"

namespace weft::select {
namespace {

using base::Data;
using manifest::Node;

/// When each source was loaded last, of those whose freshness is known.
std::unordered_map<std::string, int64_t> loaded_at(const Data& sources) {
  std::unordered_map<std::string, int64_t> times;
  const Data* results = sources.get("results");
  if (results == nullptr || !results->is_list())
    return times;
  for (const Data& result : results->as_list()) {
    const Data* unique_id = result.get("unique_id");
    const Data* time = result.get("max_loaded_at");
    if (unique_id == nullptr || !unique_id->is_string() || time == nullptr)
      continue;
    if (auto us = manifest::parse_iso_time(time->string_or("")))
      times[unique_id->as_string()] = *us;
  }
  return times;
}

NodeSet rows_among(const MethodContext& context, const std::unordered_set<std::string>& ids) {
  return rows_where(context, [&](const Node& n) { return ids.count(n.unique_id) > 0; });
}

}  // namespace

diag::Result<NodeSet> select_by_result(MethodContext& context, const Criterion& criterion) {
  if (context.state.run_results == nullptr)
    return missing_state(criterion, "run_results.json", "No comparison run_results");
  const std::string status = criterion.text();
  std::unordered_set<std::string> ids;
  for (const manifest::RunResult& result : context.state.run_results->results)
    if (result.status == status)
      ids.insert(result.unique_id);
  return rows_among(context, ids);
}

diag::Result<NodeSet> select_by_source_status(MethodContext& context, const Criterion& criterion) {
  if (context.state.sources == nullptr)
    return missing_state(criterion, "sources.json of the state",
                         "No previous state comparison freshness results in sources.json");
  if (context.state.current_sources == nullptr)
    return missing_state(criterion, "sources.json of this project's target",
                         "No current state comparison freshness results in sources.json");
  std::unordered_set<std::string> ids;
  if (criterion.text() == "fresher") {
    const auto before = loaded_at(*context.state.sources);
    for (const auto& [unique_id, time] : loaded_at(*context.state.current_sources)) {
      const auto found = before.find(unique_id);
      if (found == before.end() || time > found->second)
        ids.insert(unique_id);
    }
  }
  return rows_among(context, ids);
}

}  // namespace weft::select
