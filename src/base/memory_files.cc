#include <cerrno>
#include <functional>

#include "base/files.h"
#include "base/paths.h"
#include "base/strings.h"

namespace weft::base {
namespace {

IoError missing() { return {ENOENT, "no such file or directory"}; }
IoError is_a_directory() { return {EISDIR, "is a directory"}; }

/// True for keys of the tree under `folder`, which is normalised.
bool lies_under(std::string_view key, std::string_view folder) {
  if (folder == ".")
    return !starts_with(key, "/");
  return key != folder && is_inside(key, folder);
}

template <typename Container, typename Key>
void erase_tree(Container& container, const std::string& path, Key key_of) {
  for (auto i = container.begin(); i != container.end();) {
    if (key_of(*i) == path || lies_under(key_of(*i), path))
      i = container.erase(i);
    else
      ++i;
  }
}

}  // namespace

MemoryFiles::MemoryFiles(const std::map<std::string, std::string>& files) {
  for (const auto& [path, content] : files)
    write(path, content);
}

std::string MemoryFiles::resolve(const std::string& path, bool follow_last) const {
  std::string current = normalize_path(path);
  // Each round replaces the first link on the way; a circle of links ends as a missing file.
  for (int round = 0; round < 40 && !links_.empty(); ++round) {
    bool changed = false;
    for (size_t end = current.find('/', 1);; end = current.find('/', end + 1)) {
      bool is_last = end == std::string::npos;
      if (is_last && !follow_last)
        break;
      auto link = links_.find(current.substr(0, end));
      if (link != links_.end()) {
        std::string rest = is_last ? "" : current.substr(end);
        current = normalize_path(join_path(folder_of(link->first), link->second) + rest);
        changed = true;
        break;
      }
      if (is_last)
        break;
    }
    if (!changed)
      break;
  }
  return current;
}

bool MemoryFiles::is_folder(const std::string& path) const {
  return path == "/" || path == "." || folders_.count(path) > 0;
}

void MemoryFiles::add_parents(const std::string& path) {
  for (std::string_view folder = folder_of(path); !folder.empty() && folder != "/";
       folder = folder_of(folder)) {
    if (!folders_.emplace(folder).second)
      return;
  }
}

IoResult<std::string> MemoryFiles::read(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::string key = resolve(path, true);
  auto found = files_.find(key);
  if (found != files_.end())
    return {found->second.content, {}};
  return {std::nullopt, is_folder(key) ? is_a_directory() : missing()};
}

std::optional<FileInfo> MemoryFiles::info(const std::string& path) {
  std::lock_guard lock(mutex_);
  FileInfo result;
  result.is_symlink = links_.count(resolve(path, false)) > 0;
  std::string key = resolve(path, true);
  result.inode = std::hash<std::string>{}(key);
  auto found = files_.find(key);
  if (found != files_.end()) {
    result.size = found->second.content.size();
    result.modified_ns = result.changed_ns = found->second.modified_ns;
    return result;
  }
  result.is_directory = is_folder(key);
  return result.is_directory ? std::optional(result) : std::nullopt;
}

IoResult<std::vector<DirectoryEntry>> MemoryFiles::list(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::string folder = resolve(path, true);
  if (!is_folder(folder))
    return {std::nullopt, missing()};
  std::map<std::string, DirectoryEntry> entries;
  auto add = [&](const std::string& key, bool is_directory, bool is_symlink) {
    std::string_view parent = folder_of(key);
    if (parent == folder || (parent.empty() && folder == ".")) {
      std::string name(file_name(key));
      entries[name] = {name, is_directory, is_symlink};
    }
  };
  for (const std::string& key : folders_)
    add(key, true, false);
  for (const auto& [key, file] : files_)
    add(key, false, false);
  for (const auto& [key, target] : links_)
    add(key, is_folder(resolve(key, true)), true);
  std::vector<DirectoryEntry> result;
  for (auto& [name, entry] : entries)
    result.push_back(std::move(entry));
  return {std::move(result), {}};
}

std::optional<IoError> MemoryFiles::write(const std::string& path, std::string_view content) {
  std::lock_guard lock(mutex_);
  std::string key = resolve(path, true);
  if (is_folder(key))
    return is_a_directory();
  add_parents(key);
  files_[key] = {std::string(content), ticks_++ * 1'000'000};
  return std::nullopt;
}

std::optional<IoError> MemoryFiles::append(const std::string& path, std::string_view content) {
  std::lock_guard lock(mutex_);
  std::string key = resolve(path, true);
  if (is_folder(key))
    return is_a_directory();
  add_parents(key);
  files_[key].content += content;
  files_[key].modified_ns = ticks_++ * 1'000'000;
  return std::nullopt;
}

std::optional<IoError> MemoryFiles::make_directories(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::string key = resolve(path, true);
  if (files_.count(key) > 0)
    return IoError{EEXIST, "file exists"};
  if (!is_folder(key))
    folders_.insert(key);
  add_parents(key);
  return std::nullopt;
}

std::optional<IoError> MemoryFiles::remove_all(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::string key = resolve(path, false);
  if (links_.erase(key) > 0)
    return std::nullopt;
  erase_tree(files_, key, [](const auto& file) -> const std::string& { return file.first; });
  erase_tree(links_, key, [](const auto& link) -> const std::string& { return link.first; });
  erase_tree(folders_, key, [](const std::string& folder) -> const std::string& { return folder; });
  return std::nullopt;
}

std::optional<IoError> MemoryFiles::rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  std::string source = resolve(from, false), target = resolve(to, false);
  auto moved = [&](const std::string& key) { return target + key.substr(source.size()); };
  auto belongs = [&](const std::string& key) { return key == source || lies_under(key, source); };
  std::map<std::string, File> files;
  std::map<std::string, std::string> links;
  std::set<std::string> folders;
  bool found = false;
  auto name = [&](const std::string& key) {
    found = found || belongs(key);
    return belongs(key) ? moved(key) : key;
  };
  for (const std::string& key : folders_)
    folders.insert(name(key));
  for (auto& [key, link] : links_)
    links[name(key)] = link;
  // What is renamed comes last, so that it replaces a file of the new name.
  for (auto& [key, file] : files_) {
    if (!belongs(key))
      files[key] = file;
  }
  for (auto& [key, file] : files_) {
    if (belongs(key))
      files[name(key)] = file;
  }
  if (!found)
    return missing();
  files_ = std::move(files);
  links_ = std::move(links);
  folders_ = std::move(folders);
  add_parents(target);
  return std::nullopt;
}

std::optional<IoError> MemoryFiles::make_symlink(const std::string& target,
                                                 const std::string& link) {
  std::lock_guard lock(mutex_);
  std::string key = resolve(link, false);
  if (files_.count(key) > 0 || links_.count(key) > 0 || is_folder(key))
    return IoError{EEXIST, "file exists"};
  add_parents(key);
  links_[key] = target;
  return std::nullopt;
}

}  // namespace weft::base
