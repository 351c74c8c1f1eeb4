#pragma once
// Is this text UTF-8? Guests hand over strings that claim to be; nothing is believed unchecked.

#include <string_view>

namespace troupe {

// Well-formed by the Unicode standard (table 3-7): shortest form only, no surrogates, nothing above
// U+10FFFF. Zero bytes are text.
// Cost: ASCII passes eight bytes at a time.
[[nodiscard]] bool is_utf8(std::string_view text);

// How many bytes the well-formed character at the start of `text` has: 1 .. 4; 0 if it is not one.
// REQUIRES: `text` is not empty.
[[nodiscard]] unsigned utf8_character_size(std::string_view text);

// The longest prefix of at most `size_max` bytes that does not cut a character in two.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t size_max);

}  // namespace troupe
