// Metrics: their type parameters in dbt's shape, and the edges to semantic models and other
// metrics.
#include <algorithm>
#include <array>
#include <deque>

#include <fmt/format.h>

#include "base/strings.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"
#include "parse/semantic_data.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

const std::vector<std::string> kTypes = {"simple", "ratio", "cumulative", "derived", "conversion"};

void report(State& state, diag::Span span, std::string message, std::string hint) {
  state.report(properties_error(std::move(message), span, std::move(hint)));
}

DataList metric_inputs(const Data& list, std::string& problem) {
  DataList made;
  if (list.is_list()) {
    for (const Data& item : list.as_list())
      made.push_back(metric_input(item, problem));
  }
  return made;
}

/// What the old spelling under `type_params` and the new flat one have in common.
struct TypeParams {
  Data measure, numerator, denominator, expr, window, grain_to_date, conversion, cumulative,
      aggregation, is_private;
  DataList metrics;
  bool join_to_timespine = false;

  Data to_data() const {
    DataMap made;
    made.set("measure", measure);
    made.set("input_measures", Data(DataList{}));
    made.set("numerator", numerator);
    made.set("denominator", denominator);
    made.set("expr", expr);
    made.set("window", window);
    made.set("grain_to_date", grain_to_date);
    made.set("metrics", Data(metrics));
    made.set("conversion_type_params", conversion);
    made.set("cumulative_type_params", cumulative);
    made.set("metric_aggregation_params", aggregation);
    made.set("fill_nulls_with", Data());
    made.set("join_to_timespine", Data(join_to_timespine));
    made.set("is_private", is_private);
    return Data(std::move(made));
  }
};

Data constant_properties(const Data& from) {
  const Data* list = from.get("constant_properties");
  return list == nullptr ? Data() : *list;
}

/// conversion_type_params; `from` is the holder of the keys.
Data conversion_params(const Data& from, std::string& problem) {
  DataMap made;
  made.set("entity", text_or_null(from, "entity"));
  made.set("base_measure", input_measure(member_or_null(from, "base_measure")));
  made.set("conversion_measure", input_measure(member_or_null(from, "conversion_measure")));
  made.set("base_metric", metric_input(member_or_null(from, "base_metric"), problem));
  made.set("conversion_metric", metric_input(member_or_null(from, "conversion_metric"), problem));
  Data calculation = text_or_null(from, "calculation");
  made.set("calculation", calculation.is_null() ? Data("conversion_rate") : calculation);
  made.set("window", time_window(member_or_null(from, "window"), problem));
  made.set("constant_properties", constant_properties(from));
  return Data(std::move(made));
}

Data cumulative_params(const Data& window, const Data& grain_to_date, const Data& period_agg,
                       const Data& metric, std::string& problem) {
  DataMap made;
  made.set("window", time_window(window, problem));
  made.set("grain_to_date", grain_to_date);
  made.set("period_agg", period_agg.is_null() ? Data("first") : period_agg);
  made.set("metric", metric_input(metric, problem));
  return Data(std::move(made));
}

/// type_params of the first YAML of metrics.
TypeParams read_type_params(const Data& from, const std::string& type, std::string& problem) {
  TypeParams made;
  made.measure = input_measure(member_or_null(from, "measure"));
  made.numerator = metric_input(member_or_null(from, "numerator"), problem);
  made.denominator = metric_input(member_or_null(from, "denominator"), problem);
  made.expr = text_or_null(from, "expr");
  made.window = time_window(member_or_null(from, "window"), problem);
  made.grain_to_date = text_or_null(from, "grain_to_date");
  made.metrics = metric_inputs(member_or_null(from, "metrics"), problem);
  Data conversion = member_or_null(from, "conversion_type_params");
  if (conversion.is_map())
    made.conversion = conversion_params(conversion, problem);
  if (type == "cumulative") {
    Data own = member_or_null(from, "cumulative_type_params");
    Data window = member_or_null(own, "window"), grain = text_or_null(own, "grain_to_date");
    made.cumulative = cumulative_params(window.is_null() ? member_or_null(from, "window") : window,
                                        grain.is_null() ? made.grain_to_date : grain,
                                        text_or_null(own, "period_agg"), Data(), problem);
  }
  return made;
}

