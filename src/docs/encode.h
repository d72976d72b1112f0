// From JSON text to the contents of a data file: raw deflate, base64, content hash.
#pragma once

#include <string>
#include <string_view>

namespace weft::docs {

/// Raw deflate (RFC 1951) of the text. The same text gives the same bytes.
std::string deflate_raw(std::string_view text);
/// Standard alphabet, padded.
std::string base64(std::string_view bytes);
/// The first 10 hex digits of the SHA-256.
std::string content_hash(std::string_view text);
/// 'sha256-…', as a content security policy names an inline script or style.
std::string policy_hash(std::string_view text);

}  // namespace weft::docs
