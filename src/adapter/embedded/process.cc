#include "adapter/embedded/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weft::adapter::embedded {
namespace {

constexpr size_t kMaxOutput = 4096;

/// What exec() takes, made before fork(): the child may only call what is safe after a fork.
struct Command {
  explicit Command(const std::vector<std::string>& arguments) : words(arguments) {
    for (std::string& word : words)
      argv.push_back(word.data());
    argv.push_back(nullptr);
  }
  std::vector<std::string> words;
  std::vector<char*> argv;
};

/// The child's environment holds nothing of ours: it could carry secrets, and PG* would mislead.
char* const* child_environment() {
  static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
  static char* variables[] = {path, locale, nullptr};
  return variables;
}

[[noreturn]] void become(Command& command, const ServerUser& user, int output) {
  int input = open("/dev/null", O_RDONLY);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  bool ready = chdir("/") == 0;
  if (user.differs)
    ready = ready && setgroups(0, nullptr) == 0 && setgid(user.gid) == 0 && setuid(user.uid) == 0;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  umask(077);
  if (ready)
    execve(command.argv[0], command.argv.data(), child_environment());
  _exit(127);
}

int open_log(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int wait_for_end(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR)
      return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::optional<ServerUser> server_user() {
  if (geteuid() != 0)
    return ServerUser{geteuid(), getegid(), "", false};
  // Not getpwnam(): its answer is shared by all threads.
  std::array<char, 16384> texts;
  for (const char* name : {"postgres", "nobody"}) {
    passwd entry;
    passwd* found = nullptr;
    getpwnam_r(name, &entry, texts.data(), texts.size(), &found);
    if (found != nullptr && entry.pw_uid != 0)
      return ServerUser{entry.pw_uid, entry.pw_gid, name, true};
  }
  return std::nullopt;
}

int run_program(const std::vector<std::string>& arguments, const ServerUser& user,
                const std::string& log_path) {
  Command command(arguments);
  int log = open_log(log_path);
  if (log < 0)
    return -1;
  pid_t pid = fork();
  if (pid == 0)
    become(command, user, log);
  close(log);
  return pid < 0 ? -1 : wait_for_end(pid);
}

std::string output_of(const std::vector<std::string>& arguments) {
  Command command(arguments);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return {};
  pid_t pid = fork();
  if (pid == 0)
    become(command, ServerUser{}, ends[1]);
  close(ends[1]);
  std::string output;
  char buffer[512];
  ssize_t count = 0;
  while (output.size() < kMaxOutput && (count = read(ends[0], buffer, sizeof buffer)) > 0)
    output.append(buffer, static_cast<size_t>(count));
  close(ends[0]);
  return pid > 0 && wait_for_end(pid) == 0 ? output : std::string();
}

pid_t start_daemon(const std::vector<std::string>& arguments, const ServerUser& user,
                   const std::string& log_path) {
  Command command(arguments);
  int log = open_log(log_path), ends[2];
  if (log < 0)
    return 0;
  if (pipe2(ends, O_CLOEXEC) != 0) {
    close(log);
    return 0;
  }
  pid_t between = fork();
  if (between == 0) {
    // The process between ends at once, so that the server is nobody's zombie later.
    setsid();
    pid_t server = fork();
    if (server == 0)
      become(command, user, log);
    bool told = server > 0 && write(ends[1], &server, sizeof server) == sizeof server;
    _exit(told ? 0 : 1);
  }
  close(log);
  close(ends[1]);
  pid_t pid = 0;
  if (between > 0) {
    if (read(ends[0], &pid, sizeof pid) != sizeof pid)
      pid = 0;
    wait_for_end(between);
  }
  close(ends[0]);
  return pid;
}

bool is_alive(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

}  // namespace weft::adapter::embedded