Data aggregation_params(const Data& from, const std::string& semantic_model,
                        const Data& agg_time_dimension) {
  std::string percentile_type =
      base::to_lower(member_or_null(from, "percentile_type").string_or(""));
  DataMap agg;
  agg.set("percentile", member_or_null(from, "percentile"));
  agg.set("use_discrete_percentile", Data(percentile_type == "discrete"));
  agg.set("use_approximate_percentile", Data(percentile_type == "continuous"));
  DataMap made;
  made.set("semantic_model", Data(semantic_model));
  made.set("agg", text_or_null(from, "agg"));
  made.set("agg_params", Data(std::move(agg)));
  Data time = text_or_null(from, "agg_time_dimension");
  made.set("agg_time_dimension", time.is_null() ? agg_time_dimension : time);
  Data dimension = member_or_null(from, "non_additive_dimension");
  if (dimension.is_map()) {
    DataMap additive;
    additive.set("name", text_or_null(dimension, "name"));
    additive.set("window_choice", text_or_null(dimension, "window_agg"));
    additive.set("window_groupings", Data(list_or_empty(dimension, "group_by")));
    dimension = Data(std::move(additive));
  }
  made.set("non_additive_dimension", dimension);
  return Data(std::move(made));
}

/// The flat keys of the second YAML of metrics.
TypeParams read_flat_params(const Data& from, const std::string& type,
                            const std::string& semantic_model, const Data& agg_time_dimension,
                            std::string& problem) {
  TypeParams made;
  made.numerator = metric_input(member_or_null(from, "numerator"), problem);
  made.denominator = metric_input(member_or_null(from, "denominator"), problem);
  made.expr = text_or_null(from, "expr");
  made.metrics = metric_inputs(member_or_null(from, "input_metrics"), problem);
  if (type == "conversion")
    made.conversion = conversion_params(from, problem);
  if (type == "cumulative") {
    made.cumulative = cumulative_params(
        member_or_null(from, "window"), text_or_null(from, "grain_to_date"),
        text_or_null(from, "period_agg"), member_or_null(from, "input_metric"), problem);
  }
  if (!member_or_null(from, "agg").is_null())
    made.aggregation = aggregation_params(from, semantic_model, agg_time_dimension);
  made.join_to_timespine = member_or_null(from, "join_to_timespine").bool_or(false);
  made.is_private = Data(member_or_null(from, "hidden").bool_or(false));
  return made;
}

/// What a metric of its kind must have; empty when nothing is missing.
std::string missing_part(const std::string& type, const Data& params, bool is_flat,
                         const std::string& semantic_model) {
  auto lacks = [&](std::string_view key) { return params.get(key)->is_null(); };
  if (type == "simple" && lacks("measure") && lacks("metric_aggregation_params"))
    return is_flat ? "an `agg`" : "a `measure`";
  if (type == "simple" && is_flat && semantic_model.empty())
    return "a semantic model that it belongs to";
  if (type == "ratio" && (lacks("numerator") || lacks("denominator")))
    return "a numerator and a denominator";
  if (type == "cumulative" && lacks("measure") &&
      params.get("cumulative_type_params")->get("metric")->is_null())
    return is_flat ? "an `input_metric`" : "a `measure`";
  if (type == "conversion") {
    const Data& conversion = *params.get("conversion_type_params");
    bool has_measures = conversion.is_map() && !conversion.get("base_measure")->is_null() &&
                        !conversion.get("conversion_measure")->is_null();
    bool has_metrics = conversion.is_map() && !conversion.get("base_metric")->is_null() &&
                       !conversion.get("conversion_metric")->is_null();
    if (!has_measures && !has_metrics)
      return is_flat ? "a `base_metric` and a `conversion_metric`"
                     : "a `base_measure` and a `conversion_measure`";
  }
  return "";
}

/// Connects metrics to what they are made of.
class Connector {
 public:
  explicit Connector(State& state) : state_(state), manifest_(state.manifest()) {
    progress_.resize(manifest_.nodes.size());
    for (size_t i = 0; i < manifest_.nodes.size(); ++i) {
      NodeId id(i);
      const Node& node = manifest_.nodes[i];
      if (node.type == ResourceType::Metric)
        metrics_[node.name].push_back(id);
      if (node.type != ResourceType::SemanticModel)
        continue;
      semantic_models_[node.name].push_back(id);
      for (const Data& measure : node.details->find("measures")->as_list())
        measures_[python_str(*measure.get("name"))].push_back(id);
    }
  }

