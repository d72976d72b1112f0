// Parts of metrics, semantic models and saved queries as dbt's manifest has them: every key in its
// place, null where the YAML is silent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/data.h"
#include "manifest/manifest.h"
#include "parse/state.h"

namespace weft::parse {

/// The value at `key`, null when there is none.
base::Data member_or_null(const base::Data& data, std::string_view key);
/// Its Python str(), null for null.
base::Data text_or_null(const base::Data& data, std::string_view key);
/// The map at `key`; empty when there is none.
base::DataMap map_or_empty(const base::Data& data, std::string_view key);
/// The list at `key`; empty when there is none.
base::DataList list_or_empty(const base::Data& data, std::string_view key);

/// A text or list of texts as where_filters; null for null.
base::Data where_filter(const base::Data& filter);
/// "7 days" as {count, granularity}; null for null. `problem` receives what is wrong with it.
base::Data time_window(const base::Data& window, std::string& problem);
/// A measure's name or {name, filter, alias, ...} as an input measure; null for null.
base::Data input_measure(const base::Data& data);
/// A metric's name or {name, filter, alias, offset_window, ...}; null for null.
base::Data metric_input(const base::Data& data, std::string& problem);
/// config: {meta} of an element, with the semantic model's meta under it.
base::Data element_config(const base::DataMap& model_meta, const base::DataMap& own_meta);

/// A row of one of these kinds with its names, paths and configuration filled in. `config` is what
/// the YAML gives, `description` is rendered.
Node make_described_node(State& state, context::Worker& worker, ResourceType type,
                         const Entry& entry, const std::string& name, const base::DataMap& config,
                         const std::string& description);

/// The metric rows: metrics of the entry, or those that a model or a measure brings along. The
/// edges follow in connect_metrics.
void add_metric(State& state, context::Worker& worker, const Entry& entry, const base::Data& data,
                const std::string& semantic_model, const base::Data& agg_time_dimension);
/// A metric for a measure with `create_metric: true`.
void add_metric_of_measure(State& state, context::Worker& worker, const Entry& entry,
                           const base::Data& measure, bool enabled,
                           const std::string& semantic_model, const base::DataMap& meta);
/// Edges and input measures of all metrics, and edges of saved queries to their metrics.
void connect_metrics(State& state);

/// Semantic models of `semantic_models:` and those that model entries declare on their columns.
void add_semantic_model(State& state, context::Worker& worker, const Entry& entry);
void add_semantic_model_of_model(State& state, context::Worker& worker, const Entry& entry);

}  // namespace weft::parse
