#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "adapter/json_documents.h"
#include "base/hash.h"
#include "base/parallel.h"
#include "base/paths.h"
#include "base/strings.h"
#include "parse/state.h"

namespace weft::parse {
namespace {

/// Patterns of .dbtignore, matched against paths relative to the project.
struct IgnoreRules {
  std::vector<std::string> patterns;

  bool matches(std::string_view path) const {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return base::matches_pattern(path, pattern) || base::matches_pattern(path, pattern + "/*") ||
             base::matches_pattern(base::file_name(path), pattern) ||
             base::matches_pattern(path, "*/" + pattern + "/*");
    });
  }
};

IgnoreRules read_ignore_rules(base::FileSystem& files, const std::string& root) {
  IgnoreRules rules;
  base::IoResult<std::string> text = files.read(root + "/.dbtignore");
  if (!text)
    return rules;
  for (std::string_view line : base::split(*text, '\n')) {
    line = base::trim(line);
    if (line.empty() || line.front() == '#')
      continue;
    if (line.back() == '/')
      line.remove_suffix(1);
    if (!line.empty() && line.front() == '/')
      line.remove_prefix(1);
    rules.patterns.emplace_back(line);
  }
  return rules;
}

bool is_hidden(std::string_view name) {
  return name.empty() || name.front() == '.' || name.front() == '#' || name.front() == '~' ||
         name.front() == '!';
}

/// As dbt finds files: `.SQL` counts like `.sql`.
std::string extension_of(std::string_view path) { return base::to_lower(base::extension_of(path)); }

/// What the files of one kind of folder are, by extension.
using Classify = std::optional<FileKind> (*)(std::string_view path);

std::optional<FileKind> properties_kind(std::string_view path) {
  const std::string extension = extension_of(path);
  if (extension == ".yml" || extension == ".yaml")
    return FileKind::Properties;
  return std::nullopt;
}

std::optional<FileKind> model_kind(std::string_view path) {
  const std::string extension = extension_of(path);
  if (extension == ".sql")
    return FileKind::Model;
  if (extension == ".py")
    return FileKind::PythonModel;
  return properties_kind(path);
}

template <FileKind kKind>
std::optional<FileKind> sql_kind(std::string_view path) {
  if (extension_of(path) == ".sql")
    return kKind;
  return properties_kind(path);
}

std::optional<FileKind> function_kind(std::string_view path) {
  const std::string extension = extension_of(path);
  if (extension == ".sql" || extension == ".py" || extension == ".js")
    return FileKind::Function;
  return properties_kind(path);
}

std::optional<FileKind> seed_kind(std::string_view path) {
  if (extension_of(path) == ".csv" || adapter::json_layout(path))
    return FileKind::Seed;
  return properties_kind(path);
}

std::optional<FileKind> test_kind(std::string_view path) {
  const std::string extension = extension_of(path);
  bool in_fixtures = base::starts_with(path, "fixtures/");
  if (extension == ".csv" && in_fixtures)
    return FileKind::FixtureCsv;
  if (extension != ".sql")
    return properties_kind(path);
  if (in_fixtures)
    return FileKind::FixtureSql;
  if (base::starts_with(path, "generic/"))
    return FileKind::GenericTest;
  return FileKind::SingularTest;
}

std::optional<FileKind> docs_kind(std::string_view path) {
  return extension_of(path) == ".md" ? std::optional(FileKind::Docs) : std::nullopt;
}

class Walker {
 public:
  Walker(State& state, size_t project)
      : state_(state),
        project_(project),
        root_(state.projects[project]->root),
        files_(state.input.env.files),
        ignore_(read_ignore_rules(files_, root_)) {}

  void walk(const std::vector<std::string>& folders, Classify classify) {
    for (const std::string& folder : folders) {
      std::string clean = base::normalize_path(folder);
      walk_folder(clean, clean, "", classify);
    }
  }

 private:
  void walk_folder(const std::string& root_folder, const std::string& folder,
                   const std::string& inside, Classify classify) {
    for (const base::DirectoryEntry& entry : entries_of(folder)) {
      std::string path = inside.empty() ? entry.name : inside + "/" + entry.name;
      std::string original = folder == "." ? entry.name : folder + "/" + entry.name;
      if (is_hidden(entry.name) || ignore_.matches(original))
        continue;
      if (entry.is_directory) {
        if (!entry.is_symlink || !leads_back(original))
          walk_folder(root_folder, original, path, classify);
        continue;
      }
      if (std::optional<FileKind> kind = classify(path))
        add(*kind, root_folder, original, path);
    }
  }

  /// Whether a link leads to a folder that holds it. All of it is found without the link, and with
  /// it there would be no end: two such links double the folders with each step.
  bool leads_back(const std::string& link) {
    std::string path = base::join_path(root_, link);
    std::optional<base::FileInfo> target = files_.info(path);
    for (std::string_view above = base::folder_of(path); target && !above.empty();
         above = base::folder_of(above)) {
      std::optional<base::FileInfo> folder = files_.info(std::string(above));
      if (folder && folder->inode == target->inode && folder->device == target->device)
        return true;
      if (above == "/")
        break;
    }
    return false;
  }

