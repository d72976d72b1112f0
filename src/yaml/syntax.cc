#include "yaml/syntax.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/unicode.h"

namespace weft::yaml {
namespace {

using diag::Code;
using diag::Diagnostic;

constexpr size_t kMaxBytes = 64u << 20;

Diagnostic make(Code code, diag::SourceId source, size_t begin, size_t end, std::string message,
                std::string hint = {}) {
  Diagnostic d;
  d.code = code;
  d.message = std::move(message);
  d.span = {source, static_cast<uint32_t>(begin), static_cast<uint32_t>(std::max(begin, end))};
  d.hint = std::move(hint);
  return d;
}

size_t line_begin(std::string_view text, size_t offset) {
  size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

size_t line_end(std::string_view text, size_t offset) {
  size_t end = std::min(text.find('\n', offset), text.size());
  return end > offset && text[end - 1] == '\r' ? end - 1 : end;
}

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
    ++at;
  return at;
}

/// A tab among the blanks that start the line of `offset` or the one before it.
std::optional<size_t> tab_in_indentation(std::string_view text, size_t offset) {
  size_t begin = line_begin(text, std::min(offset, text.size()));
  for (int round = 0; round < 2; ++round) {
    size_t end = skip_blanks(text, begin);
    size_t tab = text.substr(begin, end - begin).find('\t');
    if (tab != std::string_view::npos)
      return begin + tab;
    if (begin == 0)
      break;
    begin = line_begin(text, begin - 1);
  }
  return std::nullopt;
}

/// The last line that has more than blanks, for errors at the end of the text.
size_t last_content(std::string_view text) {
  size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? 0 : last;
}

Diagnostic not_closed(diag::SourceId source, std::string_view text, const Failure& failure,
                      std::string_view what) {
  size_t at = failure.open.value_or(failure.offset);
  char bracket = at < text.size() ? text[at] : '[';
  Diagnostic d = make(Code::YamlSyntax, source, at, at + 1,
                      fmt::format("the {} that starts here is not closed", what));
  d.note = fmt::format("no `{}` or `,` follows where one is expected", bracket == '{' ? '}' : ']');
  return d;
}

Diagnostic bad_start(diag::SourceId source, std::string_view text, size_t at) {
  std::string_view found = text.substr(at, base::decode_utf8(text, at).length);
  // Blame `{%` rather than its percent sign.
  if (found == "%" && at > 0 && text[at - 1] == '{')
    --at;
  return make(Code::YamlSyntax, source, at, line_end(text, at),
              fmt::format("`{}` cannot start a value", found), "put the whole value in quotes");
}

/// The line before `begin` when it starts in the same column as the one at `first` and holds no
/// key: YAML reads both as one text, but a colon was forgotten.
std::optional<Diagnostic> forgotten_colon(diag::SourceId source, std::string_view text,
                                          size_t begin, size_t first) {
  if (begin == 0)
    return std::nullopt;
  size_t before = line_begin(text, begin - 1);
  size_t key = skip_blanks(text, before);
  while (text.substr(key, 2) == "- ")
    key = skip_blanks(text, key + 1);
  std::string_view line = base::trim(text.substr(key, line_end(text, before) - key));
  bool is_key = line.find(": ") != std::string_view::npos || base::ends_with(line, ":");
  if (key - before != first - begin || is_key || line.empty() || line[0] == '#')
    return std::nullopt;
  return make(Code::YamlSyntax, source, key, key + line.size(),
              fmt::format("`{}` is followed by no `:`, and a key is expected here",
                          base::utf8_prefix(line, 60)));
}

/// The colon that makes a value where none may be, when it is the one of a plain text.
Diagnostic stray_value(diag::SourceId source, std::string_view text, size_t at) {
  size_t begin = line_begin(text, at);
  size_t first = skip_blanks(text, begin);
  if (auto d = forgotten_colon(source, text, begin, first))
    return *std::move(d);
  bool has_earlier_colon = text.substr(first, at - first).find(": ") != std::string_view::npos;
  Diagnostic d =
      make(Code::YamlSyntax, source, at, at + 1, "`:` starts a value where none may stand");
  if (has_earlier_colon)
    d.hint = "put the text after the first `:` in quotes when this colon belongs to it";
  else
    d.hint = "this line continues the text of the line before it; check the indentation of both";
  return d;
}

}  // namespace

std::optional<Diagnostic> check_characters(diag::SourceId source, std::string_view text) {
  if (text.size() > kMaxBytes)
    return make(
        Code::YamlBudget, source, 0, 0,
        fmt::format("the text has {} bytes, and at most {} are read", text.size(), kMaxBytes));
  for (size_t at = 0; at < text.size();) {
    unsigned char c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c < 0x7f) {
      ++at;
      continue;
    }
    base::DecodedChar decoded = base::decode_utf8(text, at);
    if (!decoded.valid)
      return make(Code::NotUtf8, source, at, at + 1,
                  fmt::format("the byte 0x{:02x} is not UTF-8 text", c), "save the file as UTF-8");
    bool is_control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f ||
                      (decoded.value >= 0x80 && decoded.value < 0xa0 && decoded.value != 0x85) ||
                      decoded.value == 0xfffe || decoded.value == 0xffff;
    if (is_control)
      return make(Code::YamlSyntax, source, at, at + decoded.length,
                  fmt::format("the control character U+{:04X} may not stand in YAML",
                              static_cast<uint32_t>(decoded.value)));
    at += decoded.length;
  }
  return std::nullopt;
}

