// Proves that nothing is lost or reordered between threads: by counts and per-producer order over
// real threads (run under ThreadSanitizer too), never by time.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "scheduler/driver.hpp"
#include "scheduler/inbox.hpp"
#include "scheduler/port.hpp"
#include "scheduler/run_queue.hpp"

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

TEST(Driver, LosesNoWakeUpAndKeepsEachProducersOrder) {
  Port<Node> port;
  Counter counter(port);
  const RealClock clock;
  Driver driver(counter, port.parker(), clock, "counter");
  driver.start();
  std::vector<std::vector<Node>> nodes(producers, std::vector<Node>(each));
  {
    std::vector<std::jthread> threads;
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

TEST(RunQueue, QueuesEachOnce) {
  RunQueue queue;
  Runnable a;
  Runnable b;
  Runnable c;
  for (Runnable* one : {&a, &b, &a, &c}) queue.ready(*one);
  queue.remove(b);
  EXPECT_EQ(queue.take(), &a);
  queue.ready(a);
  EXPECT_EQ(queue.take(), &c);
  EXPECT_EQ(queue.take(), &a);
  EXPECT_EQ(queue.take(), nullptr);
  EXPECT_TRUE(queue.empty());
}

TEST(RunQueue, RemovesItsLastAndGoesOn) {
  RunQueue queue;
  Runnable a;
  Runnable b;
  queue.ready(a);
  queue.ready(b);
  queue.remove(b);
  queue.ready(b);
  EXPECT_EQ(queue.take(), &a);
  EXPECT_EQ(queue.take(), &b);
}

}  // namespace
}  // namespace troupe
