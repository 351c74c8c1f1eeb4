#include "supervisor/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

using namespace std::chrono_literals;
using Kind = SupervisorDecision::Kind;

Address address(std::uint32_t slot) { return {.slot = slot, .generation = 1}; }

std::string word(const SupervisorDecision& decision) {
  switch (decision.kind) {
    case Kind::restart:
      return "restart";
    case Kind::leave_ended:
      return "leave";
    case Kind::give_up:
      return "give-up";
  }
  return {};
}

RestartType type_named(const std::string& text) {
  for (const RestartType type :
       {RestartType::permanent, RestartType::transient, RestartType::temporary}) {
    if (to_string(type) == text) return type;
  }
  ADD_FAILURE() << text;
  return RestartType::permanent;
}

Exit exit_named(const std::string& text) {
  if (text == "normal") return Exit::normal();
  if (text == "killed") return Exit::killed();
  if (text == "crashed") return Exit::crashed("unreachable");
  if (text == "exceeded") return Exit::exceeded("deadline");
  if (text == "lost") return {.kind = Exit::Kind::lost, .text = {}};
  EXPECT_EQ(text, "other");
  return {.kind = Exit::Kind::other, .text = "moved"};
}

// Each row: restart type, exit, was the stop asked for, decision.
constexpr const char* judged_alone = R"(
  permanent normal   no  restart
  permanent killed   no  restart
  permanent crashed  no  restart
  permanent exceeded no  restart
  permanent lost     no  restart
  permanent other    no  restart
  transient normal   no  leave
  transient killed   no  restart
  transient crashed  no  restart
  transient exceeded no  restart
  transient lost     no  restart
  transient other    no  restart
  temporary normal   no  leave
  temporary killed   no  leave
  temporary crashed  no  leave
  temporary exceeded no  leave
  temporary lost     no  leave
  temporary other    no  leave
  permanent normal   yes leave
  permanent killed   yes leave
  permanent crashed  yes leave
  transient killed   yes leave
  transient crashed  yes leave
  temporary killed   yes leave
)";

TEST(Supervisor, JudgesAnExitByTypeKindAndWhetherItWasAskedFor) {
  std::istringstream rows(judged_alone);
  std::string type;
  std::string exit;
  std::string asked;
  std::string decision;
  int count = 0;
  while (rows >> type >> exit >> asked >> decision) {
    Supervisor supervisor({});
    supervisor.add({.address = address(1), .name = "a", .type = type_named(type)});
    const auto decided = supervisor.ended(address(1), exit_named(exit),
                                          asked == "yes" ? StopAsked::yes : StopAsked::no, {});
    EXPECT_EQ(word(decided), decision) << type << " " << exit << " " << asked;
    EXPECT_EQ(supervisor.child_count(), decision == "restart" ? 1U : 0U);
    ++count;
  }
  EXPECT_EQ(count, 24);
}

struct Crash {
  std::int64_t second;
  const char* decision;
};
struct WindowRow {
  std::uint32_t intensity;
  std::int64_t period_s;
  std::vector<Crash> crashes;
};

TEST(Supervisor, CountsRestartsInASlidingWindow) {
  const std::vector<WindowRow> rows = {
      {0, 10, {{0, "give-up"}}},
      {1, 10, {{0, "restart"}, {10, "give-up"}}},  // Both ends belong to the window.
      {1, 10, {{0, "restart"}, {11, "restart"}, {12, "give-up"}}},
      {3, 60, {{0, "restart"}, {0, "restart"}, {0, "restart"}, {0, "give-up"}}},
      {3, 60, {{0, "restart"}, {1, "restart"}, {2, "restart"}, {61, "restart"}, {61, "give-up"}}},
      {2, 5, {{0, "restart"}, {3, "restart"}, {6, "restart"}, {9, "restart"}, {11, "give-up"}}},
  };
  for (const auto& row : rows) {
    Supervisor supervisor(
        {.intensity = row.intensity, .period = std::chrono::seconds(row.period_s)});
    supervisor.add({.address = address(1), .name = "a"});
    for (const Crash& crash : row.crashes) {
      const Instant now = Instant{} + std::chrono::seconds(crash.second);
      EXPECT_EQ(word(supervisor.ended(address(1), Exit::crashed("x"), StopAsked::no, now)),
                crash.decision)
          << row.intensity << " in " << row.period_s << " s, at " << crash.second;
    }
  }
}

TEST(Supervisor, CountsTheRestartsOfAllChildrenTogether) {
  Supervisor supervisor({.intensity = 2, .period = 60s});
  for (std::uint32_t slot = 1; slot <= 3; ++slot) {
    supervisor.add({.address = address(slot), .name = "child"});
  }
  EXPECT_EQ(word(supervisor.ended(address(1), Exit::killed(), StopAsked::no, {})), "restart");
  EXPECT_EQ(word(supervisor.ended(address(2), Exit::killed(), StopAsked::yes, {})), "leave");
  EXPECT_EQ(word(supervisor.ended(address(3), Exit::killed(), StopAsked::no, {})), "restart");
  EXPECT_EQ(word(supervisor.ended(address(1), Exit::killed(), StopAsked::no, {})), "give-up");
  EXPECT_TRUE(supervisor.has_given_up());
  EXPECT_EQ(word(supervisor.ended(address(3), Exit::killed(), StopAsked::no, {})), "leave")
      << "what ends while the group is stopped stays ended";
  EXPECT_EQ(supervisor.child_count(), 0U);
}

