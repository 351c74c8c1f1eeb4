#pragma once
// Base64 (RFC 4648, section 4), for payloads inside JSON.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "troupe/bytes.hpp"

namespace troupe {

[[nodiscard]] std::string base64_encode(BytesView bytes);

// Strict: the standard alphabet, padded, no white space, unused bits zero, so that each value has
// one text.
// Errors: invalid_argument, with the place.
[[nodiscard]] Result<Bytes> base64_decode(std::string_view text);

}  // namespace troupe