  void run() {
    for (size_t i = 0; i < manifest_.nodes.size(); ++i) {
      NodeId id(i);
      if (manifest_.is_disabled(id))
        continue;
      if (manifest_.node(id).type == ResourceType::Metric)
        visit(id);
      if (manifest_.node(id).type == ResourceType::SavedQuery)
        connect_saved_query(id);
      connect_calls(id);
    }
  }

 private:
  enum class Progress : uint8_t { New, Open, Done };
  using Table = std::unordered_map<std::string, std::vector<NodeId>>;

  /// The row of this name: of the node's own package, the root, or any other. Enabled ones first.
  NodeId find(const Table& table, const std::string& name, const std::string& package) const {
    auto found = table.find(name);
    if (found == table.end())
      return {};
    const std::string& root = state_.projects.front()->name;
    auto rank = [&](NodeId id) {
      const Node& node = manifest_.node(id);
      int place = node.package_name == package ? 0 : node.package_name == root ? 1 : 2;
      return place + (manifest_.is_disabled(id) ? 3 : 0);
    };
    return *std::min_element(found->second.begin(), found->second.end(),
                             [&](NodeId a, NodeId b) { return rank(a) < rank(b); });
  }

  static std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const auto& [name, rows] : table)
      names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
  }

  NodeId require(const Table& table, const std::string& name, const Node& node,
                 std::string_view kind) {
    NodeId found = find(table, name, node.package_name);
    if (found.valid() && !manifest_.is_disabled(found))
      return found;
    std::optional<std::string> near = base::nearest(name, names_of(table));
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::PropertiesInvalid;
    diagnostic.message = fmt::format("{} `{}` refers to {} {} `{}`", resource_type_name(node.type),
                                     node.name, found.valid() ? "disabled" : "unknown", kind, name);
    diagnostic.span = node.patch_span.valid() ? node.patch_span : node.source_span;
    if (near && !found.valid())
      diagnostic.hint = fmt::format("did you mean `{}`?", *near);
    diagnostic.legacy_text = missing_text(node, kind, name, found);
    state_.report(std::move(diagnostic));
    return {};
  }

  /// dbt's words for a reference to what is not there or disabled.
  std::string missing_text(const Node& node, std::string_view kind, const std::string& name,
                           NodeId found) const {
    if (kind == "measure" && found.valid()) {
      return fmt::format(
          "Parsing Error\n  The measure `{}` is referenced on disabled semantic model `{}`.", name,
          manifest_.node(found).name);
    }
    if (kind == "measure") {
      return fmt::format(
          "Parsing Error\n  A semantic model having a measure `{}` does not exist but was "
          "referenced.",
          name);
    }
    if (kind == "metric" && node.type == ResourceType::Metric) {
      return fmt::format("Parsing Error\n  The metric `{}` {}", name,
                         found.valid() ? "is disabled and thus cannot be referenced."
                                       : "does not exist but was referenced.");
    }
    std::string type(resource_type_name(node.type));
    type.front() = static_cast<char>(type.front() - 'a' + 'A');
    return fmt::format("Compilation Error\n  {} '{}' ({}) depends on a {} named '{}' which {}",
                       type, node.unique_id, node.original_file_path, kind, name,
                       found.valid() ? "is disabled" : "was not found");
  }

  static void add_edge(Node& node, NodeId to) {
    if (std::find(node.depends_on.begin(), node.depends_on.end(), to) == node.depends_on.end())
      node.depends_on.push_back(to);
  }

  static Data& type_params(Node& node) { return *node.details->find("type_params"); }

  static void add_input_measure(Node& node, const Data& measure) {
    DataList& list = type_params(node).as_map().find("input_measures")->as_list();
    if (std::find(list.begin(), list.end(), measure) == list.end())
      list.push_back(measure);
  }

  /// Names of the metrics that a metric is made of, in dbt's order.
  static std::vector<std::string> inputs_of(const Node& node) {
    const Data& params = *node.details->find("type_params");
    std::vector<const Data*> inputs;
    std::string type = python_str(*node.details->find("type"));
    if (type == "ratio")
      inputs = {params.get("numerator"), params.get("denominator")};
    else if (type == "derived")
      for (const Data& input : params.get("metrics")->as_list())
        inputs.push_back(&input);
    else if (type == "cumulative" && params.get("measure")->is_null())
      inputs = {params.get("cumulative_type_params")->get("metric")};
    else if (type == "conversion" &&
             params.get("conversion_type_params")->get("base_measure")->is_null())
      inputs = {params.get("conversion_type_params")->get("base_metric"),
                params.get("conversion_type_params")->get("conversion_metric")};
    std::vector<std::string> names;
    for (const Data* input : inputs) {
      if (input != nullptr && input->is_map())
        names.push_back(python_str(*input->get("name")));
    }
    return names;
  }

  /// Metrics below come first, since their input measures go up. A stack of our own: chains of
  /// metrics may be long.
  void visit(NodeId start) {
    struct Step {
      NodeId id;
      std::vector<std::string> names;
      size_t next = 0;
    };
    if (progress_[start.index()] != Progress::New)
      return;
    std::deque<Step> stack;
    auto push = [&](NodeId id) {
      progress_[id.index()] = Progress::Open;
      connect_measures(manifest_.node(id));
      stack.push_back({id, inputs_of(manifest_.node(id))});
    };
    push(start);
    while (!stack.empty()) {
      Step& step = stack.back();
      Node& node = manifest_.node(step.id);
      if (step.next == step.names.size()) {
        progress_[step.id.index()] = Progress::Done;
        stack.pop_back();
        continue;
      }
      NodeId input = require(metrics_, step.names[step.next], node, "metric");
      if (input.valid() && progress_[input.index()] == Progress::New) {
        push(input);
        continue;
      }
      ++step.next;
      if (!input.valid())
        continue;
      if (progress_[input.index()] == Progress::Open) {
        report(state_, node.patch_span,
               fmt::format("metric `{}` is made of itself through `{}`", node.name,
                           manifest_.node(input).name),
               "take one of the inputs away");
        continue;
      }
      for (const Data& measure :
           type_params(manifest_.node(input)).get("input_measures")->as_list())
        add_input_measure(node, measure);
      add_edge(node, input);
    }
  }

  void connect_measures(Node& node) {
    const Data params = type_params(node);
    std::vector<Data> measures = {*params.get("measure")};
    if (const Data& conversion = *params.get("conversion_type_params"); conversion.is_map()) {
      measures.push_back(*conversion.get("base_measure"));
      measures.push_back(*conversion.get("conversion_measure"));
    }
    for (const Data& measure : measures) {
      if (measure.is_null())
        continue;
      add_input_measure(node, measure);
      NodeId model = require(measures_, python_str(*measure.get("name")), node, "measure");
      if (model.valid())
        add_edge(node, model);
    }
    if (const Data& aggregation = *params.get("metric_aggregation_params"); aggregation.is_map()) {
      NodeId model = require(semantic_models_, python_str(*aggregation.get("semantic_model")), node,
                             "semantic model");
      if (model.valid())
        add_edge(node, model);
    }
  }

  void connect_saved_query(NodeId id) {
    Node& node = manifest_.node(id);
    for (const Data& name : node.details->find("query_params")->get("metrics")->as_list()) {
      NodeId metric = require(metrics_, python_str(name), node, "metric");
      if (metric.valid())
        add_edge(node, metric);
    }
  }

  /// metric('x') of exposures and models.
  void connect_calls(NodeId id) {
    Node& node = manifest_.node(id);
    for (const std::vector<std::string>& call : node.metrics) {
      NodeId metric = call.empty() ? NodeId() : require(metrics_, call.back(), node, "metric");
      if (metric.valid())
        add_edge(node, metric);
    }
  }

  State& state_;
  manifest::Manifest& manifest_;
  Table metrics_, semantic_models_, measures_;
  std::vector<Progress> progress_;
};

