#include "metrics/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.quantile(0.5), 0U);
}

TEST(Histogram, IsExactBelow64) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 64; ++value) histogram.record(value);
  for (std::uint64_t value = 0; value < 64; ++value) {
    EXPECT_EQ(histogram.quantile(static_cast<double>(value + 1) / 64.0), value);
  }
  EXPECT_EQ(histogram.quantile(0.0), 0U);
  EXPECT_EQ(histogram.sum(), 63U * 64U / 2U);
}

TEST(Histogram, TakesTheWholeRange) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{63}, std::uint64_t{64},
                                    std::uint64_t{1} << 63U, UINT64_MAX - 1, UINT64_MAX}) {
    Histogram histogram;
    histogram.record(value);
    EXPECT_EQ(histogram.min(), value);
    EXPECT_EQ(histogram.max(), value);
    EXPECT_EQ(histogram.quantile(0.5), value) << "never above the largest value recorded";
  }
}

TEST(Histogram, KeepsItsErrorAtEveryPowerOfTwo) {
  for (unsigned bit = 6; bit < 64; ++bit) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      const std::uint64_t value = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(offset);
      Histogram histogram;
      histogram.record(value);
      histogram.record(UINT64_MAX);
      const std::uint64_t median = histogram.quantile(0.5);
      EXPECT_GE(median, value);
      EXPECT_LE(median - value, value / 32) << value;
    }
  }
}

// The smallest value that at least a share q of the samples does not exceed.
std::uint64_t exact_quantile(const std::vector<std::uint64_t>& sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

TEST(Histogram, AgreesWithSortedSamples) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 generator(seed);
    Histogram histogram;
    Histogram part;
    std::vector<std::uint64_t> samples;
    const std::size_t count = 1 + generator() % 2'000;
    for (std::size_t index = 0; index < count; ++index) {
      // Uniform in the number of bits, so that every size of bucket is met.
      const std::uint64_t value = generator() >> (generator() % 64);
      samples.push_back(value);
      (index % 2 == 0 ? histogram : part).record(value);
    }
    histogram.merge(part);
    std::ranges::sort(samples);
    ASSERT_EQ(histogram.count(), samples.size());
    ASSERT_EQ(histogram.min(), samples.front());
    ASSERT_EQ(histogram.max(), samples.back());
    for (const double q : {0.0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const std::uint64_t exact = exact_quantile(samples, q);
      const std::uint64_t got = histogram.quantile(q);
      ASSERT_GE(got, exact) << q;
      ASSERT_LE(got - exact, exact / 32) << q;
      if (exact < 64) {
        ASSERT_EQ(got, exact) << q;
      }
    }
  }
}

TEST(Histogram, IsReadWhileItRecords) {
  Histogram histogram;
  std::jthread writer([&] {
    for (std::uint64_t value = 1; value <= 100'000; ++value) histogram.record(value);
  });
  std::uint64_t last = 0;
  while (last < 100'000) {
    const std::uint64_t now = histogram.count();
    ASSERT_GE(now, last);
    last = now;
    ASSERT_LE(histogram.quantile(0.99), 100'000U);
  }
}

}  // namespace
}  // namespace troupe
