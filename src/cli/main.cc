// main: the environment, signals, and the way from words to a command.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <new>
#include <poll.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "cli/check_values.h"
#include "cli/cmd_jinja.h"
#include "cli/commands.h"

extern char** environ;

extern "C" {
/// Read by jemalloc when the process starts, where it is linked. Few arenas: each keeps memory that
/// nobody else uses. No large pages: where memory is in pieces, the kernel takes seconds to make
/// one.
extern const char* malloc_conf;
const char* malloc_conf = "narenas:4";
}

namespace weft::cli {
namespace {

base::CancelToken& cancel_token() {
  static base::CancelToken token;
  return token;
}

/// The first signal asks the run to end; the second ends the process.
void on_signal(int signal) {
  if (cancel_token().is_cancelled())
    _exit(128 + signal);
  cancel_token().cancel(signal);
}

void install_signal_handlers() {
  struct sigaction action {
  }, inherited{};
  action.sa_handler = on_signal;
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // Who starts weft by nohup, or in the background of a script, has the signal ignored.
    bool is_ignored =
        sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
    if (!is_ignored)
      sigaction(signal, &action, nullptr);
  }
  signal(SIGPIPE, SIG_IGN);
}

/// Whoever starts weft without its three streams would have the first files and connections take
/// their numbers, and messages would be written into them.
void open_missing_streams() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
      (void)open("/dev/null", O_RDWR);
  }
}

/// Zero, or errno: nobody reads any longer, the disk is full.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    if (errno == EAGAIN) {
      // Another program that has the stream made it so that it does not wait.
      pollfd wanted{descriptor, POLLOUT, 0};
      (void)poll(&wanted, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/// Why the output is not whole. Who closes a pipe early, as `head` does, has what he wants.
std::atomic<int>& lost_output() {
  static std::atomic<int> code{0};
  return code;
}

void write_output(std::string_view text) {
  int code = write_all(STDOUT_FILENO, text);
  if (code != 0 && code != EPIPE)
    lost_output() = code;
}

/// The exit code when the output could not be written: what a script keeps of it is not whole.
int checked_output(int code) {
  if (lost_output() == 0)
    return code;
  std::string reason = std::generic_category().message(lost_output());
  write_all(STDERR_FILENO, fmt::format("error[E0102]: the output cannot be written: {}\n", reason));
  return code == kSuccess ? kUnhandled : code;
}

/// What no module expects ends the command by a message, not by a signal. Without memory there is
/// none for the message either.
[[noreturn]] void on_terminate() {
  std::string_view reason = "an unexpected failure";
  std::string_view hint = "please report it, with the end of logs/dbt.log";
  try {
    if (std::exception_ptr current = std::current_exception())
      std::rethrow_exception(current);
  } catch (const std::bad_alloc&) {
    reason = "the memory is used up";
    hint = "allow the process more memory, or give it less at once: --threads, smaller files";
  } catch (const std::exception& failure) {
    reason = failure.what();
  } catch (...) {
  }
  for (std::string_view part : {std::string_view("error[E0100]: "), reason,
                                std::string_view("\nhint: "), hint, std::string_view("\n")})
    write_all(STDERR_FILENO, part);
  _exit(kUnhandled);
}

/// Variables of the nearest .env above the working directory that are not set yet.
void read_env_file(base::Env& env) {
  std::string folder = env.working_directory;
  while (true) {
    base::IoResult<std::string> text = env.files.read(base::join_path(folder, ".env"));
    if (text) {
      for (std::string_view line : base::split(*text, '\n')) {
        line = base::trim(line);
        if (base::starts_with(line, "export "))
          line = base::trim(line.substr(7));
        size_t equal = line.find('=');
        if (line.empty() || line.front() == '#' || equal == std::string_view::npos)
          continue;
        std::string_view value = base::trim(line.substr(equal + 1));
        bool quoted = value.size() > 1 && (value.front() == '"' || value.front() == '\'') &&
                      value.back() == value.front();
        if (quoted)
          value = value.substr(1, value.size() - 2);
        env.variables.emplace(std::string(base::trim(line.substr(0, equal))), std::string(value));
      }
      return;
    }
    if (folder == "/" || folder.empty())
      return;
    folder = std::string(base::folder_of(folder));
  }
}

base::Env make_env() {
  base::Env env{base::real_files(), base::real_clock(), cancel_token(), {}, {}, {}, {}, {}};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::string_view text(*variable);
    size_t equal = text.find('=');
    if (equal != std::string_view::npos)
      env.variables.emplace(std::string(text.substr(0, equal)),
                            std::string(text.substr(equal + 1)));
  }
  char buffer[4096];
  env.working_directory = getcwd(buffer, sizeof buffer) != nullptr ? buffer : "";
  if (std::optional<std::string_view> home = env.variable("HOME"))
    env.home_directory = std::string(*home);
  else if (const passwd* user = getpwuid(getuid()))
    env.home_directory = user->pw_dir;
  env.out = write_output;
  env.err = [](std::string_view text) { write_all(STDERR_FILENO, text); };
  env.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    env.terminal_width = size.ws_col;
  read_env_file(env);
  config::share_flag_variables(env);
  return env;
}

