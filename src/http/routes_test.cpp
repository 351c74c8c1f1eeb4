// Every row of the table is reached by the requests it is meant for, and by no others.

#include "http/routes.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

std::expected<Route, Problem> route(std::string_view method, std::string_view target) {
  const auto parsed = parse_target(target);
  EXPECT_TRUE(parsed.has_value()) << target;
  return find_route(method, parsed.value_or(Target{}));
}

int status_of(std::string_view method, std::string_view target) {
  const auto found = route(method, target);
  return found ? 200 : found.error().status;
}

TEST(Routes, ReachEveryRowOfTheTable) {
  std::set<Endpoint> reached;
  for (const RouteRow& row : route_table()) {
    std::string target(row.path);
    if (const auto name = target.find("{name}"); name != std::string::npos)
      target.replace(name, 6, "bank/ledger");
    const auto found = route(row.method, target);
    ASSERT_TRUE(found.has_value()) << target;
    EXPECT_EQ(found->endpoint, row.endpoint);
    reached.insert(row.endpoint);
  }
  EXPECT_EQ(reached.size(), route_table().size());
}

TEST(Routes, TakeANameInThreeForms) {
  for (const std::string_view verb : {"send", "request", "stop"}) {
    for (const auto& [written, name] : {std::pair{"ledger", "ledger"},
                                        {"bank/ledger", "bank/ledger"},
                                        {"bank%2Fledger", "bank/ledger"},
                                        {"%233.1", "#3.1"}}) {
      const auto found =
          route("POST", std::string("/v1/actors/") + written + "/" + std::string(verb));
      ASSERT_TRUE(found.has_value()) << written << ' ' << verb;
      EXPECT_EQ(found->name, name);
    }
  }
}

TEST(Routes, NeverMistakeANameForAVerb) {
  const auto get = route("GET", "/v1/actors/stop/send");
  ASSERT_TRUE(get.has_value());
  EXPECT_EQ(get->endpoint, Endpoint::actor_status);
  EXPECT_EQ(get->name, "stop/send");
  const auto post = route("POST", "/v1/actors/stop/send");
  ASSERT_TRUE(post.has_value());
  EXPECT_EQ(post->endpoint, Endpoint::actor_send);
  EXPECT_EQ(post->name, "stop");
  const auto long_post = route("POST", "/v1/actors/send/stop/request");
  ASSERT_TRUE(long_post.has_value());
  EXPECT_EQ(long_post->endpoint, Endpoint::actor_request);
  EXPECT_EQ(long_post->name, "send/stop");
}

TEST(Routes, SayWhichMethodWouldDo) {
  const auto put = route("PUT", "/v1/actors/ledger/send");
  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().status, 405);
  EXPECT_EQ(put.error().allow, "GET, POST");
  EXPECT_EQ(route("POST", "/v1/actors").error().allow, "GET");
  EXPECT_EQ(route("POST", "/v1/actors/ledger").error().allow, "GET");
  EXPECT_EQ(route("DELETE", "/v1/node").error().allow, "GET");
  EXPECT_EQ(route("GET", "/v1/node/stop").error().allow, "POST");
}

TEST(Routes, NameTheVersionTheySpeak) {
  const auto found = route("GET", "/v2/actors");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().status, 404);
  EXPECT_TRUE(found.error().detail.contains("/v1"));
}

TEST(Routes, RefuseWhatIsNotThere) {
  EXPECT_EQ(status_of("GET", "/"), 404);
  EXPECT_EQ(status_of("GET", "/v1"), 404);
  EXPECT_EQ(status_of("GET", "/v1/nodes"), 404);
  EXPECT_EQ(status_of("GET", "/v1/node/x"), 404);
  EXPECT_EQ(status_of("GET", "/v1/actors/a/b/c"), 404);
  EXPECT_EQ(status_of("POST", "/v1/actors/a/b"), 404);
  EXPECT_EQ(status_of("POST", "/v1/actors/a/b/c/send"), 404);
}

TEST(Routes, ReadTimes) {
  EXPECT_EQ(route("POST", "/v1/actors/a/request")->time, 1s);
  EXPECT_EQ(route("POST", "/v1/actors/a/request?timeout_ms=1")->time, 1ms);
  EXPECT_EQ(route("POST", "/v1/actors/a/stop")->time, std::nullopt) << "the actor's own";
  EXPECT_EQ(route("POST", "/v1/actors/a/restart")->time, std::nullopt);
  EXPECT_EQ(route("POST", "/v1/actors/a/restart?budget_ms=7000")->time, 7s);
  const std::string most = std::to_string(limits::request_timeout_ms_max);
  EXPECT_EQ(status_of("POST", "/v1/actors/a/request?timeout_ms=" + most), 200);
  EXPECT_EQ(status_of("POST", "/v1/actors/a/request?timeout_ms=" +
                                  std::to_string(limits::request_timeout_ms_max + 1)),
            400);
  for (const std::string_view bad : {"0", "-1", "1s", "", "1.5", "99999999999999999999", " 1"}) {
    EXPECT_EQ(status_of("POST", "/v1/actors/a/stop?budget_ms=" + percent_encode(bad)), 400) << bad;
  }
}

