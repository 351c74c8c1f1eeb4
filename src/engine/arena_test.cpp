#include "engine/arena.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

using limits::GiB;
using limits::KiB;
using limits::MiB;
using Populate = ArenaSet::Populate;

MemoryNeed exactly(std::uint64_t bytes) { return {.min_bytes = bytes, .max_bytes = bytes}; }

bool all_zero(const Slice& slice, std::uint64_t bytes) {
  return slice.base[0] == 0 && std::memcmp(slice.base, slice.base + 1, bytes - 1) == 0;
}

int kernel_areas() {
  std::ifstream maps("/proc/self/maps");
  int lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

TEST(ArenaSet, ChoosesTheClassByTheLargestSize) {
  ArenaSet arena({.reserve_bytes = 64 * MiB});
  struct Row {
    std::uint64_t max_bytes;
    std::uint64_t capacity;
  };
  for (const Row row :
       {Row{0, 32 * KiB}, Row{1, 32 * KiB}, Row{32 * KiB - 1, 32 * KiB}, Row{32 * KiB, 32 * KiB},
        Row{32 * KiB + 1, 64 * KiB}, Row{200 * KiB, 256 * KiB}, Row{256 * KiB + 1, 512 * KiB},
        Row{64 * MiB, 64 * MiB}, Row{4 * GiB - 1, 4 * GiB}, Row{4 * GiB, 4 * GiB}}) {
    const Result<Slice> slice = arena.acquire({.min_bytes = 0, .max_bytes = row.max_bytes});
    ASSERT_TRUE(slice) << slice.error().message;
    EXPECT_EQ(slice->capacity, row.capacity) << row.max_bytes;
    EXPECT_EQ(32 * KiB << slice->size_class, row.capacity);
    slice->base[0] = 1;
    slice->base[slice->capacity - 1] = 1;
    arena.release(*slice, slice->capacity);
  }
}

TEST(ArenaSet, RefusesImpossibleSizes) {
  ArenaSet arena({.reserve_bytes = 64 * MiB});
  EXPECT_EQ(arena.acquire({.min_bytes = 2, .max_bytes = 1}).error().code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(arena.acquire(exactly(4 * GiB + 1)).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(arena.stats().reserved_bytes, 0U);
}

TEST(ArenaSet, TakesNoAddressesForClassesNobodyUses) {
  ArenaSet arena({.reserve_bytes = 1 * GiB});
  EXPECT_EQ(arena.stats().reserved_bytes, 0U);
  const Result<Slice> slice = arena.acquire(exactly(100 * KiB));
  ASSERT_TRUE(slice);
  EXPECT_GE(arena.stats().reserved_bytes, 9 * GiB);  // With the gap behind it.
  EXPECT_LT(arena.stats().reserved_bytes, 10 * GiB);
  arena.release(*slice, 0);
}

TEST(ArenaSet, TakesFewerAddressesWhereThereAreFewer) {
  ArenaSet arena({.reserve_bytes = UINT64_MAX});  // The process has 128 TiB.
  const Result<Slice> slice = arena.acquire(exactly(4 * GiB));
  ASSERT_TRUE(slice) << slice.error().message;
  EXPECT_LT(arena.stats().reserved_bytes, std::uint64_t{128} * 1024 * GiB);
  slice->base[4 * GiB - 1] = 1;
  const Result<Slice> other_class = arena.acquire(exactly(1 * GiB));
  ASSERT_TRUE(other_class) << other_class.error().message;
  arena.release(*slice, 4 * GiB);
  arena.release(*other_class, 0);
}

TEST(ArenaSet, AlignsSlicesToTheirSizeUpToAHugePage) {
  ArenaSet arena({.reserve_bytes = 64 * MiB});
  std::vector<Slice> slices;
  for (const std::uint64_t size : {32 * KiB, 128 * KiB, 1 * MiB, 2 * MiB, 8 * MiB}) {
    for (int i = 0; i < 3; ++i) {
      const Result<Slice> slice = arena.acquire(exactly(size));
      ASSERT_TRUE(slice);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slice->base) % std::min(size, 2 * MiB), 0U);
      slices.push_back(*slice);
    }
  }
  for (const Slice& slice : slices) arena.release(slice, 0);
}

TEST(ArenaSet, SaysOverloadedWhenAClassIsFullAndRecovers) {
  ArenaSet arena({.reserve_bytes = 1 * MiB});
  std::vector<Slice> slices;
  for (int i = 0; i < 8; ++i) {
    const Result<Slice> slice = arena.acquire(exactly(128 * KiB));
    ASSERT_TRUE(slice);
    slices.push_back(*slice);
  }
  const Result<Slice> refused = arena.acquire(exactly(128 * KiB));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  EXPECT_EQ(refused.error().message,
            "the arena of 128 KiB memories is full: 8 of them are in use. Stop actors, or lower "
            "their memory limit to reach a smaller class.");
  const Result<Slice> other_class = arena.acquire(exactly(64 * KiB));
  ASSERT_TRUE(other_class);
  arena.release(*other_class, 0);
  arena.release(slices.back(), 0);
  ASSERT_TRUE(arena.acquire(exactly(128 * KiB)));
  for (const Slice& slice : slices) arena.release(slice, 0);
}

TEST(ArenaSet, CostsTheKernelNoAreaPerSlice) {
  for (const Populate populate : {Populate::on_demand, Populate::ahead}) {
    ArenaSet arena({.populate = populate});
    std::vector<Slice> slices;
    slices.reserve(20'000);
    const int before = kernel_areas();
    for (int i = 0; i < 10'000; ++i) {
      for (const std::uint64_t size : {32 * KiB, 1 * MiB}) {
        const Result<Slice> slice = arena.acquire(exactly(size));
        ASSERT_TRUE(slice) << slice.error().message;
        slice->base[0] = 1;
        slices.push_back(*slice);
      }
    }
    // Two areas per class, and room for the rest of the process: allocator, thread, sanitizer.
    EXPECT_LE(kernel_areas(), before + 100);
    for (const Slice& slice : slices) arena.release(slice, 1);
    EXPECT_LE(kernel_areas(), before + 100);
  }
}

TEST(ArenaSet, HandsOutZeroesOver100000Reuses) {
  constexpr std::uint64_t sizes[] = {32 * KiB, 64 * KiB, 128 * KiB, 256 * KiB, 512 * KiB, 1 * MiB};
  std::uint64_t seed = 0;
  for (const Populate populate : {Populate::on_demand, Populate::ahead}) {
    SCOPED_TRACE(testing::Message() << "seed " << ++seed);
    std::mt19937_64 random(seed);
    ArenaSet arena({.populate = populate});
    struct Held {
      Slice slice;
      std::uint64_t used = 0;
    };
    std::vector<Held> held;
    for (int i = 0; i < 50'000; ++i) {
      // A few sizes at random places: full scans of every slice would take minutes.
      const Result<Slice> slice = arena.acquire(exactly(sizes[random() % std::size(sizes)]));
      ASSERT_TRUE(slice) << slice.error().message;
      const std::uint64_t used = random() % 8 == 0 ? slice->capacity : random() % (8 * KiB);
      ASSERT_TRUE(all_zero(*slice, std::min<std::uint64_t>(slice->capacity, 9 * KiB)));
      for (int probe = 0; probe < 16; ++probe)
        ASSERT_EQ(slice->base[random() % slice->capacity], 0);
      ASSERT_EQ(slice->base[slice->capacity - 1], 0);
      std::memset(slice->base, 0xA5, std::min<std::uint64_t>(used, 8 * KiB));
      for (int write = 0; used > 8 * KiB && write < 16; ++write)
        slice->base[random() % slice->capacity] = 0xA5;
      if (used == slice->capacity) slice->base[used - 1] = 0xA5;
      held.push_back({.slice = *slice, .used = used});
      if (held.size() < 100 && i % 2 == 0) continue;
      std::swap(held[random() % held.size()], held.back());
      arena.release(held.back().slice, held.back().used);
      held.pop_back();
    }
    for (const Held& one : held) arena.release(one.slice, one.used);
    EXPECT_EQ(arena.stats().slices, 0U);
  }
}

TEST(ArenaSet, ZeroesWholeSlicesHoweverManyComeBackAtOnce) {
  ArenaSet arena({.reserve_bytes = 1 * GiB});
  for (const std::uint64_t size : {256 * KiB, 512 * KiB, 1 * MiB}) {
    // More than stay warm, so that both ways of zeroing are taken.
    for (int round = 0; round < 2; ++round) {
      std::vector<Slice> slices;
      for (std::uint32_t i = 0; i < limits::arena_warm_slices_max + 6; ++i) {
        const Result<Slice> slice = arena.acquire(exactly(size));
        ASSERT_TRUE(slice);
        ASSERT_TRUE(all_zero(*slice, slice->capacity));
        std::memset(slice->base, 0xA5, slice->capacity);
        slices.push_back(*slice);
      }
      for (const Slice& slice : slices) arena.release(slice, slice.capacity);
    }
  }
}

// "x..x": which pages of the slice the kernel holds.
std::string resident_pages(const Slice& slice) {
  std::vector<unsigned char> pages(slice.capacity / (4 * KiB));
  EXPECT_EQ(::mincore(slice.base, slice.capacity, pages.data()), 0);
  std::string text;
  for (const unsigned char page : pages) text += (page & 1U) != 0 ? 'x' : '.';
  return text;
}

TEST(ArenaSet, MakesNoPageResidentThatTheFirstLifeNeverTouched) {
  for (const std::uint64_t size : {32 * KiB, 256 * KiB}) {
    SCOPED_TRACE(size);
    ArenaSet arena({.reserve_bytes = 1 * GiB});
    const Result<Slice> first = arena.acquire(exactly(size));
    ASSERT_TRUE(first);
    const std::string untouched(size / (4 * KiB), '.');
    if (resident_pages(*first) != untouched) GTEST_SKIP() << "this kernel does not tell";
    // The first byte of a page, the last of one, both ends of the memory.
    for (const std::uint64_t at : {std::uint64_t{0}, 12 * KiB, 20 * KiB - 1, size - 1})
      first->base[at] = 0xA5;
    std::string touched = untouched;
    for (const std::uint64_t page :
         {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{4}, size / (4 * KiB) - 1})
      touched[page] = 'x';
    EXPECT_EQ(resident_pages(*first), touched);
    arena.release(*first, size);
    EXPECT_EQ(resident_pages(*first), touched);
    EXPECT_TRUE(all_zero(*first, size));

    // The second life has the same slice, uses all of it, and leaves it resident and zero.
    const Result<Slice> second = arena.acquire(exactly(size));
    ASSERT_TRUE(second);
    ASSERT_EQ(second->base, first->base);
    std::memset(second->base, 0xA5, size);
    arena.release(*second, size);
    EXPECT_EQ(resident_pages(*second), std::string(size / (4 * KiB), 'x'));
    EXPECT_TRUE(all_zero(*second, size));
  }
}

TEST(ArenaSet, ZeroesAFirstLifeOfAnySize) {
  ArenaSet arena({.reserve_bytes = 1 * GiB});
  std::vector<Slice> second_lives;  // Held, so that each life of the loop is a slice's first.
  for (const std::uint64_t used : {std::uint64_t{0}, std::uint64_t{1}, 4 * KiB - 1, 4 * KiB,
                                   4 * KiB + 1, 64 * KiB - 1, 64 * KiB}) {
    SCOPED_TRACE(used);
    const Result<Slice> slice = arena.acquire(exactly(64 * KiB));
    ASSERT_TRUE(slice);
    EXPECT_TRUE(slice->is_fresh);
    std::memset(slice->base, 0xA5, used);
    arena.release(*slice, used);
    EXPECT_TRUE(all_zero(*slice, slice->capacity));
    const Result<Slice> again = arena.acquire(exactly(64 * KiB));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->is_fresh);
    second_lives.push_back(*again);
  }
  for (const Slice& slice : second_lives) arena.release(slice, 0);
}

TEST(ArenaSet, CountsWhatIsHandedOut) {
  ArenaSet arena({.reserve_bytes = 64 * MiB});
  const Result<Slice> small = arena.acquire(exactly(20 * KiB));
  const Result<Slice> large = arena.acquire({.min_bytes = 64 * KiB, .max_bytes = 1 * MiB});
  ASSERT_TRUE(small && large);
  EXPECT_EQ(arena.stats().slices, 2U);
  EXPECT_EQ(arena.stats().slice_bytes, 32 * KiB + 1 * MiB);
  arena.release(*large, 64 * KiB);
  arena.release(*small, 20 * KiB);
  const ArenaStats stats = arena.stats();
  EXPECT_EQ(stats.slices, 0U);
  EXPECT_EQ(stats.slice_bytes, 0U);
  EXPECT_EQ(stats.slices_peak, 2U);
  EXPECT_EQ(stats.slice_bytes_peak, 32 * KiB + 1 * MiB);
  EXPECT_GE(stats.accessible_bytes, 32 * KiB + 1 * MiB);
}

TEST(ArenaSet, PopulatesAheadWithinItsLead) {
  ArenaSet arena({.populate = Populate::ahead});
  const Result<Slice> first = arena.acquire(exactly(32 * KiB));
  ASSERT_TRUE(first);
  // It comes in its own time; a kernel without MADV_POPULATE_WRITE (before 5.14) never gets there.
  for (int i = 0; i < 1'000'000 && arena.stats().populated_bytes == 0; ++i)
    std::this_thread::yield();
  EXPECT_LE(arena.stats().populated_bytes, 4 * MiB);
  arena.release(*first, 32 * KiB);
}

// Takes, marks, looks and gives back, 20 slices at a time. False: somebody else wrote there.
bool live_beside_others(ArenaSet& arena, std::uint8_t mark) {
  std::vector<Slice> held;
  bool good = true;
  const auto give_back = [&] {
    for (const Slice& one : held) {
      good &= one.base[0] == mark && one.base[63] == mark;
      arena.release(one, 64);
    }
    held.clear();
  };
  for (int i = 0; i < 4'000; ++i) {
    const auto slice = arena.acquire(exactly(i % 3 == 0 ? 512 * KiB : 32 * KiB));
    if (!slice) return false;
    good &= all_zero(*slice, 64);
    std::memset(slice->base, mark, 64);
    held.push_back(*slice);
    if (held.size() == 20) give_back();
  }
  give_back();
  return good;
}

TEST(ArenaSet, ServesManyThreadsAtOnce) {
  for (const Populate populate : {Populate::on_demand, Populate::ahead}) {
    ArenaSet arena({.populate = populate});
    std::atomic<bool> failed = false;
    std::vector<std::thread> threads;
    for (std::uint8_t mark = 1; mark <= 4; ++mark) {
      threads.emplace_back([&arena, &failed, mark] {
        if (!live_beside_others(arena, mark)) failed = true;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_FALSE(failed);
    EXPECT_EQ(arena.stats().slices, 0U);
  }
}

using ArenaSetDeathTest = testing::Test;

TEST(ArenaSetDeathTest, EndsTheProcessOnAStrangeSlice) {
  ArenaSet arena({.reserve_bytes = 64 * MiB});
  const Result<Slice> slice = arena.acquire(exactly(32 * KiB));
  ASSERT_TRUE(slice);
  Slice strange = *slice;
  strange.base += 4096;
  EXPECT_DEATH(arena.release(strange, 0), "not a slice of this arena");
  EXPECT_DEATH(arena.release(*slice, 32 * KiB + 1), "used_bytes");
  arena.release(*slice, 0);
  EXPECT_DEATH(arena.release(*slice, 0), "came back twice");
}

TEST(ArenaSetDeathTest, KeepsTheGapBehindAClassInaccessible) {
  ArenaSet arena({.reserve_bytes = 4 * GiB});
  const Result<Slice> slice = arena.acquire(exactly(4 * GiB));
  ASSERT_TRUE(slice);
  slice->base[4 * GiB - 1] = 1;
  volatile std::uint8_t* behind = slice->base + 4 * GiB;
  EXPECT_DEATH(behind[0] = 1, "");
  EXPECT_DEATH(behind[4 * GiB] = 1, "");
  EXPECT_DEATH(behind[8 * GiB - 1] = 1, "");
  arena.release(*slice, 4 * GiB);
}

}  // namespace
}  // namespace troupe
