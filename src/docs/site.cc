#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/strings.h"
#include "docs/compact_json.h"
#include "docs/docs.h"
#include "docs/encode.h"
#include "docs/markdown.h"
#include "docs/page.h"
#include "docs/site_parts.h"

namespace weft::docs {
namespace {

constexpr std::string_view kFolder = "docs-assets/";
constexpr size_t kMostInShard = 64;
constexpr size_t kMostBytesInShard = 48000;

/// The contents of one D("key","text") file.
struct DataFile {
  std::string key, text, hash;

  std::string content() const { return "D(\"" + key + "\",\"" + text + "\");\n"; }
  std::string name() const { return key + "." + hash + ".js"; }
};

DataFile make_file(std::string key, std::string_view json) {
  DataFile file{std::move(key), base64(deflate_raw(json)), ""};
  file.hash = content_hash(file.content());
  return file;
}

std::string shard_json(uint32_t first, const std::vector<std::string>& details, size_t count) {
  CompactJson json;
  json.open('{');
  json.key("first");
  json.number(first);
  json.key("nodes");
  json.open('[');
  for (size_t i = 0; i < count; ++i)
    json.raw(details[first + i]);
  json.close(']');
  json.close('}');
  return json.take();
}

/// Cuts the details of a block into shards.
std::vector<BlockRange> cut(const std::vector<std::string>& details, BlockRange block) {
  std::vector<BlockRange> shards;
  size_t bytes = 0;
  for (uint32_t i = block.first; i < block.last; ++i) {
    const bool full = shards.empty() || bytes + details[i].size() > kMostBytesInShard ||
                      i - shards.back().first == kMostInShard;
    if (full) {
      shards.push_back({i, i});
      bytes = 0;
    }
    shards.back().last = i + 1;
    bytes += details[i].size();
  }
  return shards;
}

/// All data files: the shards by number, then more, search and core.
std::vector<DataFile> make_data(const SiteModel& model, size_t threads) {
  const auto lineage = static_cast<uint32_t>(model.lineage);
  const auto count = static_cast<uint32_t>(model.entries.size());
  std::vector<std::string> details(count);
  base::parallel_for(count, threads, [&](size_t, size_t i) {
    details[i] = detail_json(model, static_cast<uint32_t>(i));
  });
  std::vector<BlockRange> shards = cut(details, {0, lineage});
  const size_t lineage_shards = shards.size();
  for (const BlockRange& shard : cut(details, {lineage, count}))
    shards.push_back(shard);
  std::vector<DataFile> files(shards.size());
  base::parallel_for(shards.size(), threads, [&](size_t, size_t i) {
    files[i] = make_file("n/" + std::to_string(i),
                         shard_json(shards[i].first, details, shards[i].last - shards[i].first));
  });
  ShardIndex own, other;
  for (size_t i = 0; i < shards.size(); ++i) {
    ShardIndex& index = i < lineage_shards ? own : other;
    index.count.push_back(shards[i].last - shards[i].first);
    index.hash.push_back(files[i].hash);
  }
  DataFile more = make_file("more", more_json(model, other));
  DataFile search = make_file("search", search_json(model));
  DataFile core = make_file("core", core_json(model, own, {more.name(), search.name()}));
  for (DataFile* file : {&more, &search, &core})
    files.push_back(std::move(*file));
  return files;
}

struct PageParts {
  std::string title, csp, style, script, data;
};

/// Fills the placeholders of the page in one pass, so that no value is searched for another's.
std::string fill_page(const PageParts& parts) {
  const std::pair<std::string_view, const std::string*> values[] = {{"{{title}}", &parts.title},
                                                                    {"{{csp}}", &parts.csp},
                                                                    {"{{style}}", &parts.style},
                                                                    {"{{script}}", &parts.script},
                                                                    {"{{data}}", &parts.data}};
  std::string out;
  std::string_view rest = page_html();
  while (!rest.empty()) {
    const size_t at = std::min(rest.find("{{"), rest.size());
    out += rest.substr(0, at);
    rest.remove_prefix(at);
    const auto* found = std::find_if(std::begin(values), std::end(values), [&](const auto& v) {
      return base::starts_with(rest, v.first);
    });
    if (found == std::end(values)) {
      out += rest.substr(0, 1);
      rest.remove_prefix(std::min<size_t>(1, rest.size()));
      continue;
    }
    out += *found->second;
    rest.remove_prefix(found->first.size());
  }
  return out;
}

std::string policy(std::string_view script, std::string_view style) {
  return fmt::format(
      "default-src 'none'; script-src {}; style-src {}; img-src 'self' data:; font-src 'self'; "
      "connect-src 'none'; base-uri 'none'; form-action 'none'",
      script, style);
}

std::string title_of(const SiteInput& input) {
  std::string title;
  append_escaped(title, input.manifest->metadata.project_name);
  return title;
}

/// True for names that a site of ours may have left: `<stem>.<10 hex digits>.<js or css>`.
bool is_site_file(std::string_view name) {
  const std::vector<std::string_view> parts = base::split(name, '.');
  if (parts.size() != 3 || parts[1].size() != 10 || (parts[2] != "js" && parts[2] != "css"))
    return false;
  return parts[1].find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void remove_old(base::FileSystem& files, const std::string& target,
                const std::set<std::string>& kept, const std::string& folder) {
  const auto found = files.list(target + "/" + folder);
  if (!found)
    return;
  for (const base::DirectoryEntry& entry : *found) {
    const std::string path = folder + entry.name;
    // A file that cannot be removed does no harm: nothing names it any more.
    if (!entry.is_directory && is_site_file(entry.name) && !kept.contains(path))
      (void)files.remove_all(target + "/" + path);
  }
}

}  // namespace

std::vector<SiteFile> make_site(const SiteInput& input, size_t threads) {
  const SiteModel model = make_model(input);
  std::vector<SiteFile> site;
  const std::string folder(kFolder);
  const std::string program = folder + "app." + content_hash(page_program()) + ".js";
  const std::string style = folder + "app." + content_hash(page_style()) + ".css";
  site.push_back({program, std::string(page_program())});
  site.push_back({style, std::string(page_style())});
  for (const DataFile& file : make_data(model, threads))
    site.push_back({folder + file.name(), file.content()});
  PageParts parts;
  parts.title = title_of(input);
  parts.csp = policy("'self'", "'self'");
  parts.style = "<link rel=\"stylesheet\" href=\"" + style + "\">";
  parts.script = "<script src=\"" + program + "\"></script>";
  parts.data = "<script src=\"" + site.back().path + "\"></script>";
  site.push_back({"index.html", fill_page(parts)});
  return site;
}

std::string make_single_page(const SiteInput& input, size_t threads) {
  const SiteModel model = make_model(input);
  PageParts parts;
  parts.title = title_of(input);
  parts.csp = policy(policy_hash(page_program()), policy_hash(page_style()));
  parts.style = fmt::format("<style>{}</style>", page_style());
  parts.script = fmt::format("<script>{}</script>", page_program());
  for (const DataFile& file : make_data(model, threads)) {
    parts.data += fmt::format("<script type=\"text/plain\" data-key=\"{}\">{}</script>\n", file.key,
                              file.text);
  }
  return fill_page(parts);
}

diag::Status write_site(base::FileSystem& files, const std::string& target, const SiteInput& input,
                        size_t threads) {
  std::set<std::string> kept;
  for (const SiteFile& file : make_site(input, threads)) {
    const std::string path = target + "/" + file.path;
    if (const auto failed = files.write(path, file.content)) {
      diag::Diagnostic problem;
      problem.code = diag::Code::CatalogFailed;
      problem.message = fmt::format("cannot write `{}`: {}", path, failed->message);
      return problem;
    }
    kept.insert(file.path);
  }
  remove_old(files, target, kept, std::string(kFolder));
  remove_old(files, target, kept, std::string(kFolder) + "n/");
  return diag::Done{};
}

}  // namespace weft::docs
