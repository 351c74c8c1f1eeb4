// Proves that no bound is exceeded at any level, whoever adds at the same time, and that all of it
// comes back.

#include "model/census.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Census, AllowsAsManyAsItSays) {
  const Census::Owner owner = Census::make(2, nullptr);
  Census& census = *owner;
  EXPECT_TRUE(Census::try_add(&census));
  EXPECT_TRUE(Census::try_add(&census));
  EXPECT_FALSE(Census::try_add(&census));
  EXPECT_EQ(census.living(), 2U);
  Census::remove(&census);
  EXPECT_TRUE(Census::try_add(&census));
  EXPECT_FALSE(Census::try_add(&census));
  for (int i = 0; i < 2; ++i) Census::remove(&census);
}

TEST(Census, CountsNobodyWhereNoneIs) {
  EXPECT_TRUE(Census::try_add(nullptr));
  Census::remove(nullptr);
  const Census::Owner none = Census::make(0, nullptr);
  EXPECT_FALSE(Census::try_add(none.get()));
}

TEST(Census, LeavesNothingBehindWhereAnotherAboveRefuses) {
  const Census::Owner top_owner = Census::make(3, nullptr);
  Census& top = *top_owner;
  const Census::Owner left_owner = Census::make(2, &top);
  const Census::Owner right_owner = Census::make(9, &top);
  Census& left = *left_owner;
  Census& right = *right_owner;
  EXPECT_TRUE(Census::try_add(&left));
  EXPECT_TRUE(Census::try_add(&left));
  EXPECT_FALSE(Census::try_add(&left)) << "its own bound";
  EXPECT_TRUE(Census::try_add(&right));
  EXPECT_FALSE(Census::try_add(&right)) << "that of the one above";
  EXPECT_EQ(top.living(), 3U);
  EXPECT_EQ(right.living(), 1U);
  Census::remove(&left);
  EXPECT_TRUE(Census::try_add(&right));
  EXPECT_EQ(left.living(), 1U);
  EXPECT_EQ(right.living(), 2U);
  Census::remove(&left);
  for (int i = 0; i < 2; ++i) Census::remove(&right);
  EXPECT_EQ(top.living(), 0U);
}

TEST(Census, HoldsWhileManyAdd) {
  constexpr std::uint32_t most = 5;
  const Census::Owner top = Census::make(most, nullptr);
  const std::array<Census::Owner, 3> below{Census::make(4, top.get()), Census::make(4, top.get()),
                                           Census::make(4, top.get())};
  std::atomic<std::uint32_t> living = 0;
  std::atomic<std::uint32_t> wrong = 0;
  std::array<std::thread, 3> threads;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i] = std::thread([&, i] {
      for (int round = 0; round < 20'000; ++round) {
        if (!Census::try_add(below[i].get())) continue;
        if (++living > most) ++wrong;
        if (round % 8 == 0) std::this_thread::yield();
        --living;
        Census::remove(below[i].get());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(top->living(), 0U);
  for (const Census::Owner& one : below) EXPECT_EQ(one->living(), 0U);
}

TEST(Census, StaysUntilNobodyIsCounted) {
  const Census::Owner top = Census::make(9, nullptr);
  Census::Owner owner = Census::make(9, top.get());
  Census* const below = owner.get();
  ASSERT_TRUE(Census::try_add(top.get())) << "the one who has it";
  ASSERT_TRUE(Census::try_add(below));
  ASSERT_TRUE(Census::try_add(below));
  owner.reset();
  Census::remove(top.get());
  EXPECT_EQ(below->living(), 2U);
  Census::remove(below);
  Census::remove(below);  // And it goes.
  EXPECT_EQ(top->living(), 0U);
}

TEST(Census, AreSoManyAboveEachOther) {
  std::vector<Census::Owner> chain;
  for (std::uint32_t depth = 1; depth <= limits::censuses_max + 1; ++depth) {
    chain.push_back(Census::make(1'000, chain.empty() ? nullptr : chain.back().get()));
    EXPECT_EQ(Census::try_add(chain.back().get()), depth <= limits::censuses_max) << depth;
  }
  EXPECT_EQ(chain.front()->living(), limits::censuses_max);
  // Each stays until those below it that were counted are gone.
  for (std::uint32_t at = 0; at < limits::censuses_max; ++at) Census::remove(chain[at].get());
  EXPECT_EQ(chain.front()->living(), 0U);
}

}  // namespace
}  // namespace troupe
