#include "docs/site_model.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/strings.h"

namespace weft::docs {
namespace {

using manifest::Macro;
using manifest::Manifest;
using manifest::Node;
using manifest::NodeId;

constexpr std::array<std::string_view, 10> kLineageKinds = {
    "model",    "seed",   "snapshot",       "source",      "exposure",
    "function", "metric", "semantic_model", "saved_query", "analysis"};
constexpr std::array<std::string_view, 4> kOtherKinds = {"test", "unit_test", "macro", "operation"};

size_t kind_rank(std::string_view kind) {
  const auto* a = std::find(kLineageKinds.begin(), kLineageKinds.end(), kind);
  if (a != kLineageKinds.end())
    return static_cast<size_t>(a - kLineageKinds.begin());
  const auto* b = std::find(kOtherKinds.begin(), kOtherKinds.end(), kind);
  return kLineageKinds.size() + static_cast<size_t>(b - kOtherKinds.begin());
}

bool has_kind_of_site(std::string_view kind) {
  return kind_rank(kind) < kLineageKinds.size() + kOtherKinds.size();
}

void set_path(Entry& entry, std::string_view path) {
  const size_t slash = path.rfind('/');
  entry.folder = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  entry.file = slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<Entry> collect(const Manifest& manifest) {
  std::vector<Entry> entries;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& n = manifest.nodes[i];
    const bool is_disabled = i < manifest.disabled_flags.size() && manifest.disabled_flags[i];
    const std::string_view kind = manifest::resource_type_name(n.type);
    if (is_disabled || !n.docs.show || !has_kind_of_site(kind))
      continue;
    Entry entry{NodeId(i), {}, kind, n.unique_id, n.name, n.package_name, {}, {}, n.description};
    set_path(entry, n.original_file_path);
    entries.push_back(entry);
  }
  for (size_t i = 0; i < manifest.macros.size(); ++i) {
    const Macro& m = manifest.macros[i];
    if (!m.docs.show || m.package_name == "dbt" || m.package_name == "dbt_postgres")
      continue;
    Entry entry{{}, manifest::MacroId(i), "macro", m.unique_id, m.name, m.package_name, {},
                {}, m.description};
    set_path(entry, m.original_file_path);
    entries.push_back(entry);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tuple(kind_rank(a.kind), a.package, a.folder, a.name, a.id) <
           std::tuple(kind_rank(b.kind), b.package, b.folder, b.name, b.id);
  });
  return entries;
}

void add_texts(std::set<std::string>& into, const base::Data* value) {
  if (value == nullptr)
    return;
  if (value->is_string())
    into.insert(value->as_string());
  if (!value->is_list())
    return;
  for (const base::Data& item : value->as_list()) {
    if (item.is_string())
      into.insert(item.as_string());
  }
}

EntryTexts texts_of(const SiteModel& model, uint32_t i) {
  EntryTexts texts;
  const Entry& entry = model.entries[i];
  if (entry.file != std::string(entry.name) + ".sql")
    texts.file = entry.file;
  const Node* n = model.node(i);
  if (n == nullptr)
    return texts;
  using manifest::ResourceType;
  const bool is_source = n->type == ResourceType::Source;
  const bool has_relation = manifest::is_refable(n->type) || is_source;
  if (has_relation && !n->schema.empty())
    texts.schema = n->database.value_or("") + "." + n->schema;
  if (!is_source)
    texts.mat = config_text(model, i, "materialized");
  texts.group = n->group.value_or("");
  if (n->model)
    texts.access = n->model->access;
  std::set<std::string> tags(n->tags.begin(), n->tags.end());
  if (n->config.valid())
    add_texts(tags, model.input.manifest->config_of(*n).find("tags"));
  tags.erase("");
  texts.tags.assign(tags.begin(), tags.end());
  return texts;
}

Dictionary make_dictionary(std::set<std::string> texts) {
  texts.insert("");
  Dictionary d;
  for (const std::string& t : texts) {
    d.places.emplace(t, static_cast<int64_t>(d.texts.size()));
    d.texts.push_back(t);
  }
  return d;
}

void make_dictionaries(SiteModel& model) {
  std::set<std::string> package, folder, file, schema, mat, group, access, tag;
  std::set<std::string_view> kinds;
  for (size_t i = 0; i < model.entries.size(); ++i) {
    const EntryTexts& t = model.texts[i];
    kinds.insert(model.entries[i].kind);
    package.emplace(model.entries[i].package);
    folder.emplace(model.entries[i].folder);
    file.insert(t.file);
    schema.insert(t.schema);
    mat.insert(t.mat);
    group.insert(t.group);
    access.insert(t.access);
    tag.insert(t.tags.begin(), t.tags.end());
  }
  std::vector<std::string_view> sorted(kinds.begin(), kinds.end());
  std::sort(sorted.begin(), sorted.end(),
            [](std::string_view a, std::string_view b) { return kind_rank(a) < kind_rank(b); });
  for (const std::string_view k : sorted) {
    model.kind.places.emplace(k, static_cast<int64_t>(model.kind.texts.size()));
    model.kind.texts.emplace_back(k);
  }
  model.package = make_dictionary(std::move(package));
  model.folder = make_dictionary(std::move(folder));
  model.file = make_dictionary(std::move(file));
  model.schema = make_dictionary(std::move(schema));
  model.mat = make_dictionary(std::move(mat));
  model.group = make_dictionary(std::move(group));
  model.access = make_dictionary(std::move(access));
  model.tag = make_dictionary(std::move(tag));
}

constexpr uint32_t kAbsent = 0xffffffff;

/// Edges, tests and callers.
void connect(SiteModel& model) {
  const Manifest& manifest = *model.input.manifest;
  std::vector<uint32_t> of_node(manifest.nodes.size(), kAbsent);
  std::vector<uint32_t> of_macro(manifest.macros.size(), kAbsent);
  const auto count = static_cast<uint32_t>(model.entries.size());
  for (uint32_t i = 0; i < count; ++i) {
    if (model.entries[i].node.valid())
      of_node[model.entries[i].node.index()] = i;
    if (model.entries[i].macro.valid())
      of_macro[model.entries[i].macro.index()] = i;
  }
  model.parents.resize(count);
  model.tests.resize(count);
  model.used_by.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Node* n = model.node(i);
    const auto& macros = n != nullptr ? n->depends_on_macros : model.macro(i)->depends_on;
    std::set<uint32_t> called;
    for (const manifest::MacroId m : macros) {
      if (m.valid() && of_macro[m.index()] != kAbsent)
        called.insert(of_macro[m.index()]);
    }
    for (const uint32_t m : called)
      model.used_by[m].push_back(i);
    if (n == nullptr)
      continue;
    std::set<uint32_t> parents;
    for (const NodeId p : n->depends_on) {
      const uint32_t at = p.valid() ? of_node[p.index()] : kAbsent;
      if (at < model.lineage && at != i)
        parents.insert(at);
    }
    model.parents[i].assign(parents.begin(), parents.end());
    NodeId attached = n->test ? n->test->attached_node : NodeId();
    if (n->unit_test)
      attached = n->unit_test->tested_node;
    if (!n->test && !n->unit_test)
      continue;
    if (attached.valid())
      parents = {of_node[attached.index()]};
    for (const uint32_t p : parents) {
      if (p != kAbsent)
        model.tests[p].push_back(i);
    }
  }
}

