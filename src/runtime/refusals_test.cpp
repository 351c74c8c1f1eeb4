// Proves that operators hear of actors that refuse many messages, and of each once in a while.
// Simulated time.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration window = milliseconds(limits::refusal_window_ms);

class Silent final : public Actor {
 public:
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
};

// Sends so many messages to `b`.
class Sender final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    const Address to = turn.find("b").value();
    for (int left = std::stoi(std::string(as_text(message))); left > 0; --left) {
      if (!turn.send(to, {})) ++refused_;
    }
    return Outcome::answer(std::to_string(refused_));
  }

 private:
  int refused_ = 0;
};

class Refusals : public testing::Test {
 protected:
  Address spawn(SimNode& node, const std::string& name,
                std::function<std::unique_ptr<Actor>()> make, MailboxBounds mailbox = {}) {
    auto spec = native_spec(std::move(make));
    spec->mailbox = mailbox;
    spec->grants = *GrantSet::compile({.find = {"b"}}, "test");
    return *node.spawn({.name = name, .spec = std::move(spec), .config = {}});
  }
  std::vector<std::string> told(SimNode& node) {
    std::vector<std::string> texts;
    for (const NodeEvent& event : node.core().history().events.find({.limit = 1'000}, "test")) {
      if (event.kind == NodeEvent::Kind::refused) texts.push_back(event.name + ": " + event.text);
    }
    return texts;
  }
  static constexpr auto silent = [] { return std::make_unique<Silent>(); };
  static constexpr auto sender = [] { return std::make_unique<Sender>(); };
};

TEST_F(Refusals, ToActorsAreToldOnceInAWindow) {
  // So many workers, so many counts; one is told.
  SimNode node({.workers = 4, .actors_move = false, .seed = 2});
  const Address b = spawn(node, "b", silent);
  std::vector<Address> senders;
  senders.reserve(4);
  for (int at = 0; at < 4; ++at) {
    senders.push_back(spawn(node, "a" + std::to_string(at), sender));
  }
  const auto flood = [&](int messages) {
    // It is full while they send.
    node.core().registry().set_room(b, Room::full);
    for (const Address from : senders) {
      ASSERT_TRUE(node.core().send(from, as_bytes(std::to_string(messages))));
    }
    node.run_until_idle();
    node.core().registry().set_room(b, Room::open);
  };
  flood(limits::refusal_burst - 1);
  EXPECT_EQ(told(node), std::vector<std::string>{}) << "each worker counts for itself";
  flood(1);
  EXPECT_EQ(told(node), std::vector<std::string>{"test/b: 100 messages within 0ns: 100 busy"});
  flood(1'000);
  EXPECT_EQ(told(node).size(), 1U);
  node.advance(window + milliseconds(1));
  flood(1'000);
  EXPECT_EQ(told(node).size(), 2U);
}

TEST_F(Refusals, ToThoseOutsideAreToldToo) {
  SimNode node({.workers = 1, .seed = 2});
  const Address b = spawn(node, "b", silent);
  const Bytes large(2 * limits::MiB);
  for (std::uint32_t at = 0; at < limits::refusal_burst; ++at) {
    EXPECT_FALSE(node.core().send(b, large));
    node.clock().advance(milliseconds(1));
  }
  node.run_until_idle();
  EXPECT_EQ(told(node),
            std::vector<std::string>{"test/b: 100 messages within 99ms: 100 too large"});
  EXPECT_EQ(node.core().counters().refused_by.at(std::to_underlying(Refusal::too_large)), 100U);
}

TEST_F(Refusals, ThatAreFewAreNotWorthAWord) {
  SimNode node({.workers = 1, .seed = 2});
  const Address b = spawn(node, "b", silent);
  const Bytes large(2 * limits::MiB);
  for (std::uint32_t at = 0; at < 3 * limits::refusal_burst; ++at) {
    EXPECT_FALSE(node.core().send(b, large));
    node.clock().advance(window / 50);
  }
  node.run_until_idle();
  EXPECT_TRUE(told(node).empty());
}

}  // namespace
}  // namespace troupe
