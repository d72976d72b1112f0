#include "base/files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/paths.h"

namespace weft::base {
namespace {

IoError error_of(int code) {
  std::string message = std::generic_category().message(code);
  // "No such file" reads better in the middle of a line, but "I/O error" keeps its capital.
  if (message.size() > 1 && message[0] >= 'A' && message[0] <= 'Z' && message[1] >= 'a')
    message[0] = static_cast<char>(message[0] + 32);
  return {code, std::move(message)};
}

/// A NUL byte would cut the path short for the kernel and name another file.
bool has_nul(const std::string& path) { return path.find('\0') != std::string::npos; }

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  /// Zero, or errno: a full disk may be noticed only now.
  int close() {
    int result = ::close(fd_) == 0 ? 0 : errno;
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno != EINTR)
      return errno;
    if (done > 0)
      content.remove_prefix(static_cast<size_t>(done));
  }
  return 0;
}

/// Places in texts are numbers of 32 bits; what is larger could not be used, only fill the memory.
constexpr size_t kLargestText = std::numeric_limits<uint32_t>::max();

bool is_device(const struct stat& status) {
  return S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
}

/// Opens without waiting for whoever has the other end of a pipe; what comes later may wait.
int open_at_once(const std::string& path, int flags) {
  int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0666);
  if (fd >= 0 && (flags & O_WRONLY) != 0)
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

