#include "config/package_hub.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "base/text_list.h"
#include "config/package_fetch.h"
#include "config/project.h"

namespace weft::config {
namespace {

using base::Data;
using diag::Code;
using diag::Diagnostic;

constexpr std::string_view kPublicHub = "https://hub.getdbt.com/";
constexpr size_t kMaxAnswer = 16u << 20;

Diagnostic failed(Code code, const HubRequest& request, std::string message, std::string sentence) {
  Diagnostic d;
  d.code = code;
  d.message = std::move(message);
  d.span = request.span;
  if (!sentence.empty())
    d.legacy_text = "Runtime Error\n  " + sentence;
  return d;
}

std::vector<PackageSpec> read_needs(const Data* packages) {
  std::vector<PackageSpec> made;
  if (packages == nullptr || !packages->is_list())
    return made;
  for (const Data& item : packages->as_list()) {
    const Data* name = item.get("package");
    if (name == nullptr || !name->is_string())
      continue;
    PackageSpec spec;
    spec.kind = PackageSpec::Kind::Hub;
    spec.location = spec.rendered_location = name->as_string();
    spec.versions = base::text_list(item.get("version"));
    made.push_back(std::move(spec));
  }
  return made;
}

std::optional<HubVersion> read_version(const std::string& text, const Data& data) {
  std::optional<Version> number = parse_version(text);
  const Data* downloads = data.get("downloads");
  const Data* tarball = downloads == nullptr ? nullptr : downloads->get("tarball");
  const Data* name = data.get("name");
  if (!number || tarball == nullptr || !tarball->is_string() || name == nullptr)
    return std::nullopt;
  return HubVersion{*number,
                    text,
                    python_str(*name),
                    tarball->as_string(),
                    read_needs(data.get("packages")),
                    base::text_list(data.get("require_dbt_version"))};
}

/// False also for a range that cannot be read.
bool satisfies_all(const Version& version, const std::vector<std::string>& ranges) {
  std::vector<std::string> bounds = split_bounds(ranges);
  return std::all_of(bounds.begin(), bounds.end(), [&](const std::string& text) {
    std::optional<VersionBound> bound = parse_bound(text);
    return bound && satisfies(version, *bound);
  });
}

bool names_prerelease(const std::vector<std::string>& ranges) {
  std::vector<std::string> bounds = split_bounds(ranges);
  return std::any_of(bounds.begin(), bounds.end(), [](const std::string& text) {
    std::optional<VersionBound> bound = parse_bound(text);
    return bound && !bound->version.prerelease.empty();
  });
}

std::vector<const HubVersion*> installable(const std::vector<HubVersion>& versions,
                                           const HubRequest& request, bool checks_version) {
  static const Version own = *parse_version(kDbtVersion);
  bool takes_prerelease = request.allows_prerelease || names_prerelease(request.ranges);
  std::vector<const HubVersion*> made;
  for (const HubVersion& version : versions) {
    bool is_taken = (takes_prerelease || version.number.prerelease.empty()) &&
                    (!checks_version || satisfies_all(own, version.require_dbt_version));
    if (is_taken)
      made.push_back(&version);
  }
  return made;
}

Diagnostic no_match(const HubRequest& request, const std::vector<const HubVersion*>& versions,
                    bool checks_version) {
  base::DataList shown;
  for (const HubVersion* version : versions)
    shown.emplace_back(version->text);
  std::string list = python_repr(Data(std::move(shown)));
  std::string range = base::join(request.ranges, ", ");
  Diagnostic d = failed(
      Code::PackageInvalid, request,
      fmt::format("no version of the hub package `{}` satisfies `{}`", request.package, range),
      fmt::format("Could not find a matching compatible version for package {}\n    Requested "
                  "range: {}\n    Compatible versions: {}\n",
                  request.package, range, list));
  if (checks_version)
    d.legacy_text +=
        "\n    Not shown: package versions incompatible with installed version of dbt-core\n    To "
        "include them, run 'dbt --no-version-check deps'";
  d.note = "there are " + list;
  d.hint = "widen the range, or ask the other packages for the same one";
  return d;
}

}  // namespace

std::optional<std::vector<HubVersion>> read_hub_answer(std::string_view json) {
  auto parsed = base::parse_json(json);
  auto* data = std::get_if<Data>(&parsed);
  const Data* versions = data == nullptr ? nullptr : data->get("versions");
  if (versions == nullptr || !versions->is_map())
    return std::nullopt;
  std::vector<HubVersion> made;
  for (const auto& [text, version] : versions->as_map()) {
    if (std::optional<HubVersion> one = read_version(text, version))
      made.push_back(std::move(*one));
  }
  std::sort(made.begin(), made.end(), [](const HubVersion& a, const HubVersion& b) {
    return compare(a.number, b.number) < 0;
  });
  return made;
}

Hub::Hub(const base::Env& env)
    : env_(env), address_(env.variable("DBT_PACKAGE_HUB_URL").value_or("")) {
  if (address_.empty())
    address_ = kPublicHub;
  if (address_.back() != '/')
    address_ += '/';
}

bool Hub::is_plain_http() const { return base::starts_with(address_, "http://"); }

diag::Result<const std::vector<HubVersion>*> Hub::versions_of(const HubRequest& request) {
  if (auto found = known_.find(request.package); found != known_.end())
    return &found->second;
  std::string url = fmt::format("{}api/v1/{}.json", address_, request.package);
  diag::Result<std::string> answer = download(url, kMaxAnswer, env_.cancel, is_plain_http());
  if (!answer) {
    Diagnostic d = std::move(answer.error());
    if (d.note.find("404") == std::string::npos) {
      d.span = request.span;
      d.hint = fmt::format("the hub was asked at `{}`", url);
      return d;
    }
    d = failed(Code::PackageInvalid, request,
               fmt::format("the hub has no package `{}`", request.package),
               fmt::format("Package {} was not found in the package index", request.package));
    d.hint = "packages are named owner/package, as in dbt-labs/dbt_utils";
    return d;
  }
  std::optional<std::vector<HubVersion>> versions = read_hub_answer(*answer);
  if (!versions)
    return failed(Code::PackageFetchFailed, request,
                  fmt::format("the hub's answer for `{}` cannot be read", request.package), "");
  return &known_.emplace(request.package, std::move(*versions)).first->second;
}

diag::Result<const HubVersion*> Hub::choose(const HubRequest& request, bool checks_version) {
  diag::Result<const std::vector<HubVersion>*> versions = versions_of(request);
  if (!versions)
    return std::move(versions.error());
  std::vector<const HubVersion*> candidates = installable(**versions, request, checks_version);
  for (auto one = candidates.rbegin(); one != candidates.rend(); ++one) {
    if (satisfies_all((*one)->number, request.ranges))
      return *one;
  }
  return no_match(request, candidates, checks_version);
}

std::string Hub::latest(const HubRequest& request, bool checks_version) const {
  auto found = known_.find(request.package);
  if (found == known_.end())
    return "";
  std::vector<const HubVersion*> candidates = installable(found->second, request, checks_version);
  return candidates.empty() ? "" : candidates.back()->text;
}

}  // namespace weft::config
