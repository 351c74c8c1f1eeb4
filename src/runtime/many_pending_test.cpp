// Proves that a node carries what it promises to carry at one time: 100,000 requests that wait for
// their outcome, a million timers. Each comes to one end, at its time, and those of an actor that
// stops go with it. Under a sanitizer a tenth of them.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t share = 10;
#else
constexpr std::size_t share = 1;
#endif

// Of one actor, as many as it may have.
constexpr std::size_t each = 1'000;
constexpr std::size_t requests = 100'000 / share;
constexpr std::size_t timers = 1'000'000 / share;
static_assert(each <= limits::timers_default && each <= limits::mailbox_messages_default);

constexpr Duration late_at_most = milliseconds(10);

std::array<std::uint8_t, sizeof(std::size_t)> bytes_of(std::size_t number) {
  std::array<std::uint8_t, sizeof number> bytes{};
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}
std::size_t number_in(BytesView bytes) {
  std::size_t number = 0;
  EXPECT_EQ(bytes.size(), sizeof number);
  std::memcpy(&number, bytes.data(), std::min(sizeof number, bytes.size()));
  return number;
}

class ManyPending : public testing::Test {
 protected:
  using Make = std::function<std::unique_ptr<Actor>()>;

  Address spawn(Make make) {
    auto spec = native_spec(std::move(make));
    spec->quotas.requests = each;
    spec->quotas.timers = each;
    return *node_.spawn({.name = std::nullopt,
                         .restart = RestartType::temporary,
                         .spec = std::move(spec),
                         .config = {}});
  }
  void tell(const std::vector<Address>& actors, std::string_view text) {
    for (const Address actor : actors) ASSERT_TRUE(node_.core().send(actor, as_bytes(text)));
    node_.run_until_idle();
  }
  void stop(const std::vector<Address>& actors) {
    std::size_t stopped = 0;
    for (const Address actor : actors) {
      node_.core().control().post([this, actor, &stopped] {
        node_.core().control().stop(actor, seconds(1), [&stopped](const Result<void>& result) {
          if (result) ++stopped;
        });
      });
    }
    node_.run_until_idle();
    EXPECT_EQ(stopped, actors.size());
  }
  // No worker has anything that is still to come.
  void expect_nothing_due() {
    for (const NodeCore::Part& part : node_.core().parts()) EXPECT_EQ(part.what->next_due(), never);
  }

  SimNode node_{{.workers = 3, .turns_a_step = 64, .seed = 5}};
};

// --- Requests.

// What became of them.
enum class End : std::uint8_t { none, answered, dropped, exited, timed_out, other };
constexpr std::size_t ends = 6;

struct Asked {
  Instant at = {};
  Duration timeout = {};
  End end = End::none;
  std::uint32_t outcomes = 0;
};

struct Questions {
  std::vector<Asked> all;
  std::size_t refused = 0;  // For there were too many.

  [[nodiscard]] std::array<std::size_t, ends> count() const {
    std::array<std::size_t, ends> counts{};
    for (const Asked& one : all) ++counts.at(static_cast<std::size_t>(one.end));
    return counts;
  }
};

End end_of(const AnswerView& answer, std::size_t number) {
  if (answer) return number_in(*answer) == number ? End::answered : End::other;
  const Failure::Kind kind = answer.error().kind;
  if (kind == Failure::Kind::dropped) return End::dropped;
  if (kind == Failure::Kind::receiver_exited) return End::exited;
  return kind == Failure::Kind::timed_out ? End::timed_out : End::other;
}

// Any message has it ask as many questions as it may, and one more.
class Asker final : public Actor {
 public:
  Asker(Questions& questions, std::size_t first, Address keeper)
      : questions_(questions), first_(first), keeper_(keeper) {}

