#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"
#include "config/package_fetch.h"
#include "config/process.h"

namespace weft::config {
namespace {

using diag::Code;
using diag::Diagnostic;

Diagnostic make(Code code, const PackageSpec& spec, std::string message, std::string note = {},
                std::string hint = {}) {
  Diagnostic d;
  d.code = code;
  d.message = std::move(message);
  d.span = spec.span;
  d.note = std::move(note);
  d.hint = std::move(hint);
  return d;
}

bool is_commit(std::string_view revision) {
  return revision.size() == 40 &&
         revision.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<Diagnostic> check_arguments(const PackageSpec& spec, const std::string& url,
                                          const std::string& revision) {
  auto refuse = [&](std::string message) {
    return make(Code::PackageInvalid, spec, std::move(message));
  };
  if (base::starts_with(url, "-"))
    return refuse(fmt::format("the git address `{}` starts with a dash", spec.location));
  if (url.find("::") != std::string::npos)
    return refuse(fmt::format("the git address `{}` asks for a transport that runs a program",
                              spec.location));
  if (base::starts_with(revision, "-") || revision.find_first_of(" :\\~^?*[") != std::string::npos)
    return refuse(fmt::format("`{}` is no name of a revision", revision));
  if (!spec.subdirectory.empty() &&
      !base::is_inside(base::join_path("/x", spec.subdirectory), "/x"))
    return refuse(
        fmt::format("the subdirectory `{}` is outside of the package", spec.subdirectory));
  return std::nullopt;
}

/// The caller's variables, with all that could make git ask a question or run something taken away.
std::map<std::string, std::string, std::less<>> git_variables(const base::Env& env) {
  auto variables = env.variables;
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_TEMPLATE_DIR"})
    variables.erase(name);
  variables["GIT_TERMINAL_PROMPT"] = "0";
  variables["GIT_ASKPASS"] = "true";
  variables["SSH_ASKPASS"] = "true";
  variables["LC_ALL"] = "C";
  variables.emplace("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
  return variables;
}

class Repository {
 public:
  Repository(const PackageSpec& spec, const FetchContext& context, std::string folder)
      : spec_(spec),
        context_(context),
        folder_(std::move(folder)),
        variables_(git_variables(context.env)) {}

  /// Standard output of `git <arguments>`; an error carries what git said.
  diag::Result<std::string> git(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{"git", "-c", "core.hooksPath=/dev/null", "-c",
                                     "protocol.ext.allow=never"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    auto result = run_process(command, folder_, variables_, context_.env.cancel);
    if (!result)
      return std::move(result.error());
    if (result->exit_code == 0)
      return result->out;
    std::string said(base::trim(result->err));
    return make(Code::PackageFetchFailed, spec_,
                fmt::format("`git {}` failed for the package `{}`", arguments[0], spec_.location),
                masked(std::move(said), context_.secrets));
  }

  /// Checks the revision out; servers that give no single commits are asked for everything.
  diag::Status check_out(const std::string& url, const std::string& revision) {
    for (const auto& arguments : {std::vector<std::string>{"init", "--quiet"},
                                  std::vector<std::string>{"remote", "add", "origin", url}}) {
      if (auto done = git(arguments); !done)
        return std::move(done.error());
    }
    std::string target = "FETCH_HEAD";
    auto fetched = git({"fetch", "--quiet", "--depth", "1", "origin", revision});
    if (!fetched && is_commit(revision)) {
      fetched = git({"fetch", "--quiet", "--tags", "origin"});
      target = revision;
    }
    if (!fetched) {
      fetched.error().hint =
          fmt::format("check the address and that it has a revision `{}`", revision);
      return std::move(fetched.error());
    }
    if (auto done = git({"checkout", "--quiet", "--detach", target}); !done)
      return std::move(done.error());
    return diag::Done{};
  }

 private:
  const PackageSpec& spec_;
  const FetchContext& context_;
  std::string folder_;
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace

std::string masked(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (!secret.empty())
      text = base::replace_all(text, secret, "*****");
  }
  return text;
}

diag::Result<std::string> private_git_url(const PackageSpec& spec) {
  std::string provider = spec.provider.empty() ? "github" : spec.provider;
  size_t slashes = static_cast<size_t>(
      std::count(spec.rendered_location.begin(), spec.rendered_location.end(), '/'));
  auto wrong = [&](std::string_view shape) {
    return make(Code::PackageInvalid, spec,
                fmt::format("the private package `{}` is not written as {}", spec.location, shape));
  };
  if (provider == "github" || provider == "gitlab") {
    if (slashes < 1)
      return wrong("owner/repository");
    return fmt::format("git@{}.com:{}.git", provider, spec.rendered_location);
  }
  if (provider == "ado" || provider == "azure_devops") {
    if (slashes != 2)
      return wrong("organization/project/repository");
    return fmt::format("git@ssh.dev.azure.com:v3/{}", spec.rendered_location);
  }
  return make(Code::PackageInvalid, spec, fmt::format("the provider `{}` is not known", provider),
              {}, "use one of: github, gitlab, ado, azure_devops");
}

diag::Result<FetchedPackage> fetch_git(const PackageSpec& spec, const FetchContext& context) {
  std::string url = spec.rendered_location;
  if (spec.kind == PackageSpec::Kind::Private) {
    auto made = private_git_url(spec);
    if (!made)
      return std::move(made.error());
    url = *std::move(made);
  }
  std::string revision = spec.versions.empty() ? "HEAD" : spec.versions[0];
  if (auto error = check_arguments(spec, url, revision))
    return *std::move(error);
  base::FileSystem& files = context.env.files;
  std::string folder = base::join_path(context.downloads, base::random_uuid());
  if (auto error = files.make_directories(folder))
    return make(Code::FileUnwritable, spec,
                fmt::format("`{}` cannot be made: {}", folder, error->message));
  Repository repository(spec, context, folder);
  if (auto done = repository.check_out(url, revision); !done)
    return std::move(done.error());
  auto commit = repository.git({"rev-parse", "HEAD"});
  if (!commit)
    return std::move(commit.error());
  FetchedPackage package{base::join_path(folder, spec.subdirectory),
                         std::string(base::trim(*commit))};
  if (!files.exists(base::join_path(package.folder, "dbt_project.yml")))
    return make(Code::PackageInvalid, spec,
                fmt::format("the package `{}` has no dbt_project.yml{}", spec.location,
                            spec.subdirectory.empty() ? "" : " in its subdirectory"));
  return package;
}

}  // namespace weft::config
