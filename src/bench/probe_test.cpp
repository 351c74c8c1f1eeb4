#include "bench/probe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sched.h>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using Names = std::vector<std::string>;

constexpr std::array every_leans = {Leans::one_core, Leans::two_cores, Leans::memory,
                                    Leans::kernel};

RawProbes reading(double alu) { return {.when = "before", .ns = {{"alu", alu}}}; }

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// What a reading has besides load and steal.
Names probed(const RawProbes& probes) {
  Names names;
  for (const auto& [name, ns] : probes.ns)
    if (name != "load" && name != "steal") names.push_back(name);
  return names;
}

TEST(Probes, FollowWhatARowLeansOn) {
  using Views = std::vector<std::string_view>;
  EXPECT_EQ(probes_for(Leans::one_core), (Views{"alu", "add", "memcpy"}));
  EXPECT_EQ(probes_for(Leans::memory), (Views{"alu", "add", "memcpy", "page-fault"}));
  EXPECT_EQ(probes_for(Leans::two_cores), (Views{"alu", "add", "memcpy", "cache-line",
                                                 "contended-add", "futex-wake", "futex-wake-up"}));
  EXPECT_EQ(probes_for(Leans::kernel),
            (Views{"alu", "add", "memcpy", "page-fault", "futex-wake", "syscall"}));
}

TEST(Probes, ReadPositiveNumbers) {
  Probes probes(every_leans);
  const RawProbes read = probes.read("before");
  EXPECT_EQ(read.when, "before");
  for (const auto& [name, value] : read.ns) {
    EXPECT_TRUE(std::isfinite(value)) << name;
    if (name == "load" || name == "steal") {
      EXPECT_GE(value, 0) << name;
    } else {
      EXPECT_GT(value, 0) << name;
    }
  }
  const bool has_two_cpus = cpu_pair().has_value();
  for (const Leans leans : every_leans) {
    for (const std::string_view name : probes_for(leans)) {
      const bool needs_two =
          name == "cache-line" || name == "contended-add" || name == "futex-wake-up";
      // On a machine that is busy enough, every wake may come before its sleep.
      if (name == "futex-wake-up" && has_two_cpus) continue;
      EXPECT_EQ(read.ns.contains(std::string(name)), !needs_two || has_two_cpus) << name;
    }
  }
  EXPECT_TRUE(read.ns.contains("load"));
}

TEST(Probes, ReadNoMoreThanTheRowsLeanOn) {
  Probes none({});
  EXPECT_EQ(probed(none.read("before")), Names{});
  Probes one(std::span(&every_leans[0], 1));
  EXPECT_EQ(probed(one.read("after")), (Names{"add", "alu", "memcpy"}));
}

TEST(Probes, LeaveOutTwoCpusWhereThereIsOne) {
  const Pinned pinned(::sched_getcpu());
  ASSERT_TRUE(pinned.is_pinned());
  ASSERT_FALSE(cpu_pair());
  Probes probes(every_leans);
  const RawProbes read = probes.read("before");
  EXPECT_EQ(probed(read), (Names{"add", "alu", "futex-wake", "memcpy", "page-fault", "syscall"}));
}

TEST(Probes, LetTheThreadRunWhereItCouldBefore) {
  cpu_set_t before = {};
  cpu_set_t after = {};
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  Probes probes(every_leans);
  (void)probes.read("before");
  ASSERT_EQ(::sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Moved, HoldsForAMoveAboveTheShareOnly) {
  EXPECT_EQ(moved(reading(100), reading(109.9), Leans::one_core), Names{});
  EXPECT_EQ(moved(reading(100), reading(110), Leans::one_core), Names{});
  EXPECT_EQ(moved(reading(100), reading(110.1), Leans::one_core), Names{"alu"});
  EXPECT_EQ(moved(reading(100), reading(100), Leans::one_core), Names{});
}

TEST(Moved, IsRelativeToTheSmallerReading) {
  EXPECT_EQ(moved(reading(110), reading(100), Leans::one_core), Names{});
  EXPECT_EQ(moved(reading(110.1), reading(100), Leans::one_core), Names{"alu"});
}

TEST(Moved, TakesAnotherShare) {
  EXPECT_EQ(moved(reading(100), reading(150), Leans::one_core, 0.5), Names{});
  EXPECT_EQ(moved(reading(100), reading(150.1), Leans::one_core, 0.5), Names{"alu"});
  EXPECT_EQ(moved(reading(100), reading(100), Leans::one_core, 0), Names{});
  EXPECT_EQ(moved(reading(100), reading(100.1), Leans::one_core, 0), Names{"alu"});
}

TEST(Moved, LooksAtWhatTheRowLeansOnOnly) {
  const RawProbes before{.when = "before",
                         .ns = {{"alu", 1}, {"cache-line", 100}, {"load", 1}, {"steal", 0}}};
  const RawProbes after{.when = "after",
                        .ns = {{"alu", 1}, {"cache-line", 500}, {"load", 9}, {"steal", 50}}};
  EXPECT_EQ(moved(before, after, Leans::one_core), Names{});
  EXPECT_EQ(moved(before, after, Leans::memory), Names{});
  EXPECT_EQ(moved(before, after, Leans::kernel), Names{});
  EXPECT_EQ(moved(before, after, Leans::two_cores), Names{"cache-line"});
}

TEST(Moved, CountsAProbeThatWasReadOnceOnly) {
  const RawProbes none{.when = "after", .ns = {}};
  EXPECT_EQ(moved(reading(1), none, Leans::one_core), Names{"alu"});
  EXPECT_EQ(moved(none, reading(1), Leans::one_core), Names{"alu"});
  EXPECT_EQ(moved(none, none, Leans::one_core), Names{}) << "a machine that can't be probed so";
}

TEST(Moved, CountsWhatIsNoNumber) {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(moved(reading(nothing), reading(1), Leans::one_core), Names{"alu"});
  EXPECT_EQ(moved(reading(1), reading(nothing), Leans::one_core), Names{"alu"});
  EXPECT_EQ(moved(reading(0), reading(1), Leans::one_core), Names{"alu"});
}

TEST(Probes, MatterAsAWholeToSomeRow) {
  for (const std::string_view name : probes_for(Leans::one_core))
    for (const Leans leans : every_leans) EXPECT_TRUE(has(probes_for(leans), name)) << name;
}

}  // namespace
}  // namespace troupe::bench