std::string version_text() {
  return fmt::format("Core:\n  - installed: {}\n\nPlugins:\n  - postgres: {}\n\nweft {}\n",
                     config::kDbtVersion, kPostgresVersion, config::kWeftVersion);
}

int usage_error(base::Env& env, std::string_view program, const UsageError& error) {
  std::string text = usage_line(program, error.command) + "\n";
  std::string command = error.command == nullptr ? "" : fmt::format(" {}", error.command->name);
  text += fmt::format("Try '{}{} --help' for help.\n\nError: {}", program, command, error.message);
  if (!error.hint.empty())
    text += " " + error.hint;
  env.err(text + "\n");
  return kUnhandled;
}

int run_jinja(const CommandLine& line) {
  JinjaArguments arguments;
  arguments.batch = line.is_on("batch");
  if (!line.arguments.empty())
    arguments.text = line.arguments.front();
  if (const base::Data* context = line.values.find("context"))
    arguments.context = python_str(*context);
  int code = cmd_jinja(arguments, std::cin, std::cout, std::cerr);
  errno = 0;
  if (!std::cout.flush() && errno != EPIPE)
    lost_output() = errno != 0 ? errno : EIO;
  return code;
}

struct Row {
  std::string_view name;
  int (*run)(Session& session);
};

constexpr Row kRows[] = {
    {"run", cmd_run},
    {"build", cmd_run},
    {"test", cmd_run},
    {"seed", cmd_run},
    {"snapshot", cmd_run},
    {"compile", cmd_compile},
    {"show", cmd_show},
    {"source freshness", cmd_freshness},
    {"clone", cmd_clone},
    {"parse", cmd_parse},
    {"ls", cmd_list},
    {"run-operation", cmd_run_operation},
    {"docs generate", cmd_docs_generate},
    {"docs serve", cmd_docs_serve},
    {"init", cmd_init},
    {"deps", cmd_deps},
    {"clean", cmd_clean},
    {"debug", cmd_debug},
    {"retry", cmd_retry},
    {"db", cmd_db},
};

int run_words(base::Env& env, const CommandLine& line, const std::string& program) {
  std::string_view name = line.command->name;
  if (name == "jinja")
    return run_jinja(line);
  if (name == "completion") {
    env.out(completion_script(program, line.arguments.empty() ? "bash" : line.arguments.front()));
    return kSuccess;
  }
  Session session(env, line, program);
  int code = run_command(session);
#ifndef __SANITIZE_ADDRESS__
  // The process ends: taking ten thousand nodes apart first would take longer than many commands.
  (void)session.parsed.release();
#endif
  return code;
}

}  // namespace

int run_command(Session& session) {
  for (const Row& row : kRows) {
    if (row.name == session.line.command->name)
      return session.finish(row.run(session));
  }
  return kUnhandled;
}

int main_with(std::vector<std::string> words, const std::string& program) {
  if (words.size() == 1 && (words[0] == "--version" || words[0] == "-V" || words[0] == "-v")) {
    write_output(version_text());
    return checked_output(kSuccess);
  }
  install_signal_handlers();
  base::Env env = make_env();
  diag::Sources sources;
  auto parsed = parse_command_line(words, program, sources);
  if (auto* error = std::get_if<UsageError>(&parsed))
    return usage_error(env, program, *error);
  const CommandLine& line = std::get<CommandLine>(parsed);
  if (line.wants_version) {
    env.out(version_text());
    return checked_output(kSuccess);
  }
  if (line.wants_help || line.command == nullptr) {
    env.out(help_text(program, line.command));
    return checked_output(kSuccess);
  }
  if (env.working_directory.empty()) {
    env.err(
        "Error: the working directory cannot be found; it was removed, or its path is too long.\n");
    return kUnhandled;
  }
  if (std::optional<UsageError> wrong = check_values(line, env))
    return usage_error(env, program, *wrong);
  return checked_output(run_words(env, line, program));
}

}  // namespace weft::cli

int main(int argc, char* argv[]) {
  std::set_terminate(weft::cli::on_terminate);
  weft::cli::open_missing_streams();
  std::string program = argc > 0 ? std::string(weft::base::file_name(argv[0])) : "weft";
  return weft::cli::main_with({argv + std::min(argc, 1), argv + argc}, program);
}
