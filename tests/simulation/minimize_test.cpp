// Proves that minimized() finds what is enough for a failure, and that nothing of it can be left
// out.

#include "minimize.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::simulation {
namespace {

std::vector<std::uint32_t> first(std::uint32_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

TEST(Minimized, FindsThoseThatHaveToBeThereTogether) {
  const std::vector<std::set<std::uint32_t>> causes{{0},       {99},        {17, 80},
                                                    {0, 1, 2}, {5, 50, 95}, {}};
  for (const std::set<std::uint32_t>& cause : causes) {
    std::uint32_t runs = 0;
    const auto fails = [&](const std::vector<std::uint32_t>& numbers) {
      ++runs;
      return std::ranges::all_of(cause, [&](std::uint32_t one) {
        return std::ranges::find(numbers, one) != numbers.end();
      });
    };
    EXPECT_EQ(minimized(first(100), fails), std::vector<std::uint32_t>(cause.begin(), cause.end()));
    EXPECT_LT(runs, 200U) << "far fewer than one by one for each that is left out";
  }
}

TEST(Minimized, LeavesNoneThatIsNotNeeded) {
  // Any three of them will do, and an even number that is greater than 40.
  const auto fails = [](const std::vector<std::uint32_t>& numbers) {
    return numbers.size() >= 3 &&
           std::ranges::any_of(numbers, [](std::uint32_t one) { return one > 40 && one % 2 == 0; });
  };
  const std::vector<std::uint32_t> left = minimized(first(64), fails);
  ASSERT_TRUE(fails(left));
  for (std::size_t without = 0; without < left.size(); ++without) {
    std::vector<std::uint32_t> fewer = left;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(without));
    EXPECT_FALSE(fails(fewer));
  }
}

TEST(Minimized, TakesWhatIsSmallAlready) {
  const auto always = [](const std::vector<std::uint32_t>&) { return true; };
  EXPECT_TRUE(minimized({}, always).empty());
  EXPECT_TRUE(minimized({7}, always).empty());
  const auto needs_it = [](const std::vector<std::uint32_t>& numbers) { return !numbers.empty(); };
  EXPECT_EQ(minimized({7}, needs_it), std::vector<std::uint32_t>{7});
}

}  // namespace
}  // namespace troupe::simulation
