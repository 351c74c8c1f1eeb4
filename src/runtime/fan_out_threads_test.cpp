// Proves on real threads what fan_out_test.cpp proves under simulated time: that events reach
// everybody once and in order among messages, while actors change their workers. For
// ThreadSanitizer.

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "troupe/runtime.hpp"

namespace troupe {
namespace {

constexpr std::size_t player_count = 24;
constexpr std::size_t ball_count = 4;
constexpr std::uint64_t hops_each = 4'000;
constexpr std::uint64_t loyalty = 300;    // Messages to one, before it turns to another.
constexpr std::uint64_t words_every = 7;  // Hops between two events of one player.

// A message, or an event.
struct Word {
  std::uint64_t sender = 0;    // A player, or player_count: from outside.
  std::uint64_t sequence = 0;  // Of its sender.
  std::uint64_t hops_left = 0;
};

struct Field {
  std::vector<Address> players;
  std::atomic<std::uint64_t> disorder{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> said{0};   // Events.
  std::atomic<std::uint64_t> heard{0};  // Of them, by all.
  std::atomic<std::size_t> balls_left{0};
};

std::array<std::uint8_t, sizeof(Word)> bytes_of(const Word& word) {
  std::array<std::uint8_t, sizeof word> bytes{};
  std::memcpy(bytes.data(), &word, sizeof word);
  return bytes;
}

// Throws each ball on, for a while to the same one, and tells all of it now and then.
class Player final : public Actor {
 public:
  Player(Field& field, std::size_t index) : field_(field), index_(index), partner_(index ^ 1U) {}

  Outcome start(Turn& turn, BytesView) override {
    return turn.subscribe("ball.*") ? Outcome() : Outcome::error("no subscription");
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (message.size() != sizeof(Word)) return Outcome::answer(message);  // From outside.
    const Word ball = hear(message);
    if (ball.hops_left == 0) {
      --field_.balls_left;
      return {};
    }
    if (++thrown_ % loyalty == 0) partner_ = (partner_ * 7 + thrown_) % player_count;
    if (thrown_ % words_every == 0) {
      if (turn.publish("ball.seen", bytes_of({.sender = index_, .sequence = ++sequence_}))) {
        ++field_.said;
      } else {
        ++field_.refused;
      }
    }
    const Word next{.sender = index_, .sequence = ++sequence_, .hops_left = ball.hops_left - 1};
    if (!turn.send(field_.players[partner_], bytes_of(next))) ++field_.refused;
    return {};
  }
  Outcome event(Turn&, std::uint64_t, std::string_view, BytesView payload) override {
    (void)hear(payload);
    ++field_.heard;
    return {};
  }

 private:
  Word hear(BytesView bytes) {
    Word word;
    std::memcpy(&word, bytes.data(), sizeof word);
    if (word.sender < player_count) {
      // Twice the same would be disorder, too.
      if (word.sequence <= last_.at(word.sender)) ++field_.disorder;
      last_.at(word.sender) = word.sequence;
    }
    return word;
  }

  Field& field_;
  std::size_t index_;
  std::size_t partner_;
  std::uint64_t thrown_ = 0;
  std::uint64_t sequence_ = 0;
  std::array<std::uint64_t, player_count> last_{};
};

TEST(FanOutOnThreads, LosesDoublesAndReordersNothing) {
  Field field;
  const auto runtime = Runtime::start({.name = "field", .workers = 3});
  ASSERT_TRUE(runtime);
  SpawnOptions options;
  options.mailbox.messages = 1'000'000;
  for (std::size_t index = 0; index < player_count; ++index) {
    const auto player = (*runtime)->spawn(
        Component::native("player",
                          [&field, index] { return std::make_unique<Player>(field, index); }),
        options);
    ASSERT_TRUE(player);
    field.players.push_back(*player);
  }
  const auto ask_all = [&] {
    for (const Address player : field.players) {
      const auto answer = (*runtime)->request(player, as_bytes("x"), std::chrono::seconds(60));
      ASSERT_TRUE(answer) << answer.error().message;
    }
  };
  auto changes = [&, workers = std::vector<std::uint32_t>()]() mutable {
    std::vector<std::uint32_t> present;
    for (const ActorStatus& one : (*runtime)->actors()) present.push_back(one.worker);
    return std::exchange(workers, present) != present;
  };
  ask_all();  // By now every worker has been told who listens.
  (void)changes();
  // Again, until somebody was seen to have moved.
  bool has_moved = false;
  for (int round = 0; round < 100 && !has_moved; ++round) {
    field.balls_left = ball_count;
    for (std::size_t at = 0; at < ball_count; ++at) {
      const Word ball{.sender = player_count, .sequence = 0, .hops_left = hops_each};
      ASSERT_TRUE((*runtime)->send(field.players[at * 5], bytes_of(ball)));
    }
    while (field.balls_left > 0) ask_all();
    has_moved = changes();
  }
  EXPECT_TRUE(has_moved) << "so that nothing is proved";
  // Whoever is asked has had what was on its way to it, unless that was still to move on.
  for (int round = 0; round < 1'000 && field.heard < field.said * player_count; ++round) ask_all();
  EXPECT_EQ(field.heard, field.said * player_count);
  EXPECT_GT(field.said, 0U);
  EXPECT_EQ(field.disorder, 0U);
  EXPECT_EQ(field.refused, 0U);
}

}  // namespace
}  // namespace troupe