template <typename Row>
void find_rows(const SiteModel& model, const std::vector<Row>& rows,
               std::vector<const Row*>& into) {
  for (const Row& row : rows) {
    const auto found = model.by_id.find(row.unique_id);
    if (found != model.by_id.end())
      into[found->second] = &row;
  }
}

void find_results(SiteModel& model) {
  const size_t count = model.entries.size();
  model.results.assign(count, nullptr);
  model.freshness.assign(count, nullptr);
  model.catalog.assign(count, nullptr);
  model.status.assign(count, 0);
  if (model.input.run != nullptr)
    find_rows(model, model.input.run->results, model.results);
  if (model.input.freshness != nullptr)
    find_rows(model, *model.input.freshness, model.freshness);
  if (model.input.catalog != nullptr)
    find_rows(model, model.input.catalog->tables, model.catalog);
  for (size_t i = 0; i < count; ++i) {
    if (model.results[i] != nullptr)
      model.status[i] = status_code(model.results[i]->status);
    if (model.freshness[i] != nullptr)
      model.status[i] = status_code(model.freshness[i]->status);
  }
}

}  // namespace

int status_code(std::string_view status) {
  static const std::unordered_map<std::string_view, int> kCodes = {
      {"success", 1}, {"pass", 1}, {"warn", 2},          {"partial success", 2},
      {"error", 3},   {"fail", 3}, {"runtime error", 3}, {"skipped", 4}};
  const auto found = kCodes.find(status);
  return found == kCodes.end() ? 0 : found->second;
}

std::string config_text(const SiteModel& model, uint32_t entry, std::string_view key) {
  const Node* n = model.node(entry);
  if (n == nullptr || !n->config.valid())
    return {};
  const base::Data* value = model.input.manifest->config_of(*n).find(key);
  return value == nullptr ? std::string() : std::string(value->string_or(""));
}

SiteModel make_model(const SiteInput& input) {
  SiteModel model(input);
  model.entries = collect(*input.manifest);
  const auto others = std::find_if(model.entries.begin(), model.entries.end(), [](const Entry& e) {
    return kind_rank(e.kind) >= kLineageKinds.size();
  });
  model.lineage = static_cast<size_t>(others - model.entries.begin());
  for (uint32_t i = 0; i < model.entries.size(); ++i) {
    model.by_id.emplace(model.entries[i].id, i);
    model.texts.push_back(texts_of(model, i));
  }
  make_dictionaries(model);
  connect(model);
  find_results(model);
  return model;
}

}  // namespace weft::docs
