// Semantic models: those of `semantic_models:`, and those that a model's entry declares on its
// columns.
#include <fmt/format.h>

#include "base/strings.h"
#include "context/lookup.h"
#include "context/relations.h"
#include "parse/descriptions.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"
#include "parse/semantic_data.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

/// What both spellings of a semantic model come to.
struct SemanticModelData {
  std::string name, description, model;
  Data label, defaults, primary_entity;
  DataMap config;
  DataList entities, measures, dimensions;
};

void report(State& state, diag::Span span, std::string message, std::string hint) {
  state.report(properties_error(std::move(message), span, std::move(hint)));
}

DataMap meta_of(const Data& data) { return map_or_empty(member_or_null(data, "config"), "meta"); }

/// Makes the elements of one semantic model; its own meta lies under theirs.
class ElementReader {
 public:
  ElementReader(State& state, context::Worker& worker, const Entry& entry, DataMap model_meta)
      : descriptions_(state, worker),
        package_(state.project_of(state.files[entry.file]).name),
        span_(entry.node->span),
        model_meta_(std::move(model_meta)) {}

  Data entity(const Data& data) {
    DataMap made;
    put_names(made, data);
    made.set("role", text_or_null(data, "role"));
    made.set("expr", text_or_null(data, "expr"));
    made.set("config", element_config(model_meta_, meta_of(data)));
    return Data(std::move(made));
  }

  /// `type_params` as the manifest has them.
  Data dimension(const Data& data, Data type_params) {
    DataMap made;
    put_names(made, data);
    made.set("is_partition", Data(member_or_null(data, "is_partition").bool_or(false)));
    made.set("type_params", std::move(type_params));
    made.set("expr", text_or_null(data, "expr"));
    made.set("metadata", Data());
    made.set("config", element_config(model_meta_, meta_of(data)));
    made.set("datatype", Data());
    return Data(std::move(made));
  }

  Data measure(const Data& data) {
    DataMap made;
    made.set("name", text_or_null(data, "name"));
    made.set("agg", text_or_null(data, "agg"));
    made.set("description", description(data));
    made.set("label", text_or_null(data, "label"));
    made.set("create_metric", Data(false));
    made.set("expr", text_or_null(data, "expr"));
    made.set("agg_params", aggregation(member_or_null(data, "agg_params")));
    made.set("non_additive_dimension", additive(member_or_null(data, "non_additive_dimension")));
    made.set("agg_time_dimension", text_or_null(data, "agg_time_dimension"));
    made.set("config", element_config(model_meta_, meta_of(data)));
    return Data(std::move(made));
  }

  static Data validity(const Data& data) {
    if (!data.is_map())
      return Data();
    DataMap made;
    made.set("is_start", Data(member_or_null(data, "is_start").bool_or(false)));
    made.set("is_end", Data(member_or_null(data, "is_end").bool_or(false)));
    return Data(std::move(made));
  }

  static Data type_params(const Data& granularity, const Data& validity_params) {
    if (granularity.is_null())
      return Data();
    DataMap made;
    made.set("time_granularity", granularity);
    made.set("validity_params", validity(validity_params));
    return Data(std::move(made));
  }

 private:
  Data description(const Data& data) {
    Data text = text_or_null(data, "description");
    if (text.is_null())
      return text;
    std::vector<std::string> blocks;
    return Data(descriptions_.render(text.as_string(), package_, span_, blocks));
  }

  void put_names(DataMap& made, const Data& data) {
    made.set("name", text_or_null(data, "name"));
    made.set("type", text_or_null(data, "type"));
    made.set("description", description(data));
    made.set("label", text_or_null(data, "label"));
  }

  static Data aggregation(const Data& data) {
    if (!data.is_map())
      return Data();
    DataMap made;
    made.set("percentile", member_or_null(data, "percentile"));
    made.set("use_discrete_percentile",
             Data(member_or_null(data, "use_discrete_percentile").bool_or(false)));
    made.set("use_approximate_percentile",
             Data(member_or_null(data, "use_approximate_percentile").bool_or(false)));
    return Data(std::move(made));
  }

  static Data additive(const Data& data) {
    if (!data.is_map())
      return Data();
    DataMap made;
    Data choice = text_or_null(data, "window_choice");
    made.set("name", text_or_null(data, "name"));
    made.set("window_choice", choice.is_null() ? Data("min") : choice);
    made.set("window_groupings", Data(list_or_empty(data, "window_groupings")));
    return Data(std::move(made));
  }

