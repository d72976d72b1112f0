#include "adapter/json_seed.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "adapter/json_check.h"

namespace weft::adapter {
namespace {

/// The documents as "number:text ", and the problem behind them.
std::string documents(std::string_view text, JsonLayout layout, bool checked = true) {
  JsonDocuments reader(bytes_of(text), layout, checked);
  JsonDocument document;
  std::string out;
  while (reader.next(document))
    out += std::to_string(document.number) + ":" + std::string(document.text) + " ";
  const JsonProblem& problem = reader.problem();
  if (!problem.message.empty())
    out += "! line " + std::to_string(problem.line) + " " + problem.message;
  return out;
}

/// A file that is removed with the object.
class TempFile {
 public:
  TempFile(const std::string& ending, const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("weft_json_" + std::to_string(::getpid()) + ending)) {
    std::ofstream(path_) << text;
  }
  ~TempFile() { std::filesystem::remove(path_); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

constexpr JsonSeedOptions kColumns{JsonMode::Columns, false};

std::string columns_of(const std::string& ending, const std::string& text) {
  TempFile file(ending, text);
  diag::Result<JsonScan> scan = scan_json(file.path(), kColumns);
  if (!scan)
    return scan.error().message;
  if (!scan->problem.message.empty())
    return "line " + std::to_string(scan->problem.line) + " " + scan->problem.message;
  std::string out;
  for (const auto& [name, type] : scan->columns)
    out += name + " " + type + ", ";
  return out;
}

base::DataMap config_with(base::Data weft_json) {
  base::DataMap meta;
  meta["weft_json"] = std::move(weft_json);
  base::DataMap config;
  config["meta"] = base::Data(std::move(meta));
  return config;
}

base::Data setting(const std::string& key, const std::string& value) {
  base::DataMap map;
  map[key] = base::Data(value);
  return base::Data(std::move(map));
}

TEST_CASE("a file of lines has a document a line, numbered as in the file", "[json_seed]") {
  CHECK(documents("{\"a\":1}\n\n  \n[2]\r\n3", JsonLayout::Lines) == "1:{\"a\":1} 4:[2] 5:3 ");
  CHECK(documents("\xef\xbb\xbf{}\n", JsonLayout::Lines) == "1:{} ");
  CHECK(documents("", JsonLayout::Lines).empty());
}

TEST_CASE("a line longer than what is read at a time is one document", "[json_seed]") {
  std::string text(200000, 'x');
  std::string line = "\"" + text + "\"";
  CHECK(documents(line + "\n" + line, JsonLayout::Lines) == "1:" + line + " 2:" + line + " ");
}

TEST_CASE("a malformed line ends the file with its line, or is kept as it is", "[json_seed]") {
  CHECK(documents("1\n\n{\"a\":\n4\n", JsonLayout::Lines) ==
        "1:1 ! line 3 is not JSON: the text ends where a value is expected at byte 6");
  CHECK(documents("1\n {bad\r\n4\n", JsonLayout::Lines, false) == "1:1 2: {bad 3:4 ");
}

TEST_CASE("what no table can store is refused even where lines are kept", "[json_seed]") {
  CHECK(documents("1\n\"\xff\"\n", JsonLayout::Lines, false) ==
        "1:1 ! line 2 is not UTF-8 at byte 2");
  CHECK(documents(std::string_view("a\0b\n", 4), JsonLayout::Lines, false) ==
        "! line 1 has a NUL byte at byte 2");
}

TEST_CASE("a .json file is an array or one document", "[json_seed]") {
  CHECK(documents("[{\"a\": [1, 2]}, \"x,]\\\"\" ,\n3]", JsonLayout::Whole) ==
        "1:{\"a\": [1, 2]} 2:\"x,]\\\"\" 3:3 ");
  CHECK(documents(" {\"a\": 1}\n", JsonLayout::Whole) == "1:{\"a\": 1} ");
  CHECK(documents("[ ]", JsonLayout::Whole).empty());
  CHECK(documents("[1,\n2,\n}]", JsonLayout::Whole, false) ==
        "! line 3 is not JSON: a value is expected here");
}

TEST_CASE("what is checked is what RFC 8259 calls JSON", "[json_seed]") {
  for (const char* good :
       {"null", " -0.5e+10 ", "\"\\u00e9\\n\"", "[[],{},[{\"a\":[1,\"]\"]}]]", "0"})
    CHECK_FALSE(check_json(good));
  CHECK_FALSE(check_json(std::string(100000, '[') + std::string(100000, ']')));
  auto wrong = [](std::string_view text) {
    std::optional<base::JsonError> error = check_json(text);
    return error ? std::to_string(error->offset) + " " + error->message : "";
  };
  CHECK(wrong("") == "0 the text ends where a value is expected");
  CHECK(wrong("NaN") == "0 a value is expected here");
  CHECK(wrong("01") == "0 a value is expected here");
  CHECK(wrong("1.") == "2 a digit is expected after the decimal point");
  CHECK(wrong("1e") == "2 a digit is expected in the exponent");
  CHECK(wrong("[1,]") == "3 a value is expected here");
  CHECK(wrong("[1 2]") == "3 `,` or `]` is expected here");
  CHECK(wrong("{\"a\":1,}") == "7 a quoted key is expected here");
  CHECK(wrong("{\"a\" 1}") == "5 `:` is expected after a key");
  CHECK(wrong("{\"a\":1") == "6 `,` or `}` is expected here");
  CHECK(wrong("\"a") == "2 a string is not closed");
  CHECK(wrong("\"\\x\"") == "1 an unknown escape");
  CHECK(wrong("\"\\u12\"") == "1 an unknown escape");
  CHECK(wrong("\"a\tb\"") == "2 a control character stands in a string");
  CHECK(wrong("1 2") == "2 text after the end of the value");
  CHECK(wrong("}") == "0 a value is expected here");
}

TEST_CASE("members of an object keep their order and their spelling", "[json_seed]") {
  auto members = json_members(R"({"b": 1.50, "a\"\u0041": {"c": "}"}, "l": [1, 2] })");
  REQUIRE(members.size() == 3);
  CHECK((members[0].first == "b" && members[0].second == "1.50"));
  CHECK((members[1].first == "a\"A" && members[1].second == R"({"c": "}"})"));
  CHECK((members[2].first == "l" && members[2].second == "[1, 2]"));
  for (const char* other : {"[\"a\", 1]", "\"a\"", "5", "{}"})
    CHECK(json_members(other).empty());
}

TEST_CASE("columns have the type that holds all their values", "[json_seed]") {
  CHECK(columns_of(".jsonl",
                   "{\"i\":1,\"b\":true,\"f\":1,\"s\":\"x\",\"n\":null}\n"
                   "{\"i\":3000000000,\"f\":0.5,\"x\":{\"y\":1},\"m\":1}\n"
                   "{\"m\":\"one\",\"h\":99999999999999999999}\n") ==
        "i bigint, b boolean, f float8, s text, n text, x jsonb, m text, h numeric, ");
  CHECK(columns_of(".json", R"([{"a": 1}, {"a": [2]}])") == "a jsonb, ");
  CHECK(columns_of(".jsonl", "{\"a\":1}\n[2]\n") ==
        "line 2 is not a JSON object, which mode `columns` expects");
  CHECK(columns_of(".jsonl", "{\"\":1}\n") ==
        "line 1 has an empty key, which cannot name a column");
}

TEST_CASE("a row has null for a missing key and the last of doubled ones", "[json_seed]") {
  std::string text = "{\"s\":\"a\\nb\",\"j\":\"q\",\"n\":1.10,\"n\":2.20}\n{\"j\":{\"k\":1}}\n";
  JsonRows rows(json_documents(bytes_of(text), "x.jsonl", kColumns), kColumns,
                {{"s", "text"}, {"j", "jsonb"}, {"n", "numeric"}});
  std::vector<JsonField> fields;
  REQUIRE(rows.next(fields));
  CHECK((fields[0] == "a\nb" && fields[1] == "\"q\"" && fields[2] == "2.20"));
  REQUIRE(rows.next(fields));
  CHECK((!fields[0] && fields[1] == "{\"k\":1}" && !fields[2]));
  CHECK_FALSE(rows.next(fields));
}

TEST_CASE("the settings are read and wrong ones are named", "[json_seed]") {
  CHECK_FALSE(json_seed_options({})->has_value());
  CHECK((*json_seed_options(config_with(setting("mode", "columns"))))->mode == JsonMode::Columns);
  CHECK((*json_seed_options(config_with(setting("on_error", "keep"))))->keep_malformed);
  CHECK(json_seed_options(config_with(setting("mode", "rows"))).error().message ==
        "`meta.weft_json` has mode `rows`, expected `document` or `columns`");
  CHECK(json_seed_options(config_with(setting("modus", "x"))).error().message ==
        "`meta.weft_json` has key `modus`, expected `mode` or `on_error`");
  CHECK(json_seed_options(config_with(base::Data(true))).error().message ==
        "`meta.weft_json` has no mapping, expected `{mode: document}` or `{mode: columns}`");
}

TEST_CASE("the row that the server counts is found in the file", "[json_seed]") {
  CHECK(place_of_row("1\n\n2\n", "x.jsonl", 2).line == 3);
  CHECK(place_of_row("[1,\n2]", "x.json", 2).line == 2);
  CHECK(place_of_row("1\n", "x.jsonl", 2).message.empty());
}

}  // namespace
}  // namespace weft::adapter
