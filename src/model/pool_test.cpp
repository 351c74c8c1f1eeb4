// Proves that blocks are never handed out twice, come home from other threads, and cost the heap
// nothing once there were enough of them (run under ThreadSanitizer and AddressSanitizer too).

#include "model/pool.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

struct Held {
  void* block = nullptr;
  std::size_t bytes = 0;
  std::uint8_t mark = 0;
};

Held take(std::size_t bytes, std::uint8_t mark) {
  const Held held{Pool::allocate(bytes), bytes, mark};
  std::memset(held.block, mark, bytes);
  return held;
}

void give_back(const Held& held) {
  const auto* bytes = static_cast<const std::uint8_t*>(held.block);
  EXPECT_EQ(bytes[0], held.mark);
  EXPECT_EQ(bytes[held.bytes - 1], held.mark);
  Pool::release(held.block);
}

// Small ones share chunks of 64 KiB at first, then chunks that stand in regions of 2 MiB.
TEST(Pool, GrowsByRegionsOnceItIsLarge) {
  Pool pool;
  const Pool::Scope scope(pool);
  std::vector<Held> held;
  std::uint64_t before = 0;
  std::uint64_t regions = 0;
  while (regions < 3) {
    held.push_back(take(1 + held.size() % 512, static_cast<std::uint8_t>(held.size())));
    const std::uint64_t grown = pool.resident_bytes() - before;
    before = pool.resident_bytes();
    if (grown == 0) continue;
    const bool is_large = before - grown >= limits::pool_huge_from;
    ASSERT_EQ(grown, is_large ? 2 * limits::MiB : 64 * limits::KiB);
    if (is_large) ++regions;
  }
  for (const Held& one : held) give_back(one);
  held.clear();
  // All of it is used again before there is more.
  while (pool.resident_bytes() == before && held.size() < 200'000) {
    held.push_back(take(64, static_cast<std::uint8_t>(held.size())));
  }
  EXPECT_GT(held.size(), 8'000U);
  for (const Held& one : held) give_back(one);
}

TEST(Pool, KeepsBlocksOfEverySizeApart) {
  Pool pool;
  const Pool::Scope scope(pool);
  std::mt19937 generator(1);
  std::vector<Held> held;
  for (int step = 0; step < 20'000; ++step) {
    if (held.empty() || generator() % 2 == 0) {
      // Most are small; up to above the largest that shares a chunk.
      const std::size_t bytes = 1 + generator() % (std::size_t{1} << (generator() % 17));
      held.push_back(take(bytes, static_cast<std::uint8_t>(generator())));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(held.back().block) % 64, 0U);
    } else {
      const std::size_t at = generator() % held.size();
      give_back(held[at]);
      held[at] = held.back();
      held.pop_back();
    }
  }
  for (const Held& one : held) give_back(one);
}

TEST(Pool, TakesNothingMoreFromTheHeapInTheSteadyState) {
  Pool pool;
  const Pool::Scope scope(pool);
  std::array<void*, 500> blocks{};
  const auto round = [&] {
    for (void*& block : blocks) block = Pool::allocate(64);
    for (void* block : blocks) Pool::release(block);
  };
  round();
  const std::uint64_t resident = pool.resident_bytes();
  for (int i = 0; i < 100; ++i) round();
  EXPECT_EQ(pool.resident_bytes(), resident);
}

TEST(Pool, KeepsOnlySomeOfTheLargeBlocks) {
  Pool pool;
  const Pool::Scope scope(pool);
  std::array<void*, 20> blocks{};
  for (void*& block : blocks) block = Pool::allocate(1 * limits::MiB);
  EXPECT_GE(pool.resident_bytes(), 20 * limits::MiB);
  for (void* block : blocks) Pool::release(block);
  EXPECT_LE(pool.resident_bytes(), limits::pool_idle_bytes_max);
  EXPECT_GE(pool.resident_bytes(), 1 * limits::MiB);
}

TEST(Pool, TakesTheLargestPayload) {
  Pool pool;
  const Pool::Scope scope(pool);
  void* block = Pool::allocate(limits::payload_bytes_max + 64);
  std::memset(block, 1, limits::payload_bytes_max + 64);
  Pool::release(block);
}

// A ring of threads: each fills blocks and hands them on; the next checks and releases them.
TEST(Pool, GetsItsBlocksBackFromOtherThreads) {
  constexpr std::size_t threads = 3;
  constexpr int rounds = 20'000;
  std::array<Pool, threads> pools;
  std::array<std::atomic<void*>, threads> slots{};
  {
    std::vector<std::jthread> ring;
    ring.reserve(threads);
    for (std::size_t own = 0; own < threads; ++own) {
      ring.emplace_back([&, own] {
        Pool& pool = pools.at(own);
        const Pool::Scope scope(pool);
        const std::size_t before = (own + threads - 1) % threads;
        for (int sent = 0, received = 0; sent < rounds || received < rounds;) {
          if (sent < rounds && slots.at(own).load(std::memory_order_acquire) == nullptr) {
            slots.at(own).store(take(64, 7).block, std::memory_order_release);
            ++sent;
          }
          void* got = received < rounds ? slots.at(before).exchange(nullptr) : nullptr;
          if (got == nullptr) {
            std::this_thread::yield();
            continue;
          }
          give_back({got, 64, 7});
          ++received;
        }
        pool.flush_returns();
      });
    }
  }
  // One block on its way, and a batch that waits to go home.
  for (const Pool& pool : pools) EXPECT_LE(pool.resident_bytes(), 64 * limits::KiB);
}

TEST(Pool, TakesHomeWhatOthersReturnBeforeItAsksTheHeap) {
  Pool own;
  const std::array<std::size_t, 4> sizes{64, 200, 1'000, 100 * limits::KiB};
  std::uint64_t before = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<Held> held;
    {
      const Pool::Scope scope(own);
      for (std::size_t at = 0; at < 400; ++at)
        held.push_back(take(sizes.at(at % sizes.size()), static_cast<std::uint8_t>(at)));
    }
    EXPECT_EQ(own.living_blocks(), held.size());
    // The large ones beyond what it keeps go back to the heap, so only the first round grows.
    if (round > 0) {
      EXPECT_LE(own.resident_bytes(), before);
    }
    before = own.resident_bytes();
    // One whole batch of parcels and a part of the next, and nothing is kept back by the other.
    Pool other;
    const Pool::Scope scope(other);
    for (const Held& one : held) give_back(one);
    other.flush_returns();
    EXPECT_EQ(own.living_blocks(), 0U);
  }
}

TEST(Pool, ServesThreadsWithoutOne) {
  Pool pool;
  void* inside = nullptr;
  {
    const Pool::Scope scope(pool);
    inside = Pool::allocate(100);
  }
  void* outside = Pool::allocate(100);
  {
    const Pool::Scope scope(pool);
    Pool::release(outside);
  }
  Pool::release(inside);
  pool.flush_returns();
}

}  // namespace
}  // namespace troupe
