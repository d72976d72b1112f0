#include "config/packages.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/strings.h"
#include "config/config_render.h"
#include "config/fields.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataMap;
using diag::Code;
using diag::Diagnostic;

constexpr std::string_view kLockFile = "package-lock.yml";

Diagnostic invalid(std::string message, diag::Span span = {}, std::string hint = {}) {
  return make_error(Code::PackageInvalid, std::move(message), span, std::move(hint));
}

/// A file that does not read as packages at all, in dbt's words.
Diagnostic malformed(std::string message, const std::string& problem, diag::Span span) {
  Diagnostic d = invalid(std::move(message), span);
  d.legacy_text = fmt::format(
      "Runtime Error\n  The packages.yml file in this project is malformed. Please double check\n  "
      "the contents of this file and fix any errors before retrying.\n  \n  Validator Error:\n  {}",
      problem);
  return d;
}

struct KindKey {
  std::string_view key;
  PackageSpec::Kind kind;
};

constexpr KindKey kKinds[] = {{"package", PackageSpec::Kind::Hub},
                              {"git", PackageSpec::Kind::Git},
                              {"local", PackageSpec::Kind::Local},
                              {"tarball", PackageSpec::Kind::Tarball},
                              {"private", PackageSpec::Kind::Private}};

const KindKey* kind_of(const DataMap& entry) {
  for (const KindKey& kind : kKinds) {
    if (entry.contains(kind.key))
      return &kind;
  }
  return nullptr;
}

std::optional<Diagnostic> check_hub(const PackageSpec& spec, Fields& fields) {
  if (spec.versions.empty())
    return invalid(fmt::format("the hub package `{}` has no version", spec.location), spec.span,
                   "add a line like: version: [\">=1.0.0\", \"<2.0.0\"]");
  if (spec.location.find('/') == std::string::npos)
    return invalid(fmt::format("`{}` is no name of a hub package", spec.location),
                   fields.value_span("package"), "write it with its owner: dbt-labs/dbt_utils");
  return std::nullopt;
}

/// One entry of `packages:`.
diag::Result<PackageSpec> read_spec(const Data& entry, const yaml::Node& node) {
  diag::Span span = node.span;
  if (node.is_mapping() && !node.entries.empty())
    span = node.entries[0].key_span;
  if (!entry.is_map() || !node.is_mapping())
    return invalid("an entry of `packages` is no mapping", span,
                   "write it like: - git: https://example.com/package.git");
  const KindKey* kind = kind_of(entry.as_map());
  if (!kind)
    return invalid("an entry of `packages` names no package", span,
                   "give it one of the keys package, git, local, tarball or private");
  Fields fields(&node, entry.as_map(), Code::PackageInvalid, "an entry of `packages`");
  PackageSpec spec;
  spec.kind = kind->kind;
  spec.span = span;
  spec.entry = entry.as_map();
  spec.unrendered = yaml::to_data(node).as_map();
  spec.rendered_location = fields.text(kind->key);
  spec.location = python_str(*spec.unrendered.find(kind->key));
  if (spec.rendered_location.empty()) {
    std::string_view word = kind->kind == PackageSpec::Kind::Hub ? "hub" : kind->key;
    return malformed(
        fmt::format("`{}` of a package is empty", kind->key),
        fmt::format("A {} package is missing the value. It is a required property.", word), span);
  }
  const char* version_key = spec.kind == PackageSpec::Kind::Hub ? "version" : "revision";
  if (const Data* version = fields.find(version_key); version && !version->is_null()) {
    if (version->is_list())
      spec.versions = fields.list(version_key);
    else
      spec.versions = {base::python_str(*version)};
  }
  spec.subdirectory = fields.text("subdirectory");
  spec.name = fields.text("name");
  spec.provider = fields.text("provider");
  spec.warn_unpinned = fields.boolean("warn-unpinned", true);
  spec.install_prerelease = fields.boolean("install-prerelease", false);
  if (spec.kind == PackageSpec::Kind::Hub) {
    if (auto error = check_hub(spec, fields))
      return *std::move(error);
  }
  if (spec.kind == PackageSpec::Kind::Tarball && spec.name.empty())
    return malformed("a tarball package has no `name`", "'name' is a required property", span);
  if (fields.error())
    return *fields.error();
  return spec;
}

