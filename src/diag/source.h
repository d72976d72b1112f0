// SourceText and Sources: the texts that messages point into, and how offsets become lines.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace weft::diag {

struct SourceTag {};
using SourceId = base::Id<SourceTag>;

/// Part of a source text as byte offsets, [begin, end). An invalid source means "no place".
struct Span {
  SourceId source;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool valid() const { return source.valid(); }
  bool operator==(const Span&) const = default;
};

/// 1-based; column counts code points.
struct Place {
  uint32_t line = 1;
  uint32_t column = 1;
};

/// Safe to read from several threads. The line table is made at the first question about lines.
struct SourceText {
  SourceText(std::string shown_path, std::string content)
      : path(std::move(shown_path)), text(std::move(content)) {}
  SourceText(std::string shown_path, std::function<std::string()> load_text)
      : path(std::move(shown_path)), load_(std::move(load_text)) {}

  /// As shown to the user: relative to the project.
  std::string path;
  std::string text;

  /// An offset past the end counts as the end.
  Place place(uint32_t offset) const;
  /// The text of a 1-based line without its line end; empty past the last line.
  std::string_view line(uint32_t number) const;
  /// Offset of the first byte of a 1-based line; the size of the text past the last line.
  uint32_t line_begin(uint32_t number) const;

 private:
  friend class Sources;

  const std::vector<uint32_t>& line_starts() const;
  /// Fills `text` where that was left for later.
  void load();

  std::function<std::string()> load_;
  std::once_flag loaded_;
  mutable std::once_flag once_;
  mutable std::vector<uint32_t> line_starts_;
};

/// Owns the texts of one command. Adding is safe from several threads; a text never moves or
/// changes.
class Sources {
 public:
  SourceId add(std::string path, std::string text);
  /// A text that most commands need not read: `load` gives it when it is first asked for, in any
  /// thread.
  SourceId add_later(std::string path, std::function<std::string()> load);
  const SourceText& get(SourceId id) const;

 private:
  mutable std::mutex mutex_;
  mutable std::deque<SourceText> texts_;
};

}  // namespace weft::diag
