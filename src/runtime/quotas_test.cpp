// Proves how much of each kind an actor may have at one time, and how long a request may take: at
// the bound and just beyond. Native actors, simulated time.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr Duration longest = milliseconds(limits::request_timeout_ms_max);

class Doing final : public Actor {
 public:
  struct Script {
    std::function<void(Turn&, std::string_view)> handle;
    std::vector<std::string> outcomes = {};  // Of its requests.
    int fired = 0;
  };
  explicit Doing(Script& script) : script_(script) {}

  Outcome handle(Turn& turn, BytesView message) override {
    script_.handle(turn, as_text(message));
    return {};
  }
  Outcome answered(Turn& /*turn*/, std::uint64_t /*request*/, const AnswerView& answer) override {
    script_.outcomes.push_back(answer ? "answered" : to_string(answer.error()));
    return {};
  }
  Outcome fired(Turn& /*turn*/, std::uint64_t /*timer*/) override {
    ++script_.fired;
    return {};
  }

 private:
  Script& script_;
};

// What an actor may have so many of, each with a number.
struct Quota {
  const char* what = "";
  std::uint32_t most = 0;
  Accepted<std::uint64_t> (*take)(Turn& turn, Address other) = nullptr;
  Accepted<void> (*give_back)(Turn& turn, std::uint64_t number) = nullptr;
  std::uint32_t Quotas::* field = nullptr;  // Null: it is fixed.
};

Accepted<std::uint64_t> ask(Turn& turn, Address other) { return turn.request(other, {}, hours(1)); }
Accepted<void> cancel_request(Turn& turn, std::uint64_t number) {
  return turn.cancel_request(number);
}
Accepted<std::uint64_t> start_timer(Turn& turn, Address /*other*/) {
  return turn.start_timer(hours(1), std::nullopt);
}
Accepted<void> cancel_timer(Turn& turn, std::uint64_t number) { return turn.cancel_timer(number); }
Accepted<std::uint64_t> watch(Turn& turn, Address other) { return turn.watch(other); }
Accepted<void> unwatch(Turn& turn, std::uint64_t number) { return turn.unwatch(number); }
Accepted<std::uint64_t> subscribe(Turn& turn, Address /*other*/) { return turn.subscribe("a.b"); }
Accepted<void> unsubscribe(Turn& turn, std::uint64_t number) { return turn.unsubscribe(number); }

class QuotasTest : public testing::Test {
 protected:
  Address spawn(Doing::Script& script, const Quotas& quotas = default_quotas()) {
    auto spec = native_spec([&script] { return std::make_unique<Doing>(script); });
    spec->quotas = quotas;
    return *node_.spawn({.name = std::nullopt, .spec = std::move(spec), .config = {}});
  }
  // Keeps what it is asked.
  Address keeper() {
    keeping_.handle = [](Turn& turn, auto) { (void)turn.responder_for_later(); };
    return spawn(keeping_);
  }

  Doing::Script keeping_;
  std::vector<ErrorCode> outcomes_;  // Of requests from outside; some are open until the node ends.
  SimNode node_{{.workers = 2, .seed = 11}};
};

class EachQuota : public QuotasTest, public testing::WithParamInterface<Quota> {};

