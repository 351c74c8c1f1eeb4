// Each error code has its HTTP status and comes back from problem+json as it went in.

#include "http/problem.hpp"

#include <array>
#include <utility>

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr std::array statuses{
    std::pair{ErrorCode::invalid_argument, 400}, std::pair{ErrorCode::not_found, 404},
    std::pair{ErrorCode::already_exists, 409},   std::pair{ErrorCode::denied, 403},
    std::pair{ErrorCode::overloaded, 429},       std::pair{ErrorCode::unavailable, 503},
    std::pair{ErrorCode::timed_out, 504},        std::pair{ErrorCode::cancelled, 503},
    std::pair{ErrorCode::unsupported, 501},      std::pair{ErrorCode::corrupt, 500},
    std::pair{ErrorCode::internal, 500},
};

TEST(Problem, GivesEachErrorCodeItsStatus) {
  static_assert(statuses.size() == static_cast<std::size_t>(ErrorCode::internal) + 1);
  for (const auto& [code, status] : statuses) EXPECT_EQ(http_status(code), status);
}

TEST(Problem, SurvivesTheWayThroughJson) {
  for (const auto& [code, status] : statuses) {
    const auto back = error_from_problem_json(problem_json(problem_of({code, "it's \"so\"\n"})));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->code, code);
    EXPECT_EQ(back->message, "it's \"so\"\n");
  }
}

TEST(Problem, ReadsAsRfc9457) {
  EXPECT_EQ(problem_json(problem_of({ErrorCode::not_found, "there is no actor 'x'"})),
            R"({"type":"urn:troupe:problem:not-found","title":"There is no such thing",)"
            R"("status":404,"code":"not-found","detail":"there is no actor 'x'"})");
}

TEST(Problem, ReplacesWhatIsNotText) {
  const std::string json = problem_json(problem_of({ErrorCode::internal, "a\xff\x80z"}));
  EXPECT_TRUE(error_from_problem_json(json).has_value());
}

TEST(Problem, DoesNotReadOtherBodies) {
  for (const std::string_view body :
       {"", "null", "[]", "{", R"({"code":"not-found"})", R"({"code":1,"detail":"x"})",
        R"({"code":"of-the-future","detail":"x"})", "<html>"}) {
    EXPECT_FALSE(error_from_problem_json(body).has_value()) << body;
  }
}

}  // namespace
}  // namespace troupe
