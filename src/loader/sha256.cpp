#include "loader/sha256.hpp"

#include <array>
#include <cstdint>
#include <iterator>
#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {

std::string sha256_hex(BytesView bytes) {
  std::array<std::uint8_t, 32> digest{};
  unsigned size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  CHECK(done == 1 && size == digest.size(), "SHA-256 is always there");
  std::string text;
  for (const std::uint8_t byte : digest) {
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  }
  return text;
}

}  // namespace troupe
