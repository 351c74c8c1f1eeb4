// Proves that a guest which is to stop has the time that it is told, neither that of a message nor
// more.

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// More than a message may take here, and less than a stop.
constexpr milliseconds short_deadline(5);
constexpr const char* longer = "burn 1000000000";

class StopTest : public ProbeTest {
 protected:
  Address probe_that(const std::string& does, Duration deadline) {
    const Address actor = probe("a", {.limits = {.deadline = deadline}});
    EXPECT_EQ(ask(actor, "on " + does), "ok");
    return actor;
  }
  void stop(Address actor, Duration budget) {
    node_.order([=](Control& control) { control.stop(actor, budget, [](const auto&) {}); });
  }
};

TEST_F(StopTest, MayTakeLongerThanAMessage) {
  stop(probe_that(std::string("stop ") + longer, short_deadline), minutes(5));
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a normal"});
}

TEST_F(StopTest, IsKilledWhenItsBudgetIsSpent) {
  stop(probe_that("stop loop", minutes(5)), milliseconds(50));
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a killed"});
}

TEST_F(StopTest, SavesForLongerThanAMessage) {
  const Address a = probe_that(std::string("save ") + longer, short_deadline);
  EXPECT_EQ(ask(a, "keep self"), "ok");
  EXPECT_EQ(node_.restart(a, minutes(5)), "ok");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a normal"});
  EXPECT_EQ(ask(a, "kept"), "ok test/a");
}

TEST_F(StopTest, LosesItsStateWhenSavingSpendsTheBudget) {
  const Address a = probe_that("save loop", minutes(5));
  EXPECT_EQ(ask(a, "keep self"), "ok");
  EXPECT_EQ(node_.restart(a, milliseconds(50)), "ok");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{"test/a killed"});
  EXPECT_EQ(ask(a, "kept"), "ok");
}

// Nobody waits for a snapshot: it has the time of a message.
TEST_F(StopTest, DoesNotGiveItsTimeToSnapshots) {
  const Address a =
      probe("a", {.limits = {.deadline = short_deadline}, .snapshot_interval = milliseconds(100)});
  EXPECT_EQ(ask(a, "on save loop"), "ok");
  node_.sim().advance(milliseconds(100));
  EXPECT_EQ(node_.exits(), std::vector<std::string>{R"(test/a exceeded("deadline"))"});
}

}  // namespace
}  // namespace troupe
