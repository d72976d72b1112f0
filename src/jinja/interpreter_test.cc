#include "jinja/interpreter.h"

#include <algorithm>
#include <utility>

#include <catch2/catch.hpp>

#include "jinja/blocks.h"
#include "jinja/ops.h"

namespace weft::jinja {
namespace {

struct NoNames final : Names {
  std::optional<Value> lookup(Interpreter&, std::string_view name) override {
    if (name == "give") {
      return make_function("give", [](Interpreter& interpreter, const Arguments& arguments, void*) {
        interpreter.return_from_macro(arguments.positional[0]);
        return Value::none();
      });
    }
    if (name == "keep") {
      return make_function("keep", keep, this);
    }
    if (name == "taken") {
      return make_function("taken", take, this);
    }
    return std::nullopt;
  }

  static Value keep(Interpreter&, const Arguments& arguments, void* self) {
    static_cast<NoNames*>(self)->kept = arguments.positional[0];
    return Value::string("");
  }
  static Value take(Interpreter&, const Arguments&, void* self) {
    return std::exchange(static_cast<NoNames*>(self)->kept, Value());
  }

  Value kept;
};

struct Bench {
  explicit Bench(std::string text, Options options = {})
      : environment(std::move(options), sources), interpreter(environment) {
    auto result = environment.compile(sources.add("t.sql", std::move(text)), "t");
    if (auto* failed = std::get_if<Error>(&result)) {
      error = *failed;
    } else {
      compiled = std::get<0>(result);
    }
  }

  std::string render() {
    auto result = interpreter.render(*compiled, names);
    if (auto* failed = std::get_if<Error>(&result)) {
      error = *failed;
      return "";
    }
    rendered = std::move(std::get<0>(result));
    return rendered.text;
  }

  /// The template text that the output byte came from.
  std::string origin(std::string_view part, bool outermost) {
    auto at = static_cast<uint32_t>(rendered.text.find(part));
    diag::Span span = rendered.spans.origin(at, at + static_cast<uint32_t>(part.size()), outermost);
    return sources.get(span.source).text.substr(span.begin, span.end - span.begin);
  }

