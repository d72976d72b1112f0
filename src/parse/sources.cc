// Sources: one row a table of a source.
#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "context/config_merge.h"
#include "context/relations.h"
#include "parse/checks.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"
#include "parse/source_freshness.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

std::optional<std::string> text_of(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  if (value == nullptr || value->is_null())
    return std::nullopt;
  return python_str(*value);
}

void append_tags(DataList& tags, const Data* more) {
  if (more == nullptr || more->is_null())
    return;
  DataList items = more->is_list() ? more->as_list() : DataList{*more};
  for (Data& item : items)
    tags.push_back(std::move(item));
}

DataMap quoting_of(const Data& source, const Data& table) {
  DataMap made;
  for (const char* key : {"database", "schema", "identifier", "column"})
    made.set(key, Data());
  for (const Data* holder : {source.get("quoting"), table.get("quoting")}) {
    if (holder == nullptr || !holder->is_map())
      continue;
    for (const auto& [key, value] : holder->as_map()) {
      if (!value.is_null())
        made.set(key, value);
    }
  }
  return made;
}

/// tags and meta of source, then table; enabled and event_time of the table over the source's.
DataMap table_config(const Data& source, const Data& table) {
  DataMap made;
  DataList tags;
  DataMap meta;
  for (const Data* holder : {&source, &table}) {
    append_tags(tags, holder->get("tags"));
    if (const Data* config = holder->get("config"))
      append_tags(tags, config->get("tags"));
    const Data* config = holder->get("config");
    for (const Data* part :
         {holder->get("meta"), config == nullptr ? nullptr : config->get("meta")}) {
      if (part == nullptr || !part->is_map())
        continue;
      for (const auto& [key, value] : part->as_map())
        meta.set(key, value);
    }
    if (config != nullptr && config->is_map()) {
      for (const auto& [key, value] : config->as_map()) {
        if (key != "tags" && key != "meta" && key != "freshness" && key != "loaded_at_field" &&
            key != "loaded_at_query")
          made.set(key, value);
      }
    }
  }
  made.set("tags", Data(std::move(tags)));
  made.set("meta", Data(std::move(meta)));
  return made;
}

/// A value of the entry before its Jinja was rendered.
std::optional<std::string> written_text(const yaml::Node& entry, std::string_view key) {
  const yaml::Node* value = entry.find(key);
  return value == nullptr || value->is_null() || value->text.empty() ? std::nullopt
                                                                     : std::optional(value->text);
}

class SourceParser {
 public:
  explicit SourceParser(State& state)
      : state_(state), worker_(*state.shared, nullptr), configs_(state) {}

  void add_source(Entry& entry) {
    const Data* tables = entry.data.get("tables");
    if (tables == nullptr || !tables->is_list())
      return;
    const yaml::Node* nodes = entry.node->find("tables");
    for (size_t i = 0; i < tables->as_list().size(); ++i) {
      const Data& table = tables->as_list()[i];
      if (table.get("name") == nullptr) {
        report_nameless(entry, nodes->items[i]->span);
        continue;
      }
      add_table(entry, table, nodes == nullptr ? nullptr : nodes->items[i]);
    }
  }

 private:
  void report_nameless(const Entry& entry, diag::Span span) {
    state_.report(properties_error(fmt::format("a table of source `{}` has no name", entry.name),
                                   span, "add `name:`"));
  }

  void add_table(Entry& entry, const Data& table, const yaml::Node* table_node) {
    const ProjectFile& file = state_.files[entry.file];
    const Data& source = entry.data;
    Node node;
    node.type = ResourceType::Source;
    node.source = std::make_unique<manifest::SourceFields>();
    manifest::SourceFields& fields = *node.source;
    node.name = python_str(*table.get("name"));
    fields.source_name = entry.name;
    node.package_name = state_.project_of(file).name;
    node.path = node.original_file_path = file.original_file_path;
    node.unique_id = fmt::format("source.{}.{}.{}", node.package_name, entry.name, node.name);
    node.fqn = folder_fqn(node.package_name, file.path);
    node.fqn.push_back(entry.name);
    node.fqn.push_back(node.name);
    node.created_at = state_.now;
    node.patch_span = table_node == nullptr ? entry.node->span : table_node->span;
    node.database = text_of(source, "database");
    if (!node.database)
      node.database = state_.input.profile.credentials.database;
    node.schema = text_of(source, "schema").value_or(entry.name);
    fields.unrendered_database = written_text(*entry.node, "database");
    fields.unrendered_schema = written_text(*entry.node, "schema");
    fields.identifier = text_of(table, "identifier").value_or(node.name);
    fields.loader = text_of(source, "loader").value_or("");
    fields.quoting = quoting_of(source, table);
    if (!check_loaded_at(entry, table))
      return;
    if (const Data* external = table.get("external"))
      fields.external = *external;
    finish_table(entry, table, table_node, node);
  }

