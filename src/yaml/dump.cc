// dump(): PyYAML's safe_dump with its defaults: block style, 80 columns, ASCII.
//
// PyYAML first looks at a text as a whole (which styles could hold it), then picks plain,
// single-quoted or double-quoted, and folds texts wider than 80 columns at single blanks. Every
// rule below is one of that analysis; dump_test.cc holds results of PyYAML itself.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/unicode.h"
#include "yaml/document.h"
#include "yaml/scalar.h"

namespace weft::yaml {
namespace {

constexpr size_t kBestWidth = 80;
/// Longer keys are written as `? key`. PyYAML allows 128, and counts five for the tag it leaves
/// out.
constexpr size_t kMaxSimpleKey = 123;

using Chars = std::u32string;

Chars decode(std::string_view text) {
  Chars chars;
  chars.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    base::DecodedChar c = base::decode_utf8(text, at);
    chars += c.value;
    at += c.length;
  }
  return chars;
}

bool is_break(char32_t c) { return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }
bool is_blank_or_end(char32_t c) {
  return c == 0 || c == ' ' || c == '\t' || c == '\r' || is_break(c);
}
bool is_one_of(char32_t c, std::string_view set) {
  return c < 0x80 && c != 0 && set.find(static_cast<char>(c)) != std::string_view::npos;
}

struct Analysis {
  bool empty = false;
  bool multiline = false;
  bool allow_block_plain = true;
  bool allow_single_quoted = true;
};

Analysis analyze(const Chars& text) {
  Analysis result;
  if (text.empty()) {
    result.empty = true;
    return result;
  }
  bool block_indicators = text.substr(0, 3) == U"---" || text.substr(0, 3) == U"...";
  bool line_breaks = false, special = false;
  bool leading_space = false, leading_break = false, trailing_space = false, trailing_break = false;
  bool break_space = false, space_break = false;
  bool preceded_by_blank = true, previous_space = false, previous_break = false;
  bool followed_by_blank = text.size() == 1 || is_blank_or_end(text[1]);
  for (size_t i = 0; i < text.size(); ++i) {
    char32_t c = text[i];
    if (i == 0) {
      if (is_one_of(c, "#,[]{}&*!|>'\"%@`") || (c == '-' && followed_by_blank) ||
          (is_one_of(c, "?:") && followed_by_blank))
        block_indicators = true;
    } else if ((c == ':' && followed_by_blank) || (c == '#' && preceded_by_blank)) {
      block_indicators = true;
    }
    if (is_break(c))
      line_breaks = true;
    if (!(c == '\n' || (c >= 0x20 && c <= 0x7e)))
      special = true;
    bool is_first = i == 0, is_last = i + 1 == text.size();
    if (c == ' ') {
      leading_space |= is_first;
      trailing_space |= is_last;
      break_space |= previous_break;
      previous_space = true;
      previous_break = false;
    } else if (is_break(c)) {
      leading_break |= is_first;
      trailing_break |= is_last;
      space_break |= previous_space;
      previous_space = false;
      previous_break = true;
    } else {
      previous_space = previous_break = false;
    }
    preceded_by_blank = is_blank_or_end(c);
    followed_by_blank = i + 2 >= text.size() || is_blank_or_end(text[i + 2]);
  }
  result.multiline = line_breaks;
  if (leading_space || leading_break || trailing_space || trailing_break || line_breaks ||
      block_indicators)
    result.allow_block_plain = false;
  if (break_space)
    result.allow_block_plain = result.allow_single_quoted = false;
  if (space_break || special)
    result.allow_block_plain = result.allow_single_quoted = false;
  return result;
}

/// Where a value stands; decides its indentation and whether it may span lines.
struct Place {
  int indent = 0;
  bool is_simple_key = false;
};

class Dumper {
 public:
  explicit Dumper(bool sort_keys) : sort_keys_(sort_keys) {}

  std::string dump(const base::Data& data) {
    bool is_open_scalar = write_value(data, {-1, false}, false, false);
    if (column_ > 0)
      newline();
    // PyYAML closes a document that is one plain scalar.
    if (is_open_scalar)
      out_ += "...\n";
    return std::move(out_);
  }

