#include "config/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace weft::config {
namespace {

constexpr size_t kMaxOutput = 16u << 20;
constexpr int kPollMs = 100;

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0)
      ends_[0] = ends_[1] = -1;
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool ok() const { return ends_[0] >= 0; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_end(size_t i) {
    if (ends_[i] >= 0)
      ::close(ends_[i]);
    ends_[i] = -1;
  }

 private:
  int ends_[2];
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Only functions that are safe after fork() may be called here: other threads hold locks.
[[noreturn]] void become(char* const* arguments, char* const* variables, const char* folder,
                         int out, int err, int failure) {
  int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0 && ::dup2(nothing, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2 &&
      ::chdir(folder) == 0)
    ::execvpe(arguments[0], arguments, variables);
  int code = errno;
  ssize_t ignored = ::write(failure, &code, sizeof code);
  static_cast<void>(ignored);
  ::_exit(127);
}

/// Reads what is there; false at the end.
bool drain(int fd, std::string& into) {
  char buffer[65536];
  ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got < 0)
    return errno == EINTR || errno == EAGAIN;
  if (got > 0 && into.size() < kMaxOutput)
    into.append(buffer, static_cast<size_t>(got));
  return got > 0;
}

void collect(pid_t child, const Pipe& out, const Pipe& err, ProcessResult& result,
             const base::CancelToken& cancel) {
  pollfd waiting[2] = {{out.reader(), POLLIN, 0}, {err.reader(), POLLIN, 0}};
  std::string* targets[2] = {&result.out, &result.err};
  bool ended = false;
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (cancel.is_cancelled() && !ended) {
      ::kill(-child, SIGTERM);
      ended = true;
    }
    if (::poll(waiting, 2, kPollMs) < 0 && errno != EINTR)
      return;
    for (size_t i = 0; i < 2; ++i) {
      if (waiting[i].fd >= 0 && waiting[i].revents != 0 && !drain(waiting[i].fd, *targets[i]))
        waiting[i].fd = -1;
    }
  }
}

diag::Diagnostic not_started(const std::string& program, int code) {
  diag::Diagnostic d;
  d.code = diag::Code::PackageFetchFailed;
  d.message = fmt::format("`{}` cannot be started: {}", program, std::strerror(code));
  if (code == ENOENT)
    d.hint = fmt::format("install {}, and see that it is in PATH", program);
  return d;
}

}  // namespace

diag::Result<ProcessResult> run_process(
    const std::vector<std::string>& arguments, const std::string& folder,
    const std::map<std::string, std::string, std::less<>>& variables,
    const base::CancelToken& cancel) {
  std::vector<std::string> words = arguments, settings;
  for (const auto& [name, value] : variables)
    settings.push_back(name + "=" + value);
  std::vector<char*> word_pointers = pointers(words), setting_pointers = pointers(settings);
  Pipe out, err, failure;
  if (!out.ok() || !err.ok() || !failure.ok())
    return not_started(arguments[0], errno);
  pid_t child = ::fork();
  if (child < 0)
    return not_started(arguments[0], errno);
  if (child == 0) {
    // A group of its own: what the program starts is ended with it.
    ::setpgid(0, 0);
    become(word_pointers.data(), setting_pointers.data(), folder.c_str(), out.writer(),
           err.writer(), failure.writer());
  }
  for (Pipe* pipe : {&out, &err, &failure})
    pipe->close_end(1);
  int code = 0;
  bool failed = ::read(failure.reader(), &code, sizeof code) == sizeof code;
  ProcessResult result;
  if (!failed)
    collect(child, out, err, result, cancel);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (failed)
    return not_started(arguments[0], code);
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace weft::config
