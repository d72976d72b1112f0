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

bool compile_all(Session& session, const graph::NodeSet& selected, run::RunOutcome& outcome) {
  run::RunRequest request;
  request.mode = run::Mode::Compile;
  request.selected = selected;
  for (manifest::NodeId id : selected.members()) {
    if (session.parsed->manifest.node(id).type == ResourceType::Source)
      request.selected.erase(id);
  }
  request.threads = session.threads();
  request.create_schemas = false;
  // Hooks are compiled like nodes.
  request.run_hooks = false;
  run::RunContext context{*session.parsed, *session.graph, *session.shared, *session.compiler,
                          session.console};
  diag::Result<run::RunOutcome> done = run::run_nodes(context, request);
  if (!done) {
    session.console.fatal(done.error());
    return false;
  }
  outcome = std::move(*done);
  if (outcome.has_failures) {
    session.console.compile_failed(outcome.results);
    return false;
  }
  session.write_run_results(outcome);
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

}  // namespace

int cmd_docs_generate(Session& session) {
  if (!session.load_project() || !session.load_profile() || !session.parse() || !session.connect())
    return kUnhandled;
  std::optional<manifest::RunResults> earlier = read_last_run(session);
  const base::Data* wanted = session.line.values.find("compile");
  run::RunOutcome outcome;
  bool compiles = wanted == nullptr || wanted->truthy();
  std::optional<graph::NodeSet> selected;
  if (compiles) {
    selected = select_all(session);
    if (!selected || !compile_all(session, *selected, outcome))
      return kUnhandled;
  }
  manifest::Catalog catalog;
  catalog.metadata = session.parsed->manifest.metadata;
  const base::Data* empty = session.line.values.find("empty_catalog");
  if (empty == nullptr || !empty->truthy()) {
    session.log.write({"BuildingCatalog", "E044", Level::Info, "Building catalog"});
    auto connection = session.adapter->connect("generate_catalog");
    diag::Result<manifest::Catalog> read =
        has_catalog_macro(session) ? read_catalog_by_macro(session, *connection)
                                   : docs::read_catalog(*connection, session.parsed->manifest);
    if (!read) {
      session.console.fatal(read.error());
      return kUnhandled;
    }
    catalog = std::move(*read);
    if (selected)
      limit_catalog(session.parsed->manifest, *selected, catalog);
    report_other_databases(session, catalog);
  }
  catalog.metadata.generated_at = session.env.clock.now_us();
  if ((compiles && !session.write_manifest()) ||
      !session.write_artifact("catalog.json", catalog_json(catalog)))
    return kUnhandled;
  docs::SiteInput site;
  site.manifest = &session.parsed->manifest;
  site.catalog = &catalog;
  site.run = earlier ? &*earlier : nullptr;
  site.written_by = fmt::format("weft {}", config::kWeftVersion);
  site.dbt_version = std::string(config::kDbtVersion);
  std::string target = base::join_path(session.project.root, session.target_path());
  size_t threads = base::hardware_threads();
  if (!publish_assets(session, target))
    return kUnhandled;
  diag::Status written = docs::write_site(session.env.files, target, site, threads);
  if (!written) {
    session.console.fatal(written.error());
    return kUnhandled;
  }
  const base::Data* single = session.line.values.find("static");
  if (single != nullptr && single->truthy() &&
      !session.write_artifact("static_index.html", docs::make_single_page(site, threads)))
    return kUnhandled;
  if (size_t errors = catalog.errors.size(); errors > 0) {
    base::DataMap data;
    data.set("num_exceptions", base::Data(errors));
    session.log.write({"WriteCatalogFailure", "E041", Level::Error,
                       fmt::format("dbt encountered {} failure{} while writing the catalog", errors,
                                   errors == 1 ? "" : "s"),
                       std::move(data)});
  }
  session.log.write({"CatalogWritten", "E042", Level::Info,
                     fmt::format("Catalog written to {}/catalog.json", target)});
  session.log.info(fmt::format("The site is {}/index.html", target));
  return catalog.errors.empty() ? kSuccess : kNodeFailed;
}

}  // namespace weft::cli
