#include "support/temp_postgres.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "adapter/embedded/server.h"
#include "base/clock.h"
#include "base/files.h"

extern char** environ;

namespace weft::test {

base::Env real_env(base::CancelToken& cancel) {
  base::Env env{.files = base::real_files(),
                .clock = base::real_clock(),
                .cancel = cancel,
                .variables = {},
                .working_directory = std::filesystem::current_path().string(),
                .home_directory = "/",
                .out = [](std::string_view) {},
                .err = [](std::string_view) {}};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    size_t mark = text.find('=');
    if (mark != std::string_view::npos)
      env.variables.emplace(text.substr(0, mark), text.substr(mark + 1));
  }
  return env;
}

TempPostgres::TempPostgres(std::string folder)
    : folder_(std::move(folder)), state_directory_(folder_ + "/.weft"), env_(real_env(cancel_)) {}

TempPostgres::~TempPostgres() {
  auto removed = adapter::embedded::reset(state_directory_, env_);
  if (!removed)
    std::fprintf(stderr, "test server: %s\n", removed.error().message.c_str());
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<TempPostgres> TempPostgres::start() {
  std::string folder = "/tmp/weft-test-XXXXXX";
  // The server may run as another user, who must be able to enter.
  if (mkdtemp(folder.data()) == nullptr)
    return nullptr;
  std::filesystem::permissions(folder, std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  std::unique_ptr<TempPostgres> server(new TempPostgres(folder));
  config::Credentials requested;
  requested.schema = "public";
  auto started = adapter::embedded::start(server->state_directory_, requested, server->env_);
  if (!started) {
    std::fprintf(stderr, "skipped, no PostgreSQL: %s\n", started.error().message.c_str());
    return nullptr;
  }
  server->credentials_ = *started;
  return server;
}

TempPostgres* TempPostgres::shared() {
  static std::unique_ptr<TempPostgres> server = start();
  return server.get();
}

}  // namespace weft::test
