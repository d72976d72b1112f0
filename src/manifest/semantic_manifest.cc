// semantic_manifest.json: what a semantic layer (MetricFlow) reads.
#include <initializer_list>
#include <span>

#include "manifest/artifacts.h"
#include "manifest/field_writer.h"
#include "manifest/json_text.h"

namespace weft::manifest {
namespace {

using base::Data;
using Keys = std::initializer_list<std::string_view>;

constexpr std::string_view kLegacyTimeSpine = "metricflow_time_spine";

class SemanticWriter {
 public:
  SemanticWriter(const Manifest& manifest, std::string& out)
      : m_(manifest), json_(out), fields_(json_) {}

  void write() {
    json_.open_map();
    each("semantic_models", ResourceType::SemanticModel, &SemanticWriter::semantic_model);
    each("metrics", ResourceType::Metric, &SemanticWriter::metric);
    project_configuration();
    each("saved_queries", ResourceType::SavedQuery, &SemanticWriter::saved_query);
    json_.close_map();
  }

 private:
  void each(std::string_view key, ResourceType type,
            void (SemanticWriter::*write_one)(const Node&)) {
    json_.key(key);
    json_.open_list();
    for (size_t i = 0; i < m_.nodes.size(); ++i)
      if (m_.nodes[i].type == type && !m_.is_disabled(NodeId(i))) {
        json_.open_map();
        (this->*write_one)(m_.nodes[i]);
        json_.close_map();
      }
    json_.close_list();
  }

  /// The named members of a map, null where there is none.
  void pick(const Data* from, Keys keys) {
    for (std::string_view key : keys) {
      const Data* value = from == nullptr ? nullptr : from->get(key);
      json_.key(key);
      value != nullptr ? json_.data(*value) : json_.null();
    }
  }

  void picked_map(std::string_view key, const Data* from, Keys keys) {
    json_.key(key);
    if (from == nullptr || !from->is_map()) {
      json_.null();
      return;
    }
    json_.open_map();
    pick(from, keys);
    json_.close_map();
  }

  void picked_list(std::string_view key, const Data* from, Keys keys) {
    json_.key(key);
    json_.open_list();
    if (from != nullptr && from->is_list())
      for (const Data& item : from->as_list()) {
        json_.open_map();
        pick(&item, keys);
        json_.close_map();
      }
    json_.close_list();
  }

  const Data* detail(const Node& n, std::string_view key) const {
    return n.details ? n.details->find(key) : nullptr;
  }

  void detail_member(const Node& n, std::string_view key) {
    const Data* value = detail(n, key);
    json_.key(key);
    value != nullptr ? json_.data(*value) : json_.null();
  }

  void config(const Node& n) {
    json_.key("config");
    json_.open_map();
    const Data* meta = n.config.valid() ? m_.config(n.config).find("meta") : nullptr;
    json_.key("meta");
    meta != nullptr ? json_.data(*meta) : json_.map(n.meta);
    json_.close_map();
  }

  void semantic_model(const Node& n) {
    fields_.text("name", n.name);
    detail_member(n, "defaults");
    fields_.text_or_null("description", n.description);
    detail_member(n, "node_relation");
    detail_member(n, "primary_entity");
    picked_list("entities", detail(n, "entities"),
                {"name", "description", "type", "role", "expr", "metadata", "label", "config"});
    picked_list("measures", detail(n, "measures"),
                {"name", "agg", "description", "create_metric", "expr", "agg_params", "metadata",
                 "non_additive_dimension", "agg_time_dimension", "label", "config"});
    picked_list("dimensions", detail(n, "dimensions"),
                {"name", "description", "type", "datatype", "is_partition", "type_params", "expr",
                 "metadata", "label", "config"});
    detail_member(n, "label");
    detail_member(n, "metadata");
    config(n);
  }

