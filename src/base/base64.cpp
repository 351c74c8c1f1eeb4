#include "base/base64.hpp"

#include <array>
#include <cstdint>

#include "base/format.hpp"

namespace troupe {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 255;

constexpr std::array<std::uint8_t, 256> values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t index = 0; index < alphabet.size(); ++index) {
    table[static_cast<std::uint8_t>(alphabet[index])] = static_cast<std::uint8_t>(index);
  }
  return table;
}();

}  // namespace

std::string base64_encode(BytesView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      group = (group << 8U) | (index < count ? bytes[at + index] : 0U);
    }
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit <= count ? alphabet[(group >> (18U - 6U * digit)) & 0x3FU] : '=';
    }
  }
  return text;
}

Result<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("not base64: {} characters is not a multiple of 4; pad with '='", text.size()));
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::size_t pads = at + 4 == text.size() ? padding : 0;
    std::uint32_t group = 0;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      std::uint8_t value = 0;
      if (digit < 4 - pads) value = values[static_cast<std::uint8_t>(text[at + digit])];
      if (value == no_digit) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("not base64: character {} is not of the standard alphabet",
                                at + digit + 1));
      }
      group = (group << 6U) | value;
    }
    if (pads > 0 && (group & ((1U << (8U * pads)) - 1U)) != 0) {
      return fail(ErrorCode::invalid_argument,
                  "not base64: bits left over at the end are not zero");
    }
    for (std::size_t index = 0; index < 3 - pads; ++index) {
      bytes.push_back(static_cast<std::uint8_t>(group >> (16U - 8U * index)));
    }
  }
  return bytes;
}

}  // namespace troupe