/// Old metrics keep meta beside their configuration, too.
void take_meta_and_tags(const State& state, Node& node, const Data& data) {
  const Data* meta = state.result->manifest.config_of(node).find("meta");
  if (meta != nullptr && meta->is_map() && !meta->as_map().empty())
    node.meta = meta->as_map();
  else
    node.meta = map_or_empty(data, "meta");
  const Data tags = member_or_null(data, "tags");
  if (tags.is_null())
    return;
  for (const Data& tag : tags.is_list() ? tags.as_list() : DataList{tags})
    node.tags.push_back(python_str(tag));
}

bool check_name(State& state, const Entry& entry, const std::string& name) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto is_word = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  std::vector<std::string> wrong;
  if (name.find(' ') != std::string::npos)
    wrong.emplace_back("cannot contain spaces");
  if (base::utf8_length(name) > 250)
    wrong.emplace_back("cannot contain more than 250 characters");
  if (name.empty() || !is_letter(name.front()))
    wrong.emplace_back("must begin with a letter");
  if (!std::all_of(name.begin(), name.end(), is_word))
    wrong.emplace_back("must contain only letters, numbers and underscores");
  if (wrong.empty())
    return true;
  report(state, entry.node->span,
         fmt::format("the metric name `{}` is invalid: it {}", name, base::join(wrong, ", ")),
         "write it like `number_of_orders`");
  return false;
}

}  // namespace

