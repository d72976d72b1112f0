#include "base/hash.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/random.h>

#include <openssl/evp.h>

namespace weft::base {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string digest_hex(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (!algorithm ||
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1) {
    // Ids made of nothing would collide without a word, so a library without the digest is fatal.
    std::abort();
  }
  std::string out;
  out.reserve(size * 2);
  for (unsigned int i = 0; i < size; ++i) {
    out += kHexDigits[digest[i] >> 4];
    out += kHexDigits[digest[i] & 15];
  }
  return out;
}

uint64_t load(const char* from, size_t size) {
  uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

}  // namespace

// Each algorithm is fetched once: OpenSSL 3 takes locks for every fetch.
std::string md5_hex(std::string_view bytes) {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return digest_hex(kAlgorithm, bytes);
}

std::string sha1_hex(std::string_view bytes) {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return digest_hex(kAlgorithm, bytes);
}

std::string sha256_hex(std::string_view bytes) {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return digest_hex(kAlgorithm, bytes);
}

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  constexpr uint64_t kOdd1 = 0xd6e8feb86659fd93u, kOdd2 = 0xa0761d6478bd642fu;
  uint64_t state = seed ^ (bytes.size() * kOdd1);
  auto mix = [&](uint64_t word) { state = std::rotl((state ^ word) * kOdd1, 29) * kOdd2; };
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8)
    mix(load(bytes.data() + at, 8));
  if (at < bytes.size())
    mix(load(bytes.data() + at, bytes.size() - at));
  state ^= state >> 32;
  state *= kOdd1;
  state ^= state >> 29;
  return state;
}

std::string random_uuid() {
  std::array<unsigned char, 16> bytes;
  size_t filled = 0;
  while (filled < bytes.size()) {
    ssize_t got = getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got < 0 && errno != EINTR)
      std::abort();
    if (got > 0)
      filled += static_cast<size_t>(got);
  }
  bytes[6] = static_cast<unsigned char>(0x40 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out += '-';
    out += kHexDigits[bytes[i] >> 4];
    out += kHexDigits[bytes[i] & 15];
  }
  return out;
}

}  // namespace weft::base
