#include "adapter/embedded/places.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"

namespace weft::adapter::embedded {
namespace {

namespace fs = std::filesystem;

/// Bytes of a socket's path that the system takes, less "/.s.PGSQL.5432".
constexpr size_t kMaxSocketFolder = 107 - 14;

/// True when others may pass through the folder and all above it, as far as they exist.
bool others_may_enter(std::string folder) {
  while (folder.size() > 1) {
    struct stat info {};
    if (stat(folder.c_str(), &info) == 0 && (info.st_mode & S_IXOTH) == 0)
      return false;
    folder = base::folder_of(folder);
  }
  return true;
}

bool make_folder(const std::string& path, mode_t mode) {
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST;
}

diag::Status own_folder(const std::string& path, const ServerUser& user) {
  struct stat info {};
  bool usable = make_folder(path, 0700) && lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  if (usable && user.differs && info.st_uid == geteuid())
    usable = lchown(path.c_str(), user.uid, user.gid) == 0 && lstat(path.c_str(), &info) == 0;
  if (!usable)
    return unavailable(fmt::format("folder `{}` cannot be made: {}", path, std::strerror(errno)));
  if (info.st_uid != user.uid) {
    return unavailable(fmt::format("folder `{}` belongs to another user", path),
                       "remove it, or have its owner remove it");
  }
  if ((info.st_mode & 077) != 0 && chmod(path.c_str(), 0700) != 0)
    return unavailable(fmt::format("folder `{}` is open to others and cannot be closed", path));
  return diag::Done{};
}

std::string pid_file(const Places& places) {
  return base::join_path(places.data, "postmaster.pid");
}

int written_pid(const Places& places) {
  std::ifstream file(pid_file(places));
  std::string line;
  if (!std::getline(file, line))
    return 0;
  return static_cast<int>(base::parse_int(base::trim(line)).value_or(0));
}

/// A server works in its data folder. Where the system does not tell, the number is believed.
bool is_server_of(int pid, const Places& places) {
  std::error_code error;
  fs::path folder = fs::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
  if (error)
    return true;
  bool same = fs::equivalent(folder, places.data, error);
  return same && !error;
}

}  // namespace

diag::Diagnostic unavailable(std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::EmbeddedUnavailable;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

Places places_of(const std::string& state_directory, const ServerUser& user) {
  std::string hash = base::sha256_hex(state_directory).substr(0, 16);
  Places places;
  places.root = base::join_path(state_directory, "postgres");
  if (user.differs && !others_may_enter(state_directory))
    places.root = "/var/lib/weft/" + hash;
  places.data = base::join_path(places.root, "data");
  places.log = base::join_path(places.root, "server.log");
  places.socket = base::join_path(places.root, "socket");
  if (places.socket.size() > kMaxSocketFolder)
    places.socket = fmt::format("/tmp/weft-{}-{}", user.uid, hash);
  return places;
}

diag::Status make_places(const Places& places, const ServerUser& user) {
  std::error_code error;
  fs::create_directories(places.root, error);
  if (error) {
    return unavailable(fmt::format("folder `{}` cannot be made: {}", places.root, error.message()));
  }
  // The server's user must pass through the root, and only through it.
  if (user.differs && chmod(places.root.c_str(), 0711) != 0)
    return unavailable(fmt::format("folder `{}` cannot be opened", places.root));
  diag::Status data = own_folder(places.data, user);
  return data ? own_folder(places.socket, user) : data;
}

int running_pid(const Places& places) {
  int pid = written_pid(places);
  return is_alive(pid) && is_server_of(pid, places) ? pid : 0;
}

void forget_foreign_pid(const Places& places) {
  int pid = written_pid(places);
  std::error_code ignored;
  if (is_alive(pid) && !is_server_of(pid, places))
    fs::remove(pid_file(places), ignored);
}

StartLock::StartLock(const std::string& state_directory) : descriptor_(-1) {
  std::error_code error;
  fs::create_directories(state_directory, error);
  std::string path = base::join_path(state_directory, "postgres.lock");
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0) {
    if (errno == EINTR)
      continue;
    close(descriptor_);
    descriptor_ = -1;
  }
}

StartLock::~StartLock() {
  if (descriptor_ >= 0)
    close(descriptor_);
}

}  // namespace weft::adapter::embedded
