#include "diag/code.h"

#include <algorithm>
#include <array>

namespace weft::diag {
namespace {

constexpr CodeInfo kCodes[] = {
#define WEFT_CODE(number, name, severity, headline, event, text) \
  {number, #name, Severity::severity, headline, event, text},
#include "diag/codes.def"
#undef WEFT_CODE
};

constexpr bool numbers_rise() {
  for (size_t i = 1; i < std::size(kCodes); ++i) {
    if (kCodes[i].number <= kCodes[i - 1].number)
      return false;
  }
  return true;
}
static_assert(numbers_rise(), "codes.def is in order of its numbers, each used once");

}  // namespace

const CodeInfo& code_info(Code code) {
  auto number = static_cast<uint16_t>(code);
  const CodeInfo* found =
      std::lower_bound(std::begin(kCodes), std::end(kCodes), number,
                       [](const CodeInfo& info, uint16_t n) { return info.number < n; });
  return *found;
}

}  // namespace weft::diag
