#include "yaml/simple_reader.h"

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

using weft::yaml::read_simple;

namespace {

/// Writes every event down.
class Recorder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override { text << "document\n"; }
  void OnDocumentEnd() override { text << "end of document\n"; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    text << "null " << mark.pos << "\n";
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    text << "alias " << mark.pos << "\n";
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    text << "scalar " << mark.pos << " " << tag << " " << value << "\n";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    text << "sequence " << mark.pos << " " << tag << " " << style << "\n";
  }
  void OnSequenceEnd() override { text << "end of sequence\n"; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    text << "map " << mark.pos << " " << tag << " " << style << "\n";
  }
  void OnMapEnd() override { text << "end of map\n"; }

  std::ostringstream text;
};

std::string events_of_library(const std::string& yaml) {
  Recorder recorder;
  std::istringstream stream(yaml);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(recorder)) {
    }
  } catch (const YAML::Exception& error) {
    return "error: " + error.msg;
  }
  return recorder.text.str();
}

/// Whether the text is read; what is read must be what yaml-cpp reads.
bool is_simple(const std::string& yaml) {
  Recorder recorder;
  if (!read_simple(yaml, recorder))
    return false;
  INFO(yaml);
  CHECK(recorder.text.str() == events_of_library(yaml));
  return true;
}

const std::vector<std::string> kSimple = {
    "version: 2\n",
    "a: b",
    "---\na: b\n",
    "# comment\n\nversion: 2\nmodels:\n  - name: x\n    description: \"One: row # not a comment\"\n"
    "    columns:\n      - name: id\n        data_tests: [not_null, unique]\n",
    "models:\n- name: x\n  meta: {a: 1, b: [x, 'y'], c: {}}\n- name: y\nseeds:\n- name: z\n",
    "a: 'it''s' # why\nb: \"\"\nc: ''\n\n\n",
    "- a\n- - b\n  - c\n- d: e\n  f: g\n-\n  h: i\n",
    "a: ~\nb: null\nnull: c\n<<: {x: 1}\n",
    "a:   spaced   out   \n\"quoted key\": 1\n'another': 2\n",
    "a: -1\nb: 1_000\nc: 12:30:00\nd: 2020-01-01\ne: a:b\nf: a#b\ng: x, y [z] {w}\n",
    "a: [ ]\nb: [1,2 , \"x\"]\nc: { }\nd: {\"k\": 'v', l : m}\n",
    "\xc3\xa4: \xe2\x82\xac\n",
    "deep:\n  deeper:\n    deepest: x\n  # between\n  again: y\ntop: z\n",
};

const std::vector<std::string> kNotSimple = {
    "",
    "just text\n",
    "a: |\n  literal\n",
    "a: >-\n  folded\n",
    "a: &x 1\nb: *x\n",
    "a: !!str 1\n",
    "a:\nb: 1\n",
    "a: several\n  lines\n",
    "a: \"with \\n escapes\"\n",
    "a: [1,\n  2]\n",
    "a: [1, 2,]\n",
    "a: {b: }\n",
    "a: b: c\n",
    "a: 1\n  b: 2\n",
    "- a\nb: c\n",
    "a: 1\n---\nb: 2\n",
    "\ta: 1\n",
    "? a\n: b\n",
    "a: {{ var('x') }}\n",
    "a: %x\n",
    "a: @x\n",
    "a: 'open\n",
    "a : b\n",
};

}  // namespace

TEST_CASE("simple texts are read as yaml-cpp reads them") {
  for (const std::string& yaml : kSimple) {
    INFO(yaml);
    CHECK(is_simple(yaml));
  }
}

TEST_CASE("everything else is left to yaml-cpp") {
  for (const std::string& yaml : kNotSimple) {
    INFO(yaml);
    CHECK_FALSE(is_simple(yaml));
  }
}

TEST_CASE("changed texts are read as yaml-cpp reads them or not at all") {
  const std::string marks = " :-#'\"[]{},\n\n  ?&*!|>%@`~ax0<.";
  const std::vector<std::string> words = {"\xc3\xa4", "\xe2\x82\xac", ": ", " #", "- ", "''"};
  std::mt19937 random(11);
  auto below = [&](size_t limit) { return static_cast<size_t>(random()) % limit; };
  size_t read = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string yaml = kSimple[below(kSimple.size())];
    for (size_t edits = 1 + below(3); edits > 0 && !yaml.empty(); --edits) {
      size_t at = below(yaml.size());
      char mark = marks[below(marks.size())];
      switch (below(5)) {
        case 0:
          yaml.insert(at, 1, mark);
          break;
        case 1:
          yaml.erase(at, 1 + below(4));
          break;
        case 2:
          yaml.insert(at, words[below(words.size())]);
          break;
        case 3:
          yaml[at] = mark;
          break;
        default: {
          size_t line = yaml.find('\n', at);
          yaml.insert(line == std::string::npos ? 0 : line + 1, std::string(below(5), ' '));
        }
      }
    }
    if (is_simple(yaml))
      ++read;
  }
  CHECK(read > 5'000);
}
