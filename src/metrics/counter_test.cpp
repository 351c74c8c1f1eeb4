#include "metrics/counter.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Counter, Counts) {
  Counter counter;
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42U);
}

TEST(Counter, IsReadWhileItCounts) {
  Counter counter;
  std::jthread writer([&] {
    for (int round = 0; round < 100'000; ++round) counter.add();
  });
  std::uint64_t last = 0;
  while (last < 100'000) {
    const std::uint64_t now = counter.value();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace troupe
