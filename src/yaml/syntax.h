// Checks before yaml-cpp reads a text, and its errors in our words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::yaml {

/// The first byte that YAML does not allow (no UTF-8, a control character, too much text) as a
/// diagnostic, or nothing.
std::optional<diag::Diagnostic> check_characters(diag::SourceId source, std::string_view text);

/// What is known when yaml-cpp gives up.
struct Failure {
  /// yaml-cpp's words.
  std::string message;
  /// Byte offset where it stopped.
  size_t offset = 0;
  /// Byte offset of the innermost open mapping or sequence; nothing at the top.
  std::optional<size_t> open;
};

diag::Diagnostic explain_failure(diag::SourceId source, std::string_view text,
                                 const Failure& failure);

/// scalar_end() of a quoted scalar that the text ends within; yaml-cpp takes it for a whole one.
inline constexpr size_t kNotClosed = static_cast<size_t>(-1);

/// End of the scalar that starts at `begin`, whose value is `value`. `quoted` tells yaml-cpp's
/// non-plain styles. Skips an anchor or tag before it.
size_t scalar_end(std::string_view text, size_t begin, std::string_view value, bool quoted);

/// "{{ var('x') }}" without quotes is a mapping within a mapping: the message for that, at
/// `offset`.
diag::Diagnostic complex_key(diag::SourceId source, std::string_view text, size_t offset);

}  // namespace weft::yaml
