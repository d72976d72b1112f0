// deps: what is asked for -> what is pinned -> package-lock.yml -> what is installed.
//
// Packages may ask for packages, so resolving walks them breadth first; a package that is asked for
// twice must be asked for in the same version. Everything is fetched before the install folder is
// touched: a download that fails leaves the old packages in place.
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/package_fetch.h"
#include "config/package_hub.h"
#include "config/packages.h"
#include "yaml/document.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataMap;
using diag::Code;
using diag::Diagnostic;
using Kind = PackageSpec::Kind;

constexpr size_t kMaxPackages = 1000;

struct Resolved {
  PackageSpec spec;
  /// The folder that is moved or linked to; empty when nothing was fetched.
  std::string folder;
  /// Hub packages: the highest version that could be installed.
  std::string latest;
};

/// Removes the downloads at the end, whatever happens.
class Downloads {
 public:
  Downloads(base::FileSystem& files, const std::string& root)
      : files_(files), folder_(base::join_path(root, ".weft/deps-" + base::random_uuid())) {}
  ~Downloads() { files_.remove_all(folder_); }
  Downloads(const Downloads&) = delete;
  Downloads& operator=(const Downloads&) = delete;
  const std::string& folder() const { return folder_; }

 private:
  base::FileSystem& files_;
  std::string folder_;
};

std::string without_git_suffix(std::string url) {
  if (base::ends_with(url, ".git"))
    url.resize(url.size() - 4);
  return url;
}

bool is_branch_word(const std::vector<std::string>& versions) {
  return versions.empty() || versions[0] == "HEAD" || versions[0] == "main" ||
         versions[0] == "master";
}

class Installer {
 public:
  Installer(const Project& root, const InstallRequest& request, const RenderContext& context,
            diag::Sources& sources, diag::Sink& sink)
      : root_(root),
        request_(request),
        context_(context),
        env_(context.env),
        sources_(sources),
        sink_(sink),
        downloads_(context.env.files, root.root),
        hub_(context.env) {
    // Secrets are collected here, so that no message of git or of a download shows one.
    context_.secrets_read = &secrets_;
  }

  diag::Result<std::vector<PackageSpec>> run();

 private:
  diag::Status add_hub(PackageSpec spec, std::deque<PackageSpec>& queue, bool is_locked);
  diag::Status fetch_hub_packages();
  diag::Status check_name(const std::string& name, const PackageSpec& spec);
  diag::Status resolve(const std::vector<PackageSpec>& asked, bool is_locked);
  diag::Status add(PackageSpec spec, std::deque<PackageSpec>& queue, bool is_locked);
  diag::Result<FetchedPackage> fetch(const PackageSpec& spec);
  diag::Status write_lock(const std::vector<PackageSpec>& asked);
  diag::Status install();
  diag::Status install_one(const Resolved& package, const std::string& folder);
  std::string key_of(const PackageSpec& spec) const;
  /// `key` is what dbt's event calls `value`; an empty one is left out.
  void say(std::string event, std::string code, std::string text, std::string_view key = "",
           const std::string& value = "") const {
    if (!request_.progress)
      return;
    InstallNews news{std::move(event), std::move(code), std::move(text)};
    if (!key.empty())
      news.data.set(key, Data(value));
    request_.progress(news);
  }

  const Project& root_;
  const InstallRequest& request_;
  RenderContext context_;
  const base::Env& env_;
  diag::Sources& sources_;
  diag::Sink& sink_;
  std::vector<std::string> secrets_;
  Downloads downloads_;
  std::vector<Resolved> resolved_;
  /// What was seen, with the versions it was asked in.
  std::map<std::string, std::vector<std::string>> seen_;
  std::set<std::string> names_;
  Hub hub_;
  /// Hub packages by name: what all ask for together, and their rows of `resolved_`.
  std::map<std::string, std::pair<HubRequest, size_t>> hub_asked_;
  /// Versions whose own packages are queued already, as "name@version".
  std::set<std::string> expanded_;
};

