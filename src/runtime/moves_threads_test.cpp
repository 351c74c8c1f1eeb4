// Proves on real threads what moves_test.cpp proves under simulated time: that actors which change
// their workers all the time lose, double and reorder nothing. For ThreadSanitizer.

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "troupe/runtime.hpp"

namespace troupe {
namespace {

constexpr std::size_t walker_count = 24;
constexpr std::size_t ball_count = 4;
constexpr std::uint64_t hops_each = 20'000;
constexpr std::uint64_t loyalty = 300;  // Messages to one, before it turns to another.

struct Ball {
  std::uint64_t sender = 0;    // A walker.
  std::uint64_t sequence = 0;  // Of its sender to this receiver.
  std::uint64_t hops_left = 0;
};

struct Field {
  std::vector<Address> walkers;
  std::atomic<std::uint64_t> hops{0};
  std::atomic<std::uint64_t> disorder{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::size_t> balls_left{0};
};

// Throws each ball on, for a while to the same one.
class Walker final : public Actor {
 public:
  Walker(Field& field, std::size_t index) : field_(field), index_(index), partner_(index ^ 1U) {}

  Outcome handle(Turn& turn, BytesView message) override {
    if (message.size() != sizeof(Ball)) return Outcome::answer(message);  // From outside.
    Ball ball;
    std::memcpy(&ball, message.data(), sizeof ball);
    if (ball.sender < walker_count && ball.sequence != got_.at(ball.sender)++) ++field_.disorder;
    ++field_.hops;
    if (ball.hops_left == 0) {
      --field_.balls_left;
      return {};
    }
    if (++thrown_ % loyalty == 0) partner_ = (partner_ * 7 + thrown_) % walker_count;
    const Ball next{
        .sender = index_, .sequence = sent_.at(partner_)++, .hops_left = ball.hops_left - 1};
    std::array<std::uint8_t, sizeof next> bytes{};
    std::memcpy(bytes.data(), &next, sizeof next);
    if (!turn.send(field_.walkers[partner_], bytes)) ++field_.refused;
    return {};
  }

 private:
  Field& field_;
  std::size_t index_;
  std::size_t partner_;
  std::uint64_t thrown_ = 0;
  std::array<std::uint64_t, walker_count> sent_{};
  std::array<std::uint64_t, walker_count> got_{};
};

TEST(MovesOnThreads, LoseDoubleAndReorderNothing) {
  Field field;
  const auto runtime = Runtime::start({.name = "walk", .workers = 3});
  ASSERT_TRUE(runtime);
  for (std::size_t index = 0; index < walker_count; ++index) {
    const auto walker = (*runtime)->spawn(Component::native(
        "walker", [&field, index] { return std::make_unique<Walker>(field, index); }));
    ASSERT_TRUE(walker);
    field.walkers.push_back(*walker);
  }
  auto changes = [&, workers = std::vector<std::uint32_t>()]() mutable {
    std::vector<std::uint32_t> present;
    for (const ActorStatus& one : (*runtime)->actors()) present.push_back(one.worker);
    return std::exchange(workers, present) != present;
  };
  (void)changes();
  // Again, until somebody was seen to have moved.
  bool has_moved = false;
  std::uint64_t thrown = 0;
  for (int round = 0; round < 100 && !has_moved; ++round) {
    field.balls_left = ball_count;
    for (std::size_t at = 0; at < ball_count; ++at, ++thrown) {
      const Ball ball{.sender = walker_count, .sequence = 0, .hops_left = hops_each};
      std::array<std::uint8_t, sizeof ball> bytes{};
      std::memcpy(bytes.data(), &ball, sizeof ball);
      ASSERT_TRUE((*runtime)->send(field.walkers[at * 5], bytes));
    }
    // Meanwhile somebody asks from outside.
    for (std::uint64_t asked = 0; field.balls_left > 0; ++asked) {
      const auto answer = (*runtime)->request(field.walkers[asked % walker_count], as_bytes("x"),
                                              std::chrono::seconds(60));
      ASSERT_TRUE(answer) << answer.error().message;
    }
    has_moved = changes();
  }
  EXPECT_EQ(field.hops, thrown * (hops_each + 1));
  EXPECT_EQ(field.disorder, 0U);
  EXPECT_EQ(field.refused, 0U);
  EXPECT_TRUE(has_moved) << "so that nothing is proved";
}

}  // namespace
}  // namespace troupe
