#include "context/modules.h"

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "jinja/environment.h"
#include "jinja/interpreter.h"

namespace weft::context {
namespace {

/// Renders templates that see `modules` and nothing else.
class Renderer final : public jinja::Names {
 public:
  Renderer() : environment_(options(), sources_), interpreter_(environment_) {
    modules_ = jinja::Value::dict();
    modules_.set_item("datetime", datetime_module(clock_));
    modules_.set_item("pytz", pytz_module());
    modules_.set_item("re", re_module());
    modules_.set_item("itertools", itertools_module([this](jinja::Interpreter&) { ++uses_; }));
  }

  std::optional<jinja::Value> lookup(jinja::Interpreter&, std::string_view name) override {
    return name == "modules" ? std::optional(modules_) : std::nullopt;
  }

  /// The text, or "!Type: message".
  std::string render(const std::string& text) {
    auto code = environment_.compile(sources_.add("test", text), "test");
    if (auto* error = std::get_if<jinja::Error>(&code))
      return "!" + error->type + ": " + error->message;
    auto result = interpreter_.render(*std::get<0>(code), *this);
    if (auto* error = std::get_if<jinja::Error>(&result))
      return "!" + error->type + ": " + error->message;
    return std::get<0>(result).text;
  }

  int uses() const { return uses_; }
  void set_steps(uint64_t steps) {
    jinja::Budget budget;
    budget.steps = steps;
    interpreter_.set_budget(budget);
  }

 private:
  static jinja::Options options() {
    jinja::Options made;
    made.sandboxed = true;
    return made;
  }

  int uses_ = 0;
  diag::Sources sources_;
  jinja::Environment environment_;
  jinja::Interpreter interpreter_;
  // 2020-09-13T12:26:40.123456Z
  base::FixedClock clock_{1'600'000'000'123'456};
  jinja::Value modules_;
};

std::string unescaped(const std::string& line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    char c = line[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'v' ? '\v' : c == 'b' ? '\b' : c;
  }
  return out;
}

void check_file(const std::string& module, size_t least) {
  std::ifstream file(std::string(WEFT_TESTDATA) + "/modules/" + module + ".test");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] == '#')
      continue;
    lines.push_back(unescaped(line));
  }
  Renderer renderer;
  size_t cases = 0;
  for (size_t i = 1; i + 1 < lines.size(); i += 3, ++cases) {
    INFO(lines[i]);
    CHECK(renderer.render(lines[i]) == lines[i + 1]);
  }
  CHECK(cases >= least);
}

}  // namespace

TEST_CASE("modules.datetime is Python's", "[modules]") { check_file("datetime", 70); }
TEST_CASE("modules.re is Python's", "[modules]") { check_file("re", 120); }
TEST_CASE("modules.pytz is Python's", "[modules]") { check_file("pytz", 45); }
TEST_CASE("modules.itertools is Python's", "[modules]") { check_file("itertools", 35); }

TEST_CASE("now comes from the clock, in UTC where no zone is given", "[modules]") {
  Renderer renderer;
  CHECK(renderer.render("{{ modules.datetime.datetime.now() }}") == "2020-09-13 12:26:40.123456");
  CHECK(renderer.render("{{ modules.datetime.datetime.utcnow().hour }}") == "12");
  CHECK(renderer.render("{{ modules.datetime.date.today() }}") == "2020-09-13");
  CHECK(
      renderer.render("{{ modules.datetime.datetime.now(modules.pytz.timezone('Asia/Tokyo')) }}") ==
      "2020-09-13 21:26:40.123456+09:00");
  CHECK(renderer.render("{{ modules.datetime.datetime.now(5) }}") ==
        "!TypeError: tzinfo argument must be None or of a tzinfo subclass, not type 'int'");
}

TEST_CASE("a run-away pattern ends with an error", "[modules]") {
  Renderer renderer;
  std::string text = renderer.render("{{ modules.re.match('(a+)+$', 'a' * 40 ~ 'b') }}");
  CHECK(text == "!error: the pattern (a+)+$ needs too many steps on this text");
  // Many slow matches, each below the limit of one, end with the budget of the render.
  renderer.set_steps(1'000'000);
  text = renderer.render(
      "{% for i in range(5000) %}{% do modules.re.match('(a+)+$', 'a' * 18 ~ 'b') %}{% endfor %}");
  CHECK(text.substr(0, 1) == "!");
}

TEST_CASE("endless iterators and huge products end with the budget", "[modules]") {
  Renderer renderer;
  renderer.set_steps(100'000);
  CHECK(renderer.render("{{ modules.itertools.count() | list }}").substr(0, 1) == "!");
  CHECK(renderer.render("{{ modules.itertools.product(range(1000), repeat=5) | list }}")
            .substr(0, 1) == "!");
  CHECK(renderer.render("{{ modules.itertools.product([1], repeat=10**15) }}").substr(0, 1) == "!");
  CHECK(renderer.render("{{ modules.itertools.tee([1], 10**15) }}").substr(0, 1) == "!");
  CHECK(renderer.uses() == 4);
}

TEST_CASE("patterns are no way to PCRE2's own syntax", "[modules]") {
  Renderer renderer;
  for (const char* pattern : {"(?R)", "(?1)", "(?&x)", "(*SKIP)", "(?C1)", "(?|a)", "\\\\K",
                              "\\\\R", "\\\\Qa\\\\E", "\\\\p{L}", "\\\\X", "\\\\C", "\\\\h"}) {
    INFO(pattern);
    std::string text =
        renderer.render("{{ modules.re.match('" + std::string(pattern) + "', '') }}");
    CHECK(text.substr(0, 7) == "!error:");
  }
}

}  // namespace weft::context
