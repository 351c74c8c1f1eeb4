// Proves that supervisors below each other fail, stop and start as children do: what is below ends
// first, comes back in order at its addresses, or is let go for good.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/split_mix.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Texts = std::vector<std::string>;

struct MemberState {
  int lives = 0;
  int fails_to_start = 0;  // So many of the next lives.
};

// "crash" ends its life; anything else is answered with the number of this one.
class Member final : public Actor {
 public:
  Member(std::string name, MemberState& state, Texts& told)
      : name_(std::move(name)), state_(state), told_(told) {}

  Outcome start(Turn& /*turn*/, BytesView /*config*/) override {
    told_.push_back(name_ + " starts");
    ++state_.lives;
    if (state_.fails_to_start == 0) return {};
    --state_.fails_to_start;
    return Outcome::crash("no");
  }
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return Outcome::answer(as_bytes(std::to_string(state_.lives)));
  }
  void stop(Turn& /*turn*/, Duration /*budget*/) override { told_.push_back(name_ + " stops"); }

 private:
  std::string name_;
  MemberState& state_;
  Texts& told_;
};

class SupervisorTreeTest : public testing::Test {
 protected:
  static SupervisorPolicy policy(std::uint32_t intensity,
                                 Strategy strategy = Strategy::one_for_one) {
    return {.intensity = intensity,
            .strategy = strategy,
            .backoff = {.kind = Backoff::Kind::immediate}};
  }
  void supervisor(const std::string& name, const SupervisorPolicy& what,
                  SupervisorPlace place = {}) {
    node_.core().control().post([this, name, what, place = std::move(place)] {
      node_.core().control().add_supervisor(name, what, place);
    });
    node_.run_until_idle();
  }
  Result<Address> try_actor(const std::string& name, const std::string& supervisor,
                            RestartType restart = RestartType::permanent) {
    return node_.spawn({.name = name,
                        .supervisor = supervisor,
                        .restart = restart,
                        .spec = native_spec([this, name] {
                          return std::make_unique<Member>(name, members_[name], told_);
                        }),
                        .config = {}});
  }
  void actor(const std::string& name, const std::string& supervisor) {
    const auto address = try_actor(name, supervisor);
    ASSERT_TRUE(address) << address.error().message;
    addresses_[name] = *address;
  }
  void crash(const std::string& name) {
    told_.clear();
    node_.send(addresses_.at(name), "crash");
  }
  // The life that answers, at the first life's address.
  std::string ask(const std::string& name) {
    const auto answer = node_.request(addresses_.at(name), "?");
    return answer ? std::string(as_text(*answer)) : answer.error().message;
  }
  bool is_there(const std::string& name) {
    return node_.core().registry().find("test/" + name).has_value();
  }
  Texts decisions() {
    Texts list;
    for (const ExitEvent& exit : node_.take_exits()) {
      list.push_back(fmt::format("{}: {}", exit.name, exit.decision));
    }
    return list;
  }
  Texts escalations() {
    Texts list;
    for (const NodeEvent& event : node_.core().history().events.find({.limit = 1'000}, "test")) {
      if (event.kind == NodeEvent::Kind::escalated) {
        list.push_back(fmt::format("{}: {}", event.name, event.text));
      }
    }
    return list;
  }
  void end_node() {
    node_.core().control().post([this] { node_.core().control().end_node({}, seconds(60)); });
    node_.run_until_idle();
  }

  Texts told_;
  std::map<std::string, MemberState> members_;
  std::map<std::string, Address> addresses_;
  SimNode node_{{.workers = 3, .seed = 5}};
};

TEST_F(SupervisorTreeTest, OneThatGivesUpIsRestartedByTheOneAboveIt) {
  supervisor("inner", policy(1));
  actor("before", "root");
  for (const char* name : {"a", "b", "c"}) actor(name, "inner");
  actor("after", "root");
  crash("b");
  EXPECT_EQ(told_, Texts{"b starts"});
  (void)decisions();
  crash("b");
  EXPECT_EQ(told_, (Texts{"c stops", "a stops", "a starts", "b starts", "c starts"}));
  EXPECT_EQ(ask("a"), "2");
  EXPECT_EQ(ask("b"), "3");
  EXPECT_EQ(ask("before"), "1");
  EXPECT_EQ(ask("after"), "1");
  EXPECT_EQ(decisions(),
            (Texts{"test/b: supervisor gave up: 'test/b' ended: crashed(\"told to\"), after 1 "
                   "restart in the last 0ns; 1 within 1m is allowed",
                   "test/c: ended with its supervisor's life",
                   "test/a: ended with its supervisor's life"}));
  EXPECT_EQ(escalations(),
            Texts{"inner: gave up: 'test/b' ended: crashed(\"told to\"), after 1 restart in the "
                  "last 0ns; 1 within 1m is allowed; restarted"});
  EXPECT_FALSE(node_.end());
  const std::vector<SupervisorStatus> all = node_.core().control().supervisors();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].restarts, 1U);
  ASSERT_EQ(all[0].history.size(), 1U);
  EXPECT_EQ(all[0].history[0].child, "inner");
  EXPECT_EQ(all[0].history[0].text, "gave up");
  EXPECT_EQ(all[0].history[0].decision, "restart");
  EXPECT_EQ(all[1].life, 2U);
  EXPECT_EQ(all[1].children, 3U);
  EXPECT_EQ(all[1].restarts, 0U) << "the window of a new life is empty";
  ASSERT_EQ(all[1].history.size(), 2U) << "what was decided is kept over lives";
  EXPECT_EQ(all[1].history[0].decision, "restart");
  EXPECT_EQ(all[1].history[0].text, "told to");
  EXPECT_EQ(all[1].history[1].text, "told to");
  EXPECT_EQ(all[1].history[1].decision, "give-up");
  EXPECT_EQ(all[1].history[1].child, "test/b");
}

