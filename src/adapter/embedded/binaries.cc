#include "adapter/embedded/binaries.h"

#include <algorithm>
#include <unistd.h>
#include <vector>

#include "adapter/embedded/process.h"
#include "base/paths.h"
#include "base/strings.h"

namespace weft::adapter::embedded {
namespace {

/// Folders with one sub-folder a version, the version at the start or end of its name.
struct VersionedFolder {
  const char* parent;
  const char* prefix;
};
constexpr VersionedFolder kVersioned[] = {
    {"/usr/lib/postgresql", ""}, {"/usr", "pgsql-"}, {"/opt/homebrew/opt", "postgresql@"}};

bool is_program(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

void add_versioned(std::vector<std::string>& folders, const VersionedFolder& place,
                   const base::Env& env) {
  auto entries = env.files.list(place.parent);
  if (!entries)
    return;
  std::vector<std::pair<int64_t, std::string>> found;
  for (const base::DirectoryEntry& entry : *entries) {
    if (!base::starts_with(entry.name, place.prefix))
      continue;
    std::string_view number =
        std::string_view(entry.name).substr(std::string_view(place.prefix).size());
    if (std::optional<int64_t> version = base::parse_int(number))
      found.emplace_back(*version, base::join_path(place.parent, entry.name));
  }
  std::sort(found.rbegin(), found.rend());
  for (const auto& [version, path] : found)
    folders.push_back(path + "/bin");
}

std::vector<std::string> candidate_folders(const base::Env& env) {
  std::vector<std::string> folders;
  if (std::optional<std::string_view> chosen = env.variable("WEFT_POSTGRES_BIN"))
    return {std::string(*chosen)};
  for (const VersionedFolder& place : kVersioned)
    add_versioned(folders, place, env);
  for (std::string_view folder : base::split(env.variable("PATH").value_or(""), ':')) {
    if (base::starts_with(folder, "/"))
      folders.emplace_back(folder);
  }
  folders.emplace_back("/usr/local/pgsql/bin");
  for (const char* tool : {"/usr/bin/pg_config", "/usr/local/bin/pg_config"}) {
    if (is_program(tool))
      folders.emplace_back(base::trim(output_of({tool, "--bindir"})));
  }
  return folders;
}

/// "postgres (PostgreSQL) 15.20 (Debian …)" gives "15".
std::string major_of(const std::string& postgres) {
  std::vector<std::string_view> words;
  std::string output = output_of({postgres, "--version"});
  words = base::split_words(output);
  return words.size() < 3 ? std::string() : std::string(words[2].substr(0, words[2].find('.')));
}

}  // namespace

std::optional<Binaries> find_binaries(const base::Env& env, std::string_view major) {
  for (const std::string& folder : candidate_folders(env)) {
    Binaries binaries{base::join_path(folder, "initdb"), base::join_path(folder, "postgres"), ""};
    if (!is_program(binaries.initdb) || !is_program(binaries.postgres))
      continue;
    binaries.major = major_of(binaries.postgres);
    if (!binaries.major.empty() && (major.empty() || major == binaries.major))
      return binaries;
  }
  return std::nullopt;
}

}  // namespace weft::adapter::embedded
