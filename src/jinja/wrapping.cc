// Python splits a text into chunks that are never broken (words, parts of hyphenated words, runs of
// blanks, dashes) and fills lines with them. White space is ASCII only where chunks are made, but
// any Unicode white space where a chunk at the end of a line is dropped; both as in Python.
#include "jinja/wrapping.h"

#include <algorithm>

#include "jinja/characters.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

/// Part of the code points of the paragraph.
struct Chunk {
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};

bool is_wrap_space(char32_t c) { return (c >= 0x09 && c <= 0x0d) || c == ' '; }
bool is_word(char32_t c) { return has_flag(c, kWord); }
bool is_letter(char32_t c) { return is_word(c) && !has_flag(c, kDecimalDigit); }
bool is_word_or_mark(char32_t c) {
  return is_word(c) || c == '!' || c == '"' || c == '\'' || c == '&' || c == '.' || c == ',' ||
         c == '?';
}

class Splitter {
 public:
  Splitter(const std::vector<char32_t>& text, bool breaks_on_hyphens)
      : text_(text), breaks_on_hyphens_(breaks_on_hyphens) {}

  std::vector<Chunk> split() {
    std::vector<Chunk> chunks;
    for (size_t at = 0; at < text_.size();) {
      size_t end = is_wrap_space(text_[at]) ? space_end(at) : word_end(at);
      chunks.push_back({at, end});
      at = end;
    }
    return chunks;
  }

 private:
  bool has(size_t at, bool (*is)(char32_t)) const { return at < text_.size() && is(text_[at]); }

  size_t space_end(size_t at) const {
    while (has(at, is_wrap_space)) {
      ++at;
    }
    return at;
  }

  size_t dashes_end(size_t at) {
    if (at < dashes_begin_ || at >= dashes_end_) {
      dashes_begin_ = dashes_end_ = at;
      while (dashes_end_ < text_.size() && text_[dashes_end_] == '-') {
        ++dashes_end_;
      }
    }
    return dashes_end_;
  }

  /// Two or more dashes between a word and a word; 0 when there are none at `at`.
  size_t long_dash_end(size_t at) {
    if (at == 0 || at >= text_.size() || text_[at] != '-' || !is_word_or_mark(text_[at - 1])) {
      return 0;
    }
    size_t end = dashes_end(at);
    return end - at >= 2 && has(end, is_word) ? end : 0;
  }

  /// True when the hyphen at `at` may end a line: two letters, or a letter, a hyphen and a letter
  /// before it, and a letter (maybe behind one more hyphen) after it.
  bool is_break(size_t at) const {
    bool after_two = at >= 2 && is_letter(text_[at - 1]) && is_letter(text_[at - 2]);
    bool after_dash = at >= 3 && is_word_or_mark(text_[at - 1]) && text_[at - 2] == '-' &&
                      is_letter(text_[at - 3]);
    if (!after_two && !after_dash) {
      return false;
    }
    if (!has(at + 1, is_letter)) {
      return false;
    }
    bool skips = at + 2 < text_.size() && text_[at + 2] == '-';
    return has(at + 2, is_letter) || (skips && has(at + 3, is_letter));
  }

  size_t word_end(size_t at) {
    if (!breaks_on_hyphens_) {
      while (at < text_.size() && !is_wrap_space(text_[at])) {
        ++at;
      }
      return at;
    }
    if (size_t end = long_dash_end(at)) {
      return end;
    }
    for (size_t end = at + 1;; ++end) {
      if (end < text_.size() && text_[end] == '-' && is_break(end)) {
        return end + 1;
      }
      if (end >= text_.size() || is_wrap_space(text_[end]) || long_dash_end(end)) {
        return end;
      }
    }
  }

  const std::vector<char32_t>& text_;
  bool breaks_on_hyphens_;
  size_t dashes_begin_ = 0, dashes_end_ = 0;
};

class Wrapper {
 public:
  Wrapper(const std::vector<char32_t>& text, const WrapStyle& style)
      : text_(text), style_(style), chunks_(Splitter(text, style.breaks_on_hyphens).split()) {
    std::reverse(chunks_.begin(), chunks_.end());
  }

  std::vector<std::string> wrap() {
    auto width = static_cast<size_t>(style_.width);
    while (!chunks_.empty()) {
      if (!lines_.empty() && is_blank(chunks_.back())) {
        chunks_.pop_back();
      }
      std::vector<Chunk> line;
      size_t length = 0;
      while (!chunks_.empty() && length + chunks_.back().size() <= width) {
        length += chunks_.back().size();
        line.push_back(chunks_.back());
        chunks_.pop_back();
      }
      if (!chunks_.empty() && chunks_.back().size() > width) {
        take_long_word(line, width - length);
      }
      if (!line.empty() && is_blank(line.back())) {
        line.pop_back();
      }
      if (!line.empty()) {
        add_line(line);
      }
    }
    return std::move(lines_);
  }

 private:
  bool is_blank(const Chunk& chunk) const {
    for (size_t i = chunk.begin; i < chunk.end; ++i) {
      if (!is_space(text_[i])) {
        return false;
      }
    }
    return true;
  }

  void add_line(const std::vector<Chunk>& line) {
    std::string out;
    for (const Chunk& chunk : line) {
      for (size_t i = chunk.begin; i < chunk.end; ++i) {
        append_code_point(out, text_[i]);
      }
    }
    lines_.push_back(std::move(out));
  }

  /// Puts as much of a word longer than a line as there is room for.
  void take_long_word(std::vector<Chunk>& line, size_t room) {
    Chunk& word = chunks_.back();
    if (!style_.breaks_long_words) {
      if (line.empty()) {
        line.push_back(word);
        chunks_.pop_back();
      }
      return;
    }
    size_t taken = room;
    if (style_.breaks_on_hyphens && word.size() > room) {
      size_t hyphen = room;
      while (hyphen > 0 && text_[word.begin + hyphen - 1] != '-') {
        --hyphen;
      }
      // `hyphen` counts the characters up to the last hyphen that fits, itself included.
      bool has_letters = false;
      for (size_t i = 0; i + 1 < hyphen; ++i) {
        has_letters = has_letters || text_[word.begin + i] != '-';
      }
      if (hyphen > 1 && has_letters) {
        taken = hyphen;
      }
    }
    line.push_back({word.begin, word.begin + taken});
    word.begin += taken;
  }

  const std::vector<char32_t>& text_;
  const WrapStyle& style_;
  /// What is left, the next chunk last.
  std::vector<Chunk> chunks_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> wrap_line(std::string_view text, const WrapStyle& style) {
  std::vector<char32_t> characters = code_points(text);
  return Wrapper(characters, style).wrap();
}

}  // namespace weft::jinja