  DescriptionRenderer descriptions_;
  std::string package_;
  diag::Span span_;
  DataMap model_meta_;
};

/// The meta of the semantic model's final configuration, which its elements inherit.
DataMap inherited_meta(const State& state, const Node& node) {
  const Data* meta = state.result->manifest.config_of(node).find("meta");
  return meta != nullptr && meta->is_map() ? meta->as_map() : DataMap{};
}

/// Reads `ref('orders')`; false when it is no ref.
bool capture_model(State& state, context::Worker& worker, const Entry& entry, Node& node,
                   const std::string& model) {
  context::Capture capture;
  context::NodeScope scope;
  scope.package_name = node.package_name;
  scope.node = &node;
  scope.capture = &capture;
  diag::Result<jinja::Rendered> rendered =
      worker.render_text("{{ " + model + " }}", node.name, scope);
  if (rendered && !capture.refs.empty()) {
    node.refs = std::move(capture.refs);
    return true;
  }
  const yaml::Node* place = entry.node->find("model");
  report(state, place == nullptr ? entry.node->span : place->span,
         fmt::format("semantic model `{}`: `{}` names no model", node.name, model),
         "write `model: ref('...')`");
  return false;
}

/// Where the model's relation is; null while it is unknown (resolving reports it).
Data node_relation(const State& state, const Node& node) {
  context::NodeLookup lookup(state.result->manifest,
                             context::LookupOptions{state.input.root.name, false});
  const manifest::RefCall& call = node.refs.front();
  context::NodeLookup::Found found =
      lookup.find_ref(call.name, call.package, call.version, node.package_name);
  if (!found.id.valid())
    return Data();
  const Node& model = state.result->manifest.node(found.id);
  DataMap made;
  made.set("alias", Data(model.alias));
  made.set("schema_name", Data(model.schema));
  made.set("database", model.database ? Data(*model.database) : Data());
  made.set("relation_name", model.relation_name ? Data(*model.relation_name) : Data());
  return Data(std::move(made));
}

Node make_node(State& state, context::Worker& worker, const Entry& entry,
               const SemanticModelData& data) {
  Node node = make_described_node(state, worker, ResourceType::SemanticModel, entry, data.name,
                                  data.config, data.description);
  DataMap& details = *node.details;
  details.set("model", Data(data.model));
  details.set("label", data.label);
  details.set("defaults", data.defaults);
  details.set("primary_entity", data.primary_entity);
  details.set("metadata", Data());
  return node;
}

/// Puts in the elements and the row into the manifest.
bool finish(State& state, context::Worker& worker, const Entry& entry, Node node,
            SemanticModelData data) {
  if (!capture_model(state, worker, entry, node, data.model))
    return false;
  DataMap& details = *node.details;
  details.set("node_relation", node_relation(state, node));
  details.set("entities", Data(std::move(data.entities)));
  details.set("measures", Data(std::move(data.measures)));
  details.set("dimensions", Data(std::move(data.dimensions)));
  add_node(state, std::move(node));
  return true;
}

/// The element that a column declares: a word for its type, or a map.
Data column_element(const Data& column, std::string_view key) {
  const Data* given = column.get(key);
  if (given == nullptr || given->is_null())
    return Data();
  DataMap made;
  Data name = text_or_null(column, "name");
  DataMap meta = map_or_empty(column, "meta");
  for (const auto& [meta_key, value] : meta_of(column))
    meta.set(meta_key, value);
  if (!given->is_map()) {
    made.set("name", name);
    made.set("type", Data(python_str(*given)));
    made.set("description", text_or_null(column, "description"));
  } else {
    made = given->as_map();
    Data own_name = text_or_null(*given, "name");
    made.set("name", own_name.is_null() ? name : own_name);
    if (!own_name.is_null() && !(own_name == name))
      made.set("expr", name);
    if (key == "dimension" && text_or_null(*given, "description").is_null())
      made.set("description", text_or_null(column, "description"));
    DataMap own = meta_of(*given);
    // A dimension adds to the column's meta, an entity replaces it.
    if (key == "entity" && !own.empty())
      meta = {};
    for (const auto& [meta_key, value] : own)
      meta.set(meta_key, value);
  }
  DataMap config;
  config.set("meta", Data(std::move(meta)));
  made.set("config", Data(std::move(config)));
  return Data(std::move(made));
}

