// Proves that the hooks of an embedding program are called for real guests, each when it should be.
// One worker, so that the order is known. Simulated time.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Lines = std::vector<std::string>;

std::string_view name_of(HookedMessage::Kind kind) {
  switch (kind) {
    case HookedMessage::Kind::message:
      return "message";
    case HookedMessage::Kind::request:
      return "request";
    case HookedMessage::Kind::event:
      return "event";
  }
  return "";
}

class HooksOfAGuest : public testing::Test {
 protected:
  HooksOfAGuest() { node_.emplace(std::uint16_t{1}, hooks()); }

  Result<Address> spawn(const std::string& name, const std::string& config = "") {
    return node_->spawn(
        name, "probe",
        {.config = config,
         .grants = {
             .find = {"a", "b"}, .publish = {"news.#"}, .subscribe = {"news.#"}, .spawn = {}}});
  }
  std::string ask(Address to, std::string_view text) { return node_->ask(to, text); }
  // Since the last call.
  Lines calls() { return std::exchange(calls_, {}); }

  Lines calls_;
  std::string forbids_;  // What `before_start` says; empty: nothing.
  std::optional<GuestNode> node_;

 private:
  // Each call is a line, with how many the guests have logged by then.
  void note(std::string_view hook, const HookedLife& life, std::string_view more = {}) {
    const std::size_t logged = node_->sim().log().size();
    calls_.push_back(fmt::format("{}: {} {} {}{}", logged, hook, life.name, life.life, more));
  }
  Hooks hooks() {
    return {
        .before_start = [this](const HookedLife& life) -> Result<void> {
          note("before_start", life);
          if (!forbids_.empty()) return fail(ErrorCode::unavailable, forbids_);
          return {};
        },
        .after_start = [this](const HookedLife& life) -> Result<void> {
          note("after_start", life);
          return {};
        },
        .before_stop = [this](const HookedLife& life) -> Result<void> {
          note("before_stop", life);
          return {};
        },
        .after_stop = [this](const HookedLife& life, const Exit& exit) -> Result<void> {
          note("after_stop", life, fmt::format(" {}", to_string(exit)));
          return {};
        },
        .on_message = [this](const HookedLife& life, const HookedMessage& message) -> Result<void> {
          const std::string topic = message.topic.empty() ? "" : fmt::format("{}: ", message.topic);
          note("on_message", life,
               fmt::format(" {} {}{}{}", name_of(message.kind), topic, as_text(message.payload),
                           message.sender ? " by an actor" : ""));
          return {};
        },
        .on_error = [this](const HookedLife& life, std::string_view error) -> Result<void> {
          note("on_error", life, fmt::format(" {}", error));
          return {};
        },
        .on_restart = [this](const HookedLife& life, const Exit& before) -> Result<void> {
          note("on_restart", life, fmt::format(" {}", to_string(before)));
          return {};
        }};
  }
};

TEST_F(HooksOfAGuest, AreCalledAroundItsLives) {
  const Address a = spawn("a", "do log 2 it starts").value();
  EXPECT_EQ(calls(), (Lines{"0: before_start test/a 1", "1: after_start test/a 1"}));
  EXPECT_EQ(ask(a, "log 2 it works"), "ok");
  EXPECT_EQ(calls(), Lines{"1: on_message test/a 1 request log 2 it works"});
  EXPECT_EQ(ask(a, "error not so"), "error: internal: not so");
  EXPECT_EQ(calls(),
            (Lines{"2: on_message test/a 1 request error not so", "2: on_error test/a 1 not so"}));
  node_->sim().send(a, "trap unreachable");
  EXPECT_EQ(calls(), (Lines{"2: on_message test/a 1 message trap unreachable",
                            R"(2: after_stop test/a 1 crashed("unreachable"))",
                            R"(2: on_restart test/a 2 crashed("unreachable"))",
                            "2: before_start test/a 2", "3: after_start test/a 2"}));
  node_->order([&](Control& control) { control.stop(a, seconds(1), [](const auto&) {}); });
  EXPECT_EQ(calls(), (Lines{"3: before_stop test/a 2", "4: after_stop test/a 2 normal"}))
      << "it has logged that it was asked to stop";
}

