// Proves that real guests are asked how they are, and what their answers lead to.

#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "guest_node.hpp"
#include "io/temporary_folder.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HealthOfAGuest : public ProbeTest {
 protected:
  Address checked(const std::string& name, HealthChecks checks) {
    GuestOptions options;
    options.health = checks;
    return probe(name, std::move(options));
  }
  ActorHealth health(Address actor) { return node_.sim().core().roster().actor(actor)->health; }
};

TEST_F(HealthOfAGuest, IsAskedForAndShown) {
  const Address a = checked("a", {.interval = seconds(1)});
  node_.sim().advance(seconds(2));
  EXPECT_EQ(ask(a, "journal"), "check\ncheck\n");
  EXPECT_EQ(ask(a, "health 1 slow"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(health(a).status, HealthStatus::degraded);
  EXPECT_EQ(health(a).reason, "slow");
}

TEST_F(HealthOfAGuest, EndsItsLifeWhenItIsUnhealthyOftenEnough) {
  const Address a = checked("a", {.interval = seconds(1), .threshold = 2});
  EXPECT_EQ(ask(a, "health 2 no disk"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(health(a).status, HealthStatus::unhealthy);
  EXPECT_TRUE(node_.exits().empty());
  node_.sim().advance(seconds(1));
  EXPECT_EQ(node_.exits(), std::vector<std::string>{R"(test/a crashed("unhealthy: no disk"))"});
  EXPECT_EQ(ask(a, "count"), "ok 1") << "its next life";
  EXPECT_EQ(health(a).status, HealthStatus::unknown);
  node_.sim().advance(seconds(1));
  EXPECT_EQ(health(a).status, HealthStatus::healthy);
}

// Its deadline is its time-outs, not that of its handlers.
TEST_F(HealthOfAGuest, CutsOffACheckThatNeverEnds) {
  GuestOptions options;
  options.health = {.interval = seconds(1), .timeout = milliseconds(5), .threshold = 2};
  options.limits.deadline = seconds(300);
  const Address a = probe("a", std::move(options));
  EXPECT_EQ(ask(a, "on check loop"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(node_.sim().core().history().crashes.find({}, "test").back().in_hand->what, "health");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{R"(test/a exceeded("health"))"});
  EXPECT_EQ(ask(a, "count"), "ok 1");
}

// What a check may call stands in the contract; it has no effects.
TEST_F(HealthOfAGuest, EndsItsLifeWhenACheckAsksForMoreThanItMay) {
  const Address a = checked("a", {.interval = seconds(1)});
  EXPECT_EQ(ask(a, "on check log 2 here"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(node_.sim().log().back(), "test/a: here");
  EXPECT_TRUE(node_.exits().empty());
  EXPECT_EQ(ask(a, "on check self"), "ok");
  node_.sim().advance(seconds(1));
  const auto exits = node_.exits();
  ASSERT_EQ(exits.size(), 1U);
  EXPECT_TRUE(exits[0].starts_with(R"(test/a crashed("abi: )")) << exits[0];
}

TEST_F(HealthOfAGuest, IsDegradedWhenItsMemoryIsNearlyUsedUp) {
  GuestOptions options;
  options.limits.memory_bytes = 256 * limits::KiB;
  const Address a = *node_.spawn("a", "allocator", options);
  EXPECT_EQ(health(a).status, HealthStatus::healthy);
  while (ask(a, "8192").starts_with("ok ")) {
  }
  EXPECT_EQ(health(a).status, HealthStatus::degraded);
  EXPECT_TRUE(health(a).reason.contains("memory")) << health(a).reason;
}

TEST_F(HealthOfAGuest, IsNotAskedForWhenItIsSwitchedOff) {
  GuestOptions options;
  options.switch_off = [](GuestInterfaces& interfaces) { interfaces.health = false; };
  const Address a = probe("a", std::move(options));
  node_.sim().advance(seconds(60));
  EXPECT_EQ(ask(a, "journal"), "");
}

TEST_F(HealthOfAGuest, HasGuestsToldThatItIsBusyIfItRefuses) {
  const Address a = probe("a");
  GuestOptions options;
  options.health = {.interval = seconds(1), .timeout = seconds(1), .threshold = 100};
  options.mailbox.while_unready = WhileUnready::refuse;
  const Address b = probe("b", std::move(options));
  EXPECT_EQ(ask(b, "health 2 stuck"), "ok");
  EXPECT_EQ(ask(a, "send b count"), "ok");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "send b count"), "refused busy");
}

TEST_F(HealthOfAGuest, HasMessagesWaitUntilItIsBetterIfItQueues) {
  const Address a = probe("a");
  GuestOptions options;
  options.health = {.interval = seconds(1), .timeout = seconds(1), .threshold = 100};
  options.mailbox.while_unready = WhileUnready::queue;
  const Address b = probe("b", std::move(options));
  const auto queued = [&] { return node_.sim().core().roster().actor(b)->queued; };
  EXPECT_EQ(ask(b, "health 2 stuck;on fired health 0;start-timer 2500 0"), "ok;ok;ok 1");
  node_.sim().advance(seconds(1));
  EXPECT_EQ(ask(a, "send b count;request b 60000 count"), "ok;ok 1");
  EXPECT_EQ(queued(), 2U);
  node_.sim().advance(milliseconds(1'999));
  EXPECT_EQ(queued(), 2U) << "it is well by now, but has not been asked";
  EXPECT_EQ(ask(a, "journal"), "");
  node_.sim().advance(milliseconds(1));
  EXPECT_EQ(queued(), 0U);
  EXPECT_EQ(ask(a, "journal"), "answered 1 answered ok 3\n");
  EXPECT_EQ(ask(b, "journal"), "check\ncheck\nfired 1\n  did ok\ncheck\n")
      << "checks and timers went on";
}

// With threads such a check goes on beside its worker until it is cut off.
TEST(Health, CutsOffACheckThatGoesOnBesideItsWorker) {
  std::promise<ExitEvent> ended;
  std::once_flag first;
  const auto runtime =
      *Runtime::start({.name = "test",
                       .workers = 1,
                       .on_log = [](const LogLine&) {},
                       .on_exit =
                           [&](const ExitEvent& event) {
                             std::call_once(first, [&] { ended.set_value(event); });
                           }});
  SpawnOptions options;
  options.health = {.interval = milliseconds(10), .timeout = milliseconds(250), .threshold = 2};
  const Address probe =
      *runtime->spawn(*Component::from_file(TROUPE_GUEST_DIR "/probe.wasm"), options);
  ASSERT_TRUE(runtime->request(probe, as_bytes("on check loop"), seconds(60)));
  const ExitEvent event = ended.get_future().get();
  EXPECT_EQ(event.exit, Exit::exceeded("health"));
  ASSERT_TRUE(event.in_hand);
  EXPECT_EQ(event.in_hand->what, "health");
  EXPECT_TRUE(runtime->request(probe, as_bytes("count"), seconds(60))) << "its next life";
}

// A table that would do nothing is a mistake.
TEST(Health, IsAnErrorForAGuestThatExportsNone) {
  const auto runtime = *Runtime::start({.name = "test", .workers = 1});
  const std::string echo = TROUPE_GUEST_DIR "/echo.wasm";
  SpawnOptions options;
  options.health = HealthChecks{};
  const auto spawned = runtime->spawn(*Component::from_file(echo), options);
  ASSERT_FALSE(spawned);
  EXPECT_EQ(spawned.error().code, ErrorCode::invalid_argument);
  const TemporaryFolder folder;
  const auto manifest = folder.write("app.toml", as_bytes(fmt::format(R"(schema = 1
[app]
name = "shop"
[app.components]
echo = "{}"
[app.actors.till]
component = "echo"
health = {{ threshold = 1 }}
)",
                                                                      echo)));
  const auto loaded = runtime->load(manifest);
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().message.contains("'till' has a table 'health'"))
      << loaded.error().message;
}

}  // namespace
}  // namespace troupe
