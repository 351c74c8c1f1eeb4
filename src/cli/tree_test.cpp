// The tree shows everybody once, below whoever supervises it.

#include "cli/tree.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

using std::chrono::seconds;

SupervisorStatus supervisor(std::string name, std::string parent) {
  return {.name = std::move(name),
          .parent = std::move(parent),
          .state = "running",
          .life = 1,
          .strategy = "one-for-one",
          .restarts = 1,
          .intensity = 3,
          .period = seconds(60)};
}

ActorStatus actor(std::string name, std::string supervisor) {
  ActorStatus one;
  one.name = std::move(name);
  one.supervisor = std::move(supervisor);
  one.state = ActorState::ready;
  one.lives = 2;
  return one;
}

TEST(TreeText, ShowsEverybodyBelowItsSupervisor) {
  std::vector<ActorStatus> actors{actor("#9.1", "bank/desk"), actor("bank/a", "accounts"),
                                  actor("bank/b", "accounts"), actor("bank/desk", "root")};
  actors[2].last_exit = Exit::crashed("unreachable");
  EXPECT_EQ(tree_text(std::vector{supervisor("root", ""), supervisor("accounts", "root"),
                                  supervisor("audit", "accounts")},
                      actors, std::nullopt),
            "NAME          STATE    LIVES\n"
            "root          running      1  one-for-one, 1 of 3 restarts within 1m\n"
            "├─ bank/desk  ready        2\n"
            "│  └─ #9.1    ready        2\n"
            "└─ accounts   running      1  one-for-one, 1 of 3 restarts within 1m\n"
            "   ├─ bank/a  ready        2\n"
            "   ├─ bank/b  ready        2  last: crashed(\"unreachable\")\n"
            "   └─ audit   running      1  one-for-one, 1 of 3 restarts within 1m\n");
}

TEST(TreeText, ShowsWhoIsBelowNobodyKnown) {
  const std::string text =
      tree_text(std::vector{supervisor("root", "")},
                std::vector{actor("#9.1", "bank/desk"), actor("#9.2", "#9.1")}, std::nullopt);
  EXPECT_TRUE(text.contains("\n#9.1")) << text;
  EXPECT_TRUE(text.contains("\n└─ #9.2")) << text;
}

TEST(DecisionsText, ShowsWhatEachSupervisorDecided) {
  std::vector supervisors{supervisor("root", ""), supervisor("tills", "root")};
  supervisors[0].history = {
      {.ago = seconds(45), .child = "tills", .exit = "crashed", .decision = "restart-rest"}};
  supervisors[1].history = {
      {.ago = seconds(50), .child = "bank/a", .exit = "killed", .decision = "restart"},
      {.ago = seconds(45),
       .child = "bank/b",
       .exit = "crashed",
       .text = "no \x1b",
       .decision = "give-up"}};
  EXPECT_EQ(decisions_text(supervisors, std::nullopt),
            "SUPERVISOR  AGO  CHILD   EXIT                DECISION\n"
            "root        45s  tills   crashed             restart-rest\n"
            "tills       50s  bank/a  killed              restart\n"
            "tills       45s  bank/b  crashed(\"no \\x1b\")  give-up\n");
}

TEST(TreeText, SurvivesACircle) {
  const std::string text = tree_text(
      {}, std::vector{actor("bank/a", "bank/b"), actor("bank/b", "bank/a")}, std::nullopt);
  EXPECT_EQ(std::ranges::count(text, '\n'), 3) << text;
}

}  // namespace
}  // namespace troupe
