// Proves that an event reaches everybody who listens, once and in its place among the messages of
// the same publisher, wherever they live and whether they move; and that it goes to another worker
// as one envelope, but counts there as what it is.

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// What a publisher says, to one or to all: how many things it has said before.
struct Word {
  std::uint64_t publisher = 0;
  std::uint64_t sequence = 0;
};

Bytes bytes_of(const Word& word) {
  Bytes bytes(sizeof word);
  std::memcpy(bytes.data(), &word, sizeof word);
  return bytes;
}

class Scripted final : public Actor {
 public:
  struct Script {
    std::function<Outcome(Turn&, BytesView)> handle = [](Turn&, BytesView) { return Outcome{}; };
    std::function<void(Turn&, std::uint64_t, BytesView)> event = [](Turn&, std::uint64_t,
                                                                    BytesView) {};
  };
  explicit Scripted(const Script& script) : script_(script) {}

  Outcome handle(Turn& turn, BytesView message) override { return script_.handle(turn, message); }
  Outcome event(Turn& turn, std::uint64_t subscription, std::string_view /*topic*/,
                BytesView payload) override {
    script_.event(turn, subscription, payload);
    return {};
  }

 private:
  const Script& script_;
};

class FanOutNode {
 public:
  explicit FanOutNode(const SimNode::Options& options) : node(options) {}

  Address spawn(const Scripted::Script& script, MailboxBounds mailbox = {}) {
    auto spec = native_spec([&script] { return std::make_unique<Scripted>(script); });
    spec->mailbox = mailbox;
    return *node.spawn({.name = std::nullopt, .spec = std::move(spec), .config = {}});
  }
  std::uint16_t home(Address actor) { return node.core().registry().home(actor).value(); }
  Worker& worker_of(Address actor) { return *node.core().workers()[home(actor)]; }
  std::uint64_t moved() {
    std::uint64_t sum = 0;
    for (const auto& worker : node.core().workers()) sum += worker->counters().moved.load();
    return sum;
  }

  SimNode node;
};

// Publishers on different workers, and listeners some of whom are slow for a while, so that they
// are shared among the workers again and again.
class FanOutAndMoves : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr std::size_t listener_count = 24;
  static constexpr std::uint64_t publisher_count = 3;
  static constexpr std::uint64_t rounds = 200;

  struct Listener {
    Scripted::Script script;
    Address address;
    std::array<std::uint64_t, publisher_count> next{};    // No word below may come any more.
    std::array<std::uint64_t, publisher_count> events{};  // Of either subscription.
    std::array<std::uint64_t, publisher_count> messages{};
  };
  struct Publisher {
    Scripted::Script script;
    Address address;
    std::uint64_t said = 0;
    std::uint64_t events = 0;
    std::vector<std::uint64_t> messages = std::vector<std::uint64_t>(listener_count);
  };

  void hear(Listener& listener, BytesView bytes) {
    const auto index = static_cast<std::uint64_t>(&listener - listeners_.data());
    node_.node.clock().advance(microseconds(index % 3 == phase_ % 3 ? 50 : 1));
    Word word;
    ASSERT_EQ(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), sizeof word);
    std::uint64_t& next = listener.next.at(word.publisher);
    EXPECT_GE(word.sequence, next) << "overtaken";
    next = word.sequence;
  }
  void make_listener(Listener& listener) {
    listener.script.handle = [&](Turn& turn, BytesView message) {
      if (as_text(message) == "listen") {
        // An event of `news.now` comes twice, under two numbers.
        EXPECT_TRUE(turn.subscribe("news.now"));
        EXPECT_TRUE(turn.subscribe("news.#"));
        return Outcome{};
      }
      hear(listener, message);
      Word word;
      std::memcpy(&word, message.data(), sizeof word);
      ++listener.messages.at(word.publisher);
      ++listener.next.at(word.publisher);
      return Outcome{};
    };
    listener.script.event = [&](Turn&, std::uint64_t, BytesView payload) {
      hear(listener, payload);
      Word word;
      std::memcpy(&word, payload.data(), sizeof word);
      ++listener.events.at(word.publisher);
    };
    listener.address = node_.spawn(listener.script, {.messages = limits::mailbox_messages_max});
  }
  // In its phase it says a lot, to each of them and to all; else a little.
  void make_publisher(std::uint64_t index) {
    Publisher& publisher = publishers_.at(index);
    publisher.script.handle = [this, index, &publisher](Turn& turn, BytesView message) {
      const bool says_a_lot = phase_ % publisher_count == index;
      for (std::size_t at = 0; at < listener_count; ++at) {
        if (says_a_lot &&
            turn.send(listeners_.at(at).address, bytes_of({index, publisher.said++}))) {
          ++publisher.messages[at];
        }
        if (at % 5 != 0) continue;
        if (turn.publish("news.now", bytes_of({index, publisher.said++}))) ++publisher.events;
      }
      if (--rounds_left_.at(index) > 0) {
        EXPECT_TRUE(turn.send(turn.self(), message));
      }
      return Outcome{};
    };
    publisher.address = node_.spawn(publisher.script, {.messages = limits::mailbox_messages_max});
  }

  FanOutNode node_{{.workers = 3,
                    .inbox_messages = GetParam() % 2 == 0 ? 3U : limits::inbox_messages_max,
                    .seed = GetParam()}};
  std::uint64_t phase_ = 0;
  std::array<std::uint64_t, publisher_count> rounds_left_{};
  std::array<Publisher, publisher_count> publishers_;
  std::array<Listener, listener_count> listeners_;
};

