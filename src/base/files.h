// The file system as weft uses it: an interface, so that a whole command can run in memory in a
// test.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::base {

struct IoError {
  /// errno, 0 when there is none.
  int code = 0;
  /// For people, without the path: "no such file or directory".
  std::string message;
};

/// A value or the reason why there is none.
template <typename T>
struct [[nodiscard]] IoResult {
  std::optional<T> value;
  IoError error;
  explicit operator bool() const { return value.has_value(); }
  T& operator*() { return *value; }
  const T& operator*() const { return *value; }
  T* operator->() { return &*value; }
  const T* operator->() const { return &*value; }
};

struct FileInfo {
  bool is_directory = false;
  bool is_symlink = false;
  uint64_t size = 0;
  /// Nanoseconds since 1970: the last change of the content, and of anything about the file.
  int64_t modified_ns = 0, changed_ns = 0;
  /// Which file of which disk it is.
  uint64_t inode = 0, device = 0;
};

struct DirectoryEntry {
  /// Without the folder.
  std::string name;
  bool is_directory = false;
  bool is_symlink = false;
};

/// A file that is read in parts. It stays the one that was opened, whatever gets its name
/// meanwhile. Safe to read from several threads.
class OpenFile {
 public:
  virtual ~OpenFile() = default;
  /// As it was when the file was opened.
  virtual const FileInfo& info() const = 0;
  /// Fills `out` with the bytes from `begin` on. False when there are fewer, or the disk fails.
  virtual bool read_at(uint64_t begin, char* out, size_t size) const = 0;
};

/// Takes the next part of a text; what went wrong with it, or nothing.
using PutPart = std::function<std::optional<IoError>(std::string_view part)>;

/// Paths are UTF-8 with '/'. Relative paths are taken from the process's working directory. Every
/// function is safe to call from several threads.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual IoResult<std::string> read(const std::string& path) = 0;
  /// For a large file that should not be whole in memory. Null when it is none or cannot be read.
  virtual std::unique_ptr<OpenFile> open(const std::string& path);
  /// Follows links. Nothing when the path does not exist.
  virtual std::optional<FileInfo> info(const std::string& path) = 0;
  /// Entries in byte order of their names; "." and ".." are left out.
  virtual IoResult<std::vector<DirectoryEntry>> list(const std::string& path) = 0;
  /// Writes beside the target and renames, so that readers see the old or the new content whole.
  /// Makes missing folders. Nothing on success.
  virtual std::optional<IoError> write(const std::string& path, std::string_view content) = 0;
  /// The same for a large text that is never whole in memory: `fill` gives its parts in order, and
  /// what went wrong where it could not.
  virtual std::optional<IoError> write_parts(
      const std::string& path,
      const std::function<std::optional<IoError>(const PutPart& put)>& fill);
  virtual std::optional<IoError> append(const std::string& path, std::string_view content) = 0;
  virtual std::optional<IoError> make_directories(const std::string& path) = 0;
  /// Removes a file, a link (not what it points at) or a whole folder. A missing path is no error.
  virtual std::optional<IoError> remove_all(const std::string& path) = 0;
  virtual std::optional<IoError> rename(const std::string& from, const std::string& to) = 0;
  virtual std::optional<IoError> make_symlink(const std::string& target,
                                              const std::string& link) = 0;

  bool exists(const std::string& path) { return info(path).has_value(); }
};

/// The machine's own file system. Lives for the whole process.
FileSystem& real_files();
/// The same, but write() returns only when the content is on the disk (fsync): slow, for state that
/// must survive a power cut.
FileSystem& durable_files();

/// A tree in memory, for tests. Links are followed as on a disk. Paths are normalised; relative
/// ones are a tree of their own.
class MemoryFiles final : public FileSystem {
 public:
  MemoryFiles() = default;
  explicit MemoryFiles(const std::map<std::string, std::string>& files);
  MemoryFiles(std::initializer_list<std::pair<const std::string, std::string>> files)
      : MemoryFiles(std::map<std::string, std::string>(files)) {}
  IoResult<std::string> read(const std::string& path) override;
  std::optional<FileInfo> info(const std::string& path) override;
  IoResult<std::vector<DirectoryEntry>> list(const std::string& path) override;
  std::optional<IoError> write(const std::string& path, std::string_view content) override;
  std::optional<IoError> append(const std::string& path, std::string_view content) override;
  std::optional<IoError> make_directories(const std::string& path) override;
  std::optional<IoError> remove_all(const std::string& path) override;
  std::optional<IoError> rename(const std::string& from, const std::string& to) override;
  std::optional<IoError> make_symlink(const std::string& target, const std::string& link) override;

 private:
  struct File {
    std::string content;
    int64_t modified_ns = 0;
  };

  std::string resolve(const std::string& path, bool follow_last) const;
  bool is_folder(const std::string& path) const;
  void add_parents(const std::string& path);

  mutable std::mutex mutex_;
  std::map<std::string, File> files_;
  std::map<std::string, std::string> links_;
  std::set<std::string> folders_;
  int64_t ticks_ = 1;
};

}  // namespace weft::base
