#include "jinja/characters.h"

#include <algorithm>
#include <vector>

#include "jinja/character_tables.h"
#include "jinja/text.h"

namespace weft::jinja {
namespace {

constexpr char32_t kSigma = 0x3a3, kSmallSigma = 0x3c3, kFinalSigma = 0x3c2;

enum class Form { Upper, Lower, Title, Fold };

const CharacterRecord& record_of(char32_t c) {
  if (c > 0x10ffff) {
    c = 0xfffd;
  }
  size_t block = kCharacterFirst[c >> kCharacterBlockShift];
  size_t within = c & ((1u << kCharacterBlockShift) - 1);
  return kCharacterRecords[kCharacterBlocks[(block << kCharacterBlockShift) + within]];
}

void append_mapped(std::string& out, char32_t c, Form form) {
  const CharacterRecord& record = record_of(c);
  if (record.flags & kExpands) {
    const auto* end = kCharacterExpansions + kCharacterExpansionCount;
    const auto* found =
        std::lower_bound(kCharacterExpansions, end, c,
                         [](const CharacterExpansion& e, char32_t code) { return e.code < code; });
    for (const char32_t* mapped = found->forms[static_cast<size_t>(form)]; *mapped; ++mapped) {
      append_code_point(out, *mapped);
    }
    return;
  }
  int32_t distance = form == Form::Upper   ? record.upper
                     : form == Form::Lower ? record.lower
                     : form == Form::Title ? record.title
                                           : record.fold;
  append_code_point(out, static_cast<char32_t>(static_cast<int32_t>(c) + distance));
}

/// True when the nearest character that is not case-ignorable is cased.
bool cased_before(std::string_view text, size_t at) {
  while (at > 0) {
    uint16_t flags = character_flags(previous_code_point(text, at));
    if (!(flags & kCaseIgnorable)) {
      return (flags & kCased) != 0;
    }
  }
  return false;
}

bool cased_after(std::string_view text, size_t at) {
  while (at < text.size()) {
    uint16_t flags = character_flags(next_code_point(text, at));
    if (!(flags & kCaseIgnorable)) {
      return (flags & kCased) != 0;
    }
  }
  return false;
}

void append_lower(std::string& out, char32_t c, std::string_view text, size_t begin, size_t end) {
  if (c == kSigma) {
    bool final = cased_before(text, begin) && !cased_after(text, end);
    append_code_point(out, final ? kFinalSigma : kSmallSigma);
  } else {
    append_mapped(out, c, Form::Lower);
  }
}

template <typename Ascii, typename Wide>
std::string map_text(std::string_view text, Ascii ascii, Wide wide) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      out += ascii(static_cast<char>(byte));
      ++at;
      continue;
    }
    size_t begin = at;
    char32_t c = next_code_point(text, at);
    wide(out, c, begin, at);
  }
  return out;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

}  // namespace

uint16_t character_flags(char32_t c) { return record_of(c).flags; }

bool is_printable(char32_t c) { return has_flag(c, kPrintable); }

int digit_value(char32_t c) {
  const CharacterRecord& record = record_of(c);
  return record.flags & (kDigit | kDecimalDigit) ? record.digit : -1;
}

std::string to_upper_case(std::string_view text) {
  return map_text(text, ascii_upper, [](std::string& out, char32_t c, size_t, size_t) {
    append_mapped(out, c, Form::Upper);
  });
}

std::string to_lower_case(std::string_view text) {
  return map_text(text, ascii_lower,
                  [text](std::string& out, char32_t c, size_t begin, size_t end) {
                    append_lower(out, c, text, begin, end);
                  });
}

std::string to_case_folded(std::string_view text) {
  return map_text(text, ascii_lower, [](std::string& out, char32_t c, size_t, size_t) {
    append_mapped(out, c, Form::Fold);
  });
}

std::string to_swapped_case(std::string_view text) {
  auto swap = [](char c) { return ascii_lower(c) != c ? ascii_lower(c) : ascii_upper(c); };
  return map_text(text, swap, [text](std::string& out, char32_t c, size_t begin, size_t end) {
    if (has_flag(c, kUpper)) {
      append_lower(out, c, text, begin, end);
    } else if (has_flag(c, kLower)) {
      append_mapped(out, c, Form::Upper);
    } else {
      append_code_point(out, c);
    }
  });
}

std::string to_title_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool after_cased = false;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    char32_t c = next_code_point(text, at);
    if (after_cased) {
      append_lower(out, c, text, begin, at);
    } else {
      append_mapped(out, c, Form::Title);
    }
    after_cased = has_flag(c, kCased);
  }
  return out;
}

std::string to_capitalized(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    char32_t c = next_code_point(text, at);
    if (begin == 0) {
      append_mapped(out, c, Form::Title);
    } else {
      append_lower(out, c, text, begin, at);
    }
  }
  return out;
}

}  // namespace weft::jinja
