// FieldWriter: members of artifacts, each a key with its value, told to an emitter.
//
// An emitter has open_map, close_map, open_list, close_list, key, any_key, null, boolean, integer,
// real, text, data, map and config: JsonText or DataTree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/manifest.h"

namespace weft::manifest {

template <typename Emitter>
class FieldWriter {
 public:
  /// The emitter must outlive this.
  explicit FieldWriter(Emitter& emitter) : e_(emitter) {}

  void text(std::string_view key, std::string_view value) {
    e_.key(key);
    e_.text(value);
  }
  void text_or_null(std::string_view key, std::string_view value) {
    e_.key(key);
    value.empty() ? e_.null() : e_.text(value);
  }
  void optional(std::string_view key, const std::optional<std::string>& value) {
    e_.key(key);
    value ? e_.text(*value) : e_.null();
  }
  void boolean(std::string_view key, bool value) {
    e_.key(key);
    e_.boolean(value);
  }
  void data(std::string_view key, const base::Data& value) {
    e_.key(key);
    e_.data(value);
  }
  void map(std::string_view key, const base::DataMap& value) {
    e_.key(key);
    e_.map(value);
  }
  void strings(std::string_view key, const std::vector<std::string>& values) {
    e_.key(key);
    string_list(values);
  }
  void docs(const Docs& value) {
    e_.key("docs");
    e_.open_map();
    boolean("show", value.show);
    optional("node_color", value.node_color);
    e_.close_map();
  }
  void quoting(const base::DataMap& given) {
    e_.key("quoting");
    e_.open_map();
    for (std::string_view part : {"database", "schema", "identifier", "column"}) {
      const base::Data* value = given.find(part);
      e_.key(part);
      value != nullptr ? e_.data(*value) : e_.null();
    }
    e_.close_map();
  }

  void constraints(const std::vector<Constraint>& all, bool of_model) {
    e_.key("constraints");
    e_.open_list();
    for (const Constraint& c : all) {
      e_.open_map();
      text("type", c.type);
      optional("name", c.name);
      optional("expression", c.expression);
      boolean("warn_unenforced", c.warn_unenforced);
      boolean("warn_unsupported", c.warn_unsupported);
      optional("to", c.to);
      strings("to_columns", c.to_columns);
      if (of_model)
        strings("columns", c.columns);
      e_.close_map();
    }
    e_.close_list();
  }

  void columns(const std::vector<Column>& all) {
    e_.key("columns");
    e_.open_map();
    for (const Column& column : all) {
      e_.any_key(column.name);
      one_column(column);
    }
    e_.close_map();
  }

  /// The map alone, without a key.
  void freshness(const Freshness& value) {
    e_.open_map();
    threshold("warn_after", value.warn_after);
    threshold("error_after", value.error_after);
    optional("filter", value.filter);
    e_.close_map();
  }

 protected:
  void string_list(const std::vector<std::string>& values) {
    e_.open_list();
    for (const std::string& value : values)
      e_.text(value);
    e_.close_list();
  }

  Emitter& e_;

 private:
  void one_column(const Column& c) {
    e_.open_map();
    text("name", c.name);
    text("description", c.description);
    map("meta", c.meta);
    optional("data_type", c.data_type);
    constraints(c.constraints, false);
    e_.key("quote");
    c.quote ? e_.boolean(*c.quote) : e_.null();
    e_.key("config");
    e_.open_map();
    map("meta", c.config_meta);
    strings("tags", c.config_tags);
    e_.close_map();
    strings("tags", c.tags);
    optional("granularity", c.granularity);
    data("dimension", c.dimension);
    data("entity", c.entity);
    strings("doc_blocks", c.doc_blocks);
    for (const base::DataEntry& entry : c.extra) {
      e_.any_key(entry.key);
      e_.data(entry.value);
    }
    e_.close_map();
  }

  void threshold(std::string_view key, const FreshnessThreshold& value) {
    e_.key(key);
    if (value.is_null) {
      e_.null();
      return;
    }
    e_.open_map();
    e_.key("count");
    value.count ? e_.integer(*value.count) : e_.null();
    text_or_null("period", value.period);
    e_.close_map();
  }
};

}  // namespace weft::manifest