TEST_F(SupervisorTreeTest, WhatIsSentMeanwhileWaitsForTheNextLife) {
  supervisor("inner", policy(0));
  actor("a", "inner");
  actor("b", "inner");
  crash("b");
  crash("b");  // The second restart of root's waits for a tenth of a second.
  EXPECT_EQ(told_, Texts{"a stops"});
  EXPECT_EQ(ask("a"), "3");
  EXPECT_EQ(node_.core().dead_letters().latest(10).size(), 2U) << "what was in hand";
}

TEST_F(SupervisorTreeTest, WhatIsBelowStopsAndStartsInItsPlace) {
  supervisor("outer", policy(3, Strategy::one_for_all));
  supervisor("inner", policy(3), {.parent = "outer"});
  actor("x", "outer");
  actor("a", "inner");
  actor("b", "inner");
  actor("y", "outer");
  crash("x");
  EXPECT_EQ(told_, (Texts{"y stops", "b stops", "a stops", "x starts", "a starts", "b starts",
                          "y starts"}));
  EXPECT_TRUE(escalations().empty());
  crash("b");
  EXPECT_EQ(told_, Texts{"b starts"}) << "the affair of the one right above it";
}

TEST_F(SupervisorTreeTest, AFailureBelowIsAFailureOfThatChild) {
  supervisor("outer", policy(3, Strategy::rest_for_one));
  supervisor("inner", policy(0), {.parent = "outer"});
  actor("x", "outer");
  actor("a", "inner");
  actor("y", "outer");
  crash("a");
  EXPECT_EQ(told_, (Texts{"y stops", "a starts", "y starts"}));
}

TEST_F(SupervisorTreeTest, EscalatesToTheTop) {
  supervisor("root", policy(1));
  supervisor("outer", policy(0));
  supervisor("inner", policy(0), {.parent = "outer"});
  actor("a", "inner");
  crash("a");
  EXPECT_EQ(ask("a"), "2");
  crash("a");
  ASSERT_TRUE(node_.end());
  EXPECT_TRUE(node_.end()->failed);
  EXPECT_EQ(node_.end()->reason,
            "supervisor 'root' gave up: 'outer' ended: crashed(\"gave up: 'inner' ended: "
            "crashed(\"gave up: 'test/a' ended: crashed(\"told to\"), and no restarts are "
            "allowed\"), and no restarts are allowed\"), after 1 restart in the last 0ns; 1 within "
            "1m is allowed");
}

TEST_F(SupervisorTreeTest, ATemporaryOneTakesItsActorsWithIt) {
  supervisor("outer", policy(0), {.restart = RestartType::temporary});
  supervisor("inner", policy(0), {.parent = "outer"});
  actor("x", "root");
  actor("a", "inner");
  actor("b", "outer");
  crash("a");
  EXPECT_EQ(told_, Texts{"b stops"});
  EXPECT_FALSE(is_there("a"));
  EXPECT_FALSE(is_there("b"));
  EXPECT_EQ(ask("x"), "1");
  const auto late = try_actor("late", "inner");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "supervisor 'outer' has given up");
  end_node();
  EXPECT_TRUE(node_.end());
}

TEST_F(SupervisorTreeTest, AStartThatFailsIsRepeatedBeforeTheNextStarts) {
  supervisor("inner", policy(1));
  actor("a", "inner");
  actor("b", "inner");
  crash("b");
  members_["a"].fails_to_start = 1;
  crash("b");
  EXPECT_EQ(told_, (Texts{"a stops", "a starts", "a starts", "b starts"}));
}

TEST_F(SupervisorTreeTest, AStartThatKeepsFailingIsAFailureOfItsSupervisor) {
  supervisor("root", policy(2));
  supervisor("inner", policy(1));
  actor("a", "inner");
  actor("b", "inner");
  members_["a"].fails_to_start = 100;
  crash("b");
  crash("b");
  ASSERT_TRUE(node_.end());
  EXPECT_EQ(members_["b"].lives, 2) << "its turn never came";
  EXPECT_EQ(node_.core().registry().live_count(), 0U);
}

