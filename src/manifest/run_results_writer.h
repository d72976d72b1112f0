// run_results.json of a large run, which is never whole in memory.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/files.h"
#include "manifest/artifacts.h"

namespace weft::manifest {

/// What RunResults holds, left where it is; all of it must outlive the view.
struct RunResultsView {
  const Metadata& metadata;
  std::span<const RunResult> results;
  double elapsed_time = 0;
  const base::DataMap& args;
  /// Has the SQL of results that were compiled and hold none themselves. May be null.
  const Manifest* manifest = nullptr;
};

/// Gives the text of run_results_json() in parts, which up to `threads` threads make. What went
/// wrong with a part, or nothing.
std::optional<base::IoError> write_run_results_json(const RunResultsView& view, size_t threads,
                                                    const base::PutPart& put);

}  // namespace weft::manifest