 private:
  void put(std::string_view text) {
    out_ += text;
    column_ += base::utf8_length(text);
  }

  void newline() {
    out_ += '\n';
    column_ = 0;
  }

  /// True when the value is a plain scalar, which leaves the end of a document open. `in_map` and
  /// `compact` tell that a collection is the value of a key, or follows a dash on the same line.
  bool write_value(const base::Data& data, Place place, bool in_map, bool compact) {
    if (data.is_list() && !data.as_list().empty()) {
      write_list(data.as_list(), place.indent, in_map, compact);
      return false;
    }
    if (data.is_map() && !data.as_map().empty()) {
      write_map(data.as_map(), place.indent, compact);
      return false;
    }
    if (data.is_list() || data.is_map()) {
      space();
      put(data.is_list() ? "[]" : "{}");
      return false;
    }
    return write_scalar(data, place);
  }

  void space() {
    if (column_ > 0 && out_.back() != ' ')
      put(" ");
  }

  void write_list(const base::DataList& list, int outer, bool in_map, bool compact) {
    // A list that is a key's value is not indented further.
    int indent = outer < 0 ? 0 : in_map ? outer : outer + 2;
    bool is_first = true;
    for (const base::Data& item : list) {
      if (is_first && compact)
        space();
      else
        start_line(indent);
      put("-");
      is_first = false;
      write_value(item, {indent, false}, false, true);
    }
  }

  void start_line(int indent) {
    if (column_ > 0)
      newline();
    put(std::string(static_cast<size_t>(indent), ' '));
  }

  void write_map(const base::DataMap& map, int outer, bool compact) {
    int indent = outer < 0 ? 0 : outer + 2;
    std::vector<const base::DataEntry*> entries;
    for (const base::DataEntry& entry : map)
      entries.push_back(&entry);
    if (sort_keys_)
      std::sort(entries.begin(), entries.end(),
                [](const auto* a, const auto* b) { return a->key < b->key; });
    bool is_first = true;
    for (const base::DataEntry* entry : entries) {
      if (is_first && compact)
        space();
      else
        start_line(indent);
      is_first = false;
      bool is_simple = is_simple_key(entry->key);
      if (!is_simple)
        put("?");
      write_scalar(base::Data(entry->key), {indent, is_simple});
      if (!is_simple)
        start_line(indent);
      put(":");
      write_value(entry->value, {indent, false}, is_simple, !is_simple);
    }
  }

  static bool is_simple_key(const std::string& key) {
    Analysis analysis = analyze(decode(key));
    return !analysis.multiline && !analysis.empty && base::utf8_length(key) < kMaxSimpleKey;
  }

  bool write_scalar(const base::Data& data, Place place) {
    if (data.is_string()) {
      return write_string(data.as_string(), place);
    }
    std::string text;
    if (data.is_null())
      text = "null";
    else if (data.is_bool())
      text = data.as_bool() ? "true" : "false";
    else if (data.is_int())
      text = std::to_string(data.as_int());
    else
      text = float_text(data.as_float());
    write_plain(decode(text), place);
    return true;
  }

  static std::string float_text(double d) {
    if (std::isnan(d))
      return ".nan";
    if (std::isinf(d))
      return d < 0 ? "-.inf" : ".inf";
    std::string text = base::format_float(d);
    // Without a point, "1e+16" would be read back as a string.
    if (text.find('.') == std::string::npos && text.find('e') != std::string::npos)
      text.insert(text.find('e'), ".0");
    return text;
  }

  bool write_string(const std::string& text, Place place) {
    Chars chars = decode(text);
    Analysis analysis = analyze(chars);
    bool is_plain = is_plain_string(text) && analysis.allow_block_plain && !analysis.empty;
    if (is_plain) {
      write_plain(chars, place);
      return true;
    }
    if (analysis.allow_single_quoted && !(place.is_simple_key && analysis.multiline))
      write_single_quoted(chars, place);
    else
      write_double_quoted(chars, place);
    return false;
  }

