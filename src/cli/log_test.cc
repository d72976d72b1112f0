#include "cli/log.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace weft::cli {
namespace {

/// A command's log in memory: what the console got, call by call, and the file.
struct Recorded {
  base::MemoryFiles files;
  base::CancelToken cancel;
  std::vector<std::string> shown;
  base::Env env{files, base::real_clock(), cancel, {}, "/p", "/home", {}, {}};

  Recorded() {
    env.out = [this](std::string_view text) { shown.emplace_back(text); };
  }

  void print(const config::Flags& flags, const std::vector<std::string>& lines,
             std::string secret = "") {
    Log log(env);
    log.configure(flags, "/p/logs", "id");
    log.add_secret(std::move(secret));
    log.print(lines);
  }

  std::string file() { return *files.read("/p/logs/dbt.log"); }
};

config::Flags flags(const char* format) {
  config::Flags made;
  made.set("log_format", format, config::FlagOrigin::CommandLine);
  made.set("log_format_file", format, config::FlagOrigin::CommandLine);
  return made;
}

}  // namespace

TEST_CASE("many lines reach the console whole, in few calls", "[log]") {
  std::vector<std::string> lines(20'000, "a.line.of.some.length");
  lines.back() = "last";
  Recorded recorded;
  recorded.print(flags("text"), lines);
  CHECK(recorded.shown.size() < 20);
  CHECK(base::join(recorded.shown, "") == base::join(lines, "\n") + "\n");
  std::string file = recorded.file();
  CHECK(std::count(file.begin(), file.end(), '\n') == 20'003);
  CHECK(base::ends_with(file, "[info ] [MainThread]: last\n"));
}

TEST_CASE("printed lines are events of their own in JSON, without secrets", "[log]") {
  Recorded recorded;
  recorded.print(flags("json"), {"one", "hidden-word"}, "hidden");
  std::string all = base::join(recorded.shown, "");
  std::vector<std::string_view> events = base::split(all, '\n');
  REQUIRE(events.size() == 3);
  CHECK(events[0].find(R"("data": {"msg": "one"})") != std::string_view::npos);
  CHECK(events[0].find(R"("name": "PrintEvent")") != std::string_view::npos);
  CHECK(events[1].find(R"("msg": "*****-word")") != std::string_view::npos);
  std::string file = recorded.file();
  CHECK(std::count(file.begin(), file.end(), '\n') == 2);
  CHECK(file.find(R"("msg": "*****-word")") != std::string::npos);
  CHECK(file.find("hidden") == std::string::npos);
}

TEST_CASE("nothing to print shows nothing", "[log]") {
  Recorded recorded;
  recorded.print(flags("text"), {});
  CHECK(recorded.shown.empty());
}

}  // namespace weft::cli
