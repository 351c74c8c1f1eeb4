#include "bench/rows/floor.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <sched.h>
#include <set>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "bench/primitives.hpp"
#include "bench/raw.hpp"
#include "bench/rows/rows.hpp"

namespace troupe::bench {
namespace {

struct Heard final : RawSink {
  std::vector<RawRow> rows;
  void take(RawRow row) override { rows.push_back(std::move(row)); }
};

std::vector<Row> all_rows() {
  std::vector<Row> rows = single_floor_rows();
  if (const auto cpus = cpu_pair())
    std::ranges::move(pair_floor_rows(*cpus), std::back_inserter(rows));
  return rows;
}

std::set<std::string> ids_of_block() {
  std::set<std::string> ids;
  for (const RowInfo& info : floor_block().rows()) ids.insert(info.id);
  return ids;
}

std::uint64_t page_faults() {
  rusage usage = {};
  EXPECT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  return static_cast<std::uint64_t>(usage.ru_minflt);
}

TEST(Floor, EveryRowDoesExactlyWhatItWasAsked) {
  for (const Row& row : all_rows()) {
    ASSERT_TRUE(row.sum_each) << row.id;
    // In turns, so that what a row leaves behind shows in its next run.
    for (const std::uint64_t times : {1U, 7U, 1000U, 1U, 7U, 0U, 32U, 33U}) {
      const Work work = row.run(times);
      EXPECT_EQ(work.count, times) << row.id;
      EXPECT_EQ(work.sum, *row.sum_each * times) << row.id;
    }
  }
}

TEST(Floor, HasARowForEachIdThatItNames) {
  std::set<std::string> ids;
  for (const Row& row : single_floor_rows()) EXPECT_TRUE(ids.insert(row.id).second) << row.id;
  for (const Row& row : pair_floor_rows({})) EXPECT_TRUE(ids.insert(row.id).second) << row.id;
  EXPECT_EQ(ids, ids_of_block());
  EXPECT_EQ(floor_block().rows().size(), ids.size());
}

TEST(Floor, RowsOfTwoThreadsAreTimedByTheWall) {
  for (const Row& row : single_floor_rows()) EXPECT_EQ(row.timer, Timer::thread) << row.id;
  for (const Row& row : pair_floor_rows({})) {
    EXPECT_EQ(row.timer, Timer::wall) << row.id;
    const auto infos = floor_block().rows();
    const auto info = std::ranges::find(infos, row.id, &RowInfo::id);
    ASSERT_NE(info, infos.end());
    EXPECT_EQ(info->leans, Leans::two_cores) << row.id;
  }
}

TEST(Floor, RowsOfTwoCpusFailWhereTheyCannotBePinned) {
  // No machine has this CPU.
  constexpr CpuPair none{.here = 0, .there = CPU_SETSIZE - 1};
  for (const Row& row : pair_floor_rows(none)) EXPECT_EQ(row.run(7).count, 0U) << row.id;
  EXPECT_TRUE(wake_up_ns(none, {.times = 3}).empty());
}

TEST(Floor, SaysWhatOneCpuCannotShow) {
  const Pinned pinned(::sched_getcpu());
  ASSERT_TRUE(pinned.is_pinned());
  Request request{.effort = {.exactly = 1}, .ids = {}};
  const std::vector<Row> pair = pair_floor_rows({});
  for (const Row& row : pair) request.ids.push_back(row.id);
  Heard heard;
  floor_block().measure(request, heard);
  ASSERT_EQ(heard.rows.size(), pair.size());
  for (const RawRow& row : heard.rows) EXPECT_NE(row.failed, "") << row.id;
}

TEST(Pinned, LetsTheThreadRunWhereItCouldBefore) {
  cpu_set_t before = {};
  cpu_set_t inside = {};
  cpu_set_t after = {};
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  {
    const Pinned pinned(::sched_getcpu());
    ASSERT_TRUE(pinned.is_pinned());
    ASSERT_EQ(::sched_getaffinity(0, sizeof inside, &inside), 0);
    EXPECT_EQ(CPU_COUNT(&inside), 1);
  }
  ASSERT_EQ(::sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
  EXPECT_FALSE(Pinned(CPU_SETSIZE - 1).is_pinned());
}

TEST(Pairs, ServeManyRoundsWithOnePartner) {
  const auto cpus = cpu_pair();
  if (!cpus) GTEST_SKIP() << "two CPUs are needed";
  LineBounce line(*cpus);
  ContendedAdd adders(*cpus);
  FutexBounce sleepers(*cpus);
  for (const std::uint64_t times : {1U, 2U, 7U, 0U, 100U, 1U}) {
    for (const Work& work : {line.bounce(times), adders.add(times), sleepers.bounce(times)}) {
      EXPECT_EQ(work.count, times);
      EXPECT_EQ(work.sum, times);
    }
  }
}

TEST(Pairs, EndWithoutHavingWorked) {
  const auto cpus = cpu_pair();
  if (!cpus) GTEST_SKIP() << "two CPUs are needed";
  for (int round = 0; round < 20; ++round) {
    const LineBounce line(*cpus);
    const ContendedAdd adders(*cpus);
    const FutexBounce sleepers(*cpus);
  }
  EXPECT_TRUE(wake_up_ns(*cpus, {.times = 0}).empty());
}

TEST(Pairs, TellAtMostOneWakeUpForEachSleep) {
  const auto cpus = cpu_pair();
  if (!cpus) GTEST_SKIP() << "two CPUs are needed";
  const std::vector<double> each = wake_up_ns(*cpus, {.times = 9});
  EXPECT_LE(each.size(), 9U);
  for (const double ns : each) EXPECT_GT(ns, 0);
  EXPECT_TRUE(wake_up_ns(*cpus, {.times = 9, .at_most = {}}).empty()) << "no time, no sleep";
}

TEST(FreshPages, AreBackedByTheKernelWhenTheyAreTouched) {
  constexpr std::uint64_t pages = 100;
  FreshPages fresh(pages, FreshPages::Size::small);
  EXPECT_EQ(fresh.count_backed(), 0U);
  const std::uint64_t before = page_faults();
  fresh.touch();
  EXPECT_GE(page_faults() - before, pages) << "each first touch is a fault of its own";
  EXPECT_EQ(fresh.count_backed(), pages);
}

TEST(FreshPages, AreBackedByTheKernelWhenTheyArePopulated) {
  for (const FreshPages::Size size : {FreshPages::Size::small, FreshPages::Size::huge}) {
    for (const std::uint64_t pages : {1U, 511U, 512U, 513U}) {
      FreshPages fresh(pages, size);
      EXPECT_EQ(fresh.count_backed(), 0U);
      ASSERT_TRUE(fresh.populate());
      EXPECT_EQ(fresh.count_backed(), pages);
    }
  }
}

TEST(FreshPages, GoThroughMoreMemoryThanOneMappingHolds) {
  constexpr std::uint64_t most = 32 * huge_page_bytes / page_bytes;
  for (const std::uint64_t pages : {most - 1, most, most + 1}) {
    const Work work = populate_huge(pages);
    EXPECT_EQ(work.count, pages);
    EXPECT_EQ(work.sum, pages);
  }
}

TEST(Primitives, MultiplyAsOftenAsAsked) {
  const Work once = multiply_chain(1);
  EXPECT_EQ(once.count, 1U);
  EXPECT_EQ(multiply_chain(1).sum, once.sum);
  EXPECT_NE(multiply_chain(2).sum, once.sum);
}

}  // namespace
}  // namespace troupe::bench
