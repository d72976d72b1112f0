// The semantic layer: metrics, semantic models and saved queries. They are parsed, checked and
// carried into the manifest; queries on them are the business of other programs.
#include <set>

#include <fmt/format.h>

#include "parse/names.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"
#include "parse/semantic_data.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

Data query_params(const Data& from) {
  DataMap made;
  made.set("metrics", Data(list_or_empty(from, "metrics")));
  made.set("group_by", Data(list_or_empty(from, "group_by")));
  made.set("where", where_filter(member_or_null(from, "where")));
  made.set("order_by", Data(list_or_empty(from, "order_by")));
  made.set("limit", member_or_null(from, "limit"));
  return Data(std::move(made));
}

/// An export: its own settings over the saved query's, and where its relation would be.
Data export_of(State& state, context::Worker& worker, const Node& query,
               const DataMap& query_config, const Data& from) {
  DataMap given = map_or_empty(from, "config");
  auto setting = [&](std::string_view key) -> Data {
    if (const Data* own = given.find(key))
      return *own;
    const Data* shared = query_config.find(key);
    return shared == nullptr ? Data() : *shared;
  };
  Node named;
  named.type = ResourceType::SavedQuery;
  named.package_name = query.package_name;
  named.original_file_path = query.original_file_path;
  named.name = python_str(member_or_null(from, "name"));
  named.unique_id = query.unique_id;
  DataMap naming;
  for (const char* key : {"database", "schema", "alias"}) {
    if (Data value = setting(key); !value.is_null())
      naming.set(key, value);
  }
  set_relation_names(state, worker, named, naming);
  Data schema = setting("schema_name").is_null() ? setting("schema") : setting("schema_name");
  Data alias = setting("alias");
  DataMap config;
  config.set("export_as", setting("export_as"));
  config.set("schema_name", schema.is_null() ? Data(named.schema) : schema);
  config.set("alias", alias.is_null() ? Data(named.alias) : alias);
  config.set("database", named.database ? Data(*named.database) : setting("database"));
  DataMap made;
  made.set("name", text_or_null(from, "name"));
  made.set("config", Data(std::move(config)));
  made.set("unrendered_config", Data(std::move(given)));
  return Data(std::move(made));
}

void add_saved_query(State& state, context::Worker& worker, const Entry& entry) {
  Data params = member_or_null(entry.data, "query_params");
  if (!params.is_map()) {
    state.report(properties_error(fmt::format("saved query `{}` has no `query_params`", entry.name),
                                  entry.node->span, "add `query_params:` with a list of `metrics:`",
                                  "'query_params' is a required property"));
    return;
  }
  Node node = make_described_node(state, worker, ResourceType::SavedQuery, entry, entry.name,
                                  map_or_empty(entry.data, "config"), description_text(entry.data));
  const DataMap config = state.manifest().config_of(node).values;
  DataList exports;
  for (const Data& one : list_or_empty(entry.data, "exports"))
    exports.push_back(export_of(state, worker, node, config, one));
  std::set<std::string> tags;
  for (const Data* list : {entry.data.get("tags"), config.find("tags")}) {
    if (list == nullptr || list->is_null())
      continue;
    for (const Data& tag : list->is_list() ? list->as_list() : DataList{*list})
      tags.insert(python_str(tag));
  }
  node.tags.assign(tags.begin(), tags.end());
  node.details->set("query_params", query_params(params));
  node.details->set("exports", Data(std::move(exports)));
  node.details->set("label", text_or_null(entry.data, "label"));
  node.details->set("metadata", Data());
  add_node(state, std::move(node));
}

void add_metrics_of_model(State& state, context::Worker& worker, const Entry& entry) {
  Data semantic_model = member_or_null(entry.data, "semantic_model");
  Data name = text_or_null(semantic_model, "name");
  Data time = text_or_null(entry.data, "agg_time_dimension");
  for (const Data& metric : list_or_empty(entry.data, "metrics"))
    add_metric(state, worker, entry, metric, name.is_null() ? entry.name : name.as_string(), time);
}

}  // namespace

void parse_semantic_layer(State& state) {
  context::Worker worker(*state.shared, nullptr);
  for (Entry& entry : state.entries) {
    if (entry.section == "models") {
      add_semantic_model_of_model(state, worker, entry);
      add_metrics_of_model(state, worker, entry);
    } else if (entry.section == "metrics") {
      entry.is_used = true;
      add_metric(state, worker, entry, entry.data, "", Data());
    } else if (entry.section == "semantic_models") {
      entry.is_used = true;
      add_semantic_model(state, worker, entry);
    } else if (entry.section == "saved_queries") {
      entry.is_used = true;
      add_saved_query(state, worker, entry);
    }
  }
  // Metrics of doubtful identity would only give misleading errors.
  if (!state.input.sink.has_errors())
    connect_metrics(state);
}

}  // namespace weft::parse
