#include "diag/render.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "diag/sink.h"

namespace weft::diag {
namespace {

/// A diagnostic on the first place of `word` in a source of its own.
Diagnostic at(Sources& sources, const std::string& path, const std::string& text,
              const std::string& word) {
  SourceId id = sources.add(path, text);
  auto begin = static_cast<uint32_t>(text.find(word));
  Diagnostic d;
  d.code = Code::UnknownRef;
  d.message = "model `orders` refers to unknown model `custmers`";
  d.span = {id, begin, begin + static_cast<uint32_t>(word.size())};
  return d;
}

}  // namespace

TEST_CASE("a message shows the line, the caret, the note and the hint") {
  Sources sources;
  std::string text = std::string(11, '\n') + "from {{ ref('custmers') }}\n";
  Diagnostic d = at(sources, "models/marts/orders.sql", text, "'custmers'");
  d.note = "no model, seed or snapshot has this name";
  d.hint = "did you mean `customers`?";
  CHECK(render_text(d, sources) ==
        "error[E1004]: model `orders` refers to unknown model `custmers`\n"
        "  models/marts/orders.sql:12:13\n"
        "12 | from {{ ref('custmers') }}\n"
        "   |             ^^^^^^^^^^ no model, seed or snapshot has this name\n"
        "hint: did you mean `customers`?\n");
}

TEST_CASE("labels, trail and the server's words follow") {
  Sources sources;
  Diagnostic d = at(sources, "m/a.sql", "select x\n", "x");
  d.code = Code::DatabaseFailed;
  d.message = "column \"x\" does not exist";
  d.labels.push_back({{sources.add("m/b.yml", "name: a\nname: b\n"), 8, 12}, "said here"});
  d.trail.push_back({{sources.add("macros/c.sql", "{% macro cents() %}"), 9, 14}, "macro `cents`"});
  d.trail.push_back({{}, "model `orders`"});
  d.database = DatabaseError{"42703", d.message, "none at all", "look again", "", 8, ""};
  CHECK(render_text(d, sources) ==
        "error[E0802]: column \"x\" does not exist\n"
        "  m/a.sql:1:8\n"
        "1 | select x\n"
        "  |        ^\n"
        "  m/b.yml:2:1\n"
        "2 | name: b\n"
        "  | ---- said here\n"
        "sqlstate: 42703\n"
        "detail: none at all\n"
        "server hint: look again\n"
        "  in macro `cents` at macros/c.sql:1:10\n"
        "  in model `orders`\n");
}

TEST_CASE("tabs and wide characters keep the caret in place") {
  Sources sources;
  Diagnostic d = at(sources, "a", "\t漢字 é bad\n", "bad");
  CHECK(render_text(d, sources) ==
        "error[E1004]: model `orders` refers to unknown model `custmers`\n"
        "  a:1:7\n"
        "1 |     漢字 é bad\n"
        "  |            ^^^\n");
}

TEST_CASE("control characters of the user's text never reach the terminal") {
  Sources sources;
  Diagnostic d = at(sources, "a\x1b.sql", "x\x1b[31m\xff\u202e bad", "bad");
  d.message = "odd \x1b]0;title\x07 name\nsecond line";
  CHECK(render_text(d, sources) ==
        "error[E1004]: odd \\x1b]0;title\\x07 name\n"
        "  second line\n"
        "  a\\x1b.sql:1:10\n"
        "1 | x\\x1b[31m\\xff\\u202e bad\n"
        "  |                     ^^^\n");
}

TEST_CASE("long lines are cut around the caret") {
  Sources sources;
  std::string text = std::string(5'000'000, 'a') + " bad " + std::string(5'000'000, 'b');
  Diagnostic d = at(sources, "a", text, "bad");
  RenderOptions options;
  options.width = 41;
  CHECK(render_text(d, sources, options) ==
        "error[E1004]: model `orders` refers to unknown model `custmers`\n"
        "  a:1:5000002\n"
        "1 | ..." +
            std::string(19, 'a') + " bad " + std::string(17, 'b') +
            "...\n"
            "  | " +
            std::string(23, ' ') + "^^^\n");
}

TEST_CASE("spans at odd places still give one caret") {
  Sources sources;
  SourceId id = sources.add("a", "ab\r\ncd\n");
  Diagnostic d;
  d.code = Code::UnknownKey;
  d.message = "m";
  d.span = {id, 7, 7};
  CHECK(render_text(d, sources) == "warning[W0611]: m\n  a:3:1\n3 |\n  | ^\n");
  d.span = {id, 1, 6};
  CHECK(render_text(d, sources) == "warning[W0611]: m\n  a:1:2\n1 | ab\n  |  ^\n");
  d.span = {id, 900, 901};
  CHECK(render_text(d, sources) == "warning[W0611]: m\n  a:3:1\n3 |\n  | ^\n");
  d.span = {id, 2, 2};
  CHECK(render_text(d, sources) == "warning[W0611]: m\n  a:1:3\n1 | ab\n  |   ^\n");
}

TEST_CASE("JSON holds every part") {
  Sources sources;
  Diagnostic d = at(sources, "m/a.sql", "é x\n", "x");
  d.trail.push_back({{}, "macro `f`"});
  auto parsed = base::parse_json(render_json(d, sources));
  REQUIRE(std::holds_alternative<base::Data>(parsed));
  const base::Data& json = std::get<base::Data>(parsed);
  CHECK(json.get("code")->as_string() == "E1004");
  CHECK(json.get("name")->as_string() == "UnknownRef");
  CHECK(json.get("file")->as_string() == "m/a.sql");
  CHECK(json.get("column")->as_int() == 3);
  CHECK(json.get("end_column")->as_int() == 4);
  CHECK(json.get("trail")->as_list()[0].get("line")->is_null());
  CHECK(json.get("database")->is_null());
}

TEST_CASE("every code is found by its number") {
  CHECK(code_info(Code::Internal).name == "Internal");
  CHECK(code_info(Code::YamlDuplicateKey).event == "DuplicateYAMLKeysDeprecation");
  CHECK(code_info(Code::PathNotCleanable).number == static_cast<uint16_t>(Code::PathNotCleanable));
}

TEST_CASE("a sink sorts by place and forgets") {
  Sources sources;
  SourceId late = sources.add("b.sql", "xx"), early = sources.add("a.sql", "xx");
  Sink sink;
  auto report = [&](Span span, Code code) {
    Diagnostic d;
    d.code = code;
    d.span = span;
    sink.report(d);
  };
  report({}, Code::Internal);
  report({late, 1, 2}, Code::UnknownKey);
  report({early, 0, 1}, Code::UnknownKey);
  report({late, 0, 1}, Code::UnknownKey);
  CHECK(sink.error_count() == 1);
  std::vector<Diagnostic> sorted = sink.take(sources);
  REQUIRE(sorted.size() == 4);
  CHECK(sorted[0].span.source == early);
  CHECK(sorted[1].span.begin == 0);
  CHECK(sorted[2].span.begin == 1);
  CHECK_FALSE(sorted[3].span.valid());
  CHECK_FALSE(sink.has_errors());
  CHECK(sink.take().empty());
}

}  // namespace weft::diag