std::string Installer::key_of(const PackageSpec& spec) const {
  switch (spec.kind) {
    case Kind::Local:
      return "local:" + base::absolute_path(spec.rendered_location, root_.root);
    case Kind::Hub:
      return "hub:" + spec.rendered_location;
    case Kind::Tarball:
      return "tarball:" + spec.rendered_location;
    default:
      return "git:" + without_git_suffix(spec.rendered_location) + "//" + spec.subdirectory;
  }
}

diag::Result<FetchedPackage> Installer::fetch(const PackageSpec& spec) {
  FetchContext fetching{env_, downloads_.folder(), secrets_};
  switch (spec.kind) {
    case Kind::Local: {
      std::string folder = base::absolute_path(spec.rendered_location, root_.root);
      if (env_.files.exists(base::join_path(folder, "dbt_project.yml")))
        return FetchedPackage{folder, {}};
      return make_error(Code::PackageInvalid,
                        fmt::format("the local package `{}` has no dbt_project.yml", spec.location),
                        spec.span, fmt::format("it was looked for in `{}`", folder));
    }
    case Kind::Tarball:
      return fetch_tarball(spec, fetching);
    default:
      return fetch_git(spec, fetching);
  }
}

/// The name becomes a folder: it may not lead out of the install path, nor be another's.
diag::Status Installer::check_name(const std::string& name, const PackageSpec& spec) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    Diagnostic d = make_error(Code::PackageInvalid, fmt::format("a package is named `{}`", name),
                              spec.span, "a package's name is a plain word");
    d.legacy_text =
        fmt::format("Runtime Error\n  Invalid package name '{}': resolves outside of {}", name,
                    root_.packages_install_path);
    return d;
  }
  if (name != root_.name && names_.insert(name).second)
    return diag::Done{};
  Diagnostic d =
      make_error(Code::PackageInvalid, fmt::format("two projects are named `{}`", name), spec.span);
  d.legacy_text = fmt::format(
      "Runtime Error\n  Found duplicate project \"{}\". This occurs when a dependency has the same "
      "project name as some other dependency.",
      name);
  return d;
}

/// A hub package may be asked for by many: the version is the highest that suits all of them. Each
/// new asker narrows the choice, and what the new choice needs is asked for as well.
diag::Status Installer::add_hub(PackageSpec spec, std::deque<PackageSpec>& queue, bool is_locked) {
  auto [place, is_new] = hub_asked_.try_emplace(spec.rendered_location);
  auto& [request, row] = place->second;
  if (is_new) {
    request.package = spec.rendered_location;
    row = resolved_.size();
    resolved_.push_back({spec, {}, {}});
  }
  if (resolved_.size() > kMaxPackages)
    return make_error(Code::PackageInvalid,
                      fmt::format("more than {} packages are asked for", kMaxPackages));
  request.ranges.insert(request.ranges.end(), spec.versions.begin(), spec.versions.end());
  request.allows_prerelease = request.allows_prerelease || spec.install_prerelease || is_locked;
  request.span = spec.span;
  auto chosen = hub_.choose(request, request_.checks_version && !is_locked);
  if (!chosen)
    return std::move(chosen.error());
  resolved_[row].spec.versions = {(*chosen)->text};
  bool expands =
      !is_locked && expanded_.insert(spec.rendered_location + "@" + (*chosen)->text).second;
  if (expands)
    queue.insert(queue.end(), (*chosen)->packages.begin(), (*chosen)->packages.end());
  return diag::Done{};
}

diag::Status Installer::fetch_hub_packages() {
  for (auto& [name, asked] : hub_asked_) {
    auto& [request, row] = asked;
    Resolved& package = resolved_[row];
    auto chosen = hub_.choose(request, false);
    if (!chosen)
      return std::move(chosen.error());
    package.spec.name = (*chosen)->name;
    package.latest = hub_.latest(request, request_.checks_version);
    if (!request_.lock_only) {
      PackageSpec archive = package.spec;
      archive.rendered_location = (*chosen)->tarball;
      FetchContext fetching{env_, downloads_.folder(), secrets_, hub_.is_plain_http()};
      auto fetched = fetch_tarball(archive, fetching);
      if (!fetched)
        return std::move(fetched.error());
      package.folder = fetched->folder;
      auto project = load_project_partial(package.folder, env_, sources_, sink_);
      if (!project)
        return std::move(project.error());
      package.spec.name = project->name;
    }
    if (auto unique = check_name(package.spec.name, package.spec); !unique)
      return unique;
  }
  return diag::Done{};
}