void add_metric(State& state, context::Worker& worker, const Entry& entry, const Data& data,
                const std::string& semantic_model, const Data& agg_time_dimension) {
  std::string name = python_str(member_or_null(data, "name"));
  Data given_type = text_or_null(data, "type");
  std::string type = given_type.is_null() ? "simple" : given_type.as_string();
  if (!check_name(state, entry, name))
    return;
  if (std::find(kTypes.begin(), kTypes.end(), base::to_lower(type)) == kTypes.end()) {
    std::optional<std::string> near = base::nearest(type, kTypes);
    report(state, entry.node->span, fmt::format("metric `{}` has unknown type `{}`", name, type),
           near ? fmt::format("did you mean `{}`?", *near)
                : fmt::format("write one of {}", base::join(kTypes, ", ")));
    return;
  }
  type = base::to_lower(type);
  Data holder = member_or_null(data, "type_params");
  bool is_flat = !holder.is_map();
  std::string problem;
  TypeParams params = is_flat ? read_flat_params(data, type, type == "simple" ? semantic_model : "",
                                                 agg_time_dimension, problem)
                              : read_type_params(holder, type, problem);
  Data type_params = params.to_data();
  if (std::string part = missing_part(type, type_params, is_flat, semantic_model); !part.empty())
    problem = fmt::format("it needs {}", part);
  if (!problem.empty()) {
    report(state, entry.node->span, fmt::format("metric `{}`: {}", name, problem), "");
    return;
  }
  Node node = make_described_node(state, worker, ResourceType::Metric, entry, name,
                                  map_or_empty(data, "config"), description_text(data));
  Data label = text_or_null(data, "label");
  node.details->set("label", label.is_null() ? Data(name) : label);
  node.details->set("type", Data(type));
  node.details->set("type_params", std::move(type_params));
  node.details->set("filter", where_filter(member_or_null(data, "filter")));
  node.details->set("metadata", Data());
  node.details->set("time_granularity", text_or_null(data, "time_granularity"));
  if (!is_flat)
    take_meta_and_tags(state, node, data);
  add_node(state, std::move(node));
}

void add_metric_of_measure(State& state, context::Worker& worker, const Entry& entry,
                           const Data& measure, bool enabled, const std::string& semantic_model,
                           const DataMap& meta) {
  Data name = text_or_null(measure, "name"), expr = text_or_null(measure, "expr"),
       label = text_or_null(measure, "label"), description = text_or_null(measure, "description");
  DataMap type_params;
  type_params.set("measure", name);
  type_params.set("expr", expr.is_null() ? name : expr);
  DataMap config;
  config.set("enabled", Data(enabled));
  config.set("meta", Data(meta));
  DataMap data;
  data.set("name", name);
  data.set("label", label.is_null() ? name : label);
  data.set("type", Data("simple"));
  data.set("type_params", Data(std::move(type_params)));
  data.set("description", description.is_null()
                              ? Data("Metric created from measure " + python_str(name))
                              : description);
  data.set("config", Data(std::move(config)));
  add_metric(state, worker, entry, Data(std::move(data)), semantic_model, Data());
}

void connect_metrics(State& state) { Connector(state).run(); }

}  // namespace weft::parse
