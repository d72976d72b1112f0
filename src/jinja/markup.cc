#include "jinja/markup.h"

#include <algorithm>

#include "jinja/cells.h"
#include "jinja/engine.h"
#include "jinja/entity_tables.h"
#include "jinja/ops.h"
#include "jinja/search.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

constexpr size_t kLongestEntity = 32;

const Entity* find_entity(std::string_view name) {
  const Entity* end = kEntities + kEntityCount;
  const Entity* found =
      std::lower_bound(kEntities, end, name,
                       [](const Entity& entity, std::string_view n) { return entity.name < n; });
  return found != end && found->name == name ? found : nullptr;
}

/// What browsers make of the numbers that are no characters of their own.
std::optional<char32_t> replaced_number(uint32_t n) {
  constexpr char32_t kWindows[] = {0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
                                   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
  if (n == 0) {
    return U'\ufffd';
  }
  if (n >= 0x80 && n < 0xa0) {
    return kWindows[n - 0x80];
  }
  return n == 0x0d ? std::optional(U'\r') : std::nullopt;
}

bool is_no_character(uint32_t n) {
  return (n >= 0x1 && n <= 0x8) || n == 0xb || (n >= 0xe && n <= 0x1f) ||
         (n >= 0x7f && n <= 0x9f) || (n >= 0xfdd0 && n <= 0xfdef) || (n & 0xfffe) == 0xfffe;
}

/// Appends the character of "&#...": `at` stands behind the '#'. False when there is no number.
bool append_numeric(std::string_view text, size_t& at, std::string& out) {
  size_t digits = at;
  bool is_hex = digits < text.size() && (text[digits] == 'x' || text[digits] == 'X');
  digits += is_hex;
  size_t end = digits;
  uint32_t n = 0;
  for (; end < text.size(); ++end) {
    char c = text[end];
    int digit = c >= '0' && c <= '9'             ? c - '0'
                : is_hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                : is_hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
    if (digit < 0) {
      break;
    }
    n = std::min<uint32_t>(n * (is_hex ? 16 : 10) + static_cast<uint32_t>(digit), 0x200000);
  }
  if (end == digits) {
    return false;
  }
  at = end + (end < text.size() && text[end] == ';');
  if (std::optional<char32_t> replaced = replaced_number(n)) {
    append_code_point(out, *replaced);
  } else if ((n >= 0xd800 && n <= 0xdfff) || n > 0x10ffff) {
    append_code_point(out, 0xfffd);
  } else if (!is_no_character(n)) {
    append_code_point(out, n);
  }
  return true;
}

/// Appends what "&name" stands for: the longest known name wins. False when none is known.
bool append_named(std::string_view text, size_t& at, std::string& out) {
  size_t end = at;
  while (end < text.size() && end - at < kLongestEntity &&
         std::string_view("\t\n\f <&#;").find(text[end]) == std::string_view::npos) {
    ++end;
  }
  if (end < text.size() && text[end] == ';') {
    ++end;
  }
  for (size_t length = end - at; length > 1; --length) {
    if (const Entity* entity = find_entity(text.substr(at, length))) {
      out += entity->text;
      at += length;
      return true;
    }
  }
  return false;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    size_t found = text.find_first_of("&<>'\"", at);
    if (found == std::string_view::npos) {
      break;
    }
    out += text.substr(at, found - at);
    switch (text[found]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += "&#34;";
    }
    at = found + 1;
  }
  out += text.substr(at);
}

std::string escaped_text(const Value& string) {
  if (string.kind() == Kind::Markup) {
    return std::string(string.as_string());
  }
  std::string out;
  append_escaped(out, string.as_string());
  return out;
}

std::string escape_text(Interpreter& interpreter, const Value& value) {
  if (value.is_string()) {
    return escaped_text(value);
  }
  std::string out;
  append_escaped(out, str_text_of(interpreter, value));
  return out;
}

bool has_html(const Value& value) {
  return value.kind() == Kind::Markup ||
         (value.is_undefined() && undefined_kind(value) == UndefinedKind::Chainable);
}

std::string strip_tags(std::string_view text) {
  std::string kept;
  size_t at = 0;
  while (true) {
    size_t begin = text.find('<', at);
    if (begin == std::string_view::npos) {
      break;
    }
    bool is_comment = text.substr(begin).starts_with("<!--");
    size_t end = is_comment ? text.find("-->", begin + 4) : text.find('>', begin);
    if (end == std::string_view::npos) {
      break;
    }
    kept += text.substr(at, begin - at);
    at = end + (is_comment ? 3 : 1);
  }
  kept += text.substr(at);
  std::string collapsed;
  for (std::string_view word : split_space(kept, -1)) {
    if (!collapsed.empty()) {
      collapsed += ' ';
    }
    collapsed += word;
  }
  return unescape_html(collapsed);
}

std::string unescape_html(std::string_view text) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t found = text.find('&', at);
    if (found == std::string_view::npos) {
      break;
    }
    out += text.substr(at, found - at);
    at = found + 1;
    bool is_number = at < text.size() && text[at] == '#';
    size_t behind = at + is_number;
    if (is_number ? append_numeric(text, behind, out) : append_named(text, behind, out)) {
      at = behind;
    } else {
      out += '&';
    }
  }
  return out += text.substr(at);
}

}  // namespace weft::jinja
