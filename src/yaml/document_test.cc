#include "yaml/document.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "diag/render.h"

namespace weft::yaml {
namespace {

struct Parsed {
  diag::Sources sources;
  diag::Sink sink;
  diag::SourceId source;
  diag::Result<Document> document{Document{}};

  explicit Parsed(std::string text) {
    source = sources.add("m.yml", std::move(text));
    document = parse(source, sources, sink);
  }
  std::string json() {
    if (!document)
      return error();
    return document->root ? base::to_json(to_data(*document->root)) : "nothing";
  }
  std::string error() {
    REQUIRE_FALSE(document.ok());
    return diag::render_text(document.error(), sources);
  }
  std::string_view at(diag::Span span) {
    return std::string_view(sources.get(source).text).substr(span.begin, span.end - span.begin);
  }
};

std::string json_of(std::string text) { return Parsed(std::move(text)).json(); }
std::string error_of(std::string text) { return Parsed(std::move(text)).error(); }

}  // namespace

TEST_CASE("YAML becomes plain data") {
  CHECK(json_of("a: 1\nb:\n  - x\n  - {c: 2.5, d: }\ne: 'yes'\nf: yes\n") ==
        R"({"a": 1, "b": ["x", {"c": 2.5, "d": null}], "e": "yes", "f": true})");
  CHECK(json_of("") == "nothing");
  CHECK(json_of("# only a comment\n") == "nothing");
  CHECK(json_of("--- text\n...\n") == R"("text")");
  CHECK(json_of("a: >\n  folded\n  text\nb: |-\n  kept\n  lines\n") ==
        R"({"a": "folded text\n", "b": "kept\nlines"})");
  CHECK(json_of("\xef\xbb\xbf"
                "a: é\r\nb:\r\n  - 1\r\n") == R"({"a": "é", "b": [1]})");
  CHECK(json_of("a: 1\rb: 2\r") == R"({"a": 1, "b": 2})");
}

TEST_CASE("keys become Python's text") {
  CHECK(json_of("1: a\non: b\n~: c\n1.0: d\n2020-01-02: e\n") ==
        R"({"1": "a", "True": "b", "None": "c", "1.0": "d", "2020-01-02": "e"})");
}

TEST_CASE("anchors, aliases and merge keys") {
  CHECK(json_of("a: &x [1, 2]\nb: *x\n") == R"({"a": [1, 2], "b": [1, 2]})");
  CHECK(json_of("base: &b {x: 1, y: 2}\nc:\n  z: 3\n  <<: *b\n  y: 9\n") ==
        R"({"base": {"x": 1, "y": 2}, "c": {"x": 1, "y": 9, "z": 3}})");
  CHECK(json_of("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b]\n") ==
        R"({"a": {"x": 1}, "b": {"x": 2, "y": 2}, "c": {"x": 1, "y": 2}})");
  CHECK(json_of("c: {'<<': 1}\n") == R"({"c": {"<<": 1}})");
  CHECK(json_of("&k key: &v val\n*v : *k\n") == R"({"key": "val", "val": "key"})");
}

TEST_CASE("explicit tags") {
  CHECK(json_of("a: !!str 12\nb: !!int \"3\"\nc: !!float 2\nd: ! 5\ne: !!map {x: 1}\n") ==
        R"({"a": "12", "b": 3, "c": 2.0, "d": "5", "e": {"x": 1}})");
  CHECK(error_of("a: !custom 1\n").find("cannot be used for `1`") != std::string::npos);
  CHECK(error_of("a: !!python/object:os.system {}\n").find("is not known") != std::string::npos);
}

TEST_CASE("every node knows its place") {
  Parsed p(
      "\xef\xbb\xbfmödels:\n  - name: \"a 'b'\" # c\n    text: |\n      x\n      y\n\n    z: two\n"
      "      lines\n");
  REQUIRE(p.document);
  const Entry* models = p.document->root->find_entry("mödels");
  REQUIRE(models);
  CHECK(p.at(models->key_span) == "mödels");
  const Node* model = models->value->items[0];
  CHECK(p.at(model->find("name")->span) == "\"a 'b'\"");
  CHECK(p.at(model->find_entry("text")->key_span) == "text");
  CHECK(p.at(model->find("text")->span) == "|\n      x\n      y");
  CHECK(p.at(model->find("z")->span) == "two\n      lines");
  CHECK(p.sources.get(p.source).place(model->find("z")->span.begin).line == 7);
}

TEST_CASE("duplicate keys are warned about and the last counts") {
  Parsed p("a: 1\nb: 2\na: 3\n");
  CHECK(p.json() == R"({"a": 3, "b": 2})");
  auto warnings = p.sink.take();
  REQUIRE(warnings.size() == 1);
  CHECK(diag::render_text(warnings[0], p.sources) ==
        "warning[W0301]: the key `a` stands twice in one mapping\n"
        "  m.yml:3:1\n3 | a: 3\n  | ^ this one counts\n"
        "  m.yml:1:1\n1 | a: 1\n  | - this one is ignored\n"
        "hint: remove one of the two\n");
  std::string large;
  for (int i = 0; i < 50'000; ++i)
    large += "key" + std::to_string(i % 49'999) + ": 1\n";
  Parsed many(large);
  REQUIRE(many.document);
  CHECK(many.document->root->entries.size() == 49'999);
  CHECK(many.sink.take().size() == 1);
}

TEST_CASE("mistakes are shown where they are") {
  CHECK(error_of("a: 1\nb: [1, 2\nc: 3\n") ==
        "error[E0300]: the list that starts here is not closed\n"
        "  m.yml:2:4\n2 | b: [1, 2\n  |    ^ no `]` or `,` follows where one is expected\n");
  CHECK(error_of("a:\n\t- b\n") ==
        "error[E0300]: a tab is used for indentation\n"
        "  m.yml:2:1\n2 |     - b\n  | ^^^^\nhint: indent with blanks only\n");
  CHECK(error_of("name: {{ var('x') }}\n") ==
        "error[E0300]: `{{` without quotes starts a mapping, not a Jinja expression\n"
        "  m.yml:1:7\n1 | name: {{ var('x') }}\n  |       ^^^^^^^^^^^^^^\n"
        "hint: put the whole value in quotes: \"{{ ... }}\"\n");
  CHECK(error_of("a: b: c\n") ==
        "error[E0300]: `:` starts a value where none may stand\n"
        "  m.yml:1:5\n1 | a: b: c\n  |     ^\n"
        "hint: put the text after the first `:` in quotes when this colon belongs to it\n");
  CHECK(error_of("a: @x\n") ==
        "error[E0300]: `@` cannot start a value\n  m.yml:1:4\n1 | a: @x\n  |    ^^\n"
        "hint: put the whole value in quotes\n");
  CHECK(error_of("a: 'x\nb: 1\n").find("a quoted text is not closed") != std::string::npos);
  CHECK(error_of("- a\n- *b\n").find("this alias names an anchor that is not defined above it") !=
        std::string::npos);
  CHECK(error_of("a: 1\n---\nb: 2\n").find("a second document starts here\n  m.yml:2:1") !=
        std::string::npos);
  CHECK(error_of("d: 2020-02-30\n").find("there is no date `2020-02-30`") != std::string::npos);
  CHECK(error_of("a: x\0y\n" + std::string(1, '\0')).find("E0300") != std::string::npos);
  CHECK(error_of("a: \x01\n").find("U+0001") != std::string::npos);
  CHECK(error_of("a: \xff\n").find("the byte 0xff is not UTF-8") != std::string::npos);
  CHECK(error_of("models:\n  - name: a\n    description\n    columns: []\n") ==
        "error[E0300]: `description` is followed by no `:`, and a key is expected here\n"
        "  m.yml:3:5\n3 |     description\n  |     ^^^^^^^^^^^\n");
  CHECK(error_of(": x\n").find("a key is missing before this `:`") != std::string::npos);
  CHECK(error_of("a: [1, , 2]\n").find("a value is missing before this") != std::string::npos);
  CHECK(json_of("{a, b: }") == R"({"a": null, "b": null})");
  CHECK(json_of("? a\n? b\n: c\nd :\n") == R"({"a": null, "b": "c", "d": null})");
  CHECK(error_of("? [1]\n: 2\n").find("keys are single values") != std::string::npos);
  CHECK(error_of("a: {<<: 3}\n").find("`<<` merges something") != std::string::npos);
}

TEST_CASE("hostile texts end with an error") {
  CHECK(error_of(std::string(30'000, '[')).find("E0300") != std::string::npos);
  CHECK(error_of(std::string(30'000, '[') + std::string(30'000, ']')).find("deeper than 200") !=
        std::string::npos);
  CHECK(error_of(std::string(30'000, '{')).find("E0300") != std::string::npos);
  std::string dashes;
  for (int i = 0; i < 30'000; ++i)
    dashes += "- ";
  CHECK(error_of(dashes).find("deeper than 200") != std::string::npos);
  CHECK(error_of("a: &a [*a]\n").find("part of") != std::string::npos);
  std::string laughs = "x0: &x0 [lol]\n";
  for (int i = 1; i < 30; ++i) {
    std::string before = "*x" + std::to_string(i - 1);
    laughs += "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [" + before + ", " + before +
              ", " + before + "]\n";
  }
  CHECK(error_of(laughs).find("aliases followed") != std::string::npos);
  std::string nested = "1";
  for (int i = 0; i < 190; ++i)
    nested = "[" + nested + "]";
  CHECK(Parsed(nested).document.ok());
}

TEST_CASE("text of the command line is read") {
  diag::Sources sources;
  auto data = parse_data("{a: 1, b: [x]}", "--vars", sources);
  REQUIRE(data);
  CHECK(data->get("b")->as_list()[0].as_string() == "x");
  CHECK_FALSE(parse_data("{a: ", "--vars", sources).ok());
}

}  // namespace weft::yaml
