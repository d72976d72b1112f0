#define PCRE2_CODE_UNIT_WIDTH 8
#include "context/regex.h"

#include <fmt/format.h>
#include <pcre2.h>

#include "base/strings.h"

namespace weft::context {
namespace {

// A search that needs more is a run-away: about half a second.
constexpr uint32_t kMatchLimit = 10'000'000;
constexpr uint32_t kHeapLimitKib = 64 * 1024;

uint32_t compile_options(int flags) {
  uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
  if ((flags & kRegexAscii) == 0)
    options |= PCRE2_UCP;
  if ((flags & kRegexIgnoreCase) != 0)
    options |= PCRE2_CASELESS;
  if ((flags & kRegexMultiline) != 0)
    options |= PCRE2_MULTILINE;
  if ((flags & kRegexDotAll) != 0)
    options |= PCRE2_DOTALL;
  return options;
}

std::string message_of(int code) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

}  // namespace

struct Regex::Code {
  pcre2_code* code = nullptr;
  pcre2_match_data* data = nullptr;
  pcre2_match_context* context = nullptr;

  ~Code() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_code_free(code);
  }
};

Regex::Regex(std::string pattern, TranslatedRegex info, std::unique_ptr<Code> code)
    : pattern_(std::move(pattern)), info_(std::move(info)), code_(std::move(code)) {}

Regex::~Regex() = default;

std::variant<std::shared_ptr<const Regex>, RegexError> Regex::compile(std::string_view pattern,
                                                                      int flags) {
  if (base::find_invalid_utf8(pattern))
    return RegexError{"the pattern is no UTF-8"};
  auto translated = translate_regex(pattern, flags);
  if (auto* error = std::get_if<RegexError>(&translated))
    return std::move(*error);
  auto& info = std::get<TranslatedRegex>(translated);
  auto made = std::make_unique<Code>();
  int failure = 0;
  PCRE2_SIZE offset = 0;
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  made->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(info.pattern.data()), info.pattern.size(),
                             compile_options(info.flags), &failure, &offset, context);
  pcre2_compile_context_free(context);
  if (made->code == nullptr) {
    if (failure == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH)
      return RegexError{"look-behind requires fixed-width pattern"};
    return RegexError{fmt::format("{} at position {}", message_of(failure), offset)};
  }
  made->data = pcre2_match_data_create_from_pattern(made->code, nullptr);
  made->context = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(made->context, kMatchLimit);
  pcre2_set_heap_limit(made->context, kHeapLimitKib);
  return std::shared_ptr<const Regex>(
      new Regex(std::string(pattern), std::move(info), std::move(made)));
}

std::variant<std::optional<RegexMatch>, RegexError> Regex::find(std::string_view text, size_t begin,
                                                                Anchor anchor, bool advance) const {
  // Callers check a text once; a check at each match would make a loop over matches quadratic.
  uint32_t options = PCRE2_NO_UTF_CHECK;
  if (anchor != Anchor::Search)
    options |= PCRE2_ANCHORED;
  if (anchor == Anchor::FullMatch)
    options |= PCRE2_ENDANCHORED;
  if (advance)
    options |= PCRE2_NOTEMPTY_ATSTART;
  int count = pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                          begin, options, code_->data, code_->context);
  if (count == PCRE2_ERROR_NOMATCH)
    return std::optional<RegexMatch>();
  if (count == PCRE2_ERROR_MATCHLIMIT || count == PCRE2_ERROR_DEPTHLIMIT ||
      count == PCRE2_ERROR_HEAPLIMIT) {
    return RegexError{fmt::format("the pattern {} needs too many steps on this text", pattern_)};
  }
  if (count < 0)
    return RegexError{message_of(count)};
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(code_->data);
  RegexMatch match;
  for (int group = 0; group <= info_.group_count; ++group) {
    auto at = static_cast<size_t>(group) * 2;
    if (group < count && places[at] != PCRE2_UNSET)
      match.groups.emplace_back(places[at], places[at + 1]);
    else
      match.groups.emplace_back(-1, -1);
  }
  return std::optional<RegexMatch>(std::move(match));
}

}  // namespace weft::context