  /// What stands in a folder; nothing when it cannot be read. Asked once for all walks, as most
  /// folders are searched for docs as well.
  const std::vector<base::DirectoryEntry>& entries_of(const std::string& folder) {
    auto [found, is_new] = listings_.try_emplace(folder);
    if (is_new) {
      auto entries = files_.list(base::join_path(root_, folder));
      if (entries)
        found->second = std::move(*entries);
      else if (entries.error.code != ENOENT && entries.error.code != ENOTDIR)
        report_unreadable(folder, entries.error);
    }
    return found->second;
  }

  /// What stands in such a folder would be taken for removed.
  void report_unreadable(const std::string& folder, const base::IoError& error) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::FileUnreadable;
    diagnostic.message = fmt::format("the folder `{}` cannot be read: {}", folder, error.message);
    diagnostic.hint = "allow it, or name the folder in .dbtignore";
    state_.report(std::move(diagnostic));
  }

  void add(FileKind kind, const std::string& root_folder, const std::string& original,
           const std::string& path) {
    // A file can be reached from two folders (docs and properties stand among models).
    if (!seen_.insert((kind == FileKind::Docs ? "1" : "0") + original).second)
      return;
    ProjectFile file;
    file.kind = kind;
    file.project = project_;
    file.root_folder = root_folder;
    file.original_file_path = original;
    file.path = path;
    file.absolute_path = base::join_path(root_, original);
    state_.files.push_back(std::move(file));
  }

  State& state_;
  size_t project_;
  std::string root_;
  base::FileSystem& files_;
  IgnoreRules ignore_;
  std::unordered_set<std::string> seen_;
  std::unordered_map<std::string, std::vector<base::DirectoryEntry>> listings_;
};

std::vector<std::string> default_docs_paths(const config::Project& project) {
  if (!project.docs_paths.empty())
    return project.docs_paths;
  std::vector<std::string> paths;
  for (const auto* list :
       {&project.model_paths, &project.seed_paths, &project.snapshot_paths, &project.analysis_paths,
        &project.macro_paths, &project.test_paths, &project.function_paths}) {
    for (const std::string& path : *list) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end())
        paths.push_back(path);
    }
  }
  return paths;
}

constexpr std::string_view kBom = "\xEF\xBB\xBF";

std::string read_file(State& state, size_t index) {
  const ProjectFile& file = state.files[index];
  base::IoResult<std::string> text = state.input.env.files.read(file.absolute_path);
  if (!text) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::FileUnreadable;
    diagnostic.message =
        fmt::format("`{}` cannot be read: {}", file.original_file_path, text.error.message);
    state.report(std::move(diagnostic));
    text.value = "";
  }
  state.hashes[index] = content_hash(*text);
  if (base::starts_with(*text, kBom))
    text->erase(0, kBom.size());
  if (std::optional<size_t> bad = base::find_invalid_utf8(*text)) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::NotUtf8;
    diagnostic.message =
        fmt::format("`{}` is not UTF-8: byte {} is wrong", file.original_file_path, *bad + 1);
    diagnostic.span = {state.input.sources.add(file.original_file_path, *text),
                       static_cast<uint32_t>(*bad), static_cast<uint32_t>(*bad + 1)};
    diagnostic.hint = "save the file as UTF-8";
    state.report(std::move(diagnostic));
    *text = "";
  }
  return std::move(*text);
}

}  // namespace

std::string patch_path(const State& state, const Entry& entry) {
  const ProjectFile& file = state.files[entry.file];
  return state.project_of(file).name + "://" + file.original_file_path;
}

std::vector<std::string> folder_fqn(const std::string& package, std::string_view path) {
  std::vector<std::string> fqn = {package};
  std::string_view folder = base::folder_of(path);
  if (!folder.empty() && folder != ".") {
    for (std::string_view part : base::split(folder, '/'))
      fqn.emplace_back(part);
  }
  return fqn;
}

void find_files(State& state) {
  for (size_t i = 0; i < state.projects.size(); ++i) {
    const config::Project& project = *state.projects[i];
    Walker walker(state, i);
    walker.walk(project.macro_paths, sql_kind<FileKind::Macro>);
    walker.walk(project.model_paths, model_kind);
    walker.walk(project.seed_paths, seed_kind);
    walker.walk(project.snapshot_paths, sql_kind<FileKind::Snapshot>);
    walker.walk(project.analysis_paths, sql_kind<FileKind::Analysis>);
    walker.walk(project.test_paths, test_kind);
    walker.walk(project.function_paths, function_kind);
    walker.walk(default_docs_paths(project), docs_kind);
  }
}

ContentHash content_hash(std::string_view text) {
  return {base::hash64(text, 0x5eed), base::hash64(text, 0xfeed5eed)};
}

std::string later_text(base::FileSystem& files, const std::string& path) {
  base::IoResult<std::string> text = files.read(path);
  if (!text || base::find_invalid_utf8(*text))
    return "";
  if (base::starts_with(*text, kBom))
    text->erase(0, kBom.size());
  return std::move(*text);
}

void read_files(State& state) {
  std::vector<std::string> texts(state.files.size());
  state.hashes.resize(state.files.size());
  base::parallel_for(state.files.size(), state.input.threads, [&](size_t, size_t i) {
    if (state.files[i].kind != FileKind::Seed)
      texts[i] = read_file(state, i);
  });
  // In order of the files, not of the threads: messages are sorted by source.
  for (size_t i = 0; i < state.files.size(); ++i) {
    ProjectFile& file = state.files[i];
    if (file.kind != FileKind::Seed)
      file.source = state.input.sources.add(file.original_file_path, std::move(texts[i]));
  }
}

}  // namespace weft::parse
