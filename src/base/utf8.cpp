#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

#include "base/check.hpp"

namespace troupe {
namespace {

bool is_between(char byte, unsigned low, unsigned high) {
  const auto value = static_cast<std::uint8_t>(byte);
  return low <= value && value <= high;
}

bool is_continuation(char byte) { return is_between(byte, 0x80, 0xBF); }

}  // namespace

unsigned utf8_character_size(std::string_view text) {
  CHECK(!text.empty());
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80) return 1;
  unsigned size = 0;
  // Only the second byte has ranges of its own: they keep out overlong forms (E0, F0), surrogates
  // (ED) and what lies above U+10FFFF (F4).
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < size || !is_between(text[1], low, high)) return 0;
  for (unsigned index = 2; index < size; ++index) {
    if (!is_continuation(text[index])) return 0;
  }
  return size;
}

bool is_utf8(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080U;
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t word = 0;
    while (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & high_bits) != 0) break;
      at += sizeof word;
    }
    if (at == text.size()) break;
    const unsigned size = utf8_character_size(text.substr(at));
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t size_max) {
  if (text.size() <= size_max) return text;
  std::size_t end = size_max;
  // A character has at most three continuation bytes; more of them is not UTF-8 and cut anywhere.
  while (end > 0 && size_max - end < 4 && is_continuation(text[end])) --end;
  if (is_continuation(text[end])) end = size_max;
  return text.substr(0, end);
}

}  // namespace troupe
