// deps: installs packages, or adds one first.
#include <fmt/format.h>

#include "cli/commands.h"
#include "config/package_add.h"

namespace weft::cli {
namespace {

/// The package of `--add-package name@version`.
diag::Result<config::AddedPackage> added_package(const Session& session) {
  std::string text = python_str(*session.line.values.find("add_package"));
  config::AddedPackage package;
  size_t at = text.find('@');
  // More than one @ belongs to the name: git@host:path.
  bool has_version = at != std::string::npos && text.find('@', at + 1) == std::string::npos;
  package.name = has_version ? text.substr(0, at) : text;
  package.version = has_version ? text.substr(at + 1) : "";
  if (const base::Data* source = session.line.values.find("source"))
    package.source = python_str(*source);
  if (!package.version.empty() || package.source == "local")
    return package;
  diag::Diagnostic error;
  error.code = diag::Code::Usage;
  error.message = fmt::format("the package `{}` is given without a version", package.name);
  error.legacy_text = fmt::format(
      "Usage Error\n  Version is required in --add-package when a package when source is {}",
      package.source);
  error.hint = "write name@version, or name --source local";
  return error;
}

}  // namespace

int cmd_deps(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  auto progress = [&](const config::InstallNews& news) {
    session.log.write({news.event, news.code, Level::Info, news.text, news.data});
  };
  if (session.line.values.contains("add_package")) {
    diag::Result<config::AddedPackage> package = added_package(session);
    if (!package)
      return session.fail(package.error());
    diag::Status added = config::add_package(session.project, *package, session.env,
                                             session.sources, session.sink, progress);
    if (!added)
      return session.fail(added.error());
  }
  config::RenderContext context = session.render_context();
  context.secrets_allowed = true;
  config::InstallRequest request;
  request.lock_only = session.line.is_on("lock");
  request.upgrade = session.line.is_on("upgrade");
  request.checks_version = session.flags.get_bool("version_check");
  request.progress = progress;
  auto installed =
      config::install_packages(session.project, request, context, session.sources, session.sink);
  if (!installed)
    return session.fail(installed.error());
  return session.flush_sink() ? kSuccess : kUnhandled;
}

}  // namespace weft::cli