TEST_F(HooksOfAGuest, AreCalledAroundARestartThatHandsOnItsState) {
  const Address a = spawn("a").value();
  EXPECT_EQ(ask(a, "keep self"), "ok");
  (void)calls();
  node_->order([&](Control& control) { control.restart(a, seconds(1), [](const auto&) {}); });
  EXPECT_EQ(calls(), (Lines{"0: before_stop test/a 1", "1: after_stop test/a 1 normal",
                            "1: on_restart test/a 2 normal", "1: before_start test/a 2",
                            "1: after_start test/a 2"}));
  EXPECT_EQ(ask(a, "kept"), "ok test/a");
}

TEST_F(HooksOfAGuest, TellWhatItIsSent) {
  const Address a = spawn("a").value();
  const Address b = spawn("b").value();
  EXPECT_EQ(ask(b, "subscribe news.#"), "ok 1");
  (void)calls();
  EXPECT_EQ(ask(a, "send b x"), "ok");
  EXPECT_EQ(calls(), (Lines{"0: on_message test/a 1 request send b x",
                            "0: on_message test/b 1 message x by an actor"}));
  EXPECT_EQ(ask(a, "publish news.today rain"), "ok");
  EXPECT_EQ(calls(), (Lines{"0: on_message test/a 1 request publish news.today rain",
                            "0: on_message test/b 1 event news.today: rain by an actor"}));
  // What it has asked for itself it is not sent.
  EXPECT_EQ(ask(a, "start-timer 5 0;request b 1000 count"), "ok 1;ok 2");
  node_->sim().advance(milliseconds(5));
  EXPECT_EQ(calls().size(), 2U);
  EXPECT_EQ(ask(a, "journal"), "answered 2 answered ok 3\nfired 1\n");
}

TEST_F(HooksOfAGuest, LetBeforeStartForbidALife) {
  forbids_ = "no licence";
  const auto refused = spawn("a", "do log 2 it starts");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains(R"(crashed("before-start hook: no licence"))"))
      << refused.error().message;
  EXPECT_EQ(calls(), Lines{"0: before_start test/a 1"}) << "nothing had begun that could stop";
  EXPECT_TRUE(node_->sim().log().empty()) << "it was not started";
  (void)node_->exits();

  forbids_.clear();
  const Address a = spawn("a").value();
  (void)calls();
  forbids_ = "no more";
  node_->sim().send(a, "trap unreachable");
  EXPECT_EQ(calls(), (Lines{"0: on_message test/a 1 message trap unreachable",
                            R"(0: after_stop test/a 1 crashed("unreachable"))",
                            R"(0: on_restart test/a 2 crashed("unreachable"))",
                            "0: before_start test/a 2"}));
  EXPECT_EQ(node_->exits(), (Lines{R"(test/a crashed("unreachable"))",
                                   R"(test/a crashed("before-start hook: no more"))"}));
  forbids_.clear();
  node_->sim().advance(seconds(1));  // The second restart waits.
  EXPECT_EQ(calls(), (Lines{R"(0: on_restart test/a 3 crashed("before-start hook: no more"))",
                            "0: before_start test/a 3", "0: after_start test/a 3"}));
  EXPECT_EQ(ask(a, "count"), "ok 1");
}

TEST_F(HooksOfAGuest, TellOfOneThatCannotStart) {
  ASSERT_FALSE(spawn("a", "do log 2 it tries;error bad luck"));
  EXPECT_EQ(calls(),
            (Lines{"0: before_start test/a 1", R"(1: after_stop test/a 1 crashed("bad luck"))"}));
}

}  // namespace
}  // namespace troupe
