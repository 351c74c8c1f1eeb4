// Proves that messages cost nothing of the general heap once as many are on their way as ever will
// be.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "counted_heap.hpp"
#include "runtime/sim_node.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using Handle = std::function<Outcome(Turn&, BytesView)>;

class Doing final : public Actor {
 public:
  explicit Doing(const Handle& handle) : handle_(handle) {}
  Outcome handle(Turn& turn, BytesView message) override { return handle_(turn, message); }
  Outcome answered(Turn& turn, std::uint64_t /*request*/, const AnswerView& answer) override {
    return answer ? handle_(turn, *answer) : Outcome{};
  }
  Outcome fired(Turn& turn, std::uint64_t /*timer*/) override { return handle_(turn, {}); }
  Outcome event(Turn& turn, std::uint64_t /*subscription*/, std::string_view /*topic*/,
                BytesView payload) override {
    return handle_(turn, payload);
  }

 private:
  const Handle& handle_;
};

class Allocations : public testing::Test {
 protected:
  Address spawn(const Handle& handle, std::optional<std::string> name = std::nullopt) {
    auto spec = native_spec([&handle] { return std::make_unique<Doing>(handle); });
    return *node_.spawn({.name = std::move(name), .spec = std::move(spec), .config = {}});
  }
  // While `rounds` goes on by so many, after as many to warm up.
  std::uint64_t count(const std::uint64_t& rounds, std::uint64_t how_many) {
    step_until(rounds, rounds + how_many);
    const std::uint64_t before = heap_allocations();
    step_until(rounds, rounds + how_many);
    return heap_allocations() - before;
  }

  SimNode node_{{.workers = 2, .turns_a_step = 8, .seed = 1}};

 private:
  void step_until(const std::uint64_t& rounds, std::uint64_t end) {
    for (int idle = 0; rounds < end && idle < 100; ++idle) {
      for (const auto& worker : node_.core().workers()) {
        if (worker->step() == StepResult::worked) idle = 0;
        if (worker->next_due() != never && worker->next_due() > node_.clock().now()) {
          node_.clock().advance(std::chrono::milliseconds(1));
        }
      }
    }
    ASSERT_GE(rounds, end) << "it has come to a halt";
  }
};

class AllocationsOf : public Allocations, public testing::WithParamInterface<std::size_t> {};

