// Getting the files of a package: git repositories, tarballs, folders.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "config/packages.h"

namespace weft::config {

/// Where fetched packages are put, and what must not be shown of them.
struct FetchContext {
  const base::Env& env;
  /// An existing folder of our own; every package gets a folder in it.
  std::string downloads;
  /// Values that messages show as stars.
  const std::vector<std::string>& secrets;
  /// The hub itself was asked over plain HTTP.
  bool allows_http = false;
};

struct FetchedPackage {
  /// The folder that holds dbt_project.yml.
  std::string folder;
  /// The commit of a git package; empty for other kinds.
  std::string revision;
};

/// Clones one commit of the repository. URLs and revisions that git would take for options, and
/// transports that run programs, are refused. Nothing of the repository is run.
diag::Result<FetchedPackage> fetch_git(const PackageSpec& spec, const FetchContext& context);

/// Downloads over HTTPS (or reads a local file) and unpacks a tarball.
diag::Result<FetchedPackage> fetch_tarball(const PackageSpec& spec, const FetchContext& context);

/// GET of an HTTPS address, following redirects to HTTPS only (HTTP too when `allows_http`); at
/// most `most` bytes. The note of an error holds the status that a server gave.
diag::Result<std::string> download(const std::string& url, size_t most,
                                   const base::CancelToken& cancel, bool allows_http = false);

/// Unpacks a tar archive (gzip and others) into `folder`, which it makes. Only regular files and
/// folders inside of `folder` are allowed; anything else is an error, as are sizes beyond all
/// measure.
diag::Status unpack(const std::string& archive, const std::string& folder, base::FileSystem& files);

/// An address that git can clone, for `private:` packages.
diag::Result<std::string> private_git_url(const PackageSpec& spec);

/// The text with every secret as stars.
std::string masked(std::string text, const std::vector<std::string>& secrets);

}  // namespace weft::config
