#include "io/system_random.hpp"

#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(SystemRandom, FillsAllBytes) {
  SystemRandom random;
  random.fill({});
  // A byte that is never filled stays 0 in all 64 rounds; a filled one does so once in 2^512.
  std::vector<std::uint8_t> seen(1000, 0);
  for (int round = 0; round < 64; ++round) {
    std::array<std::uint8_t, 1000> bytes{};
    random.fill(bytes);
    for (std::size_t at = 0; at < bytes.size(); ++at) seen[at] |= bytes[at];
  }
  for (const std::uint8_t byte : seen) EXPECT_NE(byte, 0);
}

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random;
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int round = 0; round < 1000; ++round) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

}  // namespace
}  // namespace troupe
