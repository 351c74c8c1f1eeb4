// Supervisors come back as they were, and text that is none is refused.

#include "http/supervisor_json.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

std::vector<SupervisorStatus> two() {
  return {{.name = "root",
           .state = "running",
           .life = 1,
           .restart = "permanent",
           .strategy = "one-for-one",
           .intensity = 3,
           .period = std::chrono::minutes(1),
           .children = 2},
          {.name = "accounts",
           .parent = "root",
           .state = "waiting",
           .life = 4,
           .restart = "transient",
           .strategy = "rest-for-one",
           .restarts = 7,
           .intensity = 9,
           .period = std::chrono::milliseconds(1'500),
           .history = {{.ago = std::chrono::milliseconds(12),
                        .child = "bank/a",
                        .exit = "crashed",
                        .text = "unreachable",
                        .decision = "restart"}}}};
}

TEST(SupervisorJson, ShowsASupervisor) {
  EXPECT_EQ(to_json(std::vector{two()[1]}),
            R"([{"name":"accounts","parent":"root","state":"waiting","life":4,)"
            R"("restart":"transient","strategy":"rest-for-one","restarts":7,"intensity":9,)"
            R"("period_ms":1500,"children":0,"history":[{"ago_ms":12,)"
            R"("child":"bank/a","exit":"crashed","text":"unreachable",)"
            R"("decision":"restart"}]}])");
}

TEST(SupervisorJson, BringsThemBack) {
  const auto back = supervisors_from_json(to_json(two()));
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(*back, two());
}

TEST(SupervisorJson, RefusesEveryTruncation) {
  const std::string whole = to_json(two());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(supervisors_from_json(whole.substr(0, length))) << length;
  }
}

TEST(SupervisorJson, NamesWhatIsMissing) {
  const auto refused = supervisors_from_json(R"([{"name":"a","parent":"root"}])");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("'state' of a supervisor"));
  for (const std::string_view bad : {R"(,"history":1)", R"(,"history":[1])",
                                     R"(,"history":[{"ago_ms":1,"child":"a","exit":"x"}])", ""}) {
    std::string text = to_json(std::vector{two()[0]});
    text.replace(text.find(R"(,"history":[])"), 13, bad);
    EXPECT_FALSE(supervisors_from_json(text)) << bad;
  }
  EXPECT_FALSE(supervisors_from_json(R"([1])"));
  EXPECT_FALSE(supervisors_from_json(R"({})"));
}

}  // namespace
}  // namespace troupe
