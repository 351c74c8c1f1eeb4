#pragma once
// A hash of short texts for tables in memory. Not for what outlives the process, and not a MAC.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace troupe {

// 64 bits, all of them good: a table may take its index from some and its tags from others. Who
// does not know the keys can't choose texts that collide.
//
// Thread: immutable after construction.
// Cost:   about 2 ns for 20 bytes.
// Method: Wang Yi, "wyhash", 2019: words are folded by a multiplication of 64 by 64 bits whose
// halves
//         are combined. Here both factors are masked by keys drawn from the seed, so that no text
//         that is known beforehand makes one of them zero.
class TextHash {
 public:
  explicit TextHash(std::uint64_t seed)
      : first_key_(fold(seed ^ 0x9E37'79B9'7F4A'7C15U, 0xBF58'476D'1CE4'E5B9U)),
        second_key_(fold(seed ^ 0x94D0'49BB'1331'11EBU, 0xD6E8'FEB8'6659'FD93U)) {}

  [[nodiscard]] std::uint64_t operator()(std::string_view text) const {
    const char* at = text.data();
    const std::size_t size = text.size();
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t key = second_key_;
    if (size > 16) {
      const char* const last = at + size - 16;
      for (; at < last; at += 16) key = fold(word(at) ^ first_key_, word(at + 8) ^ key);
      first = word(last);
      second = word(last + 8);
    } else if (size >= 8) {
      first = word(at);
      second = word(at + size - 8);
    } else if (size >= 4) {
      first = half_word(at);
      second = half_word(at + size - 4);
    } else if (size > 0) {
      first = byte(at) << 16U | byte(at + size / 2) << 8U | byte(at + size - 1);
    }
    return fold(first_key_ ^ size, fold(first ^ first_key_, second ^ key));
  }

 private:
  __extension__ using Product = unsigned __int128;

  static std::uint64_t fold(std::uint64_t one, std::uint64_t other) {
    const Product product = static_cast<Product>(one) * other;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }
  static std::uint64_t word(const char* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static std::uint64_t half_word(const char* at) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static std::uint64_t byte(const char* at) { return static_cast<std::uint8_t>(*at); }

  std::uint64_t first_key_;
  std::uint64_t second_key_;
};

}  // namespace troupe
