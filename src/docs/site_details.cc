// The detail of one node: everything its page shows that is not in the core data.

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "base/json.h"
#include "base/strings.h"
#include "docs/compact_json.h"
#include "docs/markdown.h"
#include "docs/site_parts.h"

namespace weft::docs {
namespace {

using manifest::Node;
using manifest::ResourceType;

constexpr size_t kMostMessage = 4000;
constexpr size_t kMostUsers = 200;
constexpr size_t kMostRows = 200;

/// `[label, text]` pairs under a key, left out when there are none.
struct Pairs {
  std::vector<std::pair<std::string, std::string>> list;

  void add(std::string_view label, std::string_view text) {
    if (!text.empty())
      list.emplace_back(label, text);
  }
  void write(CompactJson& json, std::string_view key) const {
    if (list.empty())
      return;
    json.key(key);
    json.open('[');
    for (const auto& [label, text] : list) {
      json.open('[');
      json.text(label);
      json.text(text);
      json.close(']');
    }
    json.close(']');
  }
};

/// A value as the page prints it; "" for nulls, false and empty containers.
std::string shown_value(const base::Data& value) {
  if (!value.truthy() && !value.is_number())
    return {};
  return value.is_string() ? value.as_string() : base::to_json(value);
}

void write_map(CompactJson& json, std::string_view key,
               const std::map<std::string, const base::Data*>& values) {
  Pairs pairs;
  for (const auto& [name, value] : values)
    pairs.add(name, shown_value(*value));
  pairs.write(json, key);
}

std::string_view execution_start(const manifest::RunResult& r, std::string& text) {
  for (const manifest::Timing& t : r.timing) {
    if (t.name == "execute")
      text = base::format_utc(t.started_at);
  }
  return text;
}

void write_run(CompactJson& json, const manifest::RunResult* r) {
  if (r == nullptr)
    return;
  std::string start;
  json.key("run");
  json.open('{');
  json.member("status", r->status);
  json.key("time");
  json.real(r->execution_time);
  json.optional_member("at", execution_start(*r, start));
  const base::Data* rows = r->adapter_response.find("rows_affected");
  if (rows != nullptr && rows->is_int()) {
    json.key("rows");
    json.number(rows->as_int());
  }
  if (r->failures) {
    json.key("failures");
    json.number(*r->failures);
  }
  json.optional_member("message", base::utf8_prefix(r->message.value_or(""), kMostMessage));
  json.close('}');
}

void write_freshness(CompactJson& json, const manifest::FreshnessResult* r) {
  if (r == nullptr)
    return;
  json.key("run");
  json.open('{');
  json.member("status", r->status);
  json.key("time");
  json.real(r->execution_time);
  json.optional_member("message", base::utf8_prefix(r->error.value_or(""), kMostMessage));
  json.close('}');
}

std::string severity_of(const SiteModel& model, uint32_t test) {
  return base::to_lower(config_text(model, test, "severity"));
}

std::string_view short_test_name(const Node& n) {
  return n.test && n.test->metadata ? std::string_view(n.test->metadata->name)
                                    : std::string_view(n.name);
}

std::string_view test_column(const Node& n) {
  return n.test && n.test->column_name ? std::string_view(*n.test->column_name)
                                       : std::string_view();
}

void write_tests(CompactJson& json, const SiteModel& model, uint32_t entry) {
  if (model.tests[entry].empty())
    return;
  json.key("tests");
  json.open('[');
  for (const uint32_t t : model.tests[entry]) {
    const Node& n = *model.node(t);
    const std::string severity = severity_of(model, t);
    json.open('{');
    json.member("id", n.unique_id);
    json.member("name", short_test_name(n));
    json.optional_member("column", test_column(n));
    if (severity != "error")
      json.optional_member("severity", severity);
    write_run(json, model.results[t]);
    json.close('}');
  }
  json.close(']');
}

void write_column(CompactJson& json, const ListedColumn& c, const std::vector<int64_t>& tests) {
  json.open('{');
  json.member("name", c.name);
  json.optional_member("type", c.type);
  if (c.documented != nullptr) {
    json.optional_member("html", markdown_to_html(c.documented->description));
    if (!c.documented->tags.empty()) {
      json.key("tags");
      json.texts(c.documented->tags);
    }
    if (!c.documented->constraints.empty()) {
      json.key("constraints");
      json.open('[');
      for (const manifest::Constraint& k : c.documented->constraints)
        json.text(k.type);
      json.close(']');
    }
  }
  if (!tests.empty()) {
    json.key("tests");
    json.numbers(tests);
  }
  json.close('}');
}

void write_columns(CompactJson& json, const SiteModel& model, uint32_t entry) {
  const std::vector<ListedColumn> columns = listed_columns(model, entry);
  if (columns.empty())
    return;
  std::unordered_map<std::string, std::vector<int64_t>> tests;
  for (size_t t = 0; t < model.tests[entry].size(); ++t) {
    const std::string_view column = test_column(*model.node(model.tests[entry][t]));
    if (!column.empty())
      tests[base::to_lower(column)].push_back(static_cast<int64_t>(t));
  }
  json.key("columns");
  json.open('[');
  for (const ListedColumn& c : columns)
    write_column(json, c, tests[base::to_lower(c.name)]);
  json.close(']');
}

void write_code(CompactJson& json, std::string_view label, std::string_view language,
                std::string_view text) {
  if (text.empty())
    return;
  json.open('{');
  json.member("label", label);
  json.member("language", language);
  json.member("text", text);
  json.close('}');
}

void write_codes(CompactJson& json, const SiteModel& model, uint32_t entry) {
  const Node* n = model.node(entry);
  const bool is_seed = n != nullptr && n->type == ResourceType::Seed;
  const std::string_view source = n == nullptr ? model.macro(entry)->macro_sql : n->raw_code;
  const std::string_view compiled =
      n == nullptr ? std::string_view() : std::string_view(n->compiled_code);
  if (is_seed || (source.empty() && compiled.empty()))
    return;
  const std::string_view language = n != nullptr && n->language == "python" ? "python" : "sql";
  json.key("code");
  json.open('[');
  write_code(json, "Source", language, source);
  write_code(json, "Compiled", language, compiled);
  json.close(']');
}

std::string_view detail_text(const Node& n, std::string_view key) {
  const base::Data* value = n.details ? n.details->find(key) : nullptr;
  return value == nullptr ? std::string_view() : value->string_or("");
}

std::string owner_of(const Node& n) {
  const base::Data* owner = n.details ? n.details->find("owner") : nullptr;
  if (owner == nullptr)
    return {};
  std::string text;
  for (const char* key : {"name", "email"}) {
    const base::Data* part = owner->get(key);
    const std::string_view value = part == nullptr ? std::string_view() : part->string_or("");
    if (!value.empty())
      text += (text.empty() ? "" : " · ") + std::string(value);
  }
  return text;
}

void write_facts(CompactJson& json, const SiteModel& model, uint32_t entry) {
  const Node* n = model.node(entry);
  if (n == nullptr)
    return;
  Pairs facts;
  if (n->model) {
    facts.add("Version", shown_value(n->model->version));
    facts.add("Latest version", shown_value(n->model->latest_version));
    facts.add("Deprecated from", n->model->deprecation_date.value_or(""));
  }
  if (n->source) {
    facts.add("Source", n->source->source_name);
    facts.add("Loader", n->source->loader);
    facts.add("Loaded at", n->source->loaded_at_field.value_or(""));
  }
  if (n->unit_test)
    facts.add("Tests model", n->unit_test->model);
  if (n->test) {
    const bool attached = n->test->attached_node.valid();
    if (attached)
      facts.add("Tests", model.input.manifest->node(n->test->attached_node).unique_id);
    facts.add("Column", n->test->column_name.value_or(""));
    facts.add("Severity", severity_of(model, entry));
  }
  if (n->function)
    facts.add("Returns", n->function->returns_type);
  for (const auto& [key, label] :
       {std::pair{"type", "Type"}, {"maturity", "Maturity"}, {"url", "URL"}, {"label", "Label"}}) {
    facts.add(label, detail_text(*n, key));
  }
  facts.add("Owner", owner_of(*n));
  facts.write(json, "facts");
}

using Rows = std::vector<std::vector<std::string>>;

void write_table(CompactJson& json, std::string_view title, const std::vector<std::string>& head,
                 const Rows& rows) {
  json.open('{');
  json.member("title", title);
  json.key("head");
  json.texts(head);
  json.key("rows");
  json.open('[');
  for (const auto& row : rows)
    json.texts(row);
  json.close(']');
  json.close('}');
}

/// The rows of a unit test's input as a table; rows given as text are left to the configuration.
void write_input(CompactJson& json, std::string_view title, const manifest::UnitTestInput& input) {
  if (!input.rows.is_list() || input.rows.as_list().empty())
    return;
  std::vector<std::string> head;
  for (const base::Data& row : input.rows.as_list()) {
    if (!row.is_map())
      return;
    for (const base::DataEntry& cell : row.as_map()) {
      if (std::find(head.begin(), head.end(), cell.key) == head.end())
        head.push_back(cell.key);
    }
  }
  Rows rows;
  for (const base::Data& row : input.rows.as_list()) {
    if (rows.size() == kMostRows)
      break;
    rows.emplace_back();
    for (const std::string& key : head) {
      const base::Data* cell = row.get(key);
      const bool empty = cell == nullptr || cell->is_null();
      rows.back().push_back(empty               ? ""
                            : cell->is_string() ? cell->as_string()
                                                : base::to_json(*cell));
    }
  }
  write_table(json, title, head, rows);
}

void write_tables(CompactJson& json, const SiteModel& model, uint32_t entry) {
  Rows arguments;
  const Node* n = model.node(entry);
  if (n == nullptr) {
    for (const auto& a : model.macro(entry)->arguments)
      arguments.push_back({a.name, a.type.value_or(""), a.description});
  } else if (n->function) {
    for (const auto& a : n->function->arguments)
      arguments.push_back({a.name, a.data_type, a.description});
  }
  const bool is_unit_test = n != nullptr && n->unit_test != nullptr;
  if (arguments.empty() && !is_unit_test)
    return;
  json.key("tables");
  json.open('[');
  if (!arguments.empty())
    write_table(json, "Arguments", {"Name", "Type", "Description"}, arguments);
  if (is_unit_test) {
    for (const auto& given : n->unit_test->given)
      write_input(json, "Given " + given.input, given);
    write_input(json, "Expect", n->unit_test->expect);
  }
  json.close(']');
}

void write_catalog(CompactJson& json, const manifest::CatalogTable* table) {
  if (table == nullptr)
    return;
  Pairs stats;
  stats.add("Owner", table->owner.value_or(""));
  stats.add("Type", table->type);
  for (const manifest::CatalogStat& s : table->stats) {
    if (s.include && s.id != "has_stats")
      stats.add(s.label, shown_value(s.value));
  }
  stats.write(json, "stats");
}

void write_config(CompactJson& json, const SiteModel& model, const Node& n) {
  std::map<std::string, const base::Data*> config;
  std::map<std::string, const base::Data*> meta;
  if (n.config.valid()) {
    for (const base::DataEntry& e : model.input.manifest->config_of(n).values)
      config[e.key] = &e.value;
  }
  const base::Data* config_meta = config.contains("meta") ? config["meta"] : nullptr;
  if (config_meta != nullptr && config_meta->is_map()) {
    for (const base::DataEntry& e : config_meta->as_map())
      meta[e.key] = &e.value;
  }
  for (const base::DataEntry& e : n.meta)
    meta[e.key] = &e.value;
  for (const char* shown_elsewhere : {"meta", "tags", "docs"})
    config.erase(shown_elsewhere);
  write_map(json, "config", config);
  write_map(json, "meta", meta);
}

void write_macros(CompactJson& json, const SiteModel& model, uint32_t entry) {
  const Node* n = model.node(entry);
  const auto& used = n != nullptr ? n->depends_on_macros : model.macro(entry)->depends_on;
  std::vector<std::string> ids;
  for (const manifest::MacroId m : used) {
    if (!m.valid())
      continue;
    const std::string& id = model.input.manifest->macros[m.index()].unique_id;
    if (model.by_id.contains(id))
      ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (!ids.empty()) {
    json.key("macros");
    json.texts(ids);
  }
  const std::vector<uint32_t>& users = model.used_by[entry];
  if (users.empty())
    return;
  json.key("usedBy");
  json.open('[');
  json.number(static_cast<int64_t>(users.size()));
  json.open('[');
  for (size_t i = 0; i < std::min(users.size(), kMostUsers); ++i)
    json.text(model.entries[users[i]].id);
  json.close(']');
  json.close(']');
}

}  // namespace

std::string detail_json(const SiteModel& model, uint32_t entry) {
  const Entry& e = model.entries[entry];
  const Node* n = model.node(entry);
  CompactJson json;
  json.open('{');
  json.member("id", e.id);
  json.member("path",
              n != nullptr ? n->original_file_path : model.macro(entry)->original_file_path);
  json.optional_member("html", markdown_to_html(e.description));
  if (n != nullptr)
    json.optional_member("relation", n->relation_name.value_or(""));
  write_facts(json, model, entry);
  write_columns(json, model, entry);
  write_codes(json, model, entry);
  write_tests(json, model, entry);
  write_tables(json, model, entry);
  write_catalog(json, model.catalog[entry]);
  if (n != nullptr)
    write_config(json, model, *n);
  if (model.results[entry] != nullptr) {
    write_run(json, model.results[entry]);
  } else {
    write_freshness(json, model.freshness[entry]);
  }
  write_macros(json, model, entry);
  json.close('}');
  return json.take();
}

}  // namespace weft::docs
