// CsvReader: splits CSV text into records and fields as Python's csv module does, from a stream, in
// memory that does not grow with the file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::adapter {

/// Fills up to `size` bytes and gives their number; 0 at the end of the input.
using ByteSource = std::function<size_t(char* to, size_t size)>;

/// Bytes of a text that outlives the source.
ByteSource bytes_of(std::string_view text);

struct CsvProblem {
  /// Empty when there is none.
  std::string message;
  /// Byte offset in the input.
  uint64_t offset = 0;
};

class CsvReader {
 public:
  CsvReader(ByteSource source, char delimiter);

  /// Reads the next record. False at the end of the input and after a problem. A blank line is a
  /// record without fields. The fields are valid until the next call.
  bool next(std::vector<std::string_view>& fields);

  const CsvProblem& problem() const { return problem_; }
  /// Offset of the first byte of the record last read.
  uint64_t record_offset() const { return record_offset_; }

 private:
  enum class Outcome { Record, NeedMore, Problem };

  void refill();
  Outcome read_record(std::vector<std::string_view>& fields, size_t& end);
  const char* read_quoted(const char* at, const char* stop, char*& to, bool& closed);
  Outcome fail(std::string message, const char* at);

  ByteSource source_;
  char delimiter_;
  std::string buffer_;
  size_t begin_ = 0, size_ = 0;
  /// Offset in the input of the buffer's first byte.
  uint64_t base_ = 0;
  uint64_t record_offset_ = 0;
  bool at_end_ = false;
  bool started_ = false;
  /// Fields that differ from the bytes read: quotes undone, line ends made one.
  std::string scratch_;
  CsvProblem problem_;
};

}  // namespace weft::adapter