  int body_indent(Place place) const { return place.indent < 0 ? 2 : place.indent + 2; }

  void fold(Place place) {
    newline();
    put(std::string(static_cast<size_t>(body_indent(place)), ' '));
  }

  void put_char(char32_t c) {
    base::append_utf8(out_, c);
    ++column_;
  }

  void write_plain(const Chars& text, Place place) {
    space();
    for (size_t i = 0; i < text.size(); ++i) {
      bool is_single_blank = text[i] == ' ' && i > 0 && text[i - 1] != ' ' && i + 1 < text.size() &&
                             text[i + 1] != ' ';
      if (is_single_blank && !place.is_simple_key && column_ > kBestWidth)
        fold(place);
      else
        put_char(text[i]);
    }
  }

  void write_single_quoted(const Chars& text, Place place) {
    space();
    put("'");
    for (size_t i = 0; i < text.size();) {
      size_t end = i;
      if (text[i] == ' ') {
        while (end < text.size() && text[end] == ' ')
          ++end;
        bool may_fold = end - i == 1 && column_ > kBestWidth && !place.is_simple_key && i != 0 &&
                        end != text.size();
        if (may_fold)
          fold(place);
        else
          put(std::string(end - i, ' '));
      } else if (is_break(text[i])) {
        while (end < text.size() && is_break(text[end]))
          ++end;
        if (text[i] == '\n')
          newline();
        for (size_t k = i; k < end; ++k)
          newline();
        put(std::string(static_cast<size_t>(body_indent(place)), ' '));
      } else {
        while (end < text.size() && text[end] != ' ' && !is_break(text[end])) {
          if (text[end] == '\'')
            put("'");
          put_char(text[end++]);
        }
      }
      i = end;
    }
    put("'");
  }

  void write_double_quoted(const Chars& text, Place place) {
    space();
    put("\"");
    size_t start = 0;
    for (size_t end = 0; end <= text.size(); ++end) {
      bool at_end = end == text.size();
      char32_t c = at_end ? 0 : text[end];
      bool is_safe = !at_end && c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
      if (!is_safe) {
        for (; start < end; ++start)
          put_char(text[start]);
        if (!at_end) {
          put(escape(c));
          start = end + 1;
        }
      }
      bool is_inner = end > 0 && end + 1 < text.size();
      bool may_split = is_inner && !place.is_simple_key && (c == ' ' || start >= end);
      if (may_split &&
          column_ + (end - std::min(start, end)) > kBestWidth + (start > end ? 1 : 0)) {
        split_double_quoted(text, start, end, place);
      }
    }
    put("\"");
  }

  void split_double_quoted(const Chars& text, size_t& start, size_t end, Place place) {
    for (; start < end; ++start)
      put_char(text[start]);
    put("\\");
    fold(place);
    if (start < text.size() && text[start] == ' ')
      put("\\");
  }

  static std::string escape(char32_t c) {
    switch (c) {
      case 0:
        return "\\0";
      case 7:
        return "\\a";
      case 8:
        return "\\b";
      case 9:
        return "\\t";
      case 10:
        return "\\n";
      case 11:
        return "\\v";
      case 12:
        return "\\f";
      case 13:
        return "\\r";
      case 27:
        return "\\e";
      case '"':
        return "\\\"";
      case '\\':
        return "\\\\";
      case 0x85:
        return "\\N";
      case 0xa0:
        return "\\_";
      case 0x2028:
        return "\\L";
      case 0x2029:
        return "\\P";
      default:
        break;
    }
    auto n = static_cast<uint32_t>(c);
    if (c <= 0xff)
      return fmt::format("\\x{:02X}", n);
    return c <= 0xffff ? fmt::format("\\u{:04X}", n) : fmt::format("\\U{:08X}", n);
  }

  bool sort_keys_;
  std::string out_;
  size_t column_ = 0;
};

}  // namespace

std::string dump(const base::Data& data, bool sort_keys) { return Dumper(sort_keys).dump(data); }

}  // namespace weft::yaml
