// node_fields: every key of every kind of row, in dbt's order, told to an emitter. The one list
// that both the text of manifest.json and the node dicts of templates are made from. See
// field_writer.h for what an emitter is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/described_keys.h"
#include "manifest/field_writer.h"
#include "manifest/manifest.h"

namespace weft::manifest {

template <typename Emitter>
class NodeFields : public FieldWriter<Emitter> {
 public:
  /// Both must outlive this.
  NodeFields(Emitter& emitter, const Manifest& manifest)
      : FieldWriter<Emitter>(emitter), m_(manifest) {}

  using FieldWriter<Emitter>::text;
  using FieldWriter<Emitter>::text_or_null;
  using FieldWriter<Emitter>::optional;
  using FieldWriter<Emitter>::boolean;
  using FieldWriter<Emitter>::data;
  using FieldWriter<Emitter>::map;
  using FieldWriter<Emitter>::strings;
  using FieldWriter<Emitter>::docs;
  using FieldWriter<Emitter>::quoting;
  using FieldWriter<Emitter>::freshness;

  /// The whole row as one map.
  void node(const Node& n) {
    e_.open_map();
    switch (n.type) {
      case ResourceType::Source:
        source(n);
        break;
      case ResourceType::UnitTest:
        unit_test(n);
        break;
      case ResourceType::Exposure:
      case ResourceType::Metric:
      case ResourceType::SemanticModel:
      case ResourceType::SavedQuery:
        described(n);
        break;
      default:
        parsed(n);
    }
    e_.close_map();
  }

  /// The `macros` member of a depends_on.
  void macros(const std::vector<MacroId>& ids) {
    e_.key("macros");
    e_.open_list();
    for (MacroId id : ids)
      e_.text(m_.macros[id.index()].unique_id);
    e_.close_list();
  }

 private:
  using FieldWriter<Emitter>::e_;
  using FieldWriter<Emitter>::string_list;
  using FieldWriter<Emitter>::columns;
  using FieldWriter<Emitter>::constraints;

  void identity(const Node& n) {
    text("name", n.name);
    text("resource_type", resource_type_name(n.type));
    text("package_name", n.package_name);
    text("path", n.path);
    text("original_file_path", n.original_file_path);
    text("unique_id", n.unique_id);
    strings("fqn", n.fqn);
  }

  void config(std::string_view key, ConfigId id) {
    e_.key(key);
    if (id.valid()) {
      e_.config(m_.config(id));
      return;
    }
    e_.open_map();
    e_.close_map();
  }

  void created_at(const Node& n) {
    e_.key("created_at");
    e_.real(n.created_at);
  }

  void depends_on(const Node& n) {
    e_.key("depends_on");
    e_.open_map();
    macros(n.depends_on_macros);
    if (n.type != ResourceType::Seed) {
      e_.key("nodes");
      e_.open_list();
      for (NodeId id : n.depends_on)
        e_.text(m_.node(id).unique_id);
      e_.close_list();
    }
    e_.close_map();
  }

  void refs(const Node& n) {
    e_.key("refs");
    e_.open_list();
    for (const RefCall& ref : n.refs) {
      e_.open_map();
      text("name", ref.name);
      text_or_null("package", ref.package);
      data("version", ref.version);
      e_.close_map();
    }
    e_.close_list();
  }

  void calls(const Node& n) {
    refs(n);
    sources(n);
    metrics(n);
    e_.key("functions");
    e_.open_list();
    for (const RefCall& call : n.functions) {
      e_.open_list();
      if (!call.package.empty())
        e_.text(call.package);
      e_.text(call.name);
      e_.close_list();
    }
    e_.close_list();
  }

  void sources(const Node& n) {
    e_.key("sources");
    e_.open_list();
    for (const SourceCall& call : n.sources) {
      e_.open_list();
      e_.text(call.source_name);
      e_.text(call.table_name);
      e_.close_list();
    }
    e_.close_list();
  }

  void metrics(const Node& n) {
    e_.key("metrics");
    e_.open_list();
    for (const std::vector<std::string>& call : n.metrics)
      string_list(call);
    e_.close_list();
  }

