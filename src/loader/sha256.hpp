#pragma once
// The digest by which components are told apart. The one user of OpenSSL.

#include <string>

#include "troupe/bytes.hpp"

namespace troupe {

// SHA-256, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(BytesView bytes);

}  // namespace troupe
