// Proves that an actor is started from outside whole or not at all: whatever goes wrong on the way,
// who asked hears of it once, and no name, slot or place among the children is left behind.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "base/check.hpp"
#include "runtime/sim_node.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a start comes to.
enum class Start : std::uint8_t { is_well, returns_an_error, crashes, takes_too_long };

class Newcomer final : public Actor {
 public:
  Newcomer(Start start, SimClock& clock) : start_(start), clock_(clock) {}

  Outcome start(Turn& turn, BytesView /*config*/) override {
    // None of it may happen unless the start is well.
    (void)turn.start_timer(seconds(1), seconds(1));
    if (start_ == Start::returns_an_error) return Outcome::error("no luck");
    if (start_ == Start::crashes) return Outcome::crash("no");
    if (start_ == Start::takes_too_long) clock_.advance(seconds(6));
    return {};
  }
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return Outcome::answer("here");
  }

 private:
  Start start_;
  SimClock& clock_;
};

class Scene;

struct Fault {
  std::string_view name;
  ErrorCode code = ErrorCode::unavailable;  // Of the spawn.
  Start start = Start::is_well;
  void (*before)(Scene& scene) = [](Scene&) {};
  // Posted behind the spawn, before anybody has had a step.
  void (*meanwhile)(Scene& scene) = [](Scene&) {};
  void (*after)(Scene& scene) = [](Scene&) {};  // The fault is over.
};

// A node with a supervisor `group`, and below that an actor `other`.
class Scene {
 public:
  explicit Scene(std::uint64_t seed)
      : node_({.workers = 3, .seed = seed, .hooks = {.before_start = [this](const HookedLife&) {
                                             return hook_;
                                           }}}) {
    control().post([this] {
      control().add_supervisor("group",
                               {.intensity = 0, .backoff = {.kind = Backoff::Kind::immediate}},
                               {.restart = RestartType::temporary});
    });
    CHECK(node_.spawn(order("other", Start::is_well)));
  }

  ChildOrder order(std::string name, Start start) {
    auto spec = native_spec([this, start]() -> std::unique_ptr<Actor> {
      if (makes_nothing_) return nullptr;
      return std::make_unique<Newcomer>(start, node_.clock());
    });
    return {.name = std::move(name), .supervisor = "group", .spec = std::move(spec), .config = {}};
  }
  // What it says, once.
  Result<Address> spawn(const Fault& fault) {
    std::optional<Result<Address>> said;
    control().post([&] {
      control().spawn(order("new", fault.start), [&](Result<Address> result) {
        EXPECT_FALSE(said) << "it is answered once";
        said = std::move(result);
      });
    });
    fault.meanwhile(*this);
    node_.run_until_idle();
    node_.advance(seconds(10));
    CHECK(said, "a spawn is answered");
    return *std::move(said);
  }
  // Who is there, as each that keeps a list of them says.
  std::array<std::size_t, 4> counts() {
    std::size_t children = 0;
    std::size_t supervisors = 0;
    for (const SupervisorStatus& one : control().supervisors()) {
      children += one.children;
      if (one.state == "running") ++supervisors;
    }
    return {node_.core().registry().live_count(), node_.core().roster().actors().size(), children,
            supervisors};
  }
  Address other() { return *node_.core().registry().find("test/other"); }
  std::optional<Address> newcomer() { return node_.core().registry().find("test/new"); }

  Control& control() { return node_.core().control(); }
  SimNode& node() { return node_; }
  void set_hook(Result<void> hook) { hook_ = std::move(hook); }
  void make_nothing(bool nothing) { makes_nothing_ = nothing; }

 private:
  Result<void> hook_ = {};
  bool makes_nothing_ = false;
  SimNode node_;
};