/// All entries of the file's `packages:`; `is_rendered` files may use Jinja.
diag::Result<std::vector<PackageSpec>> read_specs(const yaml::Node* root, bool is_rendered,
                                                  const RenderContext& context,
                                                  diag::Sources& sources) {
  std::vector<PackageSpec> specs;
  const yaml::Node* packages = root ? root->find("packages") : nullptr;
  if (!packages || packages->is_null())
    return specs;
  if (!packages->is_sequence())
    return invalid("`packages` is no list", packages->span);
  RenderContext secret_context = context;
  secret_context.secrets_allowed = true;
  ConfigRenderer renderer(secret_context, sources);
  for (const yaml::Node* item : packages->items) {
    auto entry = is_rendered ? renderer.render(*item) : diag::Result<Data>(yaml::to_data(*item));
    if (!entry)
      return std::move(entry.error());
    auto spec = read_spec(*entry, *item);
    if (!spec)
      return std::move(spec.error());
    specs.push_back(*std::move(spec));
  }
  return specs;
}

/// The value with the keys of all mappings in order, for Python's sort_keys.
Data sorted(const Data& value) {
  if (value.is_list()) {
    base::DataList list;
    for (const Data& item : value.as_list())
      list.push_back(sorted(item));
    return list;
  }
  if (!value.is_map())
    return value;
  std::vector<const base::DataEntry*> entries;
  for (const base::DataEntry& entry : value.as_map())
    entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const auto* a, const auto* b) { return a->key < b->key; });
  DataMap map;
  for (const base::DataEntry* entry : entries)
    map.set(entry->key, sorted(entry->value));
  return map;
}

/// The entry with what dbt fills in for keys that were left out.
DataMap with_defaults(const PackageSpec& spec) {
  DataMap entry = spec.entry;
  auto fill = [&](std::string_view key, Data value) {
    if (!entry.contains(key))
      entry.set(key, std::move(value));
  };
  using Kind = PackageSpec::Kind;
  if (spec.kind == Kind::Git || spec.kind == Kind::Private) {
    for (const char* key : {"revision", "subdirectory", "warn-unpinned"})
      fill(key, nullptr);
  }
  if (spec.kind == Kind::Private)
    fill("provider", nullptr);
  if (spec.kind == Kind::Hub)
    fill("install_prerelease", false);
  if (const Data* name = entry.find("name"); name && name->is_null())
    entry.erase("name");
  entry.set("unrendered", spec.unrendered);
  return entry;
}

/// Folders under the install path that may hold packages.
std::vector<std::string> installed_folders(const Project& root, base::FileSystem& files) {
  std::vector<std::string> names;
  auto entries = files.list(base::absolute_path(root.packages_install_path, root.root));
  if (!entries)
    return names;
  for (const base::DirectoryEntry& entry : *entries) {
    if (entry.is_directory && !base::starts_with(entry.name, "__"))
      names.push_back(entry.name);
  }
  return names;
}

std::string specified_path(const std::string& root, const base::Env& env) {
  return env.files.exists(base::join_path(root, "packages.yml")) ? "packages.yml"
                                                                 : "dependencies.yml";
}

Diagnostic count_mismatch(const Project& root, const std::vector<PackageSpec>& specs,
                          const std::vector<std::string>& folders, const base::Env& env) {
  std::set<std::string> missing;
  for (const PackageSpec& spec : specs) {
    if (!spec.name.empty() && std::find(folders.begin(), folders.end(), spec.name) == folders.end())
      missing.insert(spec.name);
  }
  std::vector<std::string> names(missing.begin(), missing.end());
  std::string file = specified_path(root.root, env);
  Diagnostic d;
  d.code = Code::PackageMissing;
  d.message = fmt::format("`{}` holds {} packages, and {} asks for {}", root.packages_install_path,
                          folders.size(), file, specs.size());
  if (!names.empty())
    d.note = "not installed: " + base::join(names, ", ");
  d.hint = "run `weft deps`";
  d.legacy_text = fmt::format(
      "dbt expects {} package(s) based on packages specified in {}, but found only {} package(s) "
      "installed in {}. {}Run \"dbt deps\" to install package dependencies.",
      specs.size(), file, folders.size(), root.packages_install_path,
      names.empty()
          ? std::string()
          : fmt::format("Following packages were not found: {}. ", base::join(names, ", ")));
  return d;
}

}  // namespace