TEST_P(EachQuota, GrantsAsManyAsItSaysAndNotOneMore) {
  const Quota& row = GetParam();
  Quotas quotas = default_quotas();
  if (row.field != nullptr) quotas.*row.field = row.most;
  const Address other = keeper();
  std::vector<std::uint64_t> numbers;
  const auto expect_full = [&](Turn& turn) {
    const auto refused = row.take(turn, other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), Refusal::over_quota);
  };
  // In handlers of their own: it is not to be the outbox that is full.
  Doing::Script script{.handle = [&](Turn& turn, std::string_view text) {
    if (text == "fill") {
      while (numbers.size() < row.most) {
        const auto taken = row.take(turn, other);
        ASSERT_TRUE(taken) << numbers.size() << ": " << to_string(taken.error());
        numbers.push_back(*taken);
      }
      return;
    }
    if (text == "take it again") {
      EXPECT_TRUE(row.take(turn, other));
    }
    expect_full(turn);
    if (text == "give one back") {
      EXPECT_TRUE(row.give_back(turn, numbers.at(numbers.size() / 2)));
    }
  }};
  const Address actor = spawn(script, quotas);
  node_.send(actor, "fill");
  EXPECT_EQ(numbers.size(), row.most);
  node_.send(actor, "one more");
  if (row.most == 0) return;
  node_.send(actor, "give one back");
  node_.send(actor, "take it again");
  node_.send(actor, "one more");
  EXPECT_EQ(node_.core().roster().actor(actor)->lives, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Of, EachQuota,
    testing::Values(Quota{"NoRequests", 0, ask, cancel_request, &Quotas::requests},
                    Quota{"Requests", 3, ask, cancel_request, &Quotas::requests},
                    Quota{"NoTimers", 0, start_timer, cancel_timer, &Quotas::timers},
                    Quota{"Timers", 3, start_timer, cancel_timer, &Quotas::timers},
                    Quota{"Watches", limits::watches_max, watch, unwatch},
                    Quota{"Subscriptions", limits::subscriptions_max, subscribe, unsubscribe}),
    [](const auto& row) { return std::string(row.param.what); });

TEST_F(QuotasTest, LetARequestOfAnActorTakeADay) {
  const Address other = keeper();
  Doing::Script asker{.handle = [&](Turn& turn, auto) {
    const auto refusal = [&](Duration timeout) { return turn.request(other, {}, timeout).error(); };
    EXPECT_EQ(refusal(Duration(0)), Refusal::invalid);
    EXPECT_EQ(refusal(Duration(-1)), Refusal::invalid);
    EXPECT_EQ(refusal(longest + Duration(1)), Refusal::invalid);
    EXPECT_EQ(refusal(Duration::max()), Refusal::invalid);
    EXPECT_TRUE(turn.request(other, {}, longest));
  }};
  node_.send(spawn(asker), "go");
  node_.advance(longest - milliseconds(1));
  EXPECT_EQ(asker.outcomes, std::vector<std::string>{});
  node_.advance(milliseconds(1));
  EXPECT_EQ(asker.outcomes, std::vector<std::string>{"timed-out"});
}

// Of what is too far away to count nothing comes back.
TEST_F(QuotasTest, LetTimersWaitForEver) {
  Doing::Script waiting{.handle = [](Turn& turn, auto) {
    EXPECT_TRUE(turn.start_timer(Duration::max(), std::nullopt));
    EXPECT_TRUE(turn.start_timer(milliseconds(1), Duration::max()));
  }};
  node_.send(spawn(waiting), "go");
  node_.advance(hours(24));
  EXPECT_EQ(waiting.fired, 1);
}

TEST_F(QuotasTest, LetARequestFromOutsideTakeADay) {
  const Address other = keeper();
  const auto request = [&](Duration timeout) {
    node_.core().request_async(other, {}, timeout, [&](const Result<Bytes>& answer) {
      ASSERT_FALSE(answer);
      outcomes_.push_back(answer.error().code);
    });
    node_.run_until_idle();
  };
  for (const Duration wrong : {Duration(0), Duration(-1), longest + Duration(1), Duration::max()}) {
    request(wrong);
    EXPECT_EQ(std::exchange(outcomes_, {}), std::vector<ErrorCode>{ErrorCode::invalid_argument});
  }
  request(longest);
  node_.advance(longest - milliseconds(1));
  EXPECT_EQ(outcomes_, std::vector<ErrorCode>{});
  node_.advance(milliseconds(1));
  EXPECT_EQ(outcomes_, std::vector<ErrorCode>{ErrorCode::timed_out});
}

}  // namespace
}  // namespace troupe