diag::Status Installer::add(PackageSpec spec, std::deque<PackageSpec>& queue, bool is_locked) {
  if (spec.kind == Kind::Hub)
    return add_hub(std::move(spec), queue, is_locked);
  auto [place, is_new] = seen_.emplace(key_of(spec), spec.versions);
  if (!is_new) {
    if (place->second != spec.versions)
      return make_error(
          Code::PackageInvalid,
          fmt::format("the package `{}` is asked for in the versions `{}` and `{}`", spec.location,
                      base::join(place->second, ", "), base::join(spec.versions, ", ")),
          spec.span, "ask for one version everywhere");
    return diag::Done{};
  }
  if (seen_.size() > kMaxPackages)
    return make_error(Code::PackageInvalid,
                      fmt::format("more than {} packages are asked for", kMaxPackages));
  auto fetched = fetch(spec);
  if (!fetched)
    return std::move(fetched.error());
  bool is_git = spec.kind == Kind::Git || spec.kind == Kind::Private;
  if (is_git && !is_locked && spec.warn_unpinned && is_branch_word(spec.versions))
    sink_.report(
        make_error(Code::PackageUnpinned,
                   fmt::format("the git package `{}` is not pinned to a revision", spec.location),
                   spec.span, "add a line like: revision: v1.0.0"));
  auto project = load_project_partial(fetched->folder, env_, sources_, sink_);
  if (!project)
    return std::move(project.error());
  if (auto unique = check_name(project->name, spec); !unique)
    return unique;
  if (!is_locked) {
    auto inner = read_package_specs(fetched->folder, context_, sources_, sink_);
    if (!inner)
      return std::move(inner.error());
    queue.insert(queue.end(), inner->begin(), inner->end());
  }
  spec.name = project->name;
  if (is_git)
    spec.versions = {fetched->revision};
  resolved_.push_back({std::move(spec), fetched->folder, {}});
  return diag::Done{};
}

diag::Status Installer::resolve(const std::vector<PackageSpec>& asked, bool is_locked) {
  std::deque<PackageSpec> queue(asked.begin(), asked.end());
  while (!queue.empty()) {
    PackageSpec spec = std::move(queue.front());
    queue.pop_front();
    if (auto done = add(std::move(spec), queue, is_locked); !done)
      return done;
  }
  return fetch_hub_packages();
}

DataMap lock_entry(const PackageSpec& spec) {
  DataMap entry;
  switch (spec.kind) {
    case Kind::Local:
      entry.set("local", spec.rendered_location);
      break;
    case Kind::Tarball:
      entry.set("tarball", spec.location);
      break;
    case Kind::Hub:
      entry.set("package", spec.rendered_location);
      entry.set("version", spec.versions.empty() ? Data() : Data(spec.versions[0]));
      break;
    default:
      // As written: a secret in the address stays an env_var() call.
      entry.set(spec.kind == Kind::Private ? "private" : "git", spec.location);
      if (!spec.provider.empty())
        entry.set("provider", spec.provider);
      entry.set("revision", spec.versions.empty() ? Data() : Data(spec.versions[0]));
      if (!spec.subdirectory.empty())
        entry.set("subdirectory", spec.subdirectory);
  }
  entry.set("name", spec.name);
  return entry;
}

diag::Status Installer::write_lock(const std::vector<PackageSpec>& asked) {
  base::DataList entries;
  for (const Resolved& package : resolved_)
    entries.push_back(Data(lock_entry(package.spec)));
  // dbt indents the list within the mapping, which safe_dump does not.
  std::string list = yaml::dump(Data(std::move(entries)), true);
  std::string text = "packages:\n";
  for (std::string_view line : base::split(base::trim(list), '\n'))
    text += fmt::format("  {}\n", line);
  text += yaml::dump(Data(DataMap{{"sha1_hash", packages_hash(asked)}}));
  std::string path = base::join_path(root_.root, "package-lock.yml");
  if (auto error = env_.files.write(path, text))
    return make_error(Code::FileUnwritable,
                      fmt::format("`{}` cannot be written: {}", path, error->message));
  say("DepsLockUpdating", "M031", "Updating lock file in file path: " + path, "lock_filepath",
      path);
  return diag::Done{};
}