  bool check_loaded_at(const Entry& entry, const Data& table) {
    for (const Data* holder : {&entry.data, &table}) {
      const Data* field = holder->get("loaded_at_field");
      if (field == nullptr || !field->is_string() || !field->as_string().empty())
        continue;
      state_.report(properties_error(
          fmt::format("`loaded_at_field` of source `{}` is empty", entry.name), entry.node->span,
          "name a column, or write `loaded_at_field: null`",
          fmt::format("Invalid sources config given in {} @ sources: {} - loaded_at_field cannot "
                      "be an empty string.",
                      state_.files[entry.file].original_file_path, entry.name)));
      return false;
    }
    return true;
  }

  void finish_table(const Entry& entry, const Data& table, const yaml::Node* table_node,
                    Node& node) {
    manifest::SourceFields& fields = *node.source;
    const Data& source = entry.data;
    if (const Data* meta = source.get("meta"); meta != nullptr && meta->is_map())
      fields.source_meta = meta->as_map();
    const Data* source_config = source.get("config");
    if (source_config != nullptr && source_config->get("meta") != nullptr &&
        source_config->get("meta")->is_map()) {
      for (const auto& [key, value] : source_config->get("meta")->as_map())
        fields.source_meta.set(key, value);
    }
    DescriptionRenderer descriptions(state_, worker_);
    std::vector<std::string> source_blocks;
    fields.source_description = descriptions.render(description_text(source), node.package_name,
                                                    entry.node->span, source_blocks);
    node.description = descriptions.render(description_text(table), node.package_name,
                                           node.patch_span, node.doc_blocks);
    node.columns = read_columns(table, table_node, node.package_name, descriptions);
    DataMap given = table_config(source, table);
    DataMap config = configs_.build(ResourceType::Source, node.package_name, node.fqn, given, {});
    if (!check_config(state_, node, config))
      return;
    set_freshness(source, table, config, node);
    if (const Data* tags = config.find("tags"); tags != nullptr && tags->is_list()) {
      for (const Data& tag : tags->as_list())
        node.tags.push_back(python_str(tag));
    }
    if (const Data* meta = config.find("meta"); meta != nullptr && meta->is_map())
      node.meta = meta->as_map();
    node.relation_name =
        context::relation_of(node, config, state_.input.root.quoting).render_name();
    std::optional<manifest::Freshness> freshness = merged_freshness(source, table);
    if (!freshness || freshness->is_set())
      given.set("freshness", freshness_data(freshness));
    given.set("loaded_at_field", *config.find("loaded_at_field"));
    given.set("loaded_at_query", *config.find("loaded_at_query"));
    node.unrendered_config = state_.interner->intern(
        configs_.unrendered(ResourceType::Source, node.package_name, node.fqn, given, {}));
    warn_of_unknown_age(node, config);
    node.config = state_.interner->intern(std::move(config));
    add_node(state_, std::move(node));
  }

  /// Thresholds of the properties file; those of dbt_project.yml only where it has none.
  void set_freshness(const Data& source, const Data& table, DataMap& config, Node& node) {
    manifest::SourceFields& fields = *node.source;
    if (diag::Status read = read_loaded_at(source, table, fields); !read) {
      diag::Diagnostic error = read.error();
      error.span = node.patch_span;
      state_.report(std::move(error));
    }
    fields.freshness = merged_freshness(source, table);
    const Data* of_project = config.find("freshness");
    if (fields.freshness && !fields.freshness->is_set() && of_project != nullptr)
      fields.freshness = read_freshness(*of_project);
    config.set("freshness", freshness_data(fields.freshness));
    config.set("loaded_at_field", fields.loaded_at_field ? Data(*fields.loaded_at_field) : Data());
    config.set("loaded_at_query", fields.loaded_at_query ? Data(*fields.loaded_at_query) : Data());
  }

  /// PostgreSQL does not know when a table was written last.
  void warn_of_unknown_age(const Node& node, const DataMap& config) {
    const manifest::SourceFields& fields = *node.source;
    const Data* enabled = config.find("enabled");
    bool is_checked =
        fields.freshness && fields.freshness->is_set() && (enabled == nullptr || enabled->truthy());
    if (!is_checked || fields.loaded_at_field || fields.loaded_at_query)
      return;
    std::string name = fields.source_name + "." + node.name;
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::FreshnessUnknown;
    diagnostic.message = fmt::format("source `{}` has `freshness` and no `loaded_at_field`", name);
    diagnostic.span = node.patch_span;
    diagnostic.hint = "name the column that tells when a row was loaded";
    diagnostic.legacy_text = fmt::format(
        "The configured adapter does not support metadata-based freshness. A loaded_at_field must "
        "be specified for source '{}'.",
        name);
    state_.report(std::move(diagnostic));
  }

  State& state_;
  context::Worker worker_;
  ConfigBuilder configs_;
};

}  // namespace

void parse_sources(State& state) {
  SourceParser parser(state);
  for (Entry& entry : state.entries) {
    if (entry.section == "sources") {
      entry.is_used = true;
      parser.add_source(entry);
    }
  }
}

}  // namespace weft::parse
