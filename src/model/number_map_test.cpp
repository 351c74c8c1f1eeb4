#include "model/number_map.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(NumberMap, HasNoMemoryUntilItIsUsed) {
  NumberMap<int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(1), nullptr);
  EXPECT_FALSE(map.erase(1));
  EXPECT_EQ(sizeof map, 24U);
}

TEST(NumberMap, KeepsWhatCollides) {
  NumberMap<std::unique_ptr<int>> map;
  // Equal in their low bits, whatever the capacity.
  for (int i = 1; i <= 5; ++i) {
    map.add(static_cast<std::uint64_t>(i) << 32U, std::make_unique<int>(i));
  }
  EXPECT_TRUE(map.erase(2ULL << 32U));
  EXPECT_EQ(map.find(2ULL << 32U), nullptr);
  for (const int i : {1, 3, 4, 5}) {
    auto* found = map.find(static_cast<std::uint64_t>(i) << 32U);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(**found, i);
  }
}

TEST(NumberMap, AgreesWithAMap) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 generator(seed);
    NumberMap<std::uint64_t> map;
    std::map<std::uint64_t, std::uint64_t> model;
    std::uint64_t sequence = 0;
    for (int step = 0; step < 5'000; ++step) {
      // As actors use it: one sequence, most of it short-lived, some of it not.
      if (generator() % 2 == 0) {
        sequence += 1 + generator() % 3;
        map.add(sequence, sequence * 7);
        model.emplace(sequence, sequence * 7);
      } else {
        const std::uint64_t number = sequence - generator() % 40;
        ASSERT_EQ(map.erase(number), model.erase(number) == 1);
      }
      ASSERT_EQ(map.size(), model.size());
      const std::uint64_t probe = sequence - generator() % 60;
      const auto expected = model.find(probe);
      const std::uint64_t* found = map.find(probe);
      ASSERT_EQ(found != nullptr, expected != model.end());
      if (found != nullptr) {
        ASSERT_EQ(*found, expected->second);
      }
    }
    map.for_each([&](std::uint64_t number, std::uint64_t value) {
      EXPECT_EQ(model.at(number), value);
      model.erase(number);
    });
    EXPECT_TRUE(model.empty()) << "each is visited once";
  }
}

}  // namespace
}  // namespace troupe
