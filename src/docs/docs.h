// The static documentation site: what `docs generate` writes beside the artifacts. web/FORMAT.md is
// the contract with the page.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "diag/diagnostic.h"
#include "manifest/artifacts.h"
#include "manifest/manifest.h"

namespace weft::docs {

/// What a site is made from. Everything pointed at must outlive the call; null means there is none.
struct SiteInput {
  const manifest::Manifest* manifest = nullptr;
  const manifest::Catalog* catalog = nullptr;
  const manifest::RunResults* run = nullptr;
  const std::vector<manifest::FreshnessResult>* freshness = nullptr;
  /// "weft 0.1.0"
  std::string written_by = "";
  /// dbt_version of the artifacts
  std::string dbt_version = "";
};

/// One file of a site; the path is relative to the target folder.
struct SiteFile {
  std::string path;
  std::string content;
};

/// All files of the site, index.html last. The same input gives the same bytes, whatever the number
/// of threads. Never fails: text that is no UTF-8 is repaired.
std::vector<SiteFile> make_site(const SiteInput& input, size_t threads);

/// The whole site as one HTML file, for `--static`.
std::string make_single_page(const SiteInput& input, size_t threads);

/// Writes the site into `target`, index.html last, and removes files of earlier sites from
/// docs-assets. Fails with the path and the reason when a file cannot be written.
diag::Status write_site(base::FileSystem& files, const std::string& target, const SiteInput& input,
                        size_t threads);

}  // namespace weft::docs