  /// Models, seeds, snapshots, tests, analyses, operations and functions.
  void parsed(const Node& n) {
    if (n.function)
      function_returns(*n.function);
    parsed_head(n);
    columns(n.columns);
    map("meta", n.meta);
    optional("group", n.group);
    docs(n.docs);
    optional("patch_path", n.patch_path);
    optional("build_path", n.build_path);
    config("unrendered_config", n.unrendered_config);
    created_at(n);
    optional("relation_name", n.relation_name);
    text("raw_code", n.raw_code);
    strings("doc_blocks", n.doc_blocks);
    if (n.type == ResourceType::Seed) {
      text_or_null("root_path", n.root_path);
      depends_on(n);
      return;
    }
    compiled(n);
    if (n.model)
      model_fields(*n.model);
    if (n.test && n.test->metadata)
      generic_test_fields(*n.test);
    if (n.type == ResourceType::Operation) {
      e_.key("index");
      e_.integer(n.operation_index);
    }
    if (n.function)
      function_fields(*n.function);
  }

  void parsed_head(const Node& n) {
    optional("database", n.database);
    text("schema", n.schema);
    identity(n);
    text("alias", n.alias);
    e_.key("checksum");
    e_.open_map();
    text("name", n.checksum.name);
    text("checksum", n.checksum.checksum);
    e_.close_map();
    config("config", n.config);
    strings("tags", n.tags);
    text("description", n.description);
  }

  void compiled(const Node& n) {
    text("language", n.language);
    calls(n);
    depends_on(n);
    optional("compiled_path", n.compiled_path);
    if (n.compiled) {
      boolean("compiled", true);
      text("compiled_code", n.compiled_code);
      boolean("extra_ctes_injected", n.extra_ctes_injected);
      e_.key("extra_ctes");
      e_.open_list();
      for (const ExtraCte& cte : n.extra_ctes) {
        e_.open_map();
        text("id", m_.node(cte.node).unique_id);
        text("sql", cte.sql);
        e_.close_map();
      }
      e_.close_list();
    }
    contract(n);
  }

  void contract(const Node& n) {
    const base::Data* given = n.config.valid() ? m_.config(n.config).find("contract") : nullptr;
    const base::Data* enforced = given == nullptr ? nullptr : given->get("enforced");
    const base::Data* alias_types = given == nullptr ? nullptr : given->get("alias_types");
    e_.key("contract");
    e_.open_map();
    boolean("enforced", enforced != nullptr && enforced->bool_or(false));
    boolean("alias_types", alias_types == nullptr || alias_types->bool_or(true));
    optional("checksum", n.contract_checksum);
    e_.close_map();
  }

  void model_fields(const ModelFields& f) {
    text("access", f.access);
    constraints(f.constraints, true);
    data("version", f.version);
    data("latest_version", f.latest_version);
    optional("deprecation_date", f.deprecation_date);
    strings("primary_key", f.primary_key);
    data("time_spine", f.time_spine);
  }

  void generic_test_fields(const TestFields& f) {
    optional("column_name", f.column_name);
    optional("file_key_name", f.file_key_name);
    e_.key("attached_node");
    f.attached_node.valid() ? e_.text(m_.node(f.attached_node).unique_id) : e_.null();
    e_.key("test_metadata");
    e_.open_map();
    text("name", f.metadata->name);
    map("kwargs", f.metadata->kwargs);
    optional("namespace", f.metadata->test_namespace);
    e_.close_map();
  }

  void function_returns(const FunctionFields& f) {
    e_.key("returns");
    e_.open_map();
    text("data_type", f.returns_type);
    text_or_null("description", f.returns_description);
    e_.close_map();
  }

  void function_fields(const FunctionFields& f) {
    e_.key("arguments");
    e_.open_list();
    for (const FunctionArgument& argument : f.arguments) {
      e_.open_map();
      text("name", argument.name);
      text("data_type", argument.data_type);
      text_or_null("description", argument.description);
      data("default_value", argument.default_value);
      e_.close_map();
    }
    e_.close_list();
    list_or_empty("overloads", f.overloads);
  }

  void list_or_empty(std::string_view key, const base::Data& value) {
    e_.key(key);
    if (value.is_list()) {
      e_.data(value);
      return;
    }
    e_.open_list();
    e_.close_list();
  }

