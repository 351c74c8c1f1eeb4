#include "base/sanitize.hpp"

#include <cstdint>
#include <iterator>

#include "base/format.hpp"
#include "base/utf8.hpp"

namespace troupe {
namespace {

std::uint32_t code_point(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) return first;
  std::uint32_t point = first & (0xFFU >> (character.size() + 1));
  for (const char byte : character.substr(1)) {
    point = (point << 6U) | (static_cast<std::uint8_t>(byte) & 0x3FU);
  }
  return point;
}

bool is_obeyed(std::uint32_t point) {
  return (point < 0x20 && point != '\t') || (point >= 0x7F && point <= 0x9F) ||
         point == 0x061C ||                       // Arabic letter mark.
         (point >= 0x200E && point <= 0x200F) ||  // Direction marks.
         (point >= 0x2028 && point <= 0x202E) ||  // Separators, embeddings, overrides.
         (point >= 0x2066 && point <= 0x2069) ||  // Isolates.
         point == 0xFEFF;                         // Invisible.
}

void append_escaped(std::string& out, std::uint32_t point) {
  if (point == '\n') {
    out += "\\n";
  } else if (point == '\r') {
    out += "\\r";
  } else if (point < 0x80) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", point);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
  }
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const unsigned size = utf8_character_size(text);
    if (size == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view character = text.substr(0, size);
    const std::uint32_t point = code_point(character);
    if (is_obeyed(point)) {
      append_escaped(out, point);
    } else {
      out += character;
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace troupe
