// JsonWalk: goes through a JSON text without building a tree, so that of a manifest of hundreds of
// megabytes only the wanted members become data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/data.h"

namespace weft::manifest {

/// Reads one text from front to back. All functions return false after the first error, which
/// problem() and offset() tell. The text must outlive the walk and be UTF-8.
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view text) : text_(text) {}

  /// Enters an object.
  bool open_map();
  /// The next key of the object that is open; nothing at its end, which is passed then. `first` is
  /// true for the first question about an object. On failure nothing, and failed() is true.
  std::optional<std::string> next_key(bool first);
  /// Enters an array.
  bool open_list();
  /// True when the open array has another item; false at its end, which is passed then.
  bool next_item(bool first);
  /// Passes the value here, whatever it is. Strings and brackets are looked at, words are not.
  bool skip();
  /// Reads the value here as data.
  bool read(base::Data& value);
  /// True when the value here is an object.
  bool at_map();
  /// True when nothing but white space is left.
  bool at_end();

  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }
  size_t offset() const { return at_; }

 private:
  bool fail(std::string problem);
  void skip_space();
  bool skip_string();
  bool take(char c);

  std::string_view text_;
  size_t at_ = 0;
  std::string problem_;
};

}  // namespace weft::manifest
