#include "runtime/outside_requests.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "troupe/outcome.hpp"

namespace troupe {
namespace {

std::string text_of(const Answer& answer) {
  return answer ? std::string(as_text(*answer)) : to_string(answer.error());
}

TEST(OutsideRequests, SettleEachOnce) {
  OutsideRequests requests;
  std::vector<std::string> told;
  const auto opened =
      requests.open(Instant{50}, [&](const Answer& answer) { told.push_back(text_of(answer)); });
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->is_earlier);
  requests.settle(opened->number + 1, to_bytes("of nobody"));
  requests.settle(opened->number, to_bytes("first"));
  requests.settle(opened->number, to_bytes("second"));
  requests.expire(Instant{100});
  EXPECT_EQ(told, std::vector<std::string>{"first"});
  EXPECT_EQ(requests.next_due(), never);
}

TEST(OutsideRequests, TimeOutWhenTheyAreDueInTheirOrder) {
  OutsideRequests requests;
  std::vector<std::string> told;
  const auto open = [&](std::int64_t end_ns) {
    return requests
        .open(Instant{end_ns},
              [&told, end_ns](const Answer& answer) {
                told.push_back(std::to_string(end_ns) + " " + text_of(answer));
              })
        ->is_earlier;
  };
  EXPECT_TRUE(open(30));
  EXPECT_FALSE(open(40));
  EXPECT_TRUE(open(20));
  EXPECT_EQ(requests.next_due(), Instant{20});
  requests.expire(Instant{19});
  EXPECT_TRUE(told.empty());
  requests.expire(Instant{30});
  EXPECT_EQ(told, (std::vector<std::string>{"20 timed-out", "30 timed-out"}));
  requests.abandon_all();
  EXPECT_EQ(told.back(), "40 receiver-exited");
}

// Most are answered long before their end, and the next may be asked then: nobody is to be woken
// for its end before the last's has passed.
TEST(OutsideRequests, WakeNobodyWhileTheyAreAnsweredInTime) {
  OutsideRequests requests;
  const auto ask = [&](std::int64_t end_ns) {
    const auto opened = requests.open(Instant{end_ns}, [](const Answer&) {});
    requests.settle(opened->number, to_bytes("x"));
    return opened->is_earlier;
  };
  EXPECT_TRUE(ask(100));
  EXPECT_FALSE(ask(101));
  EXPECT_FALSE(ask(200));
  EXPECT_EQ(requests.next_due(), Instant{100});
  // Whoever looks then finds nothing, and has nothing to wait for.
  requests.expire(Instant{100});
  EXPECT_EQ(requests.next_due(), never);
  EXPECT_TRUE(ask(300));
  EXPECT_TRUE(ask(250)) << "earlier than what is waited for";
  bool is_over = false;
  EXPECT_FALSE(requests.open(Instant{400}, [&](const Answer&) { is_over = true; })->is_earlier);
  requests.expire(Instant{250});
  EXPECT_EQ(requests.next_due(), Instant{400}) << "those that are answered are not waited for";
  EXPECT_FALSE(is_over);
  requests.expire(Instant{400});
  EXPECT_TRUE(is_over);
}

TEST(OutsideRequests, AreRefusedBeyondTheirLimitUntilOneIsSettled) {
  OutsideRequests requests;
  std::uint64_t last = 0;
  for (std::size_t open = 0; open < limits::outside_requests_max; ++open) {
    const auto opened = requests.open(Instant{1}, [](const Answer&) {});
    ASSERT_TRUE(opened) << open;
    last = opened->number;
  }
  EXPECT_FALSE(requests.open(Instant{1}, [](const Answer&) {}));
  requests.settle(last, to_bytes("x"));
  EXPECT_TRUE(requests.open(Instant{1}, [](const Answer&) {}));
}

}  // namespace
}  // namespace troupe