diag::Result<std::vector<PackageSpec>> read_package_specs(const std::string& root,
                                                          const RenderContext& context,
                                                          diag::Sources& sources,
                                                          diag::Sink& sink) {
  base::FileSystem& files = context.env.files;
  auto packages =
      read_yaml(base::join_path(root, "packages.yml"), "packages.yml", files, sources, sink);
  if (!packages)
    return std::move(packages.error());
  auto dependencies = read_yaml(base::join_path(root, "dependencies.yml"), "dependencies.yml",
                                files, sources, sink);
  if (!dependencies)
    return std::move(dependencies.error());
  const yaml::Node* first = *packages ? (*packages)->root : nullptr;
  const yaml::Node* second = *dependencies ? (*dependencies)->root : nullptr;
  if (first && second && first->find("packages") && second->find("packages")) {
    Diagnostic d = invalid("packages.yml and dependencies.yml both have `packages`",
                           second->find_entry("packages")->key_span, "keep one of the two");
    d.legacy_text =
        "The 'packages' key cannot be specified in both packages.yml and dependencies.yml";
    return d;
  }
  if (first && first->find("projects"))
    return invalid("`projects` stands in packages.yml", first->find_entry("projects")->key_span,
                   "move it to dependencies.yml");
  if (second && second->find("packages"))
    return read_specs(second, false, context, sources);
  return read_specs(first, true, context, sources);
}

std::string packages_hash(const std::vector<PackageSpec>& specs) {
  std::vector<std::string> lines;
  for (const PackageSpec& spec : specs)
    lines.push_back(base::to_json(sorted(Data(with_defaults(spec))), true));
  std::sort(lines.begin(), lines.end());
  return base::sha1_hex(base::join(lines, "\n"));
}

diag::Result<std::vector<PackageSpec>> read_package_lock(const std::string& root,
                                                         const RenderContext& context,
                                                         diag::Sources& sources, diag::Sink& sink,
                                                         std::string* hash) {
  auto document = read_yaml(base::join_path(root, kLockFile), std::string(kLockFile),
                            context.env.files, sources, sink);
  if (!document)
    return std::move(document.error());
  const yaml::Node* node = *document ? (*document)->root : nullptr;
  if (const yaml::Node* written = node ? node->find("sha1_hash") : nullptr; written && hash)
    *hash = written->text;
  return read_specs(node, true, context, sources);
}

diag::Result<std::vector<Project>> load_packages(const Project& root, const RenderContext& context,
                                                 diag::Sources& sources, diag::Sink& sink) {
  const base::Env& env = context.env;
  auto specs = read_package_lock(root.root, context, sources, sink);
  if (!specs)
    return std::move(specs.error());
  if (specs->empty())
    specs = read_package_specs(root.root, context, sources, sink);
  if (!specs)
    return std::move(specs.error());
  std::vector<std::string> folders = installed_folders(root, env.files);
  if (specs->size() != folders.size())
    return count_mismatch(root, *specs, folders, env);
  std::vector<Project> projects;
  std::set<std::string> names{root.name};
  for (const std::string& folder : folders) {
    std::string path =
        base::join_path(base::absolute_path(root.packages_install_path, root.root), folder);
    auto project = load_project(path, false, context, sources, sink);
    if (!project)
      return std::move(project.error());
    if (!names.insert(project->name).second) {
      Diagnostic d = invalid(fmt::format("two projects are named `{}`", project->name));
      d.note = fmt::format("one of them is in `{}`", path);
      d.legacy_text = fmt::format(
          "dbt found more than one package with the name \"{}\" included in this project. Package "
          "names must be unique in a project.",
          project->name);
      return d;
    }
    projects.push_back(*std::move(project));
  }
  std::sort(projects.begin(), projects.end(),
            [](const Project& a, const Project& b) { return a.name < b.name; });
  return projects;
}

}  // namespace weft::config
