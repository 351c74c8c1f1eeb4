// Each record finds the report of its own exit, whatever else is reported of the child.

#include "supervisor/exit_texts.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

using Kind = SupervisorVerdict::Kind;
using Texts = std::vector<std::string>;

constexpr Address a{.slot = 1, .generation = 1};
constexpr Address b{.slot = 2, .generation = 1};

SupervisorRecord recorded(Address child, Kind verdict, Exit::Kind exit = Exit::Kind::crashed) {
  return {.at = {}, .child = child, .exit = exit, .verdict = verdict};
}

enum class Counted : bool { no, yes };

std::shared_ptr<const ExitEvent> reported(Address child, Exit exit,
                                          Counted counted = Counted::yes) {
  ExitEvent event{.address = child, .exit = std::move(exit)};
  if (counted == Counted::yes) event.window = RestartWindow{.restarts = 1, .most = 3};
  return std::make_shared<const ExitEvent>(std::move(event));
}

TEST(ExitTexts, PairsEachRecordWithItsReport) {
  const ExitTexts texts({reported(a, Exit::crashed("one")), reported(b, Exit::crashed("two")),
                         reported(a, Exit::exceeded("deadline")), reported(b, Exit::killed())});
  EXPECT_EQ(texts.of(std::vector{recorded(a, Kind::restart), recorded(b, Kind::restart),
                                 recorded(a, Kind::restart, Exit::Kind::exceeded),
                                 recorded(b, Kind::give_up, Exit::Kind::killed)}),
            (Texts{"one", "two", "deadline", ""}));
}

TEST(ExitTexts, PassesOverWhatWasNotCounted) {
  const ExitTexts texts({reported(a, Exit::crashed("its own")),
                         reported(a, Exit::crashed("in its stop, for another"), Counted::no)});
  EXPECT_EQ(texts.of(std::vector{recorded(a, Kind::restart_all)}), Texts{"its own"});
}

TEST(ExitTexts, KnowsTheOneThatIsNotRestarted) {
  const ExitTexts texts(
      {reported(a, Exit::crashed("before")), reported(a, Exit::crashed("at last"), Counted::no)});
  EXPECT_EQ(texts.of(std::vector{recorded(a, Kind::restart), recorded(a, Kind::leave_ended)}),
            (Texts{"before", "at last"}));
}

TEST(ExitTexts, HasNoneForAnExitThatIsNoCrash) {
  const ExitTexts texts({reported(a, Exit::crashed("before"))});
  EXPECT_EQ(texts.of(std::vector{recorded(a, Kind::restart),
                                 recorded(a, Kind::restart, Exit::Kind::normal)}),
            (Texts{"before", ""}));
}

TEST(ExitTexts, HasNoneForAReportThatIsNotKept) {
  const ExitTexts texts({reported(a, Exit::crashed("latest"))});
  EXPECT_EQ(texts.of(std::vector{recorded(a, Kind::restart), recorded(b, Kind::restart),
                                 recorded(a, Kind::restart)}),
            (Texts{"", "", "latest"}));
  EXPECT_EQ(ExitTexts({}).of(std::vector{recorded(a, Kind::restart)}), Texts{""});
}

TEST(ExitTexts, SaysThatASupervisorGaveUp) {
  const Address supervisor{.slot = 3};
  EXPECT_EQ(ExitTexts({}).of(std::vector{recorded(supervisor, Kind::restart)}), Texts{"gave up"});
}

}  // namespace
}  // namespace troupe