// Of each size: in the envelope, in a small body, in a large one.
TEST_P(AllocationsOf, AMessageAreNone) {
  std::array<Address, 2> pair;
  std::uint64_t rounds = 0;
  const Handle pass_on = [&](Turn& turn, BytesView message) {
    ++rounds;
    EXPECT_TRUE(turn.send(turn.self() == pair[0] ? pair[1] : pair[0], message));
    return Outcome{};
  };
  for (Address& one : pair) one = spawn(pass_on);
  const Bytes ball(GetParam());
  ASSERT_TRUE(node_.core().send(pair[0], ball));
  EXPECT_EQ(count(rounds, 10'000), 0U);
}

INSTANTIATE_TEST_SUITE_P(Bytes, AllocationsOf, testing::Values(8, 1'000, 100'000));

// From one worker to another that sends nothing back, so that nobody moves.
TEST_F(Allocations, AreNoneForAMessageToAnotherWorker) {
  Address receiver;
  std::array<Address, 2> senders;
  std::uint64_t rounds = 0;
  const Handle taking = [&](Turn&, BytesView) {
    ++rounds;
    return Outcome{};
  };
  const Handle idle = [](Turn&, BytesView) { return Outcome{}; };
  const Handle sending = [&](Turn& turn, BytesView message) {
    EXPECT_TRUE(turn.send(receiver, message));
    EXPECT_TRUE(turn.send(turn.self() == senders[0] ? senders[1] : senders[0], message));
    return Outcome{};
  };
  senders[0] = spawn(sending);
  receiver = spawn(taking);
  senders[1] = spawn(sending);
  (void)spawn(idle);
  ASSERT_TRUE(node_.core().send(senders[0], as_bytes("ball")));
  EXPECT_EQ(count(rounds, 10'000), 0U);
}

TEST_P(AllocationsOf, ARequestWithItsTimeoutAreNone) {
  Address answering;
  std::uint64_t rounds = 0;
  const Handle answer = [](Turn&, BytesView message) { return Outcome::answer(message); };
  const Handle ask = [&](Turn& turn, BytesView message) {
    ++rounds;
    EXPECT_TRUE(turn.request(answering, message, std::chrono::seconds(5)));
    return Outcome{};
  };
  const Address asking = spawn(ask);
  answering = spawn(answer);
  const Bytes question(GetParam());
  ASSERT_TRUE(node_.core().send(asking, question));
  EXPECT_EQ(count(rounds, 10'000), 0U);
}

// As many as may travel, to somebody who is looked up by a name that no string has inside.
TEST_F(Allocations, AreNoneForAddressesAndALookAtAName) {
  constexpr std::string_view name = "a-name-that-is-longer-than-a-string-has-inside";
  std::uint64_t rounds = 0;
  const Handle pass_on = [&](Turn& turn, BytesView message) {
    ++rounds;
    const std::array<Address, limits::message_addresses_max> own{turn.self()};
    const auto received = turn.received();
    EXPECT_TRUE(turn.send(*turn.find(name), message, {}, received.empty() ? own : received));
    return Outcome{};
  };
  const Address actor = spawn(pass_on, std::string(name));
  ASSERT_TRUE(node_.core().send(actor, as_bytes("ball")));
  EXPECT_EQ(count(rounds, 10'000), 0U);
}

// To listeners of both workers. It reaches each of them by two filters, and the next is published
// when all have answered.
TEST_F(Allocations, AreNoneForAnEvent) {
  constexpr std::uint64_t listeners = 6;
  std::uint64_t rounds = 0;
  std::uint64_t waiting = 1;
  Address publisher;
  const Handle listening = [&](Turn& turn, BytesView message) {
    if (as_text(message) == "listen") {
      EXPECT_TRUE(turn.subscribe("a.topic.longer.than.a.string.has.inside"));
      EXPECT_TRUE(turn.subscribe("a.#"));
    } else {
      EXPECT_TRUE(turn.send(publisher, message));
    }
    return Outcome{};
  };
  const Handle publishing = [&](Turn& turn, BytesView message) {
    if (--waiting > 0) return Outcome{};
    waiting = 2 * listeners;
    ++rounds;
    EXPECT_TRUE(turn.publish("a.topic.longer.than.a.string.has.inside", message));
    return Outcome{};
  };
  for (std::uint64_t i = 0; i < listeners; ++i) node_.send(spawn(listening), "listen");
  publisher = spawn(publishing);
  ASSERT_TRUE(node_.core().send(publisher, as_bytes("news")));
  EXPECT_EQ(count(rounds, 2'000), 0U);
}

TEST_F(Allocations, AreNoneForATimer) {
  std::uint64_t rounds = 0;
  const Handle ticking = [&](Turn& turn, BytesView) {
    ++rounds;
    EXPECT_TRUE(turn.start_timer(std::chrono::milliseconds(3), std::nullopt));
    return Outcome{};
  };
  const Address actor = spawn(ticking);
  ASSERT_TRUE(node_.core().send(actor, {}));
  EXPECT_EQ(count(rounds, 2'000), 0U);
}

// --- On threads, where what is on its way and who is where differ from run to run ----------------

struct Circle {
  static constexpr std::uint64_t each = 100'000;

  std::vector<Address> members;
  std::atomic<std::uint64_t> rounds{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<bool> is_over{false};
  std::counting_semaphore<> went_on{0};  // By `each` rounds, or somebody was refused.
};

// Who gets a ball asks somebody, and when that is answered throws it on; to others each time, of
// both workers.
class Thrower final : public Actor {
 public:
  Thrower(Circle& circle, std::size_t index) : circle_(circle), index_(index) {}

  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == "question") return Outcome::answer(message);
    if (++circle_.rounds % Circle::each == 0) circle_.went_on.release();
    if (circle_.is_over) return {};
    if (!turn.request(somebody(), as_bytes("question"), std::chrono::seconds(60))) refused();
    return {};
  }
  Outcome answered(Turn& turn, std::uint64_t /*request*/, const AnswerView& answer) override {
    if (!answer || !turn.send(somebody(), as_bytes("ball"))) refused();
    return {};
  }

 private:
  [[nodiscard]] Address somebody() {
    const std::size_t others = circle_.members.size() - 1;
    return circle_.members[(index_ + 1 + ++turns_ % others) % circle_.members.size()];
  }
  void refused() {
    ++circle_.refused;
    circle_.went_on.release();
  }

  Circle& circle_;
  std::size_t index_;
  std::size_t turns_ = 0;
};

// Actors that change their workers cost a list each time, as may what the node does by the clock,
// and a pool that is short for once. Whatever a message or a request cost would be one for each
// round.
TEST(AllocationsOnThreads, DoNotGrowWithMessages) {
  Circle circle;
  const auto runtime = Runtime::start({.name = "circle", .workers = 2});
  ASSERT_TRUE(runtime);
  for (std::size_t index = 0; index < 16; ++index) {
    const auto member = (*runtime)->spawn(Component::native(
        "thrower", [&circle, index] { return std::make_unique<Thrower>(circle, index); }));
    ASSERT_TRUE(member);
    circle.members.push_back(*member);
  }
  for (std::size_t at = 0; at < 4; ++at) {
    ASSERT_TRUE((*runtime)->send(circle.members[at * 4], as_bytes("ball")));
  }
  circle.went_on.acquire();
  const std::uint64_t before = heap_allocations();
  circle.went_on.acquire();
  const std::uint64_t gained = heap_allocations() - before;
  circle.is_over = true;
  EXPECT_EQ(circle.refused, 0U);
  EXPECT_LT(gained, Circle::each / 10);
}

}  // namespace
}  // namespace troupe
