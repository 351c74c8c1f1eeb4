// Proves that every byte of a text counts, whatever its length, and that the bits are spread
// evenly.

#include "base/text_hash.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe {
namespace {

TEST(TextHash, CountsEveryBitOfATextOfAnyLength) {
  const TextHash hash(1);
  std::set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (std::size_t size = 0; size <= 70; ++size) {
    std::string text(size, 'a');
    seen.insert(hash(text));
    ++texts;
    for (char& byte : text) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(byte ^ (1 << bit));
        seen.insert(hash(text));
        ++texts;
        byte = static_cast<char>(byte ^ (1 << bit));
      }
    }
  }
  EXPECT_EQ(seen.size(), texts);
}

TEST(TextHash, DependsOnTheSeed) {
  EXPECT_NE(TextHash(1)("app/actor"), TextHash(2)("app/actor"));
  EXPECT_EQ(TextHash(1)("app/actor"), TextHash(1)("app/actor"));
}

// A name that counts up is what benchmarks and programs use, and what bad hashes are bad at.
TEST(TextHash, SpreadsNamesThatCountUpOverEveryByteOfTheHash) {
  const TextHash hash(7);
  constexpr std::size_t names = 65'536;
  std::array<std::array<std::size_t, 256>, 8> counts{};
  for (std::size_t i = 0; i < names; ++i) {
    const std::uint64_t value = hash(fmt::format("app/actor-{}", i));
    for (std::size_t byte = 0; byte < 8; ++byte) ++counts.at(byte).at(value >> (8 * byte) & 0xFFU);
  }
  for (const auto& of_byte : counts) {
    // 256 expected, standard deviation 16: six of them.
    EXPECT_GT(std::ranges::min(of_byte), 256U - 96U);
    EXPECT_LT(std::ranges::max(of_byte), 256U + 96U);
  }
}

}  // namespace
}  // namespace troupe