void read_columns_of(const Data& entry, ElementReader& reader, SemanticModelData& data) {
  for (const Data& column : list_or_empty(entry, "columns")) {
    if (Data entity = column_element(column, "entity"); entity.is_map())
      data.entities.push_back(reader.entity(entity));
    Data dimension = column_element(column, "dimension");
    if (!dimension.is_map())
      continue;
    bool is_word = !column.get("dimension")->is_map();
    Data params = is_word
                      ? Data()
                      : ElementReader::type_params(text_or_null(column, "granularity"),
                                                   member_or_null(dimension, "validity_params"));
    data.dimensions.push_back(reader.dimension(dimension, std::move(params)));
  }
  Data derived = member_or_null(entry, "derived_semantics");
  for (const Data& dimension : list_or_empty(derived, "dimensions")) {
    Data params = ElementReader::type_params(text_or_null(dimension, "granularity"),
                                             member_or_null(dimension, "validity_params"));
    data.dimensions.push_back(reader.dimension(dimension, std::move(params)));
  }
  for (const Data& entity : list_or_empty(derived, "entities"))
    data.entities.push_back(reader.entity(entity));
}

}  // namespace

void add_semantic_model(State& state, context::Worker& worker, const Entry& entry) {
  SemanticModelData data;
  data.name = entry.name;
  data.description = description_text(entry.data);
  data.config = map_or_empty(entry.data, "config");
  data.label = text_or_null(entry.data, "label");
  data.primary_entity = text_or_null(entry.data, "primary_entity");
  Data model = text_or_null(entry.data, "model");
  if (model.is_null()) {
    report(state, entry.node->span, fmt::format("semantic model `{}` names no model", entry.name),
           "add `model: ref('...')`");
    return;
  }
  data.model = model.as_string();
  if (Data defaults = member_or_null(entry.data, "defaults"); defaults.is_map()) {
    DataMap made;
    made.set("agg_time_dimension", text_or_null(defaults, "agg_time_dimension"));
    data.defaults = Data(std::move(made));
  }
  Node node = make_node(state, worker, entry, data);
  DataMap meta = inherited_meta(state, node);
  ElementReader reader(state, worker, entry, meta);
  for (const Data& entity : list_or_empty(entry.data, "entities"))
    data.entities.push_back(reader.entity(entity));
  for (const Data& dimension : list_or_empty(entry.data, "dimensions")) {
    Data params = member_or_null(dimension, "type_params");
    data.dimensions.push_back(reader.dimension(
        dimension, ElementReader::type_params(text_or_null(params, "time_granularity"),
                                              member_or_null(params, "validity_params"))));
  }
  DataList measures = list_or_empty(entry.data, "measures");
  for (const Data& measure : measures)
    data.measures.push_back(reader.measure(measure));
  bool enabled = state.manifest().config_of(node).flag("enabled", true);
  if (!finish(state, worker, entry, std::move(node), std::move(data)))
    return;
  for (const Data& measure : measures) {
    if (member_or_null(measure, "create_metric").bool_or(false))
      add_metric_of_measure(state, worker, entry, measure, enabled, entry.name, meta);
  }
}

void add_semantic_model_of_model(State& state, context::Worker& worker, const Entry& entry) {
  Data given = member_or_null(entry.data, "semantic_model");
  if (given.is_null() || (given.is_bool() && !given.as_bool()))
    return;
  SemanticModelData data;
  Data name = text_or_null(given, "name");
  data.name = name.is_null() ? entry.name : name.as_string();
  data.description = description_text(entry.data);
  data.model = fmt::format("ref('{}')", entry.name);
  data.primary_entity = text_or_null(entry.data, "primary_entity");
  DataMap defaults;
  defaults.set("agg_time_dimension", text_or_null(entry.data, "agg_time_dimension"));
  data.defaults = Data(std::move(defaults));
  if (Data own = member_or_null(given, "config"); own.is_map()) {
    // dbt reads enabled and group only where there is a config.
    data.config.set("meta", Data(map_or_empty(own, "meta")));
    data.config.set("enabled", Data(member_or_null(given, "enabled").bool_or(true)));
    if (Data group = text_or_null(given, "group"); !group.is_null())
      data.config.set("group", group);
  }
  Node node = make_node(state, worker, entry, data);
  ElementReader reader(state, worker, entry, inherited_meta(state, node));
  read_columns_of(entry.data, reader, data);
  finish(state, worker, entry, std::move(node), std::move(data));
}

}  // namespace weft::parse
