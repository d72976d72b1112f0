// Digests, as lower-case hexadecimal. MD5 and SHA-1 serve dbt's ids and checksums, never security.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::base {

std::string md5_hex(std::string_view bytes);
std::string sha1_hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
/// A fast 64-bit hash for tables in memory; not stable between versions.
uint64_t hash64(std::string_view bytes, uint64_t seed = 0);
/// A random version-4 UUID, lower case with dashes.
std::string random_uuid();

}  // namespace weft::base