TEST(Supervisor, SaysWhyItGaveUp) {
  Supervisor supervisor({.intensity = 2, .period = 60s});
  supervisor.add({.address = address(1), .name = "account-3"});
  const Exit exit = Exit::crashed("unreachable");
  for (const auto at : {1000ms, 2000ms}) {
    EXPECT_EQ(supervisor.ended(address(1), exit, StopAsked::no, Instant{} + at).reason, "");
  }
  EXPECT_EQ(supervisor.ended(address(1), exit, StopAsked::no, Instant{} + 3500ms).reason,
            "'account-3' ended: " + to_string(exit) +
                ", after 2 restarts in the last 2.5s; 2 within 1m are allowed");
  Supervisor strict({.intensity = 0, .period = 60s});
  strict.add({.address = address(1), .name = "a"});
  EXPECT_EQ(strict.ended(address(1), Exit::killed(), StopAsked::no, {}).reason,
            "'a' ended: " + to_string(Exit::killed()) + ", and no restarts are allowed");
}

TEST(Supervisor, StopsInReverseOrderOfStart) {
  Supervisor supervisor({});
  for (const std::uint32_t slot : {7U, 2U, 9U, 4U}) {
    supervisor.add({.address = address(slot), .name = "child"});
  }
  supervisor.ended(address(7), Exit::crashed("x"), StopAsked::no, {});
  EXPECT_TRUE(supervisor.remove(address(9)));
  EXPECT_FALSE(supervisor.remove(address(9)));
  EXPECT_EQ(supervisor.stop_order(), (std::vector<Address>{address(4), address(2), address(7)}))
      << "a restart does not change a child's place";
}

TEST(Supervisor, LeavesStrangersAlone) {
  Supervisor supervisor({.intensity = 0, .period = 60s});
  EXPECT_EQ(word(supervisor.ended(address(1), Exit::killed(), StopAsked::no, {})), "leave");
  EXPECT_FALSE(supervisor.has_given_up());
}

// Keeps every restart and counts anew each time. Child 0 is transient, the others permanent.
class NaiveModel {
 public:
  explicit NaiveModel(const SupervisorPolicy& policy) : policy_(policy) {}

  struct Event {
    std::uint32_t slot;
    bool is_normal;
    bool is_asked;
    std::int64_t now;
  };
  std::string decide(const Event& event) {
    const bool is_unwanted = event.is_asked || (event.slot == 0 && event.is_normal);
    if (!living.contains(event.slot) || has_given_up || is_unwanted) {
      living.erase(event.slot);
      return "leave";
    }
    const auto recent = std::ranges::count_if(
        restarts_, [&](Instant at) { return at.ns >= event.now - policy_.period.count(); });
    if (recent + 1 > policy_.intensity) {
      has_given_up = true;
      living.erase(event.slot);
      return "give-up";
    }
    restarts_.push_back({event.now});
    return "restart";
  }

  std::set<std::uint32_t> living = {0, 1, 2, 3, 4};
  bool has_given_up = false;

 private:
  SupervisorPolicy policy_;
  std::vector<Instant> restarts_;
};

TEST(Supervisor, AgreesWithANaiveModel) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 generator(seed);
    const auto below = [&](std::uint32_t bound) {
      return static_cast<std::uint32_t>(generator() % bound);
    };
    const SupervisorPolicy policy{.intensity = below(6), .period = Duration(1 + below(40))};
    Supervisor supervisor(policy);
    NaiveModel model(policy);
    for (const std::uint32_t slot : model.living) {
      supervisor.add({.address = address(slot),
                      .name = "child",
                      .type = slot == 0 ? RestartType::transient : RestartType::permanent});
    }
    std::int64_t now = 0;
    for (int step = 0; step < 60; ++step) {
      now += below(20);
      const NaiveModel::Event event{
          .slot = below(5), .is_normal = below(8) == 0, .is_asked = below(30) == 0, .now = now};
      const auto decided = supervisor.ended(address(event.slot),
                                            event.is_normal ? Exit::normal() : Exit::crashed("x"),
                                            event.is_asked ? StopAsked::yes : StopAsked::no, {now});
      ASSERT_EQ(word(decided), model.decide(event)) << "step " << step;
      ASSERT_EQ(supervisor.child_count(), model.living.size());
      ASSERT_EQ(supervisor.has_given_up(), model.has_given_up);
    }
  }
}

}  // namespace
}  // namespace troupe
