#include "docs/site_parts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/clock.h"
#include "base/strings.h"
#include "docs/compact_json.h"
#include "docs/markdown.h"

namespace weft::docs {
namespace {

using manifest::Node;
using manifest::ResourceType;

constexpr int64_t kStatusUnit = 1000000;
constexpr size_t kMostText = 400;
constexpr size_t kSlowest = 10;

using Numbers = std::vector<int64_t>;

Numbers deltas(const Numbers& values) {
  Numbers out;
  int64_t last = 0;
  for (const int64_t v : values) {
    out.push_back(v - last);
    last = v;
  }
  return out;
}

std::string tail_of(const Entry& e) {
  const std::string prefix = std::string(e.kind) + "." + std::string(e.package) + ".";
  if (!base::starts_with(e.id, prefix))
    return "=" + std::string(e.id);
  const std::string_view rest = e.id.substr(prefix.size());
  const std::string name(e.name);
  if (rest == name)
    return "";
  if (base::starts_with(rest, name + "."))
    return std::string(rest.substr(name.size()));
  if (base::ends_with(rest, "." + name))
    return std::string(rest.substr(0, rest.size() - name.size()));
  return std::string(rest);
}

std::string alias_of(const SiteModel& model, uint32_t i) {
  const Node* n = model.node(i);
  if (n == nullptr || model.texts[i].schema.empty())
    return {};
  const std::string& alias = n->source ? n->source->identifier : n->alias;
  return alias == n->name ? std::string() : alias;
}

std::string color_of(const SiteModel& model, uint32_t i) {
  const Node* n = model.node(i);
  const std::string color = n != nullptr ? n->docs.node_color.value_or("") : std::string();
  const bool is_hex = base::starts_with(color, "#");
  const size_t digits = color.size() - (is_hex ? 1 : 0);
  const auto fits = [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_hex ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')
                  : letter;
  };
  const bool sized = is_hex ? digits >= 3 && digits <= 8 : digits >= 1 && digits <= 30;
  return sized && std::all_of(color.begin() + (is_hex ? 1 : 0), color.end(), fits) ? color
                                                                                   : std::string();
}

/// The worst outcome of the node's tests and their number in one figure.
int64_t tests_figure(const SiteModel& model, uint32_t i) {
  constexpr std::array<int, 5> kWeight = {0, 2, 3, 4, 1};
  int worst = 0;
  for (const uint32_t t : model.tests[i]) {
    const int s = model.status[t];
    if (kWeight[static_cast<size_t>(s)] > kWeight[static_cast<size_t>(worst)])
      worst = s;
  }
  return worst * kStatusUnit + static_cast<int64_t>(model.tests[i].size());
}

bool has_code(const SiteModel& model, uint32_t i) {
  const Node* n = model.node(i);
  return n != nullptr ? !n->raw_code.empty() : !model.macro(i)->macro_sql.empty();
}

template <typename Get>
void write_numbers(CompactJson& json, std::string_view key, BlockRange range, Get get) {
  json.key(key);
  json.open('[');
  for (uint32_t i = range.first; i < range.last; ++i)
    json.number(get(i));
  json.close(']');
}

template <typename Get>
void write_texts(CompactJson& json, std::string_view key, BlockRange range, Get get) {
  json.key(key);
  json.open('[');
  for (uint32_t i = range.first; i < range.last; ++i)
    json.text(get(i));
  json.close(']');
}

void write_sparse(CompactJson& json, std::string_view key, const Numbers& at,
                  const std::vector<std::string>& texts) {
  json.key(key);
  json.open('[');
  json.numbers(deltas(at));
  json.texts(texts);
  json.close(']');
}

template <typename Get>
void write_sparse(CompactJson& json, std::string_view key, BlockRange range, Get get) {
  Numbers at;
  std::vector<std::string> texts;
  for (uint32_t i = range.first; i < range.last; ++i) {
    std::string text = get(i);
    if (text.empty())
      continue;
    at.push_back(static_cast<int64_t>(i) - range.first);
    texts.push_back(std::move(text));
  }
  write_sparse(json, key, at, texts);
}

void write_tags(CompactJson& json, const SiteModel& model, BlockRange range) {
  Numbers counts;
  Numbers places;
  for (uint32_t i = range.first; i < range.last; ++i) {
    counts.push_back(static_cast<int64_t>(model.texts[i].tags.size()));
    for (const std::string& t : model.texts[i].tags)
      places.push_back(model.tag.place(t));
  }
  json.key("tags");
  json.open('[');
  json.numbers(counts);
  json.numbers(places);
  json.close(']');
}

void write_parents(CompactJson& json, const SiteModel& model, BlockRange range) {
  Numbers counts;
  Numbers steps;
  for (uint32_t i = range.first; i < range.last; ++i) {
    counts.push_back(static_cast<int64_t>(model.parents[i].size()));
    int64_t last = -1;
    for (const int64_t p : model.parents[i]) {
      steps.push_back(last < 0 ? static_cast<int64_t>(i) - p : p - last);
      last = p;
    }
  }
  json.key("parents");
  json.open('[');
  json.numbers(counts);
  json.numbers(steps);
  json.close(']');
}

void write_block(CompactJson& json, const SiteModel& model, BlockRange range,
                 const ShardIndex& shards) {
  const auto& entries = model.entries;
  const auto& texts = model.texts;
  json.open('{');
  write_numbers(json, "kind", range, [&](uint32_t i) { return model.kind.place(entries[i].kind); });
  write_texts(json, "name", range, [&](uint32_t i) { return entries[i].name; });
  write_texts(json, "tail", range, [&](uint32_t i) { return tail_of(entries[i]); });
  write_numbers(json, "package", range,
                [&](uint32_t i) { return model.package.place(entries[i].package); });
  write_numbers(json, "folder", range,
                [&](uint32_t i) { return model.folder.place(entries[i].folder); });
  write_numbers(json, "file", range, [&](uint32_t i) { return model.file.place(texts[i].file); });
  write_numbers(json, "schema", range,
                [&](uint32_t i) { return model.schema.place(texts[i].schema); });
  write_sparse(json, "alias", range, [&](uint32_t i) { return alias_of(model, i); });
  write_numbers(json, "mat", range, [&](uint32_t i) { return model.mat.place(texts[i].mat); });
  write_numbers(json, "group", range,
                [&](uint32_t i) { return model.group.place(texts[i].group); });
  write_numbers(json, "access", range,
                [&](uint32_t i) { return model.access.place(texts[i].access); });
  write_sparse(json, "color", range, [&](uint32_t i) { return color_of(model, i); });
  write_tags(json, model, range);
  write_parents(json, model, range);
  write_numbers(json, "status", range, [&](uint32_t i) { return model.status[i]; });
  write_numbers(json, "tests", range, [&](uint32_t i) { return tests_figure(model, i); });
  write_numbers(json, "flags", range, [&](uint32_t i) {
    return (entries[i].description.empty() ? 0 : 1) + (has_code(model, i) ? 2 : 0);
  });
  json.key("shards");
  json.open('{');
  json.key("count");
  json.numbers(shards.count);
  json.key("hash");
  json.texts(shards.hash);
  json.close('}');
  json.close('}');
}

/// Where the map puts a node.
std::string map_path(const SiteModel& model, uint32_t i) {
  const Entry& e = model.entries[i];
  const Node* n = model.node(i);
  if (n->source)
    return "sources/" + n->source->source_name;
  switch (n->type) {
    case ResourceType::Exposure:
    case ResourceType::Metric:
    case ResourceType::SemanticModel:
    case ResourceType::SavedQuery:
      return std::string(e.kind) + "s";
    default:
      break;
  }
  const std::string package(e.package);
  return e.folder.empty() ? package : package + "/" + std::string(e.folder);
}

void write_map(CompactJson& json, const SiteModel& model) {
  std::vector<std::string> paths;
  for (uint32_t i = 0; i < model.lineage; ++i)
    paths.push_back(map_path(model, i));
  const Adjacency parents(model.parents.begin(),
                          model.parents.begin() + static_cast<std::ptrdiff_t>(model.lineage));
  const MapLayout layout = lay_out_map(paths, parents);
  json.key("map");
  json.open('{');
  json.key("x");
  json.numbers(deltas(layout.x));
  json.key("y");
  json.numbers(deltas(layout.y));
  json.key("cluster");
  json.numbers(layout.cluster);
  json.key("clusters");
  json.open('[');
  for (const MapCluster& c : layout.clusters) {
    json.open('{');
    json.member("name", c.name);
    for (const auto& [key, value] :
         {std::pair{"x", c.x}, {"y", c.y}, {"w", c.w}, {"h", c.h}, {"count", c.count}}) {
      json.key(key);
      json.number(value);
    }
    json.close('}');
  }
  json.close(']');
  Numbers from, to, edges;
  for (const MapLink& l : layout.links) {
    from.push_back(l.from);
    to.push_back(l.to);
    edges.push_back(l.edges);
  }
  json.key("links");
  json.open('[');
  for (const Numbers* list : {&from, &to, &edges})
    json.numbers(*list);
  json.close(']');
  json.key("width");
  json.number(layout.width);
  json.key("height");
  json.number(layout.height);
  json.close('}');
}

void write_run(CompactJson& json, const SiteModel& model) {
  json.key("run");
  const manifest::RunResults* run = model.input.run;
  if (run == nullptr) {
    json.null();
    return;
  }
  Numbers nodes(5, 0);
  Numbers tests(5, 0);
  std::vector<std::pair<int64_t, int64_t>> timed;
  for (uint32_t i = 0; i < model.entries.size(); ++i) {
    const manifest::RunResult* r = model.results[i];
    if (r == nullptr || r->status == "no-op")
      continue;
    const std::string_view kind = model.entries[i].kind;
    Numbers& counts = kind == "test" || kind == "unit_test" ? tests : nodes;
    ++counts[static_cast<size_t>(status_code(r->status))];
    timed.emplace_back(-std::llround(r->execution_time * 1000), i);
  }
  std::sort(timed.begin(), timed.end());
  if (timed.size() > kSlowest)
    timed.resize(kSlowest);
  Numbers which, times;
  for (const auto& [time, i] : timed) {
    which.push_back(i);
    times.push_back(-time);
  }
  const base::Data* command = run->args.find("which");
  json.open('{');
  json.member("at", base::format_utc(run->metadata.generated_at));
  json.key("elapsed");
  json.real(run->elapsed_time);
  json.member("command", command == nullptr ? "" : command->string_or(""));
  json.key("nodes");
  json.numbers(nodes);
  json.key("tests");
  json.numbers(tests);
  json.key("slowest");
  json.open('[');
  json.numbers(which);
  json.numbers(times);
  json.close(']');
  json.close('}');
}

bool has_columns(const SiteModel& model, uint32_t i) {
  const std::string_view kind = model.entries[i].kind;
  return kind == "model" || kind == "seed" || kind == "snapshot" || kind == "source";
}

void write_totals(CompactJson& json, const SiteModel& model) {
  int64_t columns = 0;
  int64_t described = 0;
  for (uint32_t i = 0; i < model.lineage; ++i) {
    if (!has_columns(model, i))
      continue;
    for (const ListedColumn& c : listed_columns(model, i)) {
      ++columns;
      described += c.documented != nullptr && !c.documented->description.empty() ? 1 : 0;
    }
  }
  json.key("totals");
  json.open('{');
  json.key("columns");
  json.number(columns);
  json.key("columnsDescribed");
  json.number(described);
  json.close('}');
}

void write_counts(CompactJson& json, const SiteModel& model) {
  std::map<std::string_view, int64_t> counts;
  for (const Entry& e : model.entries)
    ++counts[e.kind];
  json.key("counts");
  json.open('[');
  for (const std::string& kind : model.kind.texts) {
    json.open('[');
    json.text(kind);
    json.number(counts[kind]);
    json.close(']');
  }
  json.close(']');
}

std::string overview_html(const manifest::Manifest& manifest) {
  for (const manifest::DocBlock& d : manifest.docs) {
    if (d.name == "__overview__" && d.package_name == manifest.metadata.project_name) {
      return markdown_to_html(d.block_contents);
    }
  }
  return {};
}

void write_dictionaries(CompactJson& json, const SiteModel& model) {
  json.key("dict");
  json.open('{');
  for (const auto& [key, d] : {std::pair{"kind", &model.kind},
                               {"package", &model.package},
                               {"folder", &model.folder},
                               {"file", &model.file},
                               {"schema", &model.schema},
                               {"mat", &model.mat},
                               {"group", &model.group},
                               {"access", &model.access},
                               {"tag", &model.tag}}) {
    json.key(key);
    json.texts(d->texts);
  }
  json.close('}');
}

/// At most kMostText bytes, cut between characters.
std::string plain_text(std::string_view description) {
  std::string text = base::collapse_whitespace(description);
  if (text.size() <= kMostText)
    return text;
  size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  return text;
}

}  // namespace

std::vector<ListedColumn> listed_columns(const SiteModel& model, uint32_t entry) {
  std::vector<ListedColumn> listed;
  const Node* n = model.node(entry);
  if (n == nullptr)
    return listed;
  std::unordered_map<std::string, const manifest::Column*> documented;
  for (const manifest::Column& c : n->columns)
    documented.emplace(base::to_lower(c.name), &c);
  if (const manifest::CatalogTable* table = model.catalog[entry]) {
    std::vector<const manifest::CatalogColumn*> columns;
    for (const manifest::CatalogColumn& c : table->columns)
      columns.push_back(&c);
    std::stable_sort(columns.begin(), columns.end(),
                     [](const auto* a, const auto* b) { return a->index < b->index; });
    for (const auto* c : columns) {
      const auto node = documented.extract(base::to_lower(c->name));
      listed.push_back({c->name, c->type, node.empty() ? nullptr : node.mapped()});
    }
  }
  for (const manifest::Column& c : n->columns) {
    if (documented.erase(base::to_lower(c.name)) == 0)
      continue;
    const std::string_view type = c.data_type ? std::string_view(*c.data_type) : std::string_view();
    listed.push_back({c.name, type, &c});
  }
  return listed;
}

std::string core_json(const SiteModel& model, const ShardIndex& shards, const CoreFiles& files) {
  const manifest::Metadata& metadata = model.input.manifest->metadata;
  CompactJson json;
  json.open('{');
  json.key("version");
  json.number(1);
  json.member("project", metadata.project_name);
  json.key("generated");
  json.open('{');
  json.member("at", base::format_utc(metadata.generated_at));
  json.member("by", model.input.written_by);
  json.member("dbt", model.input.dbt_version);
  json.member("adapter", metadata.adapter_type);
  json.close('}');
  json.member("overview", overview_html(*model.input.manifest));
  write_dictionaries(json, model);
  json.key("nodes");
  write_block(json, model, {0, static_cast<uint32_t>(model.lineage)}, shards);
  write_map(json, model);
  write_run(json, model);
  write_totals(json, model);
  write_counts(json, model);
  json.key("files");
  json.open('{');
  json.member("more", files.more);
  json.member("search", files.search);
  json.close('}');
  json.close('}');
  return json.take();
}

std::string more_json(const SiteModel& model, const ShardIndex& shards) {
  CompactJson json;
  json.open('{');
  json.key("nodes");
  write_block(json, model,
              {static_cast<uint32_t>(model.lineage), static_cast<uint32_t>(model.entries.size())},
              shards);
  json.close('}');
  return json.take();
}

std::string search_json(const SiteModel& model) {
  std::map<std::string, Numbers> posts;
  Numbers at;
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < model.entries.size(); ++i) {
    for (const ListedColumn& c : listed_columns(model, i)) {
      Numbers& nodes = posts[base::to_lower(c.name)];
      if (nodes.empty() || nodes.back() != i)
        nodes.push_back(i);
    }
    std::string text = plain_text(model.entries[i].description);
    if (text.empty())
      continue;
    at.push_back(i);
    texts.push_back(std::move(text));
  }
  CompactJson json;
  json.open('{');
  json.key("columns");
  json.open('[');
  for (const auto& [name, nodes] : posts)
    json.text(name);
  json.close(']');
  json.key("posts");
  json.open('[');
  json.open('[');
  for (const auto& [name, nodes] : posts)
    json.number(static_cast<int64_t>(nodes.size()));
  json.close(']');
  json.open('[');
  for (const auto& [name, nodes] : posts) {
    for (const int64_t step : deltas(nodes))
      json.number(step);
  }
  json.close(']');
  json.close(']');
  write_sparse(json, "text", at, texts);
  json.close('}');
  return json.take();
}

}  // namespace weft::docs