constexpr std::array faults{
    Fault{.name = "the name is taken",
          .code = ErrorCode::already_exists,
          .before = [](Scene& at) { CHECK(at.node().spawn(at.order("new", Start::is_well))); },
          .after =
              [](Scene& at) {
                at.control().post([&at, who = *at.newcomer()] {
                  at.control().stop(who, std::nullopt, [](const auto&) {});
                });
                at.node().run_until_idle();
              }},
    Fault{.name = "no slot is left",
          .code = ErrorCode::overloaded,
          .before = [](Scene& at) { at.node().core().registry().set_most(1); },
          .after = [](Scene& at) { at.node().core().registry().set_most(100); }},
    Fault{.name = "a hook forbids it",
          .code = ErrorCode::unavailable,
          .before = [](Scene& at) { at.set_hook(fail(ErrorCode::denied, "not here")); },
          .after = [](Scene& at) { at.set_hook({}); }},
    Fault{.name = "there is no instance",
          .code = ErrorCode::unavailable,
          .before = [](Scene& at) { at.make_nothing(true); },
          .after = [](Scene& at) { at.make_nothing(false); }},
    Fault{.name = "start returns an error",
          .code = ErrorCode::unavailable,
          .start = Start::returns_an_error},
    Fault{.name = "start crashes", .code = ErrorCode::unavailable, .start = Start::crashes},
    Fault{.name = "start takes too long",
          .code = ErrorCode::unavailable,
          .start = Start::takes_too_long},
    Fault{.name = "it is killed",
          .code = ErrorCode::unavailable,
          .meanwhile =
              [](Scene& at) {
                at.control().post([&at] { at.control().kill(*at.newcomer(), [](const auto&) {}); });
              }},
    Fault{.name = "it is stopped, and its start fails",
          .code = ErrorCode::unavailable,
          .start = Start::crashes,
          .meanwhile =
              [](Scene& at) {
                at.control().post(
                    [&at] { at.control().stop(*at.newcomer(), std::nullopt, [](const auto&) {}); });
              }},
};

// A fault, and the order in which the parts of the node have their steps.
class StartFaults : public testing::TestWithParam<int> {};

TEST_P(StartFaults, LeaveNothingBehind) {
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    Scene scene(static_cast<std::uint64_t>(GetParam()));
    fault.before(scene);
    const auto before = scene.counts();
    const auto spawned = scene.spawn(fault);
    ASSERT_FALSE(spawned);
    EXPECT_EQ(spawned.error().code, fault.code) << spawned.error().message;
    EXPECT_EQ(scene.counts(), before);
    EXPECT_EQ(as_text(*scene.node().request(scene.other(), "?")), "here");
    fault.after(scene);
    EXPECT_FALSE(scene.newcomer());
    const auto again = scene.node().spawn(scene.order("new", Start::is_well));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(as_text(*scene.node().request(*again, "?")), "here");
    // Nothing that is not there is waited for.
    scene.control().post([&] { scene.control().end_node({}, seconds(60)); });
    scene.node().run_until_idle();
    EXPECT_TRUE(scene.node().end());
    EXPECT_EQ(scene.counts()[0], 0U);
  }
}

// Its end may find a start at any step of it: then that is answered, whichever way, and all is
// gone.
TEST_P(StartFaults, EndWithTheNode) {
  for (const auto& ending : {RuntimeEnd{}, RuntimeEnd{.failed = true, .reason = "a test"}}) {
    Scene scene(static_cast<std::uint64_t>(GetParam()));
    scene.control().post([&] { scene.control().end_node(ending, seconds(60)); });
    const auto late = scene.spawn({.name = "the node ends", .code = ErrorCode::unavailable});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(scene.node().end());
    EXPECT_EQ(scene.counts()[0], 0U);

    Scene other(static_cast<std::uint64_t>(GetParam()));
    (void)other.spawn({.name = "the node ends", .meanwhile = [](Scene& at) {
                         at.control().post([&at] { at.control().end_node({}, seconds(60)); });
                       }});
    EXPECT_TRUE(other.node().end());
    EXPECT_EQ(other.counts()[0], 0U);
  }
}

