#include "adapter/embedded/server.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "adapter/postgres/probe.h"
#include "support/temp_postgres.h"

namespace weft::adapter::embedded {
namespace {

/// A folder that is removed with its server.
struct Project {
  explicit Project(std::string at, base::Env& used) : state(std::move(at)), env(used) {}
  ~Project() {
    (void)reset(state, env).ok();
    std::error_code ignored;
    std::filesystem::remove_all(state, ignored);
  }
  std::string state;
  base::Env& env;
};

TEST_CASE("commands that start at once share one server, also under a long path",
          "[embedded][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  Project project(server->folder() + "/" + std::string(120, 'p') + "/.weft", server->env());
  config::Credentials requested;
  requested.user = "ann";
  requested.database = "Shop";
  std::vector<std::thread> commands;
  std::vector<std::string> problems(3);
  for (size_t i = 0; i < problems.size(); ++i) {
    commands.emplace_back([&, i] {
      auto started = start(project.state, requested, project.env);
      problems[i] = started ? "" : started.error().message;
    });
  }
  for (std::thread& command : commands)
    command.join();
  CHECK(problems == std::vector<std::string>(3));
  auto running = status(project.state, project.env);
  REQUIRE(running.ok());
  CHECK(running->is_running);
  CHECK(running->socket_directory.size() <= 93);
  CHECK((std::filesystem::status(running->socket_directory).permissions() &
         std::filesystem::perms::mask) == std::filesystem::perms::owner_all);

  requested.database = "second";
  requested.user = "bob";
  auto second = start(project.state, requested, project.env);
  REQUIRE(second.ok());
  CHECK(postgres::run_once(*second, "set synchronous_commit to on; create table kept (a int)",
                           project.env)
            .ok());

  // A crash leaves its pid file; the next start recovers.
  REQUIRE(kill(running->pid, SIGKILL) == 0);
  while (status(project.state, project.env)->is_running)
    std::this_thread::yield();
  diag::Result<config::Credentials> again = start(project.state, requested, project.env);
  for (int i = 0; i < 50 && !again; ++i) {
    // The sessions of the dead server may need a moment to notice.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    again = start(project.state, requested, project.env);
  }
  REQUIRE(again.ok());
  CHECK(postgres::run_once(*again, "select * from kept", project.env).ok());

  REQUIRE(stop(project.state, project.env).ok());
  CHECK_FALSE(status(project.state, project.env)->is_running);
  REQUIRE(stop(project.state, project.env).ok());
  REQUIRE(reset(project.state, project.env).ok());
  CHECK_FALSE(status(project.state, project.env)->is_initialised);
}

TEST_CASE("a machine without server programs is told what to install", "[embedded]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  base::Env bare = server->env();
  bare.variables["WEFT_POSTGRES_BIN"] = "/nowhere";
  Project project(server->folder() + "/bare/.weft", bare);
  auto started = start(project.state, {}, bare);
  REQUIRE_FALSE(started.ok());
  CHECK(started.error().code == diag::Code::EmbeddedUnavailable);
  CHECK(started.error().hint.find("WEFT_POSTGRES_BIN") != std::string::npos);
}

}  // namespace
}  // namespace weft::adapter::embedded
