// Proves that nothing is lost or reordered between threads: by counts and per-producer order over
// real threads (run under ThreadSanitizer too), never by time.

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "scheduler/away_places.hpp"
#include "scheduler/driver.hpp"
#include "scheduler/inbox.hpp"
#include "scheduler/port.hpp"

namespace troupe {
namespace {

struct Node {
  Node* next = nullptr;
  std::uint32_t producer = 0;
  std::uint32_t sequence = 0;
};

TEST(Inbox, GivesOutChainsInTheOrderOfThePushes) {
  Inbox<Node> inbox;
  std::array<Node, 5> nodes{};
  for (std::uint32_t i = 0; i < 5; ++i) nodes[i].sequence = i;
  inbox.push_chain(nodes.data(), nodes.data());
  nodes[2].next = &nodes[1];  // Newest first.
  inbox.push_chain(&nodes[2], &nodes[1]);
  nodes[4].next = &nodes[3];
  inbox.push_chain(&nodes[4], &nodes[3]);
  EXPECT_FALSE(inbox.maybe_empty());
  std::uint32_t expected = 0;
  for (Node* at = inbox.take_all(); at != nullptr; at = at->next) {
    EXPECT_EQ(at->sequence, expected++);
  }
  EXPECT_EQ(expected, 5U);
  EXPECT_TRUE(inbox.maybe_empty());
  EXPECT_EQ(inbox.take_all(), nullptr);
}

class RealClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return {std::chrono::steady_clock::now().time_since_epoch().count()};
  }
  [[nodiscard]] std::uint64_t wall_ms() const override { return 0; }
};

constexpr std::uint32_t producers = 3;
constexpr std::uint32_t each = 20'000;

// Counts what arrives, and checks that each producer's nodes come in their order.
class Counter final : public Steppable {
 public:
  explicit Counter(Port<Node>& port) : port_(port) {}

  StepResult step() override {
    bool worked = false;
    for (Node* at = port_.take_all(); at != nullptr; at = at->next) {
      if (at->sequence != next_.at(at->producer)) ++disorder;
      next_.at(at->producer) = at->sequence + 1;
      count.fetch_add(1);
      count.notify_all();
      worked = true;
    }
    return worked ? StepResult::worked : StepResult::idle;
  }
  [[nodiscard]] Instant next_due() const override { return never; }
  [[nodiscard]] bool has_arrivals() const override { return !port_.maybe_empty(); }

  std::atomic<std::uint32_t> count{0};
  std::uint32_t disorder = 0;

 private:
  Port<Node>& port_;
  std::array<std::uint32_t, producers> next_{};
};

class DriverOf : public testing::TestWithParam<Duration> {};

TEST_P(DriverOf, ThreeProducersLosesNoWakeUpAndKeepsEachOnesOrder) {
  Port<Node> port;
  Counter counter(port);
  const RealClock clock;
  Driver driver(counter, port.parker(), clock, "counter", GetParam());
  driver.start();
  std::vector<std::vector<Node>> nodes(producers, std::vector<Node>(each));
  {
    std::vector<std::jthread> threads;
    threads.reserve(producers);
    for (std::uint32_t producer = 0; producer < producers; ++producer) {
      threads.emplace_back([&port, &mine = nodes[producer], producer] {
        for (std::uint32_t i = 0; i < each; ++i) {
          mine[i].producer = producer;
          mine[i].sequence = i;
          port.push(&mine[i]);
          // The consumer drains and parks in between, so that wake-ups are needed.
          if (i % 64 == 0) std::this_thread::yield();
        }
      });
    }
  }
  // A lost wake-up would leave this waiting for ever: the driver naps for an hour.
  for (std::uint32_t seen = counter.count; seen < producers * each; seen = counter.count) {
    counter.count.wait(seen);
  }
  driver.join();
  EXPECT_EQ(counter.count, producers * each);
  EXPECT_EQ(counter.disorder, 0U);
}

INSTANTIATE_TEST_SUITE_P(Driver, DriverOf,
                         testing::Values(Duration{0}, Duration(std::chrono::microseconds(20))),
                         [](const auto& spin) {
                           return spin.param == Duration{0} ? "sleeps" : "spins";
                         });