TEST_P(StartFaults, EndWithTheirSupervisor) {
  Scene scene(static_cast<std::uint64_t>(GetParam()));
  // It has given up before, or does so while another is on its way.
  for (const bool is_gone : {false, true}) {
    if (is_gone) {
      EXPECT_EQ(scene.control().supervisors().at(1).state, "gone");
    }
    const auto spawned =
        scene.spawn({.name = "the supervisor gives up", .meanwhile = [](Scene& at) {
                       const auto other = at.node().core().registry().find("test/other");
                       if (other) (void)at.node().core().send(*other, as_bytes("crash"));
                     }});
    if (is_gone) {
      ASSERT_FALSE(spawned);
      EXPECT_EQ(spawned.error().code, ErrorCode::unavailable);
    }
    EXPECT_FALSE(scene.newcomer()) << "none of its actors outlives it";
    EXPECT_EQ(scene.counts(), (std::array<std::size_t, 4>{0, 0, 0, 1})) << "root is left";
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StartFaults, testing::Range(1, 21));

// A supervisor begins with its first actor, not with one that there never was.
TEST(Starts, ThatFailBeginNoSupervisor) {
  Scene scene(1);
  scene.control().post([&] { scene.control().add_supervisor("unborn", {}); });
  ChildOrder order = scene.order("other", Start::is_well);
  order.supervisor = "unborn";
  EXPECT_EQ(scene.node().spawn(std::move(order)).error().code, ErrorCode::already_exists);
  EXPECT_EQ(scene.control().supervisors().at(2).state, "empty");
}

// One whose turn to start has not come can be found by its name, and so watched.
TEST(Starts, MayBeWatchedBeforeTheirTurn) {
  Scene scene(1);
  scene.control().post([&] {
    scene.control().add_supervisor(
        "all", {.strategy = Strategy::one_for_all, .backoff = {.base = seconds(5)}});
  });
  ChildOrder first = scene.order("first", Start::is_well);
  first.supervisor = "all";
  const Address crashing = *scene.node().spawn(std::move(first));
  scene.node().send(crashing, "crash");
  scene.node().send(crashing, "crash");  // The second restart waits.
  std::optional<Result<Address>> said;
  int ends = 0;
  scene.control().post([&] {
    ChildOrder order = scene.order("new", Start::is_well);
    order.supervisor = "all";
    scene.control().spawn(std::move(order),
                          [&](Result<Address> result) { said = std::move(result); });
    scene.control().watch(*scene.newcomer(), [&](const ExitEvent&) { ++ends; });
  });
  scene.node().run_until_idle();
  EXPECT_FALSE(said) << "its turn has not come";
  scene.node().advance(seconds(10));
  ASSERT_TRUE(said && said->has_value());
  EXPECT_EQ(ends, 0);
  scene.node().send(**said, "crash");
  EXPECT_EQ(ends, 1);
}

// What no simulation has: a component that must be compiled first.
TEST(Starts, LeaveNothingOfAComponentThatDoesNotCompile) {
  const auto runtime =
      Runtime::start({.name = "test", .workers = 1, .on_log = [](const LogLine&) {}});
  ASSERT_TRUE(runtime);
  const auto spawned =
      (*runtime)->spawn(Component::from_bytes("bad", to_bytes("no module")), {.name = "new"});
  ASSERT_FALSE(spawned);
  EXPECT_EQ(spawned.error().code, ErrorCode::invalid_argument) << spawned.error().message;
  EXPECT_FALSE((*runtime)->find("new"));
  EXPECT_TRUE((*runtime)->actors().empty());
  struct Mute final : Actor {
    Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
  };
  EXPECT_TRUE((*runtime)->spawn(Component::native("good", [] { return std::make_unique<Mute>(); }),
                                {.name = "new"}));
}

}  // namespace
}  // namespace troupe
