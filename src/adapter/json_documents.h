// JsonDocuments: the documents of a JSON file. `.jsonl` and `.ndjson` hold one a line and are read
// from a stream; `.json` holds an array of them, or one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapter/csv_reader.h"

namespace weft::adapter {

enum class JsonLayout { Lines, Whole };

/// By the ending of the file's name; none when the file is not JSON.
std::optional<JsonLayout> json_layout(std::string_view path);

struct JsonDocument {
  /// Of a file of lines: the line. Of an array: the element, from 1.
  int64_t number = 0;
  /// As it stands in the file, without the end of the line.
  std::string_view text;
};

struct JsonProblem {
  /// Empty when there is none.
  std::string message;
  /// Line of the file, and the byte range in it.
  int64_t line = 0;
  uint64_t begin = 0, end = 0;
};

class JsonDocuments {
 public:
  /// Without `checked` a malformed line is a document too; a file that is read as a whole must be
  /// JSON in any case.
  JsonDocuments(ByteSource source, JsonLayout layout, bool checked);

  /// Reads the next document; blank lines are passed over. False at the end of the input and after
  /// a problem. The text is valid until the next call.
  bool next(JsonDocument& document);

  const JsonProblem& problem() const { return problem_; }
  /// Makes a problem of the document last read.
  void refuse(std::string message);

 private:
  bool next_line(JsonDocument& document);
  bool next_element(JsonDocument& document);
  /// Fills `line` with the next line, its end left out. False at the end of the input.
  bool read_line(std::string_view& line);
  bool refill();
  void read_whole();
  void locate(uint64_t begin, uint64_t end);

  ByteSource source_;
  JsonLayout layout_;
  bool checked_;
  std::string buffer_;
  size_t begin_ = 0;
  /// Offset in the input of the buffer's first byte.
  uint64_t base_ = 0;
  int64_t line_ = 0;
  bool at_end_ = false;
  bool is_read_ = false;
  std::vector<std::string_view> elements_;
  size_t next_element_ = 0;
  /// Where the document last read stands.
  uint64_t document_begin_ = 0, document_end_ = 0;
  JsonProblem problem_;
};

/// The elements of a JSON array, or the text itself when it is anything else. It must be valid.
std::vector<std::string_view> json_elements(std::string_view text);

/// Names and values of a JSON object in its order, the values as they are written. The text must be
/// valid; one that is no object gives no members. Of two members with one name both are given.
std::vector<std::pair<std::string, std::string_view>> json_members(std::string_view object);

/// The text that a quoted JSON string stands for. It must be valid.
std::string json_string(std::string_view quoted);

}  // namespace weft::adapter