  void source(const Node& n) {
    static const SourceFields kNone;
    const SourceFields& f = n.source ? *n.source : kNone;
    optional("database", n.database);
    text("schema", n.schema);
    identity(n);
    text("source_name", f.source_name);
    text("source_description", f.source_description);
    text("loader", f.loader);
    text("identifier", f.identifier);
    quoting(f.quoting);
    optional("loaded_at_field", f.loaded_at_field);
    optional("loaded_at_query", f.loaded_at_query);
    e_.key("freshness");
    f.freshness ? freshness(*f.freshness) : e_.null();
    data("external", f.external);
    text("description", n.description);
    columns(n.columns);
    map("meta", n.meta);
    map("source_meta", f.source_meta);
    strings("tags", n.tags);
    config("config", n.config);
    optional("patch_path", n.patch_path);
    config("unrendered_config", n.unrendered_config);
    optional("relation_name", n.relation_name);
    created_at(n);
    optional("unrendered_database", f.unrendered_database);
    optional("unrendered_schema", f.unrendered_schema);
    strings("doc_blocks", n.doc_blocks);
  }

  void unit_test(const Node& n) {
    static const UnitTestFields kNone;
    const UnitTestFields& f = n.unit_test ? *n.unit_test : kNone;
    text("model", f.model);
    e_.key("given");
    e_.open_list();
    for (const UnitTestInput& input : f.given)
      unit_test_input(input, true);
    e_.close_list();
    e_.key("expect");
    unit_test_input(f.expect, false);
    identity(n);
    text("description", n.description);
    overrides(f);
    depends_on(n);
    config("config", n.config);
    text("checksum", f.checksum);
    text("schema", n.schema);
    created_at(n);
    data("versions", f.versions);
    data("version", f.version);
  }

  void unit_test_input(const UnitTestInput& input, bool is_given) {
    e_.open_map();
    if (is_given)
      text("input", input.input);
    data("rows", input.rows);
    text("format", input.format);
    optional("fixture", input.fixture);
    e_.close_map();
  }

  void overrides(const UnitTestFields& f) {
    e_.key("overrides");
    if (f.override_macros.empty() && f.override_vars.empty() && f.override_env_vars.empty()) {
      e_.null();
      return;
    }
    e_.open_map();
    map("macros", f.override_macros);
    map("vars", f.override_vars);
    map("env_vars", f.override_env_vars);
    e_.close_map();
  }

  void described(const Node& n) {
    identity(n);
    const std::span<const std::string_view> keys = described_keys(n.type);
    for (std::string_view key : keys) {
      if (shared_member(n, key))
        continue;
      const base::Data* detail = n.details ? n.details->find(key) : nullptr;
      e_.key(key);
      detail != nullptr ? e_.data(*detail) : e_.null();
    }
    if (!n.details)
      return;
    for (const base::DataEntry& entry : *n.details) {
      bool is_listed = false;
      for (std::string_view key : keys)
        is_listed = is_listed || key == entry.key;
      if (!is_listed)
        any(entry);
    }
  }

  void any(const base::DataEntry& entry) {
    e_.any_key(entry.key);
    e_.data(entry.value);
  }

  /// Emits a key whose value is a column of the table for every kind; false for all other keys.
  bool shared_member(const Node& n, std::string_view key) {
    if (key == "description" && n.description.empty() &&
        (n.type == ResourceType::SavedQuery || n.type == ResourceType::SemanticModel))
      optional(key, std::nullopt);
    else if (key == "description")
      text(key, n.description);
    else if (key == "meta")
      map(key, n.meta);
    else if (key == "tags")
      strings(key, n.tags);
    else if (key == "config")
      config(key, n.config);
    else if (key == "unrendered_config")
      config(key, n.unrendered_config);
    else if (key == "depends_on")
      depends_on(n);
    else if (key == "refs")
      refs(n);
    else if (key == "sources")
      sources(n);
    else if (key == "metrics")
      metrics(n);
    else if (key == "created_at")
      created_at(n);
    else if (key == "group")
      optional(key, n.group);
    else
      return false;
    return true;
  }

  const Manifest& m_;
};

}  // namespace weft::manifest
