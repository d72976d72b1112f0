// docs generate.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/paths.h"
#include "base/strings.h"
#include "cli/catalog_macro.h"
#include "cli/commands.h"
#include "cli/last_run.h"
#include "docs/catalog.h"
#include "docs/docs.h"

namespace weft::cli {
namespace {

using manifest::ResourceType;

/// What --select means here. Sources are not compiled, but the catalog has those selected.
std::optional<graph::NodeSet> select_all(Session& session) {
  return session.select(
      {ResourceType::Model, ResourceType::Snapshot, ResourceType::Test, ResourceType::Analysis,
       ResourceType::Function, ResourceType::Seed, ResourceType::Operation, ResourceType::Source},
      false);
}

bool compile_all(Session& session, const graph::NodeSet& selected) {
  run::RunRequest request;
  request.mode = run::Mode::Compile;
  request.selected = selected;
  for (manifest::NodeId id : selected.members()) {
    if (session.parsed->manifest.node(id).type == ResourceType::Source)
      request.selected.erase(id);
  }
  request.create_schemas = false;
  // Hooks are compiled like nodes.
  request.run_hooks = false;
  std::optional<run::RunOutcome> done = session.run_nodes(std::move(request));
  if (!done)
    return false;
  if (done->has_failures) {
    session.console.compile_failed(done->results);
    return false;
  }
  session.write_run_results(*done);
  return true;
}

/// Leaves the tables of selected nodes in the catalog.
void limit_catalog(const manifest::Manifest& manifest, const graph::NodeSet& selected,
                   manifest::Catalog& catalog) {
  std::erase_if(catalog.tables, [&](const manifest::CatalogTable& table) {
    manifest::NodeId id = manifest.find(table.unique_id);
    return !id.valid() || !selected.contains(id);
  });
}

/// The folders of asset-paths, into target/. Links are left out: they may lead anywhere.
std::optional<base::IoError> copy_assets(base::FileSystem& files, const std::string& from,
                                         const std::string& to) {
  base::IoResult<std::vector<base::DirectoryEntry>> entries = files.list(from);
  if (!entries)
    return std::nullopt;
  std::optional<base::IoError> error = files.make_directories(to);
  for (const base::DirectoryEntry& entry : *entries) {
    if (error)
      return error;
    std::string source = base::join_path(from, entry.name),
                target = base::join_path(to, entry.name);
    if (entry.is_symlink)
      continue;
    if (entry.is_directory) {
      error = copy_assets(files, source, target);
      continue;
    }
    base::IoResult<std::string> content = files.read(source);
    if (content)
      error = files.write(target, *content);
  }
  return error;
}

bool publish_assets(Session& session, const std::string& target) {
  for (const std::string& folder : session.project.asset_paths) {
    std::string from = base::normalize_path(base::join_path(session.project.root, folder));
    if (!base::is_inside(from, session.project.root) || !session.env.files.exists(from))
      continue;
    std::string to = base::join_path(target, folder);
    (void)session.env.files.remove_all(to);
    if (std::optional<base::IoError> error = copy_assets(session.env.files, from, to)) {
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::FileUnwritable;
      diagnostic.message = fmt::format("assets cannot be copied to `{}`: {}", to, error->message);
      session.console.fatal(diagnostic);
      return false;
    }
  }
  return true;
}

/// A connection sees one database only: relations of others are missing in the catalog, which is
/// told for each of those.
void report_other_databases(Session& session, manifest::Catalog& catalog) {
  const std::string& own = session.profile.credentials.database;
  std::set<std::string> others;
  const manifest::Manifest& manifest = session.parsed->manifest;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const manifest::Node& node = manifest.nodes[i];
    if (!manifest.is_disabled(manifest::NodeId(i)) && node.relation_name && node.database &&
        !base::equal_ignoring_case(*node.database, own))
      others.insert(*node.database);
  }
  for (const std::string& other : others) {
    catalog.errors.push_back(fmt::format(
        "Runtime Error\n  ERROR: Cross-db references not allowed in postgres ({} vs {})", other,
        own));
    base::DataMap data;
    data.set("exc", base::Data(catalog.errors.back()));
    session.log.write({"CatalogGenerationError", "E040", Level::Warn,
                       "Encountered an error while generating catalog: " + catalog.errors.back(),
                       std::move(data)});
  }
}

/// What the database says of the manifest's relations, or of `selected` alone. Nothing after an
/// error; a part that is missing is an error of the catalog itself.
std::optional<manifest::Catalog> read_catalog(Session& session,
                                              const std::optional<graph::NodeSet>& selected) {
  session.log.write({"BuildingCatalog", "E044", Level::Info, "Building catalog"});
  auto connection = session.adapter->connect("generate_catalog");
  diag::Result<manifest::Catalog> read =
      has_catalog_macro(session) ? read_catalog_by_macro(session, *connection)
                                 : docs::read_catalog(*connection, session.parsed->manifest);
  if (!read) {
    session.console.fatal(read.error());
    return std::nullopt;
  }
  if (selected)
    limit_catalog(session.parsed->manifest, *selected, *read);
  report_other_databases(session, *read);
  return std::move(*read);
}

/// index.html and what belongs to it; with --static a page that is one file, too.
bool write_site(Session& session, const manifest::Catalog& catalog,
                const std::optional<manifest::RunResults>& last_run) {
  docs::SiteInput site;
  site.manifest = &session.parsed->manifest;
  site.catalog = &catalog;
  site.run = last_run ? &*last_run : nullptr;
  site.written_by = fmt::format("weft {}", config::kWeftVersion);
  site.dbt_version = std::string(config::kDbtVersion);
  std::string target = base::join_path(session.project.root, session.target_path());
  size_t threads = base::hardware_threads();
  if (!publish_assets(session, target))
    return false;
  diag::Status written = docs::write_site(session.env.files, target, site, threads);
  if (!written) {
    session.console.fatal(written.error());
    return false;
  }
  return !session.line.is_on("static") ||
         session.write_artifact("static_index.html", docs::make_single_page(site, threads));
}

void report_end(Session& session, const manifest::Catalog& catalog) {
  if (size_t errors = catalog.errors.size(); errors > 0) {
    base::DataMap data;
    data.set("num_exceptions", base::Data(errors));
    session.log.write({"WriteCatalogFailure", "E041", Level::Error,
                       fmt::format("dbt encountered {} failure{} while writing the catalog", errors,
                                   errors == 1 ? "" : "s"),
                       std::move(data)});
  }
  std::string target = base::join_path(session.project.root, session.target_path());
  session.log.write({"CatalogWritten", "E042", Level::Info,
                     fmt::format("Catalog written to {}/catalog.json", target)});
  session.log.info(fmt::format("The site is {}/index.html", target));
}

}  // namespace

int cmd_docs_generate(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  // Before compiling writes results of its own.
  std::optional<manifest::RunResults> last_run = read_last_run(session);
  bool compiles = session.flags.get_bool("compile");
  std::optional<graph::NodeSet> selected;
  if (compiles) {
    selected = select_all(session);
    if (!selected || !compile_all(session, *selected))
      return kUnhandled;
  }
  manifest::Catalog catalog;
  if (!session.line.is_on("empty_catalog")) {
    std::optional<manifest::Catalog> read = read_catalog(session, selected);
    if (!read)
      return kUnhandled;
    catalog = std::move(*read);
  } else {
    catalog.metadata = session.parsed->manifest.metadata;
  }
  catalog.metadata.generated_at = session.env.clock.now_us();
  if ((compiles && !session.write_manifest()) ||
      !session.write_artifact("catalog.json", catalog_json(catalog)) ||
      !write_site(session, catalog, last_run))
    return kUnhandled;
  report_end(session, catalog);
  return catalog.errors.empty() ? kSuccess : kNodeFailed;
}

}  // namespace weft::cli