  diag::Sources sources;
  Environment environment;
  Interpreter interpreter;
  NoNames names;
  std::shared_ptr<const Template> compiled;
  Rendered rendered;
  Error error;
};

TEST_CASE("texts and values of every length are written, and their places known") {
  std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (size_t size = 0; size <= letters.size(); ++size) {
    std::string text = letters.substr(0, size);
    for (std::string tail :
         {"", "{# a comment so long that the text above is far from the end #}"}) {
      Bench bench("{% set v = '" + text + "' %}" + text + "{{ v }}{{ v|upper }}-" + tail);
      std::string upper = text;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
      CHECK(bench.render() == text + text + upper + "-");
      CHECK(bench.origin("-", true) == "-");
      if (size > 1) {
        CHECK(bench.origin(text.substr(1), true) == text.substr(1));
        CHECK(bench.rendered.spans.pieces.size() == 4);
      }
    }
  }
}

TEST_CASE("output grows from short writes, and from long ones") {
  Bench bench("{% for i in range(3000) %}{{ i * i * i }},{{ 'x' * (i % 90) }}{% endfor %}");
  std::string expected;
  for (int64_t i = 0; i < 3000; ++i) {
    expected += std::to_string(i * i * i) + "," + std::string(static_cast<size_t>(i % 90), 'x');
  }
  CHECK(bench.render() == expected);
  CHECK(bench.render() == expected);
}

TEST_CASE("comparisons of small integers, as values and as conditions either way") {
  const std::pair<std::string, std::string> operators[] = {
      {"==", "FTF"}, {"!=", "TFT"}, {"<", "TFF"}, {"<=", "TTF"}, {">", "FFT"}, {">=", "FTT"}};
  for (const auto& [op, holds] : operators) {
    std::string compared = "a " + op + " 2";
    Bench bench("{% for a in [-1, 2, 3] %}{{ '" + holds + "'[loop.index0] }}{{ " + compared +
                " }}{% if " + compared + " %}T{% else %}F{% endif %}{% if not " + compared +
                " %}F{% else %}T{% endif %} {% endfor %}");
    std::string expected;
    for (char c : holds) {
      expected += std::string(1, c) + (c == 'T' ? "True" : "False") + c + c + " ";
    }
    CHECK(bench.render() == expected);
  }
  Bench bench("{% set a = 1 %}{% if a in a %}{% endif %}");
  bench.render();
  CHECK(bench.error.message == "argument of type 'int' is not iterable");
}

TEST_CASE("macros, defaults and keyword arguments") {
  Bench bench("{% macro m(a, b=a) %}<{{ a }}{{ b }}>{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}");
  CHECK(bench.render() == "<11><12>");
}

TEST_CASE("what a loop sets is forgotten after each round") {
  Bench bench(
      "{% set x = 0 %}{% for i in [1, 2] %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}");
  CHECK(bench.render() == "01020");
}

TEST_CASE("output bytes know their template text, also through set blocks and macros") {
  Bench bench(
      "{% macro m(a) %}the value is {{ a }}{% endmacro %}"
      "{% set kept %}kept for later: {{ m(5) }}{% endset %}select {{ kept }}");
  REQUIRE(bench.render() == "select kept for later: the value is 5");
  CHECK(bench.origin("select", false) == "select");
  CHECK(bench.origin("for later", false) == "for later");
  CHECK(bench.origin("value", false) == "value");
  CHECK(bench.origin("value", true) == "m(5)");
  auto at = static_cast<uint32_t>(bench.rendered.text.find("value"));
  REQUIRE(bench.rendered.spans.trail(at).size() == 1);
  CHECK(bench.rendered.spans.trail(at)[0].text == "macro `m`");
}

TEST_CASE("calls of a loop and of a recursion know their chain") {
  Bench bench(
      "{% macro f(n) %}<{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}"
      "{% macro g() %}[{{ f(1) }}]{% endmacro %}"
      "{% for i in range(3) %}{{ f(2) }}{{ g() }}{% endfor %}");
  const std::string text = bench.render();
  REQUIRE(text == "<2<1<0[<1<0]<2<1<0[<1<0]<2<1<0[<1<0]");
  const SpanMap& spans = bench.rendered.spans;
  for (uint32_t round = 0; round < 3; ++round) {
    CHECK(spans.trail(12 * round).size() == 1);
    CHECK(spans.trail(12 * round + 5).size() == 3);
    CHECK(spans.trail(12 * round + 6).size() == 1);
    CHECK(spans.trail(12 * round + 10).size() == 3);
    CHECK(spans.trail(12 * round + 10)[2].text == "macro `g`");
    CHECK(spans.find(12 * round + 5)->frame == spans.find(5)->frame);
  }
}

TEST_CASE("a text keeps its trace after the render that made it") {
  Bench bench("{% macro m() %}made long ago by a macro{% endmacro %}{{ keep(m()) }}");
  REQUIRE(bench.render().empty());
  auto shows =
      bench.environment.compile(bench.sources.add("s", "{{ 'x' }}{{ taken() }}{{ 1 }}"), "s");
  auto result = bench.interpreter.render(*std::get<0>(shows), bench.names);
  const Rendered& rendered = std::get<0>(result);
  REQUIRE(rendered.text == "xmade long ago by a macro1");
  REQUIRE(rendered.spans.trail(5).size() == 1);
  CHECK(rendered.spans.trail(5)[0].text == "macro `m`");
  CHECK(rendered.spans.trail(0).empty());
}

TEST_CASE("return_from_macro gives the value itself and drops the text") {
  Bench bench("{% macro m() %}lost{{ give([1, 2]) }}lost{% endmacro %}{{ m()|length }}{{ m() }}");
  CHECK(bench.render() == "2[1, 2]");
}

TEST_CASE("budgets end with an error") {
  Options options;
  options.budget.steps = 1000;
  Bench loop("{% for a in range(99) %}{% for b in range(99) %}{% endfor %}{% endfor %}", options);
  loop.render();
  CHECK(loop.error.type == "BudgetExceeded");
  Bench recursion("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
  recursion.render();
  CHECK(recursion.error.type == "RecursionError");
  Bench nesting("{{ " + std::string(100000, '(') + " }}");
  CHECK(nesting.error.type == "TemplateSyntaxError");
}

/// The type of the error that ends a template with the default budget; empty when it renders.
std::string end_of(std::string text) {
  Bench bench(std::move(text));
  bench.render();
  return bench.error.type;
}

TEST_CASE("templates made to explode end with their budget") {
  CHECK(end_of("{{ range(10**12)|list }}") == "BudgetExceeded");
  CHECK(end_of("{{ range(10**9)|sum }}") == "BudgetExceeded");
  CHECK(end_of("{{ ('a' * 1000000).join(['b'] * 1000000) }}") == "BudgetExceeded");
  CHECK(end_of("{{ ['b' * 1000000, 'c']|join('a' * 40000000) }}{{ 'x' * 40000000 }}") ==
        "BudgetExceeded");
  CHECK(end_of("{% set l = [] %}{% for i in range(10**9) %}{% do l.append('x' * 1000 ~ i) %}"
               "{% endfor %}") == "BudgetExceeded");
  CHECK(end_of("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}"
               "{{ m(60) }}") == "BudgetExceeded");
  // Long lists are nothing to worry about.
  CHECK(end_of("{% set l = [] %}{% for i in range(200000) %}{% do l.append(i) %}{% endfor %}"
               "{{ l|length }}")
            .empty());
  // Searching takes time by the length of the text only.
  CHECK(end_of("{{ ('a' * 2000000 ~ 'b') in ('a' * 4000000) }}").empty());
  CHECK(end_of("{{ ('a' * 9000000).split('a') }}") == "BudgetExceeded");
  CHECK(end_of("{{ [['x' * 1000000] * 1000] * 1000 }}") == "BudgetExceeded");
  CHECK(end_of("{% set ns = namespace(l=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
               "{% endfor %}{{ ns.l }}") == "BudgetExceeded");
}

TEST_CASE("memory that was given back can be used again") {
  CHECK(end_of("{% for i in range(20) %}{% set x = 'x' * 10000000 %}{% endfor %}").empty());
}

TEST_CASE("errors have Jinja's type, message and line, the trail and the values of the line") {
  Bench bench("{% macro m(n) %}\n{{ n + gone }}{% endmacro %}\n{{ m(41) }}");
  bench.render();
  CHECK(bench.error.type == "UndefinedError");
  CHECK(bench.error.message == "'gone' is undefined");
  CHECK(bench.error.line == 2);
  REQUIRE(bench.error.trail.size() == 1);
  CHECK(bench.error.trail[0].text == "macro `m`");
  CHECK(bench.error.variables == std::vector<std::string>{"n = 41"});
}

TEST_CASE("calls that stand in the text are known without running it") {
  Bench bench("{{ config(materialized='table', tags=['a']) }}{{ ref('x') }}{{ p.f(y) }}");
  const std::vector<CallSite>& calls = bench.compiled->calls();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].named[0].second->as_string() == "table");
  CHECK(calls[0].named[1].second->as_list().size() == 1);
  CHECK(calls[1].positional[0]->as_string() == "x");
  CHECK(calls[2].name == "p.f");
  CHECK_FALSE(calls[2].positional[0].has_value());
}

TEST_CASE("a macro of a template is a value") {
  Bench bench("{% set base = 3 %}{% macro add(x) %}{{ x + base }}{% endmacro %}");
  Value macro = bench.interpreter.macro(*bench.compiled, 0, bench.names);
  Value argument = Value::integer(4);
  auto result = bench.interpreter.call(macro, {{&argument, 1}, {}}, bench.names);
  REQUIRE(std::holds_alternative<Value>(result));
  CHECK(std::get<Value>(result).str() == "7");
}

TEST_CASE("host tags define macros with names of their own") {
  Options options;
  MacroTag tag;
  tag.word = "test";
  tag.end_word = "endtest";
  tag.macro_name = [](std::string_view name, const auto&) { return "test_" + std::string(name); };
  options.macro_tags.push_back(tag);
  Bench bench("{% test positive(model, column) %}x{% endtest %}", options);
  REQUIRE(bench.compiled->macros().size() == 1);
  CHECK(bench.compiled->macros()[0].name == "test_positive");
  CHECK(bench.compiled->macros()[0].parameters.size() == 2);
}

TEST_CASE("blocks are found without compiling") {
  diag::Sources sources;
  diag::SourceId id =
      sources.add("s.sql", "{# {% snapshot no %} #}\n{% snapshot a %}body{% endsnapshot %} stray");
  std::vector<std::string> words{"snapshot"};
  auto result = find_blocks(id, sources, words);
  REQUIRE(std::holds_alternative<FoundBlocks>(result));
  const FoundBlocks& found = std::get<FoundBlocks>(result);
  REQUIRE(found.blocks.size() == 1);
  CHECK(found.blocks[0].header == "a");
  CHECK(found.blocks[0].body.end - found.blocks[0].body.begin == 4);
  CHECK(found.strays.size() == 1);
}

}  // namespace
}  // namespace weft::jinja
