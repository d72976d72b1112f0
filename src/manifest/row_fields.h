// row_fields: the members of all rows of a manifest, once, for archives. A new member of a row that
// is not listed here is lost where a parse is taken from the cache; parse/cache_test.cc notices.
#pragma once

#include "diag/source.h"
#include "manifest/manifest.h"

namespace weft::diag {

template <typename Archive>
void fields(Archive& archive, Span& span) {
  archive(span.source, span.begin, span.end);
}

}  // namespace weft::diag

namespace weft::manifest {

template <typename Archive>
void fields(Archive& archive, RefCall& row) {
  archive(row.name, row.package, row.version);
}

template <typename Archive>
void fields(Archive& archive, SourceCall& row) {
  archive(row.source_name, row.table_name);
}

template <typename Archive>
void fields(Archive& archive, FileChecksum& row) {
  archive(row.name, row.checksum);
}

template <typename Archive>
void fields(Archive& archive, Constraint& row) {
  archive(row.type, row.name, row.expression, row.to, row.warn_unsupported, row.warn_unenforced,
          row.columns, row.to_columns);
}

template <typename Archive>
void fields(Archive& archive, Column& row) {
  archive(row.name, row.description, row.meta, row.data_type, row.constraints, row.quote, row.tags,
          row.config_meta, row.config_tags, row.granularity, row.doc_blocks, row.dimension,
          row.entity, row.extra);
}

template <typename Archive>
void fields(Archive& archive, Docs& row) {
  archive(row.show, row.node_color);
}

template <typename Archive>
void fields(Archive& archive, TestMetadata& row) {
  archive(row.name, row.kwargs, row.test_namespace);
}

template <typename Archive>
void fields(Archive& archive, ModelFields& row) {
  archive(row.access, row.constraints, row.version, row.latest_version, row.deprecation_date,
          row.primary_key, row.time_spine);
}

template <typename Archive>
void fields(Archive& archive, TestFields& row) {
  archive(row.column_name, row.file_key_name, row.attached_node, row.metadata, row.kwargs);
}

template <typename Archive>
void fields(Archive& archive, FreshnessThreshold& row) {
  archive(row.count, row.period, row.is_null);
}

template <typename Archive>
void fields(Archive& archive, Freshness& row) {
  archive(row.warn_after, row.error_after, row.filter);
}

template <typename Archive>
void fields(Archive& archive, SourceFields& row) {
  archive(row.source_name, row.source_description, row.loader, row.identifier, row.quoting,
          row.loaded_at_field, row.loaded_at_query, row.freshness, row.external, row.source_meta,
          row.unrendered_database, row.unrendered_schema);
}

template <typename Archive>
void fields(Archive& archive, UnitTestInput& row) {
  archive(row.input, row.format, row.rows, row.fixture);
}

template <typename Archive>
void fields(Archive& archive, UnitTestFields& row) {
  archive(row.model, row.given, row.expect, row.override_macros, row.override_vars,
          row.override_env_vars, row.version, row.versions, row.checksum, row.tested_node);
}

template <typename Archive>
void fields(Archive& archive, FunctionArgument& row) {
  archive(row.name, row.data_type, row.description, row.default_value);
}

template <typename Archive>
void fields(Archive& archive, FunctionFields& row) {
  archive(row.arguments, row.returns_type, row.returns_description, row.overloads);
}

template <typename Archive>
void fields(Archive& archive, ExtraCte& row) {
  archive(row.node, row.sql);
}

template <typename Archive>
void fields(Archive& archive, Node& row) {
  archive(row.type, row.unique_id, row.name, row.package_name, row.path, row.original_file_path,
          row.fqn, row.database, row.schema, row.alias, row.checksum, row.config,
          row.unrendered_config, row.config_call, row.tags, row.meta, row.description, row.columns,
          row.group, row.docs, row.patch_path, row.created_at, row.relation_name, row.raw_code,
          row.language, row.doc_blocks, row.refs, row.sources, row.functions, row.metrics,
          row.depends_on, row.depends_on_macros, row.model, row.test, row.source, row.unit_test,
          row.function, row.details, row.contract_checksum, row.operation_index, row.root_path,
          row.source_span, row.patch_span);
}

template <typename Archive>
void fields(Archive& archive, MacroArgument& row) {
  archive(row.name, row.type, row.description);
}

template <typename Archive>
void fields(Archive& archive, Macro& row) {
  archive(row.name, row.package_name, row.path, row.original_file_path, row.unique_id,
          row.macro_sql, row.depends_on, row.description, row.meta, row.docs, row.patch_path,
          row.arguments, row.created_at, row.supported_languages);
}

template <typename Archive>
void fields(Archive& archive, DocBlock& row) {
  archive(row.name, row.package_name, row.path, row.original_file_path, row.unique_id,
          row.block_contents);
}

template <typename Archive>
void fields(Archive& archive, Group& row) {
  archive(row.name, row.package_name, row.path, row.original_file_path, row.unique_id,
          row.description, row.owner, row.config, row.meta);
}

}  // namespace weft::manifest
