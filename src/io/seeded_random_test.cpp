#include "io/seeded_random.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Xoshiro256, FollowsItsReference) {
  Xoshiro256 generator({1, 2, 3, 4});
  for (const std::uint64_t expected :
       {41943041ULL, 58720359ULL, 3588806011781223ULL, 3591011842654386ULL, 9228616714210784205ULL,
        9973669472204895162ULL, 14011001112246962877ULL, 12406186145184390807ULL}) {
    EXPECT_EQ(generator.next(), expected);
  }
}

TEST(Xoshiro256, StaysBelowTheBoundAndReachesAllOfIt) {
  Xoshiro256 generator = Xoshiro256::from_seed(7);
  std::vector<int> seen(6, 0);
  for (int round = 0; round < 6000; ++round) ++seen.at(generator.below(6));
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(generator.below(1), 0U);
}

std::vector<std::uint8_t> draw(std::uint64_t seed, std::size_t size) {
  SeededRandom random(seed);
  std::vector<std::uint8_t> bytes(size);
  random.fill(bytes);
  return bytes;
}

TEST(SeededRandom, GivesOneSequenceForOneSeed) {
  EXPECT_EQ(draw(42, 100), draw(42, 100));
  EXPECT_NE(draw(42, 100), draw(43, 100));
  const auto longer = draw(42, 101);
  EXPECT_EQ(std::vector<std::uint8_t>(longer.begin(), longer.begin() + 100), draw(42, 100));
}

}  // namespace
}  // namespace troupe
