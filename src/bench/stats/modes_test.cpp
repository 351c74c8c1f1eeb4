#include "bench/stats/modes.hpp"

#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using Sample = std::vector<double>;
using Source = std::function<double(std::mt19937_64&)>;

Sample drawn(std::size_t count, unsigned seed, const Source& source) {
  std::mt19937_64 generator(seed);
  Sample sample(count);
  for (double& value : sample) value = source(generator);
  return sample;
}

// Half of the times around 100, half around 120, each with a spread of 2 %.
Sample two_modes(std::size_t count, unsigned seed) {
  std::lognormal_distribution<double> noise(0, 0.02);
  bool fast = false;
  return drawn(count, seed, [&](std::mt19937_64& generator) {
    fast = !fast;
    return (fast ? 100 : 120) * noise(generator);
  });
}

TEST(Dip, IsLeastForEvenSteps) {
  // Each step of 1/n alone is off any continuous curve by half of it.
  EXPECT_DOUBLE_EQ(dip(Sample{1, 2}), 1.0 / 4);
  EXPECT_DOUBLE_EQ(dip(Sample{4, 1, 3, 2}), 1.0 / 8);
  EXPECT_NEAR(dip(Sample{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}), 1.0 / 20, 1e-15);
}

TEST(Dip, NearsAQuarterForTwoPoints) {
  Sample sample;
  for (int index = 0; index < 50; ++index) {
    sample.push_back(index * 1e-6);
    sample.push_back(1'000 + index * 1e-6);
  }
  EXPECT_NEAR(dip(sample), 0.25, 0.01);
}

TEST(Dip, KnowsASmallExample) {
  // Found by linear programming over all single-mode curves, as tests/oracles does for more.
  EXPECT_NEAR(dip(Sample{0, 1, 2, 10, 11, 12}), 0.2, 1e-12);
}

TEST(Dip, IgnoresScaleAndPlace) {
  const Sample sample = two_modes(50, 3);
  Sample moved = sample;
  for (double& value : moved) value = 7 - 1'000 * value;
  EXPECT_NEAR(dip(sample), dip(moved), 1e-12);
}

TEST(Dip, TakesRepeatedValues) {
  EXPECT_DOUBLE_EQ(dip(Sample{5}), 0);
  EXPECT_DOUBLE_EQ(dip(Sample{5, 5, 5}), 0) << "one point is one mode";
  EXPECT_NEAR(dip(Sample{1, 1, 1, 2, 2, 2}), 0.25, 1e-12) << "two points are two";
  EXPECT_NEAR(dip(Sample{1, 2, 2, 2, 2, 2, 2, 3}), 1.0 / 16, 1e-12)
      << "a step may stand at the mode, the others cost half of theirs";
}

TEST(Modes, AreFlaggedWhereThereAreTwo) {
  for (const std::size_t count : {30U, 60U, 100U}) {
    int flagged = 0;
    for (unsigned seed = 1; seed <= 20; ++seed)
      flagged += is_multimodal(two_modes(count, seed), {.seed = seed});
    EXPECT_EQ(flagged, 20) << count;
  }
}

TEST(Modes, AreNotSeenWhereThereIsOne) {
  std::normal_distribution<double> normal(100, 3);
  std::lognormal_distribution<double> lognormal(0, 0.5);
  std::uniform_real_distribution<double> uniform(10, 20);
  const int trials = 600;
  for (const std::size_t count : {30U, 100U}) {
    const UniformDips reference({.count = count, .seed = 99});
    const auto flagged = [&](const Source& source) {
      int total = 0;
      for (unsigned seed = 1; seed <= trials; ++seed)
        total += reference.p_value(dip(drawn(count, seed, source))) < 0.05;
      return total;
    };
    // 5 % of 600 are 30, give or take 5.3, and a little more for the reference being drawn too.
    EXPECT_LE(flagged(uniform), 50);
    EXPECT_GE(flagged(uniform), 12) << "a test that never errs is no test";
    EXPECT_LE(flagged(normal), 30);
    EXPECT_LE(flagged(lognormal), 30);
  }
}

TEST(Modes, HaveAPValueFromTheirReference) {
  const UniformDips reference({.count = 40, .seed = 1, .resamples = 99});
  EXPECT_DOUBLE_EQ(reference.p_value(0.0), 1.0);
  EXPECT_DOUBLE_EQ(reference.p_value(0.25), 0.01) << "the sample itself is the hundredth";
}

TEST(Modes, AgreeWithThePublishedTable) {
  // The table of 1985, computed again from 1,000,001 samples by Martin Maechler's diptest for R.
  // Of 20,000 samples, 5 % are known to within 0.15 %.
  const UniformDips of_30({.count = 30, .seed = 5, .resamples = 20'000});
  EXPECT_NEAR(of_30.p_value(0.08817), 0.05, 0.006);
  const UniformDips of_100({.count = 100, .seed = 5, .resamples = 20'000});
  EXPECT_NEAR(of_100.p_value(0.04715), 0.10, 0.008);
  EXPECT_NEAR(of_100.p_value(0.05113), 0.05, 0.006);
  EXPECT_NEAR(of_100.p_value(0.05902), 0.01, 0.003);
}

TEST(ModesDeathTest, RefuseAnEmptySample) {
  EXPECT_DEATH((void)dip(Sample{}), "nothing has no modes");
  EXPECT_DEATH((void)dip_p_value(Sample{}, 1), "CHECK failed");
}

}  // namespace
}  // namespace troupe::bench
