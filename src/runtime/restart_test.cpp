// Proves that a restart that was asked for keeps what waits, counts for no supervisor, and gives
// way to a stop.

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

// "get" -> which life this is; "crash" ends it. Lives from `fails_from` on can't start.
class Life final : public Actor {
 public:
  Life(int number, int fails_from) : number_(number), fails_from_(fails_from) {}

  Outcome start(Turn& /*turn*/, BytesView /*config*/) override {
    if (number_ >= fails_from_) return Outcome::crash("no");
    return {};
  }
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return Outcome::answer(as_bytes(std::to_string(number_)));
  }

 private:
  int number_;
  int fails_from_;
};

class RestartTest : public testing::Test {
 protected:
  Address life(RestartType type = RestartType::permanent, int fails_from = 1'000) {
    auto spec =
        native_spec([this, fails_from] { return std::make_unique<Life>(++lives_, fails_from); });
    return *node_.spawn({.name = "a", .restart = type, .spec = spec, .config = {}});
  }
  // What became of it; none: it is still under way.
  void restart(Address actor) {
    result_.reset();
    node_.core().control().post([this, actor] {
      node_.core().control().restart(actor, seconds(1),
                                     [this](Result<void> result) { result_ = std::move(result); });
    });
  }
  std::string ask(Address actor, std::string_view text) {
    const auto answer = node_.request(actor, text);
    return answer ? std::string(as_text(*answer)) : answer.error().message;
  }

  SimNode node_{{.workers = 2, .seed = 3}};
  int lives_ = 0;
  std::optional<Result<void>> result_;
};

TEST_F(RestartTest, LeavesNoStopToTheNextLife) {
  const Address actor = life();
  node_.core().control().post([&] {
    node_.core().control().restart(actor, seconds(1), [](const auto&) {});
    node_.core().control().kill(actor, [](const auto&) {});
  });
  node_.run_until_idle();
  EXPECT_EQ(ask(actor, "get"), "2");
  EXPECT_EQ(node_.exits().size(), 1U) << "the stop that it was killed over is over";
}

TEST_F(RestartTest, BeginsTheNextLifeWhateverTheType) {
  for (const RestartType type :
       {RestartType::permanent, RestartType::transient, RestartType::temporary}) {
    lives_ = 0;
    SCOPED_TRACE(to_string(type));
    const Address a = life(type);
    restart(a);
    node_.run_until_idle();
    ASSERT_TRUE(result_);
    EXPECT_TRUE(result_->has_value());
    EXPECT_EQ(ask(a, "get"), "2");
    node_.core().control().post(
        [&] { node_.core().control().stop(a, seconds(1), [](const auto&) {}); });
    node_.run_until_idle();
  }
}

TEST_F(RestartTest, CountsForNoSupervisor) {
  const Address a = life();
  for (int at = 0; at < 10; ++at) {
    restart(a);
    node_.run_until_idle();
    ASSERT_TRUE(result_ && result_->has_value());
  }
  EXPECT_FALSE(node_.end());
  EXPECT_EQ(node_.exits().back().decision, "restarted, as it was asked for");
  EXPECT_EQ(ask(a, "crash"), "the actor ended before it answered");
  EXPECT_EQ(node_.exits().back().window->restarts, 1U);
}

TEST_F(RestartTest, KeepsWhatWaits) {
  const Address a = life();
  restart(a);
  node_.send(a, "get");
  const auto answer = node_.request(a, "get");
  ASSERT_TRUE(answer);
  EXPECT_EQ(as_text(*answer), "2");
  EXPECT_TRUE(node_.core().dead_letters().latest(10).empty());
}

TEST_F(RestartTest, LeavesANextLifeThatFailsToItsSupervisor) {
  const Address a = life(RestartType::temporary, 2);
  restart(a);
  node_.run_until_idle();
  ASSERT_TRUE(result_);
  ASSERT_FALSE(result_->has_value());
  EXPECT_TRUE(result_->error().message.contains("could not start"));
  EXPECT_EQ(node_.exits().back().decision, "ended: temporary");
}

TEST_F(RestartTest, GivesWayToAStop) {
  const Address a = life();
  restart(a);
  node_.core().control().post(
      [&] { node_.core().control().stop(a, seconds(1), [](const auto&) {}); });
  node_.run_until_idle();
  ASSERT_TRUE(result_);
  EXPECT_FALSE(result_->has_value());
  EXPECT_EQ(lives_, 1);
}

TEST_F(RestartTest, IsRefusedWhereThereIsNothingToStop) {
  const Address a = life();
  restart(a);
  node_.core().control().post([&] {
    node_.core().control().restart(a, seconds(1), [](const Result<void>& again) {
      ASSERT_FALSE(again.has_value());
      EXPECT_EQ(again.error().code, ErrorCode::unavailable);
    });
  });
  node_.run_until_idle();
  restart({.slot = 77, .generation = 1});
  node_.run_until_idle();
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->error().code, ErrorCode::not_found);
}

TEST_F(RestartTest, WaitsNoLongerForANextLife) {
  const Address a = life();
  ask(a, "crash");
  ask(a, "crash");  // The second in a window waits for its restart.
  ASSERT_EQ(node_.core().roster().actor(a)->state, ActorState::failed);
  restart(a);
  node_.run_until_idle();
  ASSERT_TRUE(result_) << "no time has passed";
  EXPECT_TRUE(result_->has_value());
  EXPECT_EQ(ask(a, "get"), "3");
  node_.advance(seconds(60));
  EXPECT_EQ(ask(a, "get"), "3") << "the wait that there was starts nothing";
  EXPECT_EQ(lives_, 3);
}

TEST_F(RestartTest, TellsThatTheNextLifeFailed) {
  const Address a = life(RestartType::permanent, 3);
  ask(a, "crash");
  ask(a, "crash");
  restart(a);
  node_.run_until_idle();
  ASSERT_TRUE(result_);
  ASSERT_FALSE(result_->has_value());
  EXPECT_TRUE(result_->error().message.contains("could not start")) << result_->error().message;
}

TEST_F(RestartTest, HurriesTheSupervisorThatItWaitsFor) {
  node_.core().control().post([&] {
    Control& control = node_.core().control();
    control.add_supervisor("outer", {.intensity = 9});
    control.add_supervisor("inner", {.intensity = 0}, {.parent = "outer"});
  });
  auto spec = native_spec([this] { return std::make_unique<Life>(++lives_, 1'000); });
  const Address a =
      *node_.spawn({.name = "a", .supervisor = "inner", .spec = std::move(spec), .config = {}});
  ask(a, "crash");
  EXPECT_EQ(ask(a, "get"), "2");
  ask(a, "crash");  // The second restart of `inner` waits.
  ASSERT_EQ(node_.core().roster().actor(a)->state, ActorState::failed);
  restart(a);
  node_.run_until_idle();
  ASSERT_TRUE(result_) << "no time has passed";
  EXPECT_TRUE(result_->has_value());
  EXPECT_EQ(ask(a, "get"), "3");
}

TEST_F(RestartTest, IsOverWhenTheActorThatWaitsIsStopped) {
  const Address a = life();
  ask(a, "crash");
  ask(a, "crash");
  node_.core().control().post([&] {
    Control& control = node_.core().control();
    control.restart(a, seconds(1), [this](Result<void> result) { result_ = std::move(result); });
    control.stop(a, seconds(1), [](const auto&) {});
  });
  node_.run_until_idle();
  ASSERT_TRUE(result_);
  EXPECT_FALSE(node_.core().registry().find("test/a"));
}

}  // namespace
}  // namespace troupe
