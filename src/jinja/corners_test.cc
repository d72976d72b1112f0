// Rules of Jinja2 that follow from how it compiles: what it computes early, and the lines it notes.
#include <string>
#include <string_view>
#include <variant>

#include <catch2/catch.hpp>

#include "jinja/environment.h"
#include "jinja/interpreter.h"

namespace weft::jinja {
namespace {

struct Flag final : Names {
  std::optional<Value> lookup(Interpreter&, std::string_view name) override {
    return name == "flag" ? std::optional<Value>(Value::boolean(true)) : std::nullopt;
  }
};

/// The text of a template, or "Type:line" of its error.
std::string outcome(std::string text, Options options = {}) {
  diag::Sources sources;
  Environment environment(std::move(options), sources);
  auto compiled = environment.compile(sources.add("t", std::move(text)), "");
  if (auto* error = std::get_if<Error>(&compiled)) {
    return error->type + ":" + std::to_string(error->line);
  }
  Interpreter interpreter(environment);
  Flag names;
  auto rendered = interpreter.render(*std::get<0>(compiled), names);
  if (auto* error = std::get_if<Error>(&rendered)) {
    return error->type + ":" + std::to_string(error->line);
  }
  return std::get<Rendered>(rendered).text;
}

TEST_CASE("constants are joined as plain text, others as markup") {
  CHECK(outcome("{% autoescape true %}{{ ('<b>'|safe) ~ 'a' }}{% endautoescape %}") ==
        "&lt;b&gt;a");
  CHECK(outcome("{% autoescape true %}{{ ('<b>'|safe) ~ flag }}{% endautoescape %}") == "<b>True");
  CHECK(outcome("{% autoescape flag %}{{ ('<b>'|safe) ~ flag }}{% endautoescape %}") ==
        "&lt;b&gt;True");
}

TEST_CASE("constants are escaped by the mode that was known when compiling") {
  CHECK(outcome("{% autoescape flag %}{{ '<' ~ 1 }}{{ '%s' % '<' }}{% endautoescape %}") == "<1<");
  CHECK(outcome("{% autoescape flag %}{{ '<' if flag }}{{ '<'|upper }}{% endautoescape %}") ==
        "&lt;&lt;");
  CHECK(outcome("{% autoescape flag %}{{ none and '<' ~ flag }}{% endautoescape %}") == "None");
}

TEST_CASE("a loop that unpacks and filters shows its items as they were unpacked") {
  CHECK(outcome("{% for a, b in [(1, 2), 'xy'] if a %}{{ loop.nextitem }}{% endfor %}") ==
        "('x', 'y')");
  CHECK(outcome("{% for a in ['xy', 'z'] if a %}{{ loop.nextitem }}{% endfor %}") == "z");
}

TEST_CASE("the values of with fail on the line of what came before") {
  CHECK(outcome("{{ flag }}\n{% with a = nope.x %}{% endwith %}") == "UndefinedError:1");
  CHECK(outcome("a\n{{ flag }}\n\n{% with a = nope.x %}{% endwith %}") == "UndefinedError:2");
}

TEST_CASE("an output fails on the line of the token that decides what it is") {
  CHECK(outcome("{{ [1,\n'a']|\nsort }}") == "TypeError:3");
  CHECK(outcome("{{ (nope.x\n, 1) }}") == "UndefinedError:2");
}

TEST_CASE("a filter block that gives no text fails where the text is put together") {
  CHECK(outcome("\n{% filter length %}a{% endfilter %}") == "TypeError:0");
  CHECK(outcome("{% filter length %}a{% endfilter %}{% set x %}a{% endset %}") == "TypeError:0");
  CHECK(outcome("{% macro m() %}\n{% filter length %}a{% endfilter %}\n{% endmacro %}{{ m() }}") ==
        "TypeError:2");
}

TEST_CASE("arguments that must be integers") {
  CHECK(outcome("{{ range(nope) }}") == "TypeError:1");
  CHECK(outcome("{{ {}|dictsort(reverse=nope) }}") == "TypeError:1");
  CHECK(outcome("{{ [2, 1]|sort(reverse='x') }}") == "TypeError:1");
  CHECK(outcome("{{ [1, 2]|sort(reverse=2) }}") == "[2, 1]");
  CHECK(outcome("{{ dict(nope, a=1) }}") == "UndefinedError:1");
}

TEST_CASE("slices of ranges keep the bounds of the slice") {
  CHECK(outcome("{{ range(1, 9, 3)[-1::2] }}{{ range(4)[3:0] }}{{ range(4)[::-1] }}") ==
        "range(7, 10, 6)range(3, 0)range(3, -1, -1)");
}

TEST_CASE("markup converts text that it formats as a number") {
  CHECK(outcome("{{ ('%d|%.1f'|safe) % ('12', '1') }}") == "12|1.0");
  CHECK(outcome("{{ ('%d'|safe) % 'a' }}") == "ValueError:1");
  CHECK(outcome("{{ ('%f'|safe) % 'a' }}") == "ValueError:1");
}

TEST_CASE("a filter without arguments gives the same by its quick way") {
  for (std::string_view filter :
       {"upper", "lower", "trim", "string", "length", "count", "first", "last", "int", "abs"}) {
    for (std::string_view value :
         {"'aBc z@[`{'", "''", "' \\t x \\x1c'", "'\u00e4\u00df'", "'x' * 70", "12", "-3",
          "10 ** 20", "-9223372036854775807 - 1", "true", "1.5", "none", "nope", "[1, 'a']", "(2,)",
          "[]", "{'k': 1}", "'<b>'|escape", "range(3)"}) {
      std::string set = "{% set v = " + std::string(value) + " %}{{ (v|" + std::string(filter);
      CAPTURE(filter, value);
      CHECK(outcome(set + ")|pprint }}") == outcome(set + "(*[]))|pprint }}"));
    }
  }
  CHECK(outcome("{{ 'a'|upper }}{{ 'B '|lower|trim|length }}{{ ('<'|upper)|e }}") == "A1&lt;");
}

TEST_CASE("what an if makes unsure ends with the code of its own") {
  CHECK(outcome("{% if false %}{{ 1|nope }}{% for x in [1]|nope %}{% endfor %}{% endif %}") == "");
  for (std::string_view text :
       {"{% filter nope %}{% endfilter %}", "{% set a | nope %}{% endset %}",
        "{% macro m(a=1|nope) %}{% endmacro %}", "{% for x in [1] if x|nope %}{% endfor %}",
        "{% for x in [1] if x|nope %}{{ loop.index }}{% endfor %}",
        "{% autoescape 1|nope %}{% endautoescape %}",
        "{% for x in [1] %}{{ x|nope }}{% endfor %}"}) {
    CAPTURE(text);
    CHECK(outcome("{% if false %}" + std::string(text) + "{% endif %}") ==
          "TemplateAssertionError:1");
  }
  CHECK(outcome("{{ [] and (1|nope) }}{{ 'a' or (1|nope) }}") == "[]a");
  CHECK(outcome("{{ 'x'\n|\nnope }}") == "TemplateAssertionError:3");
}

TEST_CASE("a comma before in does not end the targets of a loop") {
  CHECK(outcome("{% for k, in [(1,)] %}{% endfor %}") == "TemplateSyntaxError:1");
  CHECK(outcome("{% for (k,) in [(1,)] %}{{ k }}{% endfor %}") == "1");
}

TEST_CASE("a comparison fails on the line of what follows it") {
  CHECK(outcome("{{ [1, ('a\nb').index('x')] < [1, 2] }}") == "ValueError:2");
}

TEST_CASE("slices of what has none") {
  CHECK(outcome("[{{ (1)[:3:-1] }}][{{ {}[1:]|default('d') }}]") == "[][d]");
  CHECK(outcome("{% set x = 1 %}{{ x[1:] }}") == "TypeError:1");
  CHECK(outcome("{{ [1][::0] }}") == "ValueError:1");
}

TEST_CASE("members of ranges that go down") {
  CHECK(outcome("{% set r = range(10, 0, -3) %}{{ 1 in r }}{{ 2 in r }}{{ 10 in r }}{{ 0 in r }}"
                "{{ r.index(1) }}{{ r.count(4) }}") == "TrueFalseTrueFalse31");
  CHECK(outcome("{{ 9 in range(0, 10, 3) }}{{ 9.0 in range(9, 8, -1) }}{{ 1 in range(0) }}") ==
        "TrueTrueFalse");
}

TEST_CASE("a strict undefined inside of lists cannot be compared") {
  Options options;
  options.undefined = UndefinedKind::Strict;
  CHECK(outcome("{{ [nope] == [nope] }}", options) == "UndefinedError:1");
  CHECK(outcome("{{ [1, nope] == [2, nope] }}", options) == "False");
  CHECK(outcome("{{ [[nope, 1], [nope, 2]]|sort }}", options) == "UndefinedError:1");
  CHECK(outcome("{{ {'a': 1}[nope] }}", options) == "UndefinedError:1");
  CHECK(outcome("{{ [nope] == [nope] }}") == "True");
}

TEST_CASE("an unknown filter that is never reached, or called with names") {
  CHECK(outcome("{{ 1 if flag else 1|nope(a=1) }}") == "1");
  CHECK(outcome("{{ 1|nope if flag }}") == "TemplateRuntimeError:1");
  CHECK(outcome("{{ 1|nope(a=1) if flag }}") == "TypeError:1");
}

}  // namespace
}  // namespace weft::jinja