Diagnostic explain_failure(diag::SourceId source, std::string_view text, const Failure& failure) {
  const std::string& said = failure.message;
  auto says = [&](std::string_view words) { return said.find(words) != std::string::npos; };
  size_t at = std::min(failure.offset, text.size());
  if (at >= last_content(text) && says("EOF"))
    at = failure.open.value_or(at);
  if (auto tab = tab_in_indentation(text, at))
    return make(Code::YamlSyntax, source, *tab, *tab + 1, "a tab is used for indentation",
                "indent with blanks only");
  if (says("sequence flow not found"))
    return not_closed(source, text, failure, "list");
  if (says("map flow not found"))
    return not_closed(source, text, failure, "mapping");
  if (says("illegal EOF in scalar"))
    return make(Code::YamlSyntax, source, at, line_end(text, at), "a quoted text is not closed",
                "add the closing quote");
  if (says("unknown token") && at < text.size())
    return bad_start(source, text, at);
  if (says("illegal map value"))
    return stray_value(source, text, at);
  if (says("end of map not found") || says("end of sequence not found"))
    return make(Code::YamlSyntax, source, at, line_end(text, at),
                "this line fits neither the entries above it nor an outer level",
                "entries of one level start in the same column");
  if (says("illegal block entry"))
    return make(Code::YamlSyntax, source, at, at + 1, "`-` starts a list where none may stand",
                "put the list on a line of its own, below its key");
  if (says("illegal map key"))
    return make(Code::YamlSyntax, source, at, line_end(text, at), "a key stands where none may be");
  if (says("anchor is not defined")) {
    if (at > 0 && text[at - 1] == '*')
      --at;
    return make(Code::YamlSyntax, source, at, line_end(text, at),
                "this alias names an anchor that is not defined above it");
  }
  if (says("unknown escape"))
    return make(Code::YamlSyntax, source, at, at + 1, "an unknown escape in a double-quoted text",
                "write `\\\\` for a backslash, or use single quotes");
  return make(Code::YamlSyntax, source, at, at + 1, base::to_lower(said));
}

size_t scalar_end(std::string_view text, size_t begin, std::string_view value, bool quoted) {
  size_t at = begin;
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    at = std::min(text.find_first_of(" \t\r\n", at), text.size());
    at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
  }
  if (!quoted) {
    if (text.substr(at, value.size()) == value)
      return at + value.size();
    // The text runs over several lines: blanks and breaks may differ, everything else is the same.
    auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    for (size_t i = 0; i < value.size() && at < text.size();) {
      if (is_blank(value[i]))
        ++i;
      else if (is_blank(text[at]))
        ++at;
      else if (text[at] == value[i])
        ++i, ++at;
      else
        break;
    }
    return at;
  }
  char style = at < text.size() ? text[at] : '\0';
  if (style == '\'' || style == '"') {
    for (++at; at < text.size(); ++at) {
      if (text[at] == '\\' && style == '"')
        ++at;
      else if (text[at] == style && style == '\'' && text.substr(at + 1, 1) == "'")
        ++at;
      else if (text[at] == style)
        return at + 1;
    }
    return kNotClosed;
  }
  // A block scalar: all further lines that are blank or indented more than the line of its header.
  size_t header = line_begin(text, at);
  size_t indent = skip_blanks(text, header) - header;
  size_t end = line_end(text, at);
  for (size_t next = text.find('\n', at); next != std::string_view::npos;
       next = text.find('\n', next + 1)) {
    size_t first = skip_blanks(text, next + 1);
    size_t stop = line_end(text, next + 1);
    if (first >= stop)
      continue;
    if (first - (next + 1) <= indent)
      break;
    end = stop;
  }
  return end;
}

Diagnostic complex_key(diag::SourceId source, std::string_view text, size_t offset) {
  if (offset > 0 && text.substr(offset - 1, 2) == "{{")
    --offset;
  size_t close = text.find("}}", offset);
  size_t end =
      std::min(line_end(text, offset), close == std::string_view::npos ? text.size() : close + 2);
  if (text.substr(offset, 2) == "{{")
    return make(Code::YamlSyntax, source, offset, end,
                "`{{` without quotes starts a mapping, not a Jinja expression",
                "put the whole value in quotes: \"{{ ... }}\"");
  return make(Code::YamlSyntax, source, offset, end,
              "a list or mapping is the key of a mapping; keys are single values");
}

}  // namespace weft::yaml