  Outcome handle(Turn& turn, BytesView) override {
    for (std::size_t which = 0; which <= each; ++which) {
      const Duration timeout = seconds(10) + milliseconds(which);
      const auto number = turn.request(keeper_, bytes_of(first_ + which), timeout);
      if (!number) {
        EXPECT_EQ(number.error(), Refusal::over_quota);
        ++questions_.refused;
        continue;
      }
      if (which == 0) first_number_ = *number;
      questions_.all[first_ + which] = {.at = turn.monotonic_now(), .timeout = timeout};
    }
    return {};
  }
  Outcome answered(Turn& turn, std::uint64_t request, const AnswerView& answer) override {
    const std::size_t number = first_ + (request - first_number_);
    Asked& asked = questions_.all.at(number);
    ++asked.outcomes;
    asked.end = end_of(answer, number);
    if (asked.end == End::timed_out) {
      const Instant due = asked.at + asked.timeout;
      EXPECT_GE(turn.monotonic_now(), due);
      EXPECT_LE(turn.monotonic_now(), due + late_at_most);
    }
    return {};
  }

 private:
  Questions& questions_;
  std::size_t first_;
  Address keeper_;
  std::uint64_t first_number_ = 0;
};

// Keeps what it is asked until it is told: `some` to answer a quarter and to let go of a quarter,
// `rest` to answer whatever it still owes, `crash`.
class Keeper final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    if (turn.answer_owed()) {
      kept_.push_back({*turn.responder_for_later(), number_in(message)});
      return {};
    }
    if (as_text(message) == "crash") return Outcome::crash("told to");
    const bool is_rest = as_text(message) == "rest";
    std::erase_if(kept_, [&](const Kept& one) {
      if (is_rest || one.number % 4 == 0) {
        EXPECT_TRUE(turn.answer(one.responder, bytes_of(one.number)));
        return true;
      }
      if (one.number % 4 != 1) return false;
      EXPECT_TRUE(turn.drop(one.responder));
      return true;
    });
    return {};
  }

 private:
  struct Kept {
    Responder responder;
    std::size_t number = 0;
  };
  std::vector<Kept> kept_;
};

class ManyRequests : public ManyPending {
 protected:
  ManyRequests() {
    questions_.all.resize(requests);
    for (std::size_t first = 0; first < requests; first += each) {
      const Address keeper = spawn([] { return std::make_unique<Keeper>(); });
      askers_.push_back(spawn(
          [this, first, keeper] { return std::make_unique<Asker>(questions_, first, keeper); }));
      keepers_.at(keepers_.front().size() > keepers_.back().size() ? 1 : 0).push_back(keeper);
    }
  }
  void tell_keepers(std::string_view text) {
    for (const auto& half : keepers_) tell(half, text);
  }
  void expect_all_pending() {
    EXPECT_EQ(questions_.count(), (std::array<std::size_t, ends>{requests}));
    EXPECT_EQ(questions_.refused, askers_.size());
    EXPECT_TRUE(node_.core().roster().gauges().oldest_request.has_value());
  }

  Questions questions_;
  std::vector<Address> askers_;
  std::array<std::vector<Address>, 2> keepers_;
};

TEST_F(ManyRequests, ComeToOneOutcomeEach) {
  tell(askers_, "ask");
  expect_all_pending();
  tell_keepers("some");
  tell(keepers_[1], "crash");
  constexpr std::size_t quarter = requests / 4;
  EXPECT_EQ(questions_.count(),
            (std::array<std::size_t, ends>{quarter, quarter, quarter, quarter}));
  node_.advance(seconds(12));
  const std::array<std::size_t, ends> all{0, quarter, quarter, quarter, quarter};
  EXPECT_EQ(questions_.count(), all);
  // The answers that come too late find nobody who waits.
  tell(keepers_[0], "rest");
  EXPECT_EQ(questions_.count(), all);
  const NodeCounters counters = node_.core().counters();
  EXPECT_EQ(counters.timed_out, quarter);
  EXPECT_EQ(counters.orphans, quarter);
  EXPECT_TRUE(
      std::ranges::all_of(questions_.all, [](const Asked& one) { return one.outcomes == 1; }));
  EXPECT_FALSE(node_.core().roster().gauges().oldest_request.has_value());
  expect_nothing_due();
}

