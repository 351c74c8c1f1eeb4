// The proof that the decision of pairs.hpp does what a gate needs, on the noise of a real run.
//
// A trial simulates an experiment: some pairs of fresh processes, the program before the change in
// one and after it in the other, and the median of each process's samples as its time. The noise is
// drawn from testdata/recorded_run.txt, 20 pairs of processes that all ran the same program: draw a
// recorded pair, with whatever the machine did to both and to each of them; swap its two processes
// or not by a coin, since neither is the changed one; draw each process's samples again from its
// own; and multiply one side by the change. Nothing is assumed about the noise's shape.
//
// A trial makes 1,000 resamples, not 10,000: the ends of a 95 % interval of the median of 20 or 60
// ratios then move by a twentieth of its half width from one seed to the next. That adds noise to a
// trial and so can only make the proof harder.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bench/stats/bootstrap.hpp"
#include "bench/stats/modes.hpp"
#include "bench/stats/nested.hpp"
#include "bench/stats/pairs.hpp"
#include "bench/stats/pcg32.hpp"
#include "bench/stats/summary.hpp"
#include "bench/stats/variation.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t proof_seed = 20'130'613;
constexpr int trial_count = 1'000;
constexpr int enough = 950;

using Processes = std::vector<std::vector<double>>;

Processes recorded_run() {
  std::ifstream file(std::filesystem::path(TROUPE_SOURCE_DIR) /
                     "src/bench/stats/testdata/recorded_run.txt");
  Processes processes;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream numbers(line);
    std::vector<double>& samples = processes.emplace_back();
    for (double value = 0; numbers >> value;) samples.push_back(value);
  }
  return processes;
}

class Proof : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(recorded_.size(), 40U) << "the recorded run is there, and whole";
    for (const auto& samples : recorded_) ASSERT_EQ(samples.size(), 30U);
    std::cout << "seed " << proof_seed << '\n';
  }

  // The median of as many samples of a recorded process, drawn again.
  double time_of(std::size_t process) {
    const std::vector<double>& samples = recorded_[process];
    drawn_.resize(samples.size());
    draw_again(std::span<const double>(samples), std::span<double>(drawn_), generator_);
    return median_in_place(drawn_);
  }

  std::vector<Pair> experiment(std::size_t pairs, double factor) {
    std::vector<Pair> result(pairs);
    for (Pair& pair : result) {
      const std::size_t first = 2 * std::size_t{generator_.below(20)};
      const std::size_t swapped = generator_.below(2);
      pair.a = time_of(first + swapped);
      pair.b = factor * time_of(first + 1 - swapped);
    }
    return result;
  }

  // In how many trials the decision is `expected`.
  int decided(std::size_t pairs, double factor, Change expected, const PairedRule& rule = {}) {
    int count = 0;
    for (int trial = 0; trial < trial_count; ++trial) {
      const Resampling how{.seed = generator_.next(), .resamples = 1'000};
      count += decide(compare_pairs(experiment(pairs, factor), how), rule) == expected;
    }
    std::cout << pairs << " pairs, times " << factor << ": " << count << " of " << trial_count
              << '\n';
    return count;
  }

  const Processes recorded_ = recorded_run();
  Pcg32 generator_{proof_seed};
  std::vector<double> drawn_;
};

TEST_F(Proof, RestsOnARunThatTheGateAdmits) {
  const Variation variation = gate_variation(process_medians(recorded_), RowKind::micro);
  EXPECT_EQ(variation.stability, Stability::stable);
  EXPECT_GT(variation.coefficient.value_or(0), 0.01) << "and that is noisy enough to be a test";
}

TEST_F(Proof, FindsNoChangeInAAgainstA) {
  EXPECT_GE(decided(20, 1.0, Change::no_change), enough);
  EXPECT_GE(decided(60, 1.0, Change::no_change), enough);
  // And the threshold is not what does it.
  EXPECT_GE(decided(20, 1.0, Change::no_change, {.noise_threshold = 0}), enough);
}

TEST_F(Proof, CallsFiveAndTwentyPercentOfTwentyPairs) {
  EXPECT_GE(decided(20, 1.05, Change::slower), enough);
  EXPECT_GE(decided(20, 1.20, Change::slower), enough);
  EXPECT_GE(decided(20, 1 / 1.05, Change::faster), enough);
}

// One percent beyond the threshold is less than the spread between two processes here, 1.6 %, so
// 20 or 30 pairs find it in about 70 or 85 % of trials. A longer run is the price of a finer one.
TEST_F(Proof, CallsTwoPercentOfSixtyPairs) { EXPECT_GE(decided(60, 1.02, Change::slower), enough); }

TEST_F(Proof, DoesNotCallWhatIsWithinTheThreshold) {
  EXPECT_GE(decided(60, 1.005, Change::no_change), enough);
}

// Two modes 15 % apart, the noise of each sample as recorded in one of the processes.
TEST_F(Proof, FlagsASampleOfTwoModes) {
  const std::size_t samples = 60;
  const UniformDips reference({.count = samples, .seed = proof_seed});
  int flagged = 0;
  for (int trial = 0; trial < trial_count; ++trial) {
    std::vector<double> times;
    while (times.size() < samples) {
      const std::vector<double>& process =
          recorded_[generator_.below(static_cast<std::uint32_t>(recorded_.size()))];
      const double time = process[generator_.below(30)] / median(process);
      times.push_back(times.size() < samples / 2 ? time : 1.15 * time);
    }
    flagged += reference.p_value(dip(times)) < 0.05;
  }
  std::cout << "two modes: " << flagged << " of " << trial_count << '\n';
  EXPECT_GE(flagged, enough);
}

}  // namespace
}  // namespace troupe::bench
