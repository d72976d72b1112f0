#include "cli/last_run.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/paths.h"

namespace weft::cli {
namespace {

constexpr std::string_view kResults = "run_results.json";
constexpr std::string_view kKept = "last_run_results.json";

/// Commands that change or test the database, as `args.which` of the results calls them. `compile`,
/// `docs generate` and `show` write results as well, with nothing in them that happened.
bool runs_something(std::string_view command) {
  constexpr std::array<std::string_view, 7> kNames = {"build",    "run",   "test", "seed",
                                                      "snapshot", "clone", "retry"};
  return std::find(kNames.begin(), kNames.end(), command) != kNames.end();
}

std::string path_of(const Session& session, std::string_view name) {
  return base::join_path(base::join_path(session.project.root, session.target_path()), name);
}

std::optional<manifest::RunResults> read_run(Session& session, std::string_view name) {
  diag::Result<manifest::RunResults> read =
      manifest::read_run_results(session.env.files, path_of(session, name));
  if (!read)
    return std::nullopt;
  const base::Data* which = read->args.find("which");
  if (which == nullptr || !which->is_string() || !runs_something(which->as_string()))
    return std::nullopt;
  return std::move(*read);
}

}  // namespace

void keep_last_run(Session& session) {
  std::string kept = path_of(session, kKept);
  const bool is_kept = session.env.files.info(kept).has_value();
  if (runs_something(session.line.command->name)) {
    if (is_kept)
      session.env.files.remove_all(kept);
  } else if (!is_kept) {
    session.env.files.rename(path_of(session, kResults), kept);
  }
}

std::optional<manifest::RunResults> read_last_run(Session& session) {
  std::optional<manifest::RunResults> found = read_run(session, kResults);
  return found ? std::move(found) : read_run(session, kKept);
}

}  // namespace weft::cli
