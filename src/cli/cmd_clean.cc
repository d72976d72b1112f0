// clean: removes the folders under clean-targets.
#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "cli/commands.h"

namespace weft::cli {
namespace {

/// `sentence` is dbt's text; without one, `message` is all there is to say.
int refuse(Session& session, std::string message, const std::string& sentence = "") {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::PathNotCleanable;
  diagnostic.message = std::move(message);
  diagnostic.hint = "change `clean-targets` in dbt_project.yml";
  if (!sentence.empty())
    diagnostic.legacy_text = "Runtime Error\n  " + sentence;
  return session.fail(diagnostic);
}

/// The folders that hold what people wrote.
std::vector<std::string> source_folders(const config::Project& project) {
  std::vector<std::string> made;
  for (const auto* list :
       {&project.model_paths, &project.seed_paths, &project.snapshot_paths, &project.macro_paths,
        &project.test_paths, &project.analysis_paths, &project.function_paths}) {
    for (const std::string& folder : *list)
      made.push_back(base::normalize_path(base::join_path(project.root, folder)));
  }
  return made;
}

std::string python_list(const std::vector<std::string>& paths) {
  base::DataList list;
  for (const std::string& path : paths)
    list.emplace_back(path);
  return python_repr(base::Data(std::move(list)));
}

/// The paths for which `matches` holds.
template <typename Matches>
std::vector<std::string> matching(const std::vector<std::string>& paths, Matches matches) {
  std::vector<std::string> made;
  std::copy_if(paths.begin(), paths.end(), std::back_inserter(made), matches);
  return made;
}

}  // namespace

int cmd_clean(Session& session) {
  if (!session.load_project())
    return kUnhandled;
  const config::Project& project = session.project;
  std::vector<std::string> targets = project.clean_targets;
  if (targets.empty())
    targets.push_back(project.target_path);
  std::vector<std::string> paths;
  for (const std::string& target : targets)
    paths.push_back(base::normalize_path(base::join_path(project.root, target)));
  std::vector<std::string> sources = source_folders(project);
  std::vector<std::string> bad = matching(paths, [&](const std::string& path) {
    return std::find(sources.begin(), sources.end(), path) != sources.end();
  });
  if (!bad.empty()) {
    return refuse(session,
                  fmt::format("`{}` is not removed: it holds the project's own files", bad.front()),
                  "dbt will not clean the following source paths: " + python_list(bad));
  }
  bad = matching(paths, [&](const std::string& path) {
    return path == project.root || !base::is_inside(path, project.root);
  });
  if (!bad.empty() && session.flags.get_bool("clean_project_files_only")) {
    return refuse(
        session, fmt::format("`{}` is not removed: it lies outside of the project", bad.front()),
        "dbt will not clean the following directories outside the project: " + python_list(bad));
  }
  // Even when folders outside are allowed, none that holds the project.
  bad = matching(paths, [&](const std::string& path) {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const std::string& source) { return base::is_inside(source, path); });
  });
  if (!bad.empty()) {
    return refuse(session, fmt::format("`{}` is not removed: the project's own files are in it",
                                       bad.front()));
  }
  for (const std::string& path : paths) {
    session.log.info(fmt::format("Checking {}/*", path));
    if (std::optional<base::IoError> error = session.env.files.remove_all(path)) {
      diag::Diagnostic diagnostic;
      diagnostic.code = diag::Code::FileUnwritable;
      diagnostic.message = fmt::format("`{}` cannot be removed: {}", path, error->message);
      return session.fail(diagnostic);
    }
    session.log.info(fmt::format("Cleaned {}/*", path));
  }
  session.log.info("Finished cleaning all paths.");
  return kSuccess;
}

}  // namespace weft::cli