TEST_F(SupervisorTreeTest, TheNodeEndsWhileOneWaits) {
  supervisor("inner", policy(0));
  supervisor("innermost", policy(0), {.parent = "inner"});
  actor("a", "inner");
  actor("b", "innermost");
  for (int at = 0; at < 2; ++at) crash("a");
  EXPECT_EQ(told_, Texts{"b stops"});
  end_node();
  ASSERT_TRUE(node_.end());
  EXPECT_EQ(node_.core().registry().live_count(), 0U);
  EXPECT_EQ(told_, Texts{"b stops"});
}

TEST_F(SupervisorTreeTest, WhoIsStoppedWhileItWaitsStaysAway) {
  supervisor("inner", policy(0));
  actor("a", "inner");
  actor("b", "inner");
  for (int at = 0; at < 2; ++at) crash("b");
  bool is_done = false;
  node_.core().control().post([&] {
    node_.core().control().stop(addresses_["a"], seconds(1), [&](const auto&) { is_done = true; });
  });
  node_.run_until_idle();
  EXPECT_TRUE(is_done);
  EXPECT_FALSE(is_there("a"));
  told_.clear();
  node_.advance(seconds(1));
  EXPECT_EQ(told_, Texts{"b starts"});
}

TEST_F(SupervisorTreeTest, WhoNeverStartedLeavesNothingBehind) {
  supervisor("all", {.intensity = 3, .strategy = Strategy::one_for_all});
  actor("a", "all");
  crash("a");
  crash("a");  // Waits for a tenth of a second, and "late" for its turn.
  std::optional<Result<Address>> late;
  node_.core().control().post([&] {
    node_.core().control().spawn(
        {.name = "late",
         .supervisor = "all",
         .spec = native_spec(
             [this] { return std::make_unique<Member>("late", members_["late"], told_); }),
         .config = {}},
        [&](Result<Address> result) { late = std::move(result); });
  });
  node_.run_until_idle();
  EXPECT_TRUE(is_there("late"));
  EXPECT_FALSE(late);
  end_node();
  ASSERT_TRUE(node_.end());
  ASSERT_TRUE(late);
  EXPECT_EQ(late->error().message, "the actor was stopped before it could start");
  EXPECT_FALSE(is_there("late"));
  EXPECT_EQ(node_.core().registry().live_count(), 0U);
}

// Whatever happens to a tree, in the end the node has ended or everybody is back.
class SupervisorTrees : public SupervisorTreeTest, public testing::WithParamInterface<int> {};

TEST_P(SupervisorTrees, EndOrAreWhole) {
  std::uint64_t state = static_cast<std::uint64_t>(GetParam());
  const auto below = [&](std::uint32_t bound) {
    return static_cast<std::uint32_t>(split_mix(state) % bound);
  };
  Texts supervisors{"root"};
  supervisor("root", {.intensity = 40});
  for (std::uint32_t count = 1 + below(6); count > 0; --count) {
    const std::string name = fmt::format("s{}", count);
    supervisor(name,
               {.intensity = below(4),
                .period = milliseconds(500),
                .strategy = static_cast<Strategy>(below(3))},
               {.parent = supervisors[below(static_cast<std::uint32_t>(supervisors.size()))]});
    supervisors.push_back(name);
  }
  Texts actors;
  for (int count = 0; count < 12; ++count) {
    actors.push_back(fmt::format("a{}", count));
    actor(actors.back(), supervisors[below(static_cast<std::uint32_t>(supervisors.size()))]);
  }
  std::set<std::string> stopped;
  Control& control = node_.core().control();
  for (int commands = 0; commands < 60; ++commands) {
    const std::string& one = actors[below(12)];
    const std::uint32_t what = below(100);
    if (what < 40) {
      node_.send(addresses_[one], "crash");
    } else if (what < 60) {
      control.post([&control, at = addresses_[one]] { control.kill(at, [](const auto&) {}); });
    } else if (what < 70) {
      members_[one].fails_to_start = static_cast<int>(below(3));
    } else if (what < 75) {
      control.post([&control, at = addresses_[one]] {
        control.restart(at, milliseconds(100), [](const auto&) {});
      });
    } else if (what < 77) {
      stopped.insert(one);  // Further commands to it do no harm.
      control.post([&control, at = addresses_[one]] {
        control.stop(at, milliseconds(100), [](const auto&) {});
      });
    } else if (what < 90) {
      node_.advance(milliseconds(below(300)));
    } else {
      node_.run_until_idle();
    }
  }
  node_.advance(std::chrono::minutes(5));
  if (!node_.end()) {
    for (auto& [name, address] : addresses_) {
      if (stopped.contains(name)) continue;
      EXPECT_EQ(ask(name), std::to_string(members_[name].lives)) << name;
    }
    end_node();
  }
  ASSERT_TRUE(node_.end());
  EXPECT_EQ(node_.core().registry().live_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SupervisorTrees, testing::Range(1, 201));

}  // namespace
}  // namespace troupe