TEST(Routes, RefuseUnknownParameters) {
  EXPECT_EQ(status_of("GET", "/v1/node?x=1"), 400);
  EXPECT_EQ(status_of("POST", "/v1/actors/a/request?timeout=1"), 400);
  EXPECT_EQ(status_of("POST", "/v1/actors/a/request?timeout_ms=1&timeout_ms=2"), 400);
  EXPECT_TRUE(route("GET", "/v1/actors?x=1").error().detail.contains("younger_than_ms"));
  EXPECT_TRUE(route("GET", "/v1/actors?limt=1").error().detail.contains("did you mean limit?"));
}

TEST(Routes, ReadQueriesOfActors) {
  const auto all = route("GET", "/v1/actors");
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->query, (ActorQuery{.limit = limits::http_actors_page_max}));
  const auto some = route("GET",
                          "/v1/actors?name=led%2A&state=ready&component=ledger&older_than_ms=5&"
                          "younger_than_ms=60000&limit=3&after=bank%2Fa");
  ASSERT_TRUE(some.has_value()) << some.error().detail;
  const ActorQuery expected{.name = "led*",
                            .state = ActorState::ready,
                            .component = "ledger",
                            .older_than = 5ms,
                            .younger_than = 60s,
                            .after = "bank/a",
                            .limit = 3};
  EXPECT_EQ(some->query, expected);
  const auto target = parse_target(target_of(expected));
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(find_route("GET", *target)->query, expected) << target_of(expected);
}

TEST(Routes, RefuseQueriesThatMeanNothing) {
  for (const std::string_view bad : {"name=", "name=Bank", "name=a/b/c", "name=%23x", "state=redy",
                                     "state=", "component=", "older_than_ms=0", "older_than_ms=1s",
                                     "younger_than_ms=-1", "limit=0", "limit=10001", "limit=x",
                                     "limit=1&limit=1", "older_than_ms=5&younger_than_ms=5"}) {
    const auto refused = route("GET", "/v1/actors?" + std::string(bad));
    ASSERT_FALSE(refused.has_value()) << bad;
    EXPECT_EQ(refused.error().status, 400) << bad;
    EXPECT_TRUE(refused.error().detail.contains(bad.substr(0, bad.find('='))) ||
                refused.error().detail.contains("age"))
        << bad << ": " << refused.error().detail;
  }
  EXPECT_TRUE(route("GET", "/v1/actors?state=x").error().detail.contains("creating, starting"));
  for (const std::string_view good : {"name=*", "name=%23*", "name=%237.1", "name=*/a?", "limit=1",
                                      "limit=10000", "component=@"}) {
    EXPECT_EQ(status_of("GET", "/v1/actors?" + std::string(good)), 200) << good;
  }
}

TEST(Routes, ListSupervisors) {
  EXPECT_EQ(route("GET", "/v1/supervisors")->endpoint, Endpoint::supervisor_list);
  EXPECT_EQ(status_of("GET", "/v1/supervisors/root"), 404);
  EXPECT_EQ(status_of("GET", "/v1/supervisors?limit=1"), 400);
  EXPECT_EQ(status_of("POST", "/v1/supervisors"), 405);
}

TEST(Routes, ReadWhichCrashesAndEventsAreAskedFor) {
  for (const auto& [path, endpoint] :
       {std::pair("/v1/crashes", Endpoint::crash_list), {"/v1/events", Endpoint::event_list}}) {
    EXPECT_EQ(route("GET", path)->history, HistoryQuery{});
    const HistoryQuery query{.actor = "bank/*", .after = 7, .limit = 1'000};
    const auto found = route("GET", target_of(query, endpoint));
    EXPECT_EQ(found->endpoint, endpoint);
    EXPECT_EQ(found->history, query);
    for (const std::string_view bad :
         {"limit=0", "limit=1001", "limit=x", "after=0", "after=-1", "actor=", "actor=A", "name=a"})
      EXPECT_EQ(status_of("GET", std::string(path) + "?" + std::string(bad)), 400) << bad;
    EXPECT_EQ(status_of("GET", std::string(path) + "/1"), 404);
    EXPECT_EQ(status_of("POST", path), 405);
  }
}

}  // namespace
}  // namespace troupe
