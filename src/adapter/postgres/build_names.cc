#include "adapter/postgres/build_names.h"

#include <charconv>

#include <fmt/format.h>

#include "adapter/relation.h"
#include "base/hash.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

constexpr size_t kNameBytes = 40;
/// "__" + 8 + "__b" + 6 + 4.
constexpr size_t kSuffixBytes = 23;
constexpr size_t kCheckDigits = 4, kRunDigits = 6;

std::string check_of(std::string_view rest) {
  return base::md5_hex(fmt::format("weft build {}", rest)).substr(0, kCheckDigits);
}

uint64_t number_of(std::string_view hex) {
  uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return value;
}

}  // namespace

uint32_t run_of(std::string_view invocation_id) {
  std::string digest = base::md5_hex(fmt::format("weft run {}", invocation_id));
  uint32_t run = static_cast<uint32_t>(number_of(std::string_view(digest).substr(0, kRunDigits)));
  return run == kPooledRun ? 1 : run;
}

std::string build_name(std::string_view schema, std::string_view target, uint32_t run,
                       std::string_view purpose) {
  std::string hash = base::md5_hex(fmt::format("{}\n{}\n{}", schema, target, purpose)).substr(0, 8);
  // The name is cut as name_with_suffix cuts, to kNameBytes or a little less.
  std::string head = name_with_suffix(target, std::string(kMaxNameBytes - kNameBytes, '_'));
  head.resize(head.size() - (kMaxNameBytes - kNameBytes));
  std::string rest = fmt::format("{}__{}__b{:06x}", head, hash, run);
  return rest + check_of(rest);
}

std::optional<uint32_t> run_of_build_name(std::string_view name) {
  if (name.size() <= kSuffixBytes)
    return std::nullopt;
  std::string_view rest = name.substr(0, name.size() - kCheckDigits);
  std::string_view suffix = name.substr(name.size() - kSuffixBytes);
  if (suffix.substr(0, 2) != "__" || suffix.substr(10, 3) != "__b" ||
      check_of(rest) != name.substr(name.size() - kCheckDigits))
    return std::nullopt;
  return static_cast<uint32_t>(number_of(suffix.substr(13, kRunDigits)));
}

int64_t target_lock_key(std::string_view schema, std::string_view target) {
  std::string digest = base::md5_hex(fmt::format("weft target {}\n{}", schema, target));
  return static_cast<int64_t>(number_of(std::string_view(digest).substr(0, 16)));
}

}  // namespace weft::adapter::postgres