// Counts its steps; each third one leaves to a successor and goes on counting by itself.
class Leaver final : public Steppable {
 public:
  StepResult step() override {
    const int count = ++steps;
    if (count == all_steps) {
      is_over.store(true);
      is_over.notify_all();
    }
    if (count >= all_steps) return StepResult::idle;
    if (count % 3 != 0) return StepResult::worked;
    if (!handover->prepare_successor()) return StepResult::worked;
    handover->release_successor();
    // Nothing of the members but these from here on: they are the successor's.
    beside.fetch_add(1);
    return StepResult::left;
  }
  [[nodiscard]] Instant next_due() const override { return never; }
  [[nodiscard]] bool has_arrivals() const override { return false; }

  static constexpr int all_steps = 301;
  Handover* handover = nullptr;
  int steps = 0;
  std::atomic<int> beside{0};
  std::atomic<bool> is_over{false};
};

TEST(Driver, IsRelievedInTheMiddleOfAStep) {
  Leaver leaver;
  Parker parker;
  const RealClock clock;
  Driver driver(leaver, parker, clock, "leaver");
  leaver.handover = &driver;
  driver.start();
  leaver.is_over.wait(false);
  driver.join();
  EXPECT_EQ(leaver.beside, 100);
  EXPECT_GE(leaver.steps, Leaver::all_steps);
}

TEST(AwayPlaces, AreBoundedInThreadsAndInThoseThatRun) {
  AwayPlaces places({.running = 1, .threads = 2});
  AwayPlaces::Claim first;
  AwayPlaces::Claim other;
  ASSERT_TRUE(places.enter());
  ASSERT_TRUE(places.enter());
  EXPECT_FALSE(places.enter()) << "two threads are all";
  places.take_place(first);
  std::atomic<bool> has_place{false};
  std::jthread second([&] {
    places.take_place(other);
    has_place = true;
    has_place.notify_all();
    places.leave(other);
  });
  EXPECT_EQ(places.threads(), 2U);
  EXPECT_FALSE(has_place) << "the place is taken";
  places.leave(first);
  has_place.wait(false);
  second.join();
  EXPECT_EQ(places.threads(), 0U);
}

TEST(AwayPlaces, AreGivenToWhoHasWaitedWhenTheirHolderYields) {
  AwayPlaces places({.running = 1, .threads = 3});
  std::vector<int> order;
  AwayPlaces::Claim first;
  ASSERT_TRUE(places.enter());
  places.take_place(first);
  EXPECT_FALSE(places.yield_place(first)) << "nobody waits: it goes on";
  {
    std::vector<std::jthread> others;
    others.reserve(2);
    for (int i = 1; i <= 2; ++i) {
      ASSERT_TRUE(places.enter());
      others.emplace_back([&places, &order, i] {
        AwayPlaces::Claim own;
        places.take_place(own);
        order.push_back(i);  // One at a time: it has the only place.
        places.leave(own);
      });
    }
    while (places.waiting() < 2) std::this_thread::yield();
    EXPECT_TRUE(places.yield_place(first));
    order.push_back(0);
    places.leave(first);
  }
  ASSERT_EQ(order.size(), 3U);
  EXPECT_EQ(order.back(), 0) << "both had waited when it yielded";
}

TEST(AwayPlaces, LetTheKilledRunToTheirEnds) {
  AwayPlaces places({.running = 1, .threads = 2});
  AwayPlaces::Claim alive;
  AwayPlaces::Claim doomed;
  ASSERT_TRUE(places.enter());
  ASSERT_TRUE(places.enter());
  places.take_place(alive);
  std::jthread second([&] {
    places.take_place(doomed);
    places.leave(doomed);
  });
  places.kill(doomed);
  second.join();
  places.leave(alive);
}

// By whoever leaves first, wherever the thread is: about to wait, with a place, or waiting again.
TEST(AwayPlaces, AreGivenBackOnce) {
  AwayPlaces places({.running = 1, .threads = 2});
  AwayPlaces::Claim lost;
  ASSERT_TRUE(places.enter());
  places.kill(lost);
  places.leave(lost);
  EXPECT_EQ(places.threads(), 0U);
  places.take_place(lost);
  AwayPlaces::Claim next;
  ASSERT_TRUE(places.enter());
  places.take_place(next);  // The only place is free: who is lost does not count.
  EXPECT_FALSE(places.yield_place(lost));
  places.leave(lost);
  EXPECT_EQ(places.threads(), 1U);
  places.leave(next);
  EXPECT_EQ(places.threads(), 0U);
}

TEST(AwayPlaces, TakeBackWhatWasNotUsed) {
  AwayPlaces places({.running = 1, .threads = 1});
  ASSERT_TRUE(places.enter());
  places.give_up();
  EXPECT_TRUE(places.enter());
}

}  // namespace
}  // namespace troupe