  void metric(const Node& n) {
    fields_.text("name", n.name);
    fields_.text("description", n.description);
    detail_member(n, "type");
    json_.key("datatype");
    json_.null();
    picked_map("type_params", detail(n, "type_params"),
               {"measure", "numerator", "denominator", "expr", "window", "grain_to_date", "metrics",
                "conversion_type_params", "cumulative_type_params", "input_measures",
                "metric_aggregation_params", "join_to_timespine", "fill_nulls_with", "is_private"});
    detail_member(n, "filter");
    detail_member(n, "metadata");
    detail_member(n, "label");
    config(n);
    detail_member(n, "time_granularity");
  }

  void saved_query(const Node& n) {
    fields_.text("name", n.name);
    picked_map("query_params", detail(n, "query_params"),
               {"metrics", "group_by", "order_by", "limit", "where"});
    fields_.text_or_null("description", n.description);
    detail_member(n, "metadata");
    detail_member(n, "label");
    json_.key("exports");
    json_.open_list();
    if (const Data* exports = detail(n, "exports"); exports && exports->is_list())
      for (const Data& one : exports->as_list()) {
        json_.open_map();
        pick(&one, {"name"});
        picked_map("config", one.get("config"), {"export_as", "schema_name", "alias"});
        json_.close_map();
      }
    json_.close_list();
    fields_.strings("tags", n.tags);
  }

  void project_configuration() {
    json_.key("project_configuration");
    json_.open_map();
    json_.key("time_spine_table_configurations");
    json_.open_list();
    legacy_time_spine();
    json_.close_list();
    json_.key("metadata");
    json_.null();
    // The version of the interface package that dbt 1.12 writes.
    json_.key("dsi_package_version");
    json_.open_map();
    fields_.text("major_version", "0");
    fields_.text("minor_version", "213");
    fields_.text("patch_version", "0");
    json_.close_map();
    json_.key("time_spines");
    json_.open_list();
    for (size_t i = 0; i < m_.nodes.size(); ++i) {
      const Node& n = m_.nodes[i];
      if (n.model && n.model->time_spine.is_map() && !m_.is_disabled(NodeId(i)))
        time_spine(n);
    }
    json_.close_list();
    json_.close_map();
  }

  /// Old projects have a model of a fixed name instead of a `time_spine` entry.
  void legacy_time_spine() {
    bool has_semantic_model = false;
    const Node* spine = nullptr;
    for (size_t i = 0; i < m_.nodes.size(); ++i) {
      const Node& n = m_.nodes[i];
      if (m_.is_disabled(NodeId(i)))
        continue;
      has_semantic_model = has_semantic_model || n.type == ResourceType::SemanticModel;
      if (n.model && n.name == kLegacyTimeSpine && n.model->time_spine.is_null())
        spine = &n;
    }
    if (!has_semantic_model || spine == nullptr)
      return;
    json_.open_map();
    fields_.optional("location", spine->relation_name);
    fields_.text("column_name", "date_day");
    fields_.text("grain", "day");
    json_.close_map();
  }

  void time_spine(const Node& n) {
    const Data& spine = n.model->time_spine;
    const Data* column_name = spine.get("standard_granularity_column");
    json_.open_map();
    json_.key("node_relation");
    json_.open_map();
    fields_.text("alias", n.alias);
    fields_.text("schema_name", n.schema);
    fields_.optional("database", n.database);
    fields_.optional("relation_name", n.relation_name);
    json_.close_map();
    json_.key("primary_column");
    json_.open_map();
    fields_.text("name", column_name == nullptr ? "" : column_name->string_or(""));
    std::optional<std::string> granularity;
    for (const Column& column : n.columns)
      if (column_name != nullptr && column.name == column_name->string_or(""))
        granularity = column.granularity;
    fields_.optional("time_granularity", granularity);
    json_.close_map();
    picked_list("custom_granularities", spine.get("custom_granularities"), {"name", "column_name"});
    json_.close_map();
  }

  const Manifest& m_;
  JsonText json_;
  FieldWriter<JsonText> fields_;
};

}  // namespace

std::string semantic_manifest_json(const Manifest& manifest) {
  std::string out;
  SemanticWriter(manifest, out).write();
  return out;
}

}  // namespace weft::manifest
