#include "cli/node_info.h"

#include "base/json.h"
#include "base/strings.h"

namespace weft::cli {
namespace {

using base::Data;
using base::DataMap;
using manifest::Node;

/// dbt's node_info has times without the zone.
std::string without_zone(int64_t us) {
  std::string text = base::format_utc(us);
  text.pop_back();
  return text;
}

}  // namespace

void NodeLog::set_manifest(const manifest::Manifest* manifest) { manifest_ = manifest; }

void NodeLog::started(const Node& node) {
  std::lock_guard lock(mutex_);
  states_[node.unique_id] = {without_zone(clock_.now_us()), "", "started"};
}

void NodeLog::set_status(const Node& node, std::string_view status) {
  std::lock_guard lock(mutex_);
  states_[node.unique_id].status = std::string(status);
}

void NodeLog::finished(const Node& node, std::string_view status) {
  std::lock_guard lock(mutex_);
  State& state = states_[node.unique_id];
  state.finished_at = without_zone(clock_.now_us());
  state.status = std::string(status);
}

std::string NodeLog::now() const { return base::format_utc(clock_.now_us()); }

bool NodeLog::has_started(const Node& node) const {
  std::lock_guard lock(mutex_);
  return states_.find(node.unique_id) != states_.end();
}

std::string NodeLog::former_connection(std::string_view name) {
  thread_local std::string last = "master";
  if (last == name)
    return "";
  std::string former = last;
  last = std::string(name);
  return former;
}

Data NodeLog::info(const Node& node) const {
  State state;
  {
    std::lock_guard lock(mutex_);
    if (auto found = states_.find(node.unique_id); found != states_.end())
      state = found->second;
  }
  DataMap made;
  made.set("node_path", Data(node.path));
  made.set("node_name", Data(node.name));
  made.set("unique_id", Data(node.unique_id));
  made.set("resource_type", Data(resource_type_name(node.type)));
  std::string_view materialized;
  if (manifest_ != nullptr && node.config.valid())
    materialized = manifest_->config_of(node).text("materialized");
  made.set("materialized", Data(materialized));
  made.set("node_status", Data(state.status.empty() ? "None" : state.status));
  made.set("node_started_at", Data(state.started_at));
  made.set("node_finished_at", Data(state.finished_at));
  made.set("meta", Data(node.meta));
  DataMap relation;
  relation.set("database", Data(node.database.value_or("")));
  relation.set("schema", Data(node.schema));
  relation.set("alias", Data(node.alias));
  relation.set("relation_name", Data(node.relation_name.value_or("")));
  made.set("node_relation", Data(std::move(relation)));
  made.set("node_checksum", Data(node.checksum.checksum));
  return Data(std::move(made));
}

Data NodeLog::group(const Node& node) const {
  if (manifest_ == nullptr || !node.group)
    return {};
  for (const manifest::Group& group : manifest_->groups) {
    if (group.name != *node.group)
      continue;
    DataMap owner, made;
    for (const auto& [key, value] : group.owner) {
      if (!value.is_null())
        owner.set(key, Data(python_str(value)));
    }
    made.set("name", Data(group.name));
    made.set("package_name", Data(group.package_name));
    made.set("owner", Data(std::move(owner)));
    return Data(std::move(made));
  }
  return {};
}

DataMap NodeLog::data(const Node& node, bool with_group) const {
  DataMap made;
  made.set("node_info", info(node));
  if (with_group) {
    if (Data of_node = group(node); !of_node.is_null())
      made.set("group", std::move(of_node));
  }
  return made;
}

DataMap NodeLog::data(std::string_view unique_id) const {
  if (manifest_ == nullptr)
    return {};
  manifest::NodeId id = manifest_->find(unique_id);
  return id.valid() ? data(manifest_->node(id)) : DataMap{};
}

Data run_result_data(const manifest::RunResult& result) {
  DataMap made;
  made.set("status", Data(result.status));
  made.set("message", Data(result.message.value_or("")));
  base::DataList timings;
  for (const manifest::Timing& timing : result.timing) {
    DataMap one;
    one.set("name", Data(timing.name));
    one.set("started_at", Data(base::format_utc(timing.started_at)));
    one.set("completed_at", Data(base::format_utc(timing.completed_at)));
    timings.emplace_back(std::move(one));
  }
  made.set("timing_info", Data(std::move(timings)));
  made.set("thread", Data(result.thread_id));
  made.set("execution_time", Data(result.execution_time));
  DataMap response = result.adapter_response;
  // dbt's events know no whole numbers here.
  for (base::DataEntry& entry : response) {
    if (entry.value.is_int())
      entry.value = Data(static_cast<double>(entry.value.as_int()));
  }
  made.set("adapter_response", Data(std::move(response)));
  made.set("num_failures", Data(result.failures.value_or(0)));
  return Data(std::move(made));
}

}  // namespace weft::cli
