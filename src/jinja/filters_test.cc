// Filters, methods and operators through whole templates; the expected texts are Jinja2's.
#include "jinja/filters.h"

#include <catch2/catch.hpp>

#include "diag/source.h"
#include "jinja/interpreter.h"

namespace weft::jinja {
namespace {

struct NoNames : Names {
  std::optional<Value> lookup(Interpreter&, std::string_view) override { return std::nullopt; }
};

std::variant<Rendered, Error> render(const std::string& text) {
  diag::Sources sources;
  Environment environment(Options{}, sources);
  auto code = environment.compile(sources.add("test", text), "test");
  if (auto* error = std::get_if<Error>(&code)) {
    return *error;
  }
  Interpreter interpreter(environment);
  NoNames names;
  return interpreter.render(*std::get<0>(code), names);
}

TEST_CASE("templates render as Jinja2 renders them") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({{ "%05.2f|%-5s|%x|%r" % (3.14159, "ab", 255, "q") }})", R"(03.14|ab   |ff|'q')"},
      {R"({{ "{:>8,.2f}|{0[1]}|{a!r:^7}".format(1234.5, a="x") if false else "{0:>8,.2f}|{1[1]}|{a!r:^7}".format(1234.5, [1, 2], a="x") }})",
       R"(1,234.50|2|  'x'  )"},
      {R"({{ [3, 1, 2]|sort(reverse=true) }}{{ ["b", "A", "c"]|sort|join }})", R"([3, 2, 1]Abc)"},
      {R"({{ [{"a": 2}, {"a": 1}]|map(attribute="a")|list }}{{ [1, 2, 3]|select("odd")|list }})",
       R"([2, 1][1, 3])"},
      {R"({{ [("x", 1), ("y", 2)]|groupby(0) }}{% for g in [{"k": "B"}, {"k": "b"}]|groupby("k") %}{{ g.grouper }}:{{ g.list|length }}{% endfor %})",
       R"([('x', [('x', 1)]), ('y', [('y', 2)])]B:2)"},
      {R"({{ {"b": 1, "a": "<'&"}|tojson }}{{ ("<" ~ ("x"|safe)) }}{{ ("<b>"|safe) + "<" }})",
       R"({"a": "\u003c\u0027\u0026", "b": 1}<x<b>&lt;)"},
      {R"({{ "aXb".translate("".maketrans("ab", "01", "X")) }}{{ "ab".translate("".maketrans({"a": "yy", 98: none})) }})",
       R"(01yy)"},
      {R"({{ "a\nb".splitlines(1) }}{{ "{:.1}|{:.2}".format(-0.0, 0.0) }})",
       R"(['a\n', 'b']-0e+00|0.0)"},
      {R"({{ 2.5|round }} {{ 42|round }} {{ 2.675|round(2) }} {{ 7.1|round(0, "ceil") }})",
       R"(2.0 42 2.67 8.0)"},
      {R"({{ "1e3"|int }} {{ "x"|int(5) }} {{ "0x1f"|int(0, 16) }} {{ "12.7"|float }})",
       R"(1000 5 31 12.7)"},
      {R"({{ "foo bar baz qux"|truncate(9) }}|{{ "a\nb"|indent(2) }}|{{ "it's a-b"|title }})",
       R"(foo...|a
  b|It's A-B)"},
      {R"({{ [1, 2, 3, 4]|batch(3, 0)|list }}{{ [1, 2, 3, 4]|slice(3)|list }})",
       R"([[1, 2, 3], [4, 0, 0]][[1, 2], [3], [4]])"},
      {R"({{ nope|default("d") }}{{ nope|length }}{{ nope|upper }}{{ nope|list }})", R"(d0[])"},
      {R"({{ "héllo"[1] }}{{ "héllo"[::-1] }}{{ "a,b,,c".split(",") }}{{ " x ".strip() }})",
       R"(éolléh['a', 'b', '', 'c']x)"},
      {R"({% set d = {"items": 1} %}{{ d["items"] }}{{ d.items()|list }}{{ d.keys() }})",
       R"(1[('items', 1)]dict_keys(['items']))"},
      {R"({{ 2 ** 100 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 1 / 4 }} {{ 10 ** 20 // 3 }})",
       R"(1267650600228229401496703205376 -4 2 0.25 33333333333333333333)"},
      {R"({{ "http://a.com/x, a@b.com"|urlize }}{{ {"a": "b c"}|urlencode }}{{ "<p>a &amp; b</p>"|striptags }})",
       R"(<a href="http://a.com/x" rel="noopener">http://a.com/x</a>, <a href="mailto:a@b.com">a@b.com</a>a=b+ca & b)"},
      {R"({{ [1.0, true, "a", none]|pprint }}{{ [1]|map("nope") is iterable }})",
       R"([1.0, True, 'a', None]True)"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    auto result = render(text);
    REQUIRE(std::holds_alternative<Rendered>(result));
    CHECK(std::get<Rendered>(result).text == expected);
  }
}

TEST_CASE("failures have Python's class and words") {
  const std::pair<const char*, std::pair<const char*, const char*>> cases[] = {
      {"{{ 1 + 'a' }}", {"TypeError", "unsupported operand type(s) for +: 'int' and 'str'"}},
      {"{{ 'a' + 1 }}", {"TypeError", "can only concatenate str (not \"int\") to str"}},
      {"{{ nope|int }}", {"UndefinedError", "'nope' is undefined"}},
      {"{{ {}.a.b }}", {"UndefinedError", "'dict object' has no attribute 'a'"}},
      {"{{ nope|round }}", {"TypeError", "type Undefined doesn't define __round__ method"}},
      {"{{ '%d' % 'x' }}", {"TypeError", "%d format: a real number is required, not str"}},
      {"{{ {[]: 1} }}", {"TypeError", "unhashable type: 'list'"}},
      {"{{ 'x'.index('z') }}", {"ValueError", "substring not found"}},
      {"{{ [1, 'a']|sort }}",
       {"TypeError", "'<' not supported between instances of 'str' and 'int'"}},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    auto result = render(text);
    REQUIRE(std::holds_alternative<Error>(result));
    CHECK(std::get<Error>(result).type == expected.first);
    CHECK(std::get<Error>(result).message == expected.second);
  }
}

TEST_CASE("bombs end in an error") {
  for (const char* text :
       {"{{ 'x' * 10 ** 12 }}", "{{ 9 ** (9 ** 9) }}", "{{ 'x'.center(10 ** 11) }}",
        "{{ '%1000000000d' % 1 }}", "{{ [0] * 10 ** 11 }}"}) {
    INFO(text);
    CHECK(std::holds_alternative<Error>(render(text)));
  }
}

}  // namespace
}  // namespace weft::jinja