TEST_F(ManyRequests, GoWithTheirAskers) {
  tell(askers_, "ask");
  expect_all_pending();
  stop(askers_);
  EXPECT_FALSE(node_.core().roster().gauges().oldest_request.has_value());
  expect_nothing_due();
  tell_keepers("rest");
  node_.advance(seconds(12));
  EXPECT_EQ(questions_.count(), (std::array<std::size_t, ends>{requests})) << "nobody is told";
  const NodeCounters counters = node_.core().counters();
  EXPECT_EQ(counters.timed_out, 0U);
  EXPECT_EQ(counters.orphans, requests);
}

// --- Timers.

struct Alarmed {
  Instant due = {};
  std::uint32_t fired = 0;
  bool is_cancelled = false;
};

// `start` starts as many timers as it may, for some time between 1 ms and 10 s, each hundredth for
// up to an hour; `cancel` takes every fourth back.
class Waiter final : public Actor {
 public:
  Waiter(std::vector<Alarmed>& alarms, std::size_t first) : alarms_(alarms), first_(first) {}

  Outcome handle(Turn& turn, BytesView message) override {
    if (as_text(message) == "cancel") {
      for (std::size_t which = 0; which < each; which += 4) {
        EXPECT_TRUE(turn.cancel_timer(first_number_ + which));
        alarms_[first_ + which].is_cancelled = true;
      }
      return {};
    }
    std::mt19937 generator(static_cast<std::uint32_t>(first_));
    for (std::size_t which = 0; which < each; ++which) {
      const std::uint32_t most_ms = which % 100 == 0 ? 3'600'000 : 10'000;
      const milliseconds delay(1 + generator() % most_ms);
      const auto number = turn.start_timer(delay, std::nullopt);
      EXPECT_TRUE(number);
      if (!number) return Outcome::crash("a timer was refused");
      if (which == 0) first_number_ = *number;
      EXPECT_EQ(*number, first_number_ + which);
      alarms_[first_ + which].due = turn.monotonic_now() + delay;
    }
    const auto refused = turn.start_timer(seconds(1), std::nullopt);
    EXPECT_FALSE(refused);
    return {};
  }
  Outcome fired(Turn& turn, std::uint64_t timer) override {
    Alarmed& alarmed = alarms_.at(first_ + (timer - first_number_));
    ++alarmed.fired;
    EXPECT_GE(turn.monotonic_now(), alarmed.due);
    EXPECT_LE(turn.monotonic_now(), alarmed.due + late_at_most);
    return {};
  }

 private:
  std::vector<Alarmed>& alarms_;
  std::size_t first_;
  std::uint64_t first_number_ = 0;
};

class ManyTimers : public ManyPending {
 protected:
  ManyTimers() {
    alarms_.resize(timers);
    for (std::size_t first = 0; first < timers; first += each)
      waiters_.push_back(spawn([this, first] { return std::make_unique<Waiter>(alarms_, first); }));
  }
  [[nodiscard]] std::size_t fired() const {
    std::size_t sum = 0;
    for (const Alarmed& one : alarms_) sum += one.fired;
    return sum;
  }

  std::vector<Alarmed> alarms_;
  std::vector<Address> waiters_;
};

TEST_F(ManyTimers, FireOnceOrAreCancelled) {
  tell(waiters_, "start");
  EXPECT_TRUE(
      std::ranges::none_of(alarms_, [](const Alarmed& one) { return one.due == Instant{}; }));
  EXPECT_EQ(fired(), 0U);
  tell(waiters_, "cancel");
  node_.advance(hours(1));
  EXPECT_TRUE(std::ranges::all_of(
      alarms_, [](const Alarmed& one) { return one.fired == (one.is_cancelled ? 0U : 1U); }));
  EXPECT_EQ(fired(), timers - timers / 4);
  expect_nothing_due();
}

TEST_F(ManyTimers, GoWithTheirActors) {
  tell(waiters_, "start");
  node_.advance(milliseconds(100));
  const std::size_t before = fired();
  EXPECT_GT(before, 0U);
  stop(waiters_);
  expect_nothing_due();
  node_.advance(hours(1));
  EXPECT_EQ(fired(), before);
}

}  // namespace
}  // namespace troupe