diag::Status Installer::install_one(const Resolved& package, const std::string& folder) {
  std::string target = base::join_path(folder, package.spec.name);
  auto error = package.spec.kind == Kind::Local ? env_.files.make_symlink(package.folder, target)
                                                : env_.files.rename(package.folder, target);
  if (error)
    return make_error(Code::FileUnwritable,
                      fmt::format("`{}` cannot be made: {}", target, error->message),
                      package.spec.span);
  std::string version = package.spec.kind == Kind::Local
                            ? fmt::format("<local @ {}>", package.spec.location)
                        : package.spec.kind == Kind::Hub ? "version " + package.spec.versions[0]
                        : package.spec.versions.empty()  ? std::string("tarball")
                                                         : "revision " + package.spec.versions[0];
  say("DepsStartPackageInstall", "M014", fmt::format("Installing {}", package.spec.location),
      "package_name", package.spec.location);
  say("DepsInstallInfo", "M015", fmt::format("Installed from {}", version), "version_name",
      version);
  if (package.spec.kind != Kind::Hub)
    return diag::Done{};
  if (package.latest.empty() || package.latest == package.spec.versions[0])
    say("DepsUpToDate", "M017", "Up to date!");
  else
    say("DepsUpdateAvailable", "M016", "Updated version available: " + package.latest,
        "version_latest", package.latest);
  return diag::Done{};
}

diag::Status Installer::install() {
  std::string folder = base::absolute_path(root_.packages_install_path, root_.root);
  // The folder is emptied first, so it must not be one that holds anything else.
  if (base::is_inside(root_.root, folder))
    return make_error(Code::PackageInvalid,
                      fmt::format("`packages-install-path` is `{}`, which holds the project itself",
                                  root_.packages_install_path));
  auto error = env_.files.remove_all(folder);
  if (!error)
    error = env_.files.make_directories(folder);
  if (error)
    return make_error(Code::FileUnwritable,
                      fmt::format("`{}` cannot be replaced: {}", folder, error->message));
  for (const Resolved& package : resolved_) {
    if (auto done = install_one(package, folder); !done)
      return done;
  }
  return diag::Done{};
}

diag::Result<std::vector<PackageSpec>> Installer::run() {
  auto asked = read_package_specs(root_.root, context_, sources_, sink_);
  if (!asked)
    return std::move(asked.error());
  if (asked->empty()) {
    say("DepsNoPackagesFound", "M013", "Warning: No packages were found in packages.yml");
    return std::vector<PackageSpec>();
  }
  std::string locked_hash;
  auto locked = read_package_lock(root_.root, context_, sources_, sink_, &locked_hash);
  if (!locked)
    return std::move(locked.error());
  bool is_current = !request_.upgrade && locked_hash == packages_hash(*asked);
  if (is_current && request_.lock_only)
    return *locked;
  if (auto error = env_.files.make_directories(downloads_.folder()))
    return make_error(Code::FileUnwritable,
                      fmt::format("`{}` cannot be made: {}", downloads_.folder(), error->message));
  if (auto done = resolve(is_current ? *locked : *asked, is_current); !done)
    return std::move(done.error());
  if (!is_current) {
    if (auto done = write_lock(*asked); !done)
      return std::move(done.error());
  }
  if (!request_.lock_only) {
    if (auto done = install(); !done)
      return std::move(done.error());
  }
  std::vector<PackageSpec> result;
  for (Resolved& package : resolved_)
    result.push_back(std::move(package.spec));
  return result;
}

}  // namespace

diag::Result<std::vector<PackageSpec>> install_packages(const Project& root,
                                                        const InstallRequest& request,
                                                        const RenderContext& context,
                                                        diag::Sources& sources, diag::Sink& sink) {
  return Installer(root, request, context, sources, sink).run();
}

}  // namespace weft::config