TEST_P(FanOutAndMoves, LoseDoubleAndReorderNothing) {
  for (std::uint64_t index = 0; index < publisher_count; ++index) make_publisher(index);
  for (Listener& listener : listeners_) make_listener(listener);
  for (const Listener& listener : listeners_) node_.node.send(listener.address, "listen");
  for (; phase_ < 6; ++phase_) {
    rounds_left_.fill(10);
    rounds_left_.at(phase_ % publisher_count) = rounds;
    for (const Publisher& one : publishers_) {
      ASSERT_TRUE(node_.node.core().send(one.address, as_bytes("go")));
    }
    node_.node.run_until_idle();
    node_.node.advance(seconds(1));  // Who has moved may move again.
  }
  EXPECT_GT(node_.moved(), listener_count) << "so that nothing is proved";
  for (std::uint64_t index = 0; index < publisher_count; ++index) {
    const Publisher& publisher = publishers_.at(index);
    EXPECT_GT(publisher.events, rounds);
    for (std::size_t at = 0; at < listener_count; ++at) {
      EXPECT_EQ(listeners_.at(at).events.at(index), 2 * publisher.events) << at;
      EXPECT_EQ(listeners_.at(at).messages.at(index), publisher.messages[at]) << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, FanOutAndMoves, testing::Range<std::uint64_t>(1, 13));

class FanOut : public testing::Test {
 protected:
  FanOut() {
    listener_.handle = [this](Turn& turn, BytesView message) {
      const std::string_view text = as_text(message);
      if (text == "out") {
        EXPECT_TRUE(turn.unsubscribe(1));
      } else if (text.starts_with("say ")) {
        seen_[turn.self()] += fmt::format("{};", text.substr(4));
      } else if (text.starts_with("news")) {
        EXPECT_TRUE(turn.subscribe(text));
      }
      return Outcome{};
    };
    listener_.event = [this](Turn& turn, std::uint64_t number, BytesView payload) {
      seen_[turn.self()] += fmt::format("{} {};", number, as_text(payload));
    };
    publisher_.handle = [](Turn& turn, BytesView message) {
      const auto done = turn.publish("news.now", message);
      return done ? Outcome::answer("ok") : Outcome::error(to_string(done.error()));
    };
  }

  // Subscribes to what it is sent, says what it is told to, and notes what comes.
  Scripted::Script listener_;
  // Publishes what it is sent as news.
  Scripted::Script publisher_;
  std::map<Address, std::string> seen_;
};

TEST_F(FanOut, CountsEachDeliveryInTheInbox) {
  FanOutNode node({.workers = 2, .seed = 11});
  const Address publisher = node.spawn(publisher_);
  std::vector<Address> there;
  for (int i = 0; i < 20; ++i) {
    const Address one = node.spawn(listener_);
    node.node.send(one, "news.*");
    if (node.home(one) != node.home(publisher)) there.push_back(one);
  }
  ASSERT_EQ(there.size(), 10U);
  Worker& from = node.worker_of(publisher);
  Worker& to = node.worker_of(there[0]);
  ASSERT_TRUE(node.node.core().send(publisher, as_bytes("goal")));
  (void)from.step();
  EXPECT_EQ(to.port().backlog(), there.size());
  (void)to.step();
  to.before_park();  // Until then others need not hear of it.
  EXPECT_EQ(to.port().backlog(), 0U);
  node.node.run_until_idle();
  EXPECT_EQ(seen_.size(), 20U);
  for (const auto& [actor, seen] : seen_) EXPECT_EQ(seen, "1 goal;");
}

// Who has left in the meantime, or has taken back its subscription, gets nothing.
TEST_F(FanOut, EndsWithItsListeners) {
  FanOutNode node({.workers = 2, .seed = 11});
  const Address publisher = node.spawn(publisher_);
  std::vector<Address> there;
  while (there.size() < 3) {
    const Address one = node.spawn(listener_);
    if (node.home(one) == node.home(publisher)) continue;
    node.node.send(one, "news.*");
    there.push_back(one);
  }
  // The event is behind it in the inbox of their worker: one of them is gone when it is expanded.
  node.worker_of(there[0]).port().push(
      Envelope::make({.kind = EnvelopeKind::retire, .receiver = there[0]}).release());
  ASSERT_TRUE(node.node.core().send(publisher, as_bytes("goal")));
  (void)node.worker_of(publisher).step();
  ASSERT_TRUE(node.node.core().send(there[1], as_bytes("out")));
  node.node.run_until_idle();
  EXPECT_EQ(seen_[there[0]], "");
  EXPECT_EQ(seen_[there[1]], "1 goal;") << "it came before";
  EXPECT_EQ(seen_[there[2]], "1 goal;");
  node.node.send(publisher, "again");
  EXPECT_EQ(seen_[there[1]], "1 goal;");
  EXPECT_EQ(seen_[there[2]], "1 goal;1 again;");
}

// An actor is about to leave: what its neighbour sends it goes to its new home already. So must
// what the neighbour publishes, or it would overtake.
TEST_F(FanOut, OvertakesNothingThatIsSentToOneThatLeaves) {
  FanOutNode node({.workers = 4, .inbox_messages = 3, .seed = 11});
  NodeCore& core = node.node.core();
  Address mover;
  Address silent;
  const Scripted::Script talker{.handle = [&](Turn& turn, BytesView) {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(turn.send(mover, as_bytes("hello")));
    return Outcome{};
  }};
  const Scripted::Script whisperer{.handle = [&](Turn& turn, BytesView) {
    EXPECT_TRUE(turn.send(silent, as_bytes("psst")));
    return Outcome{};
  }};
  const Scripted::Script neighbour{.handle = [&](Turn& turn, BytesView) {
    EXPECT_TRUE(turn.send(mover, as_bytes("say first")));
    EXPECT_TRUE(turn.publish("news.now", as_bytes("second")));
    EXPECT_TRUE(turn.send(mover, as_bytes("say third")));
    return Outcome{};
  }};
  const Address partner = node.spawn(talker);
  mover = node.spawn(listener_);
  const Address holding = node.spawn(whisperer);
  silent = node.spawn(listener_);
  const Address publisher = [&] {
    for (;;) {
      const Address one = node.spawn(neighbour);
      if (node.home(one) == node.home(mover)) return one;
    }
  }();
  // Somebody else listens, so that it is more than a message to one.
  for (const Address one : {mover, silent}) node.node.send(one, "news.*");
  Worker& old_home = node.worker_of(mover);
  // While a third is inside, because the inbox of a fourth is full, the mover can't go.
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(core.send(silent, as_bytes("hello")));
  ASSERT_TRUE(core.send(holding, as_bytes("go")));
  (void)node.worker_of(holding).step();
  ASSERT_TRUE(core.send(publisher, as_bytes("go")));
  ASSERT_TRUE(core.send(partner, as_bytes("go")));
  (void)node.worker_of(partner).step();
  for (int i = 0; i < 5; ++i) (void)old_home.step();
  ASSERT_EQ(node.home(mover), node.home(partner));
  ASSERT_EQ(node.moved(), 0U);
  node.node.run_until_idle();
  EXPECT_EQ(node.moved(), 1U);
  EXPECT_EQ(seen_[mover], "first;1 second;third;");
  EXPECT_EQ(seen_[silent], "1 second;");
}

// An actor subscribes, moves, and takes it back. A worker that hears of neither at first must not
// hear of the second before the first, or it would keep the subscription for ever.
TEST_F(FanOut, HearsOfChangesInTheirOrder) {
  FanOutNode node({.workers = 3, .inbox_messages = 3, .seed = 11});
  Address mover;
  const Scripted::Script talker{.handle = [&](Turn& turn, BytesView) {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(turn.send(mover, as_bytes("hello")));
    return Outcome{};
  }};
  const Address partner = node.spawn(talker);
  mover = node.spawn(listener_);
  const Address other = node.spawn(publisher_);
  Worker& old_home = node.worker_of(mover);
  Worker& new_home = node.worker_of(partner);
  Worker& late = node.worker_of(other);
  ASSERT_NE(&old_home, &new_home);
  ASSERT_NE(&old_home, &late);
  // The late worker has a full inbox, and does not look into it.
  NodeCore& core = node.node.core();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(core.send(other, as_bytes("full")));
  ASSERT_TRUE(core.send(mover, as_bytes("news.*")));
  (void)old_home.step();
  EXPECT_GT(old_home.counters().held_back, 0U);
  ASSERT_TRUE(core.send(partner, as_bytes("go")));
  (void)new_home.step();
  (void)old_home.step();
  ASSERT_EQ(&node.worker_of(mover), &new_home) << "it follows whoever talks to it so much";
  ASSERT_TRUE(core.send(mover, as_bytes("out")));
  for (int i = 0; i < 5; ++i) {
    (void)old_home.step();
    (void)new_home.step();
  }
  EXPECT_EQ(node.moved(), 0U) << "something of it has not left yet";
  (void)late.step();
  for (int i = 0; i < 5; ++i) {
    (void)new_home.step();
    (void)old_home.step();
  }
  EXPECT_EQ(node.moved(), 1U);
  node.node.run_until_idle();
  EXPECT_EQ(node.node.request(other, "x").error().message, "no-subscriber");
}

}  // namespace
}  // namespace troupe
