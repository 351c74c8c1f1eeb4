// Proves when actors are asked how they are, what their answers lead to, and what is shown of it.
// Simulated time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Says what it is told to; a message may take long.
class Patient final : public Actor {
 public:
  using Says = std::function<Health()>;
  Patient(const Says& says, SimClock& clock) : says_(says), clock_(clock) {}
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    if (as_text(message) == "slow") clock_.advance(seconds(20));
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return Outcome::answer("yes");
  }
  Health health() override { return says_(); }

 private:
  const Says& says_;
  SimClock& clock_;
};

Health unhealthy(std::string reason) {
  return {.status = HealthStatus::unhealthy, .reason = std::move(reason)};
}

ActorHealth unasked() {
  return {.status = HealthStatus::unknown, .reason = "its first check is still to come"};
}

class HealthTest : public testing::Test {
 protected:
  Address patient(const std::string& name, HealthChecks checks = {}, MailboxBounds mailbox = {},
                  RestartType restart = RestartType::permanent) {
    auto spec = native_spec([this] { return std::make_unique<Patient>(says_, node_.clock()); });
    spec->interfaces.health = true;
    spec->health = checks;
    spec->mailbox = mailbox;
    return *node_.spawn({.name = name, .restart = restart, .spec = std::move(spec), .config = {}});
  }
  ActorHealth health(Address actor) { return node_.core().roster().actor(actor)->health; }
  std::uint64_t life(Address actor) { return node_.core().roster().actor(actor)->lives; }
  // The texts of all events of that kind.
  std::vector<std::string> events(NodeEvent::Kind kind) {
    std::vector<std::string> texts;
    for (const NodeEvent& event : node_.core().history().events.find({.limit = 1'000}, "test")) {
      if (event.kind == kind) texts.push_back(fmt::format("{} {}", event.name, event.text));
    }
    return texts;
  }

  SimNode node_{{.workers = 2, .seed = 5}};
  int checks_ = 0;
  Health answer_ = {};
  Patient::Says says_ = [this] {
    ++checks_;
    return answer_;
  };
};

TEST_F(HealthTest, IsAskedForAtItsInterval) {
  patient("a", {.interval = seconds(2)});
  node_.advance(milliseconds(1'999));
  EXPECT_EQ(checks_, 0);
  node_.advance(milliseconds(2));
  EXPECT_EQ(checks_, 1);
  node_.advance(seconds(20));
  EXPECT_EQ(checks_, 11);
}

TEST_F(HealthTest, IsNotAskedForWithoutTheInterface) {
  auto spec = native_spec([this] { return std::make_unique<Patient>(says_, node_.clock()); });
  ASSERT_TRUE(node_.spawn({.name = "a", .spec = std::move(spec), .config = {}}));
  node_.advance(seconds(60));
  EXPECT_EQ(checks_, 0);
}

TEST_F(HealthTest, EndsALifeThatIsUnhealthyOftenEnough) {
  const Address a = patient("a", {.interval = seconds(5), .threshold = 3});
  answer_ = unhealthy("no disk");
  node_.advance(seconds(12));
  EXPECT_EQ(checks_, 2);
  EXPECT_TRUE(node_.exits().empty()) << "not yet";
  node_.advance(seconds(4));
  ASSERT_EQ(node_.exits().size(), 1U);
  const ExitEvent& exit = node_.exits()[0];
  EXPECT_EQ(exit.exit, Exit::crashed("unhealthy: no disk"));
  ASSERT_TRUE(exit.in_hand);
  EXPECT_EQ(exit.in_hand->what, "health");
  EXPECT_EQ(exit.detail, "3 health checks in a row failed");
  EXPECT_EQ(exit.decision, "restarted");
  EXPECT_EQ(life(a), 2U);
  EXPECT_EQ(health(a), unasked()) << "a new life has not been asked";
}

TEST_F(HealthTest, CountsOnlyWhatComesInARow) {
  patient("a", {.interval = seconds(1), .threshold = 3});
  says_ = [this] { return ++checks_ % 3 == 0 ? Health{} : unhealthy("now and then"); };
  node_.advance(seconds(60));
  EXPECT_EQ(checks_, 60);
  EXPECT_TRUE(node_.exits().empty());
}

TEST_F(HealthTest, NeverEndsALifeThatIsDegraded) {
  const Address a = patient("a", {.interval = seconds(1), .threshold = 1});
  answer_ = {.status = HealthStatus::degraded, .reason = "slow"};
  node_.advance(seconds(100));
  EXPECT_EQ(checks_, 100);
  EXPECT_TRUE(node_.exits().empty());
  EXPECT_EQ(
      health(a),
      (ActorHealth{.status = HealthStatus::degraded, .reason = "slow", .since = seconds(99)}));
}

TEST_F(HealthTest, CountsACheckThatTakesTooLong) {
  const Address a = patient("a", {.interval = seconds(1), .timeout = seconds(1), .threshold = 3});
  says_ = [this] {
    ++checks_;
    node_.clock().advance(milliseconds(1'500));
    return Health{};
  };
  node_.advance(milliseconds(1'001));
  EXPECT_EQ(health(a).status, HealthStatus::unknown);
  EXPECT_EQ(health(a).reason, "its check took longer than 1s");
  while (checks_ < 3) node_.advance(seconds(1));
  ASSERT_EQ(node_.exits().size(), 1U);
  EXPECT_EQ(node_.exits()[0].exit, Exit::exceeded("health"));
}

// One that takes as long as all of them together need not be asked again.
TEST_F(HealthTest, CountsEachTimeOutOfOneCheck) {
  patient("a", {.interval = seconds(1), .timeout = seconds(1), .threshold = 3});
  says_ = [this] {
    ++checks_;
    node_.clock().advance(milliseconds(3'100));
    return Health{};
  };
  node_.advance(milliseconds(1'001));
  EXPECT_EQ(checks_, 1);
  ASSERT_EQ(node_.exits().size(), 1U);
  EXPECT_EQ(node_.exits()[0].exit, Exit::exceeded("health"));
}

// A check that waits for its turn has not begun: a long handler costs it no time.
TEST_F(HealthTest, HasItsTimeOutFromItsStart) {
  const Address a = patient("a", {.interval = seconds(1), .timeout = seconds(1), .threshold = 1});
  node_.send(a, "slow");
  node_.advance(milliseconds(1));
  EXPECT_EQ(checks_, 1) << "when the handler had returned";
  EXPECT_TRUE(node_.exits().empty());
}

TEST_F(HealthTest, OvertakesMessages) {
  std::vector<std::string> order;
  says_ = [&] {
    order.emplace_back("check");
    return Health{};
  };
  class Noting final : public Actor {
   public:
    Noting(std::vector<std::string>& order, const Patient::Says& says)
        : order_(order), says_(says) {}
    Outcome handle(Turn& /*turn*/, BytesView /*message*/) override {
      order_.emplace_back("message");
      return {};
    }
    Health health() override { return says_(); }

   private:
    std::vector<std::string>& order_;
    const Patient::Says& says_;
  };
  auto spec = native_spec([&] { return std::make_unique<Noting>(order, says_); });
  spec->interfaces.health = true;
  spec->health.interval = seconds(1);
  const Address a = *node_.spawn({.name = "a", .spec = std::move(spec), .config = {}});
  // Both are due in the same step.
  for (int at = 0; at < 3; ++at) ASSERT_TRUE(node_.core().send(a, as_bytes("x")));
  node_.clock().advance(seconds(2));
  node_.run_until_idle();
  EXPECT_EQ(order, (std::vector<std::string>{"check", "message", "message", "message"}));
}

TEST_F(HealthTest, IsShownWithAnEventForEachChange) {
  const Address a = patient("a", {.interval = seconds(1)});
  EXPECT_EQ(health(a), unasked());
  node_.advance(seconds(2));
  EXPECT_EQ(health(a), (ActorHealth{.since = seconds(1)})) << "and no event";
  answer_ = {.status = HealthStatus::degraded, .reason = "slow"};
  node_.advance(seconds(3));
  answer_.reason = "slower";
  node_.advance(seconds(1));
  EXPECT_EQ(health(a).reason, "slower");
  EXPECT_EQ(health(a).since, seconds(3)) << "its status is the same";
  answer_ = unhealthy("stuck");
  node_.advance(seconds(1));
  answer_ = {.status = HealthStatus::healthy, .reason = "never shown"};
  node_.advance(seconds(2));
  EXPECT_EQ(
      events(NodeEvent::Kind::health),
      (std::vector<std::string>{"test/a degraded: slow",
                                "test/a unhealthy: stuck (1 of 3 in a row)", "test/a healthy"}));
  EXPECT_EQ(health(a), (ActorHealth{.since = seconds(1)}));
}

TEST_F(HealthTest, KeepsNoMoreOfAReasonThanItShould) {
  const Address a = patient("a", {.interval = seconds(1), .threshold = 100});
  answer_ = unhealthy(std::string(100'000, 'x'));
  node_.advance(seconds(1));
  EXPECT_EQ(health(a).reason.size(), limits::health_reason_bytes_max);
}

TEST_F(HealthTest, IsNoBetterThanTheStateOfItsActor) {
  const Address a = patient("a");
  EXPECT_EQ(health(a), unasked());
  node_.advance(seconds(6));
  EXPECT_EQ(health(a).status, HealthStatus::healthy);
  node_.send(a, "crash");  // The first restart is immediate.
  EXPECT_EQ(health(a), unasked()) << "what the last life said is not this one's";
  node_.send(a, "crash");  // The second waits.
  EXPECT_EQ(health(a).status, HealthStatus::unhealthy);
  EXPECT_EQ(health(a).reason, "its life has ended");
  node_.advance(seconds(1));
  EXPECT_EQ(health(a), unasked());
}

// Of the answer and its delay the worse counts: it is not known to be well.
TEST_F(HealthTest, KnowsNoBetterThanALateAnswerSays) {
  const Address a = patient("a", {.interval = seconds(1), .timeout = seconds(1), .threshold = 100});
  says_ = [this] {
    node_.clock().advance(milliseconds(1'500));
    return answer_;
  };
  for (const auto& [says, shown] : {std::pair{HealthStatus::healthy, HealthStatus::unknown},
                                    {HealthStatus::degraded, HealthStatus::degraded},
                                    {HealthStatus::unhealthy, HealthStatus::unhealthy}}) {
    answer_ = {.status = says, .reason = "slow"};
    node_.advance(seconds(3));
    EXPECT_EQ(health(a).status, shown);
  }
}

// What was asked of one life is not asked of the next.
TEST_F(HealthTest, ForgetsTheChecksOfALifeThatEnds) {
  const Address a = patient("a", {.interval = seconds(5), .threshold = 3});
  answer_ = unhealthy("no disk");
  node_.advance(seconds(11));
  EXPECT_EQ(checks_, 2);
  node_.core().control().post([&] { node_.core().control().kill(a, [](const auto&) {}); });
  node_.run_until_idle();
  EXPECT_EQ(life(a), 2U);
  node_.advance(seconds(11));
  EXPECT_EQ(checks_, 4);
  EXPECT_EQ(node_.exits().size(), 1U) << "it is counted anew";
}

TEST_F(HealthTest, GoesAlongWhenAnActorMoves) {
  // Both get all their messages from each other, and live on two workers.
  class Talker final : public Actor {
   public:
    Talker(const Patient::Says& says, int& hits) : says_(says), hits_(hits) {}
    Outcome handle(Turn& turn, BytesView message) override {
      if (++hits_ % 1'000 == 0) return {};
      const auto other = turn.sender() ? turn.sender() : turn.find("b").value();
      (void)turn.send(*other, message);
      return {};
    }
    Health health() override { return says_(); }

   private:
    const Patient::Says& says_;
    int& hits_;
  };
  int hits = 0;
  Address first;
  for (const std::string name : {"a", "b"}) {
    auto spec = native_spec([&] { return std::make_unique<Talker>(says_, hits); });
    spec->interfaces.health = true;
    spec->health.interval = seconds(1);
    spec->grants = *GrantSet::compile({.find = {"a", "b"}}, "test");
    const Address made = *node_.spawn({.name = name, .spec = std::move(spec), .config = {}});
    if (name == "a") first = made;
  }
  node_.send(first, "go");
  ASSERT_EQ(node_.core().counters().moved, 1U);
  node_.advance(seconds(10));
  EXPECT_EQ(checks_, 20);
}

TEST_F(HealthTest, LetsMessagesWaitUntilItIsBetter) {
  const Address a = patient("a", {.interval = seconds(1), .threshold = 100});
  answer_ = unhealthy("stuck");
  node_.advance(seconds(1));
  node_.send(a, "x");
  std::optional<Result<Bytes>> answer;
  node_.core().request_async(a, as_bytes("x"), seconds(30),
                             [&](Result<Bytes> what) { answer = std::move(what); });
  node_.advance(seconds(5));
  EXPECT_FALSE(answer) << "it waits";
  EXPECT_EQ(checks_, 6) << "checks go on";
  EXPECT_EQ(node_.core().roster().actor(a)->queued, 2U);
  answer_ = {.status = HealthStatus::degraded, .reason = "slow"};
  node_.advance(seconds(1));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->has_value()) << "degraded is ready";
  EXPECT_EQ(node_.core().roster().actor(a)->handled, 2U);
  EXPECT_TRUE(node_.request(a, "x"));
}

TEST_F(HealthTest, GivesWhatWaitedToTheNextLife) {
  const Address a = patient("a", {.interval = seconds(1), .threshold = 3});
  answer_ = unhealthy("stuck");
  node_.advance(seconds(1));
  std::optional<Result<Bytes>> answer;
  node_.core().request_async(a, as_bytes("x"), seconds(30),
                             [&](Result<Bytes> what) { answer = std::move(what); });
  node_.advance(seconds(1));
  EXPECT_FALSE(answer);
  node_.advance(seconds(1));
  EXPECT_EQ(life(a), 2U);
  ASSERT_TRUE(answer) << "a life that has not been asked is not unhealthy";
  EXPECT_TRUE(answer->has_value());
}

// Answers, timers and a stop are its own affair.
TEST_F(HealthTest, GoesOnWithWhatItAskedForWhileItIsUnhealthy) {
  struct Told {
    int ticks = 0;
    int answers = 0;
    int stops = 0;
  };
  class Asking final : public Actor {
   public:
    Asking(Told& told, const Patient::Says& says) : told_(told), says_(says) {}
    Outcome start(Turn& turn, BytesView /*config*/) override {
      CHECK(turn.start_timer(seconds(1), seconds(1)).has_value());
      return {};
    }
    Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
    Outcome fired(Turn& turn, std::uint64_t /*timer*/) override {
      ++told_.ticks;
      (void)turn.request(*turn.find("echo"), as_bytes("x"), seconds(1));
      return {};
    }
    Outcome answered(Turn& /*turn*/, std::uint64_t /*request*/,
                     const AnswerView& /*answer*/) override {
      ++told_.answers;
      return {};
    }
    void stop(Turn& /*turn*/, Duration /*budget*/) override { ++told_.stops; }
    Health health() override { return says_(); }

   private:
    Told& told_;
    const Patient::Says& says_;
  };
  patient("echo");
  Told told;
  auto spec = native_spec([&] { return std::make_unique<Asking>(told, says_); });
  spec->interfaces.health = true;
  spec->health = {.interval = seconds(1), .threshold = 100};
  spec->grants = *GrantSet::compile({.find = {"echo"}}, "test");
  const Address a = *node_.spawn({.name = "a", .spec = std::move(spec), .config = {}});
  answer_ = unhealthy("stuck");
  node_.advance(milliseconds(1'500));
  ASSERT_EQ(health(a).status, HealthStatus::unhealthy);
  const Told before = told;
  node_.advance(seconds(2));
  EXPECT_EQ(told.ticks, before.ticks + 2);
  EXPECT_EQ(told.answers, before.answers + 2);
  node_.core().control().post(
      [&] { node_.core().control().stop(a, seconds(1), [](const auto&) {}); });
  node_.run_until_idle();
  EXPECT_EQ(told.stops, 1);
}

TEST_F(HealthTest, RefusesMessagesWhileItIsUnready) {
  const Address a = patient("a", {.interval = seconds(1), .threshold = 100},
                            {.while_unready = WhileUnready::refuse});
  EXPECT_TRUE(node_.request(a, "x"));
  answer_ = unhealthy("stuck");
  node_.advance(seconds(1));
  const auto refused = node_.request(a, "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(refused.error().message.contains("not ready")) << refused.error().message;
  answer_ = {.status = HealthStatus::degraded, .reason = "slow"};
  node_.advance(seconds(1));
  EXPECT_TRUE(node_.request(a, "x")) << "degraded is ready";
  node_.send(a, "crash");
  EXPECT_TRUE(node_.request(a, "x")) << "it has begun anew";
  node_.send(a, "crash");
  EXPECT_FALSE(node_.request(a, "x", milliseconds(1))) << "it waits for its next life";
  node_.advance(seconds(1));
  EXPECT_TRUE(node_.request(a, "x"));
}

// Who opens the door again must look at both reasons for which it is shut.
TEST_F(HealthTest, KeepsRefusingWhenItsMailboxHasRoomAgain) {
  const Address a = patient("a", {.interval = seconds(1), .threshold = 100},
                            {.messages = 2, .while_unready = WhileUnready::refuse});
  answer_ = unhealthy("stuck");
  ASSERT_TRUE(node_.core().send(a, as_bytes("x")));
  ASSERT_TRUE(node_.core().send(a, as_bytes("x")));
  node_.clock().advance(seconds(2));
  node_.run_until_idle();
  EXPECT_FALSE(node_.core().send(a, as_bytes("x")));
}

}  // namespace
}  // namespace troupe