/// Waits until a pipe has something to say; false when it keeps silent for too long.
bool wait_for_pipe(int fd) {
  constexpr int kPatience = 30'000;
  pollfd wanted{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&wanted, 1, kPatience);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Writes a whole file by calls of what it is given.
using Fill = std::function<std::optional<IoError>(const PutPart& put)>;

FileInfo info_of(const struct stat& status) {
  FileInfo info;
  info.is_directory = S_ISDIR(status.st_mode);
  info.size = static_cast<uint64_t>(status.st_size);
  info.modified_ns = nanoseconds(status.st_mtim);
  info.changed_ns = nanoseconds(status.st_ctim);
  info.inode = static_cast<uint64_t>(status.st_ino);
  info.device = static_cast<uint64_t>(status.st_dev);
  return info;
}

class RealOpenFile final : public OpenFile {
 public:
  RealOpenFile(int fd, const FileInfo& info) : file_(fd), info_(info) {}
  const FileInfo& info() const override { return info_; }
  bool read_at(uint64_t begin, char* out, size_t size) const override {
    while (size > 0) {
      ssize_t got = ::pread(file_.get(), out, size, static_cast<off_t>(begin));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return false;
      out += got;
      begin += static_cast<uint64_t>(got);
      size -= static_cast<size_t>(got);
    }
    return true;
  }

 private:
  Descriptor file_;
  FileInfo info_;
};

/// Of a file system that knows whole files only.
class ReadFile final : public OpenFile {
 public:
  ReadFile(std::string content, const FileInfo& info) : content_(std::move(content)), info_(info) {
    info_.size = content_.size();
  }
  const FileInfo& info() const override { return info_; }
  bool read_at(uint64_t begin, char* out, size_t size) const override {
    if (begin > content_.size() || size > content_.size() - begin)
      return false;
    std::copy_n(content_.data() + begin, size, out);
    return true;
  }

 private:
  std::string content_;
  FileInfo info_;
};

class RealFiles final : public FileSystem {
 public:
  explicit RealFiles(bool sync) : sync_(sync) {}

  IoResult<std::string> read(const std::string& path) override {
    if (has_nul(path))
      return {std::nullopt, error_of(EINVAL)};
    Descriptor file(open_at_once(path, O_RDONLY));
    struct stat status {};
    if (!file.ok() || ::fstat(file.get(), &status) != 0)
      return {std::nullopt, error_of(errno)};
    if (S_ISDIR(status.st_mode))
      return {std::nullopt, error_of(EISDIR)};
    if (S_ISREG(status.st_mode) && static_cast<uint64_t>(status.st_size) > kLargestText)
      return {std::nullopt, error_of(EFBIG)};
    return read_open(file.get(), status);
  }

  std::unique_ptr<OpenFile> open(const std::string& path) override {
    if (has_nul(path))
      return nullptr;
    int fd = open_at_once(path, O_RDONLY);
    struct stat status {};
    if (fd >= 0 && ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
      return std::make_unique<RealOpenFile>(fd, info_of(status));
    if (fd >= 0)
      ::close(fd);
    return nullptr;
  }

  std::optional<FileInfo> info(const std::string& path) override {
    struct stat status {};
    if (has_nul(path) || ::lstat(path.c_str(), &status) != 0)
      return std::nullopt;
    bool is_symlink = S_ISLNK(status.st_mode);
    if (is_symlink && ::stat(path.c_str(), &status) != 0)
      return std::nullopt;
    FileInfo result = info_of(status);
    result.is_symlink = is_symlink;
    return result;
  }

  IoResult<std::vector<DirectoryEntry>> list(const std::string& path) override {
    if (has_nul(path))
      return {std::nullopt, error_of(EINVAL)};
    DIR* folder = ::opendir(path.c_str());
    if (!folder)
      return {std::nullopt, error_of(errno)};
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(folder)) {
      std::string name = entry->d_name;
      if (name != "." && name != "..")
        entries.push_back(entry_of(::dirfd(folder), *entry, std::move(name)));
      errno = 0;
    }
    int failure = errno;
    ::closedir(folder);
    if (failure != 0)
      return {std::nullopt, error_of(failure)};
    std::sort(entries.begin(), entries.end(),
              [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
    return {std::move(entries), {}};
  }

  std::optional<IoError> write(const std::string& path, std::string_view content) override {
    return write_parts(path, [&](const PutPart& put) { return put(content); });
  }

  std::optional<IoError> write_parts(const std::string& path, const Fill& fill) override {
    if (has_nul(path))
      return error_of(EINVAL);
    std::string target = path;
    struct stat status {};
    bool exists = ::stat(path.c_str(), &status) == 0;
    // Devices and pipes cannot be replaced by a file of that name, and must not be.
    if (exists && !S_ISREG(status.st_mode))
      return S_ISDIR(status.st_mode) ? error_of(EISDIR) : write_through(path, fill, O_WRONLY);
    if (exists)
      target = real_target(path);
    else if (auto error = make_directories(std::string(folder_of(path))))
      return error;
    return replace(target, fill, exists ? status.st_mode & 07777 : 0);
  }

  std::optional<IoError> append(const std::string& path, std::string_view content) override {
    if (has_nul(path))
      return error_of(EINVAL);
    constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT;
    Fill fill = [&](const PutPart& put) { return put(content); };
    auto error = write_through(path, fill, kFlags);
    if (!error || error->code != ENOENT)
      return error;
    if (auto failure = make_directories(std::string(folder_of(path))))
      return failure;
    return write_through(path, fill, kFlags);
  }

  std::optional<IoError> make_directories(const std::string& path) override {
    if (path.empty())
      return std::nullopt;
    if (has_nul(path))
      return error_of(EINVAL);
    std::error_code error;
    std::filesystem::create_directories(path, error);
    // Another process may have made it in the same moment. Where not even that can be asked, the
    // first reason is the one to tell.
    std::error_code unknown;
    if (error && !std::filesystem::is_directory(path, unknown))
      return error_of(error.value());
    return std::nullopt;
  }

  std::optional<IoError> remove_all(const std::string& path) override {
    if (has_nul(path))
      return error_of(EINVAL);
    std::error_code error;
    std::filesystem::remove_all(path, error);
    return error ? std::optional(error_of(error.value())) : std::nullopt;
  }

  std::optional<IoError> rename(const std::string& from, const std::string& to) override {
    if (has_nul(from) || has_nul(to))
      return error_of(EINVAL);
    if (::rename(from.c_str(), to.c_str()) != 0)
      return error_of(errno);
    return std::nullopt;
  }

  std::optional<IoError> make_symlink(const std::string& target, const std::string& link) override {
    if (has_nul(target) || has_nul(link))
      return error_of(EINVAL);
    if (::symlink(target.c_str(), link.c_str()) != 0)
      return error_of(errno);
    return std::nullopt;
  }

 private:
  static IoResult<std::string> read_open(int file, const struct stat& status) {
    std::string content;
    // The size is a hint only: pipes and files of /proc have none, and files may grow meanwhile.
    size_t expected = static_cast<size_t>(std::max<off_t>(status.st_size, 0));
    content.resize(expected + 1);
    size_t filled = 0;
    for (;;) {
      ssize_t got = ::read(file, content.data() + filled, content.size() - filled);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && errno == EAGAIN && S_ISFIFO(status.st_mode) && wait_for_pipe(file))
        continue;
      if (got < 0)
        return {std::nullopt, error_of(errno == EAGAIN ? ETIMEDOUT : errno)};
      // Nothing is like an empty file, but other devices have no end and a pipe without a writer
      // no beginning.
      if (got > 0 && is_device(status))
        return {std::nullopt, {EINVAL, "is a device"}};
      if (got == 0 && filled == 0 && S_ISFIFO(status.st_mode))
        return {std::nullopt, {EINVAL, "is a pipe that nobody writes to"}};
      if (got == 0)
        break;
      filled += static_cast<size_t>(got);
      if (filled > kLargestText)
        return {std::nullopt, error_of(EFBIG)};
      // What comes to a file from now on belongs to a later moment; asking for its end costs as
      // much as reading a small file.
      if (filled == expected && S_ISREG(status.st_mode))
        break;
      if (filled == content.size())
        content.resize(content.size() * 2 + 4096);
    }
    content.resize(filled);
    return {std::move(content), {}};
  }

  static DirectoryEntry entry_of(int folder, const dirent& entry, std::string name) {
    bool is_directory = entry.d_type == DT_DIR;
    bool is_symlink = entry.d_type == DT_LNK;
    struct stat status {};
    if (entry.d_type == DT_UNKNOWN &&
        ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      is_directory = S_ISDIR(status.st_mode);
      is_symlink = S_ISLNK(status.st_mode);
    }
    if (is_symlink && ::fstatat(folder, name.c_str(), &status, 0) == 0)
      is_directory = S_ISDIR(status.st_mode);
    return {std::move(name), is_directory, is_symlink};
  }

  /// The file behind links, so that writing to a link changes what it points at and keeps the link.
  static std::string real_target(const std::string& path) {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (!resolved)
      return path;
    std::string result = resolved;
    std::free(resolved);
    return result;
  }

  static std::optional<IoError> fill_file(int file, const Fill& fill) {
    return fill([file](std::string_view part) -> std::optional<IoError> {
      int code = write_all(file, part);
      return code == 0 ? std::nullopt : std::optional(error_of(code));
    });
  }

  std::optional<IoError> write_through(const std::string& path, const Fill& fill, int flags) const {
    Descriptor file(open_at_once(path, flags));
    if (!file.ok())
      return error_of(errno);
    if (std::optional<IoError> error = fill_file(file.get(), fill))
      return error;
    if (int code = file.close())
      return error_of(code);
    return std::nullopt;
  }

  std::optional<IoError> replace(const std::string& target, const Fill& fill, mode_t mode) const {
    static std::atomic<unsigned> counter{0};
    std::string mark = fmt::format(".{}.{}.tmp", ::getpid(), counter.fetch_add(1));
    // A name may be as long as the disk allows without room for more.
    bool has_room = file_name(target).size() + mark.size() <= NAME_MAX;
    std::string temporary = has_room ? target + mark : join_path(folder_of(target), "weft" + mark);
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file.ok())
      return error_of(errno);
    if (mode != 0)
      ::fchmod(file.get(), mode);
    std::optional<IoError> error = fill_file(file.get(), fill);
    int code = 0;
    if (!error && sync_ && ::fsync(file.get()) != 0)
      code = errno;
    if (int closing = file.close(); code == 0)
      code = closing;
    if (!error && code == 0 && ::rename(temporary.c_str(), target.c_str()) != 0)
      code = errno;
    if (!error && code != 0)
      error = error_of(code);
    if (error)
      ::unlink(temporary.c_str());
    return error;
  }

  bool sync_;
};

}  // namespace

std::optional<IoError> FileSystem::write_parts(const std::string& path, const Fill& fill) {
  std::string content;
  std::optional<IoError> error = fill([&](std::string_view part) -> std::optional<IoError> {
    content += part;
    return std::nullopt;
  });
  return error ? error : write(path, content);
}

std::unique_ptr<OpenFile> FileSystem::open(const std::string& path) {
  std::optional<FileInfo> found = info(path);
  if (!found || found->is_directory)
    return nullptr;
  IoResult<std::string> content = read(path);
  return content ? std::make_unique<ReadFile>(std::move(*content), *found) : nullptr;
}

FileSystem& real_files() {
  static RealFiles files(false);
  return files;
}

FileSystem& durable_files() {
  static RealFiles files(true);
  return files;
}

}  // namespace weft::base
