#include "diag/excerpt.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/unicode.h"

namespace weft::diag {
namespace {

constexpr int kTabWidth = 4;
constexpr std::string_view kCut = "...";

/// Characters that reorder or hide the text around them.
bool is_deceptive(char32_t c) {
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x61c;
}

bool needs_escape(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0) || is_deceptive(c); }

std::string escaped(char32_t c) {
  return c < 0x100 ? fmt::format("\\x{:02x}", static_cast<uint32_t>(c))
                   : fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
}

/// One shown piece: a character, an escape or the blanks of a tab.
struct Cell {
  std::string text;
  int width = 0;
  /// Column at which it starts.
  int column = 0;
  bool marked = false;
};

Cell cell_of(std::string_view bytes, base::DecodedChar c, int column) {
  Cell cell;
  cell.column = column;
  if (!c.valid) {
    cell.text =
        fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(bytes[0])));
  } else if (c.value == '\t') {
    cell.text.assign(static_cast<size_t>(kTabWidth - column % kTabWidth), ' ');
  } else if (needs_escape(c.value)) {
    cell.text = escaped(c.value);
  } else {
    cell.text = bytes;
    cell.width = base::display_width(c.value);
    return cell;
  }
  cell.width = static_cast<int>(cell.text.size());
  return cell;
}

/// Cells of a line that may be megabytes long: only those around the mark are made.
std::vector<Cell> cells_of(std::string_view line, size_t mark_begin, size_t mark_end) {
  std::vector<Cell> cells;
  int column = 0;
  for (size_t at = 0; at < line.size();) {
    base::DecodedChar c = base::decode_utf8(line, at);
    Cell cell = cell_of(line.substr(at, c.length), c, column);
    cell.marked = at >= mark_begin && at < mark_end;
    column += cell.width;
    at += c.length;
    cells.push_back(std::move(cell));
  }
  return cells;
}

struct Window {
  size_t first = 0, last = 0;
};

/// The cells to show: all when they fit, else about two thirds of the width before the mark's end.
Window choose_window(const std::vector<Cell>& cells, size_t mark, int width) {
  int total = cells.empty() ? 0 : cells.back().column + cells.back().width;
  if (total <= width)
    return {0, cells.size()};
  int mark_column = mark < cells.size() ? cells[mark].column : total;
  int begin = std::max(0, std::min(mark_column - width / 2, total - width));
  Window window;
  while (window.first < cells.size() && cells[window.first].column < begin)
    ++window.first;
  window.last = window.first;
  while (window.last < cells.size() &&
         cells[window.last].column + cells[window.last].width - begin <= width)
    ++window.last;
  return window;
}

/// A part of a very long line around the mark, on character borders.
std::string_view nearby(std::string_view line, size_t& mark_begin, size_t& mark_end) {
  constexpr size_t kReach = 4096;
  if (line.size() <= 4 * kReach)
    return line;
  auto is_inside_char = [&](size_t at) {
    return at < line.size() && (static_cast<unsigned char>(line[at]) & 0xc0) == 0x80;
  };
  size_t begin = mark_begin > kReach ? mark_begin - kReach : 0;
  while (begin > 0 && is_inside_char(begin))
    --begin;
  size_t end = std::min(line.size(), mark_begin + kReach);
  while (is_inside_char(end))
    ++end;
  mark_begin -= begin;
  mark_end = std::min(mark_end, end) - begin;
  return line.substr(begin, end - begin);
}

}  // namespace

std::string printable(std::string_view text, bool keep_lines) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    base::DecodedChar c = base::decode_utf8(text, at);
    std::string_view bytes = text.substr(at, c.length);
    at += c.length;
    if (!c.valid)
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(bytes[0])));
    else if (c.value == '\t' || (c.value == '\n' && keep_lines))
      out += bytes;
    else if (c.value == '\n')
      out += "\\n";
    else if (c.value == '\r' && text.substr(at, 1) == "\n" && keep_lines)
      continue;
    else if (needs_escape(c.value))
      out += escaped(c.value);
    else
      out += bytes;
  }
  return out;
}

Excerpt make_excerpt(const SourceText& source, Span span, char mark, int width) {
  Place place = source.place(span.begin);
  Excerpt excerpt{place.line, place.column, {}, {}};
  std::string_view line = source.line(place.line);
  size_t line_begin = source.line_begin(place.line);
  size_t begin =
      std::min<size_t>(span.begin - std::min<size_t>(span.begin, line_begin), line.size());
  size_t end =
      std::clamp<size_t>(span.end > line_begin ? span.end - line_begin : 0, begin, line.size());
  size_t shown_begin = begin, shown_end = end;
  std::string_view shown = nearby(line, shown_begin, shown_end);
  std::vector<Cell> cells = cells_of(shown, shown_begin, std::max(shown_end, shown_begin + 1));

  size_t first_mark = 0;
  while (first_mark < cells.size() && !cells[first_mark].marked)
    ++first_mark;
  Window window = choose_window(cells, first_mark, std::max(width, 20));
  if (window.first > 0 || shown.data() != line.data())
    excerpt.text = kCut;
  excerpt.marks.assign(excerpt.text.size(), ' ');
  bool any_mark = false;
  for (size_t i = window.first; i < window.last; ++i) {
    excerpt.text += cells[i].text;
    bool marked = cells[i].marked && cells[i].width > 0;
    any_mark = any_mark || marked;
    excerpt.marks.append(static_cast<size_t>(cells[i].width), marked ? mark : ' ');
  }
  if (window.last < cells.size() || shown.data() + shown.size() != line.data() + line.size())
    excerpt.text += kCut;
  // An empty span, or one behind the end of the line, still gets one mark.
  if (!any_mark)
    excerpt.marks += mark;
  excerpt.marks.erase(excerpt.marks.find_last_not_of(' ') + 1);
  return excerpt;
}

}  // namespace weft::diag
