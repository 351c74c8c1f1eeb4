#pragma once
// The actor of the simulation: does what chance says, and tells what it did.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/host_calls.hpp"
#include "troupe/actor.hpp"
#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Player final : public Actor {
 public:
  Player(World& world, std::uint32_t index)
      : world_(world), index_(index), life_(++world.lives_begun) {
    world_.tell([this](Oracle& oracle) { oracle.life_began(life_, index_); });
  }
  ~Player() override {
    world_.tell([this](Oracle& oracle) { oracle.life_ended(life_); });
  }

  // The next handler, as a guest.
  void runs_in(HostCalls& host) { host_ = &host; }

  Outcome start(Turn& /*turn*/, BytesView /*config*/) override {
    called();
    if (!world_.fault(FaultKind::failing_start)) return {};
    world_.tell([this](Oracle& oracle) { oracle.life_crashed(life_); });
    return Outcome::error("chance");
  }
  Outcome handle(Turn& turn, BytesView message) override {
    called();
    const std::uint64_t id = World::id_in(message);
    world_.tell([&](Oracle& oracle) { oracle.handling(id, index_); });
    if (world_.is_over) {
      publish(turn);
      commit();
      world_.tell([&](Oracle& oracle) { oracle.handled(id); });
      return {};
    }
    if (const auto chance = world_.fault(FaultKind::slow_handler)) {
      world_.clock.advance(std::chrono::microseconds(500 + *chance % 5'000));
    }
    if (world_.fault(FaultKind::very_slow_handler)) {
      world_.clock.advance(std::chrono::milliseconds(1'100));
    }
    act(turn);
    if (host_ != nullptr) run_long(turn);
    if (world_.fault(FaultKind::crash) || is_killed()) {
      world_.tell([id](Oracle& oracle) { oracle.crashed(id); });
      return crash();
    }
    Outcome outcome = reply(turn, message);
    commit();
    world_.tell([&](Oracle& oracle) { oracle.handled(id); });
    return outcome;
  }
  Outcome answered(Turn& turn, std::uint64_t request, const AnswerView& answer) override {
    called();
    world_.tell([&](Oracle& oracle) { oracle.told(life_, request); });
    world_.count(answer ? "answered" : "outcome: " + to_string(answer.error()));
    act(turn);
    if (is_killed()) return crash();
    commit();
    return {};
  }
  Outcome event(Turn& /*turn*/, std::uint64_t subscription, std::string_view /*topic*/,
                BytesView payload) override {
    called();
    const std::uint64_t id = World::id_in(payload);
    world_.tell([&](Oracle& oracle) { oracle.hearing({id, index_, life_, subscription}); });
    if (world_.is_over || !world_.fault(FaultKind::crash_over_event)) return {};
    world_.tell([this](Oracle& oracle) { oracle.life_crashed(life_); });
    return Outcome::crash("chance");
  }
  Outcome fired(Turn& turn, std::uint64_t timer) override {
    called();
    world_.tell([&](Oracle& oracle) { oracle.told(life_, timer); });
    act(turn);
    if (is_killed()) return crash();
    commit();
    return {};
  }

 private:
  void called() {
    world_.tell([this](Oracle& oracle) { oracle.called(life_); });
  }
  // Perhaps beyond its share, as its engine notices; then it does some more.
  void run_long(Turn& turn) {
    const auto chance = world_.fault(FaultKind::long_turn);
    if (!chance) return;
    world_.stays_away = std::chrono::microseconds(*chance % 20'000);
    (void)host_->overran();
    act(turn);
  }
  // In a turn beside its worker: nothing of it counts.
  [[nodiscard]] bool is_killed() {
    const bool is_killed =
        host_ != nullptr && world_.is_away() && host_->overran() == HostCalls::Overrun::end;
    if (is_killed) world_.count("kill of a turn beside its worker");
    return is_killed;
  }
  // A few things to do, while there are messages left to send.
  void act(Turn& turn) {
    act_on_topics(turn);
    if (!world_.is_over && world_.messages_left > 0 && world_.chance(2)) spawn(turn);
    // Less than one message for each, so that it ends by itself.
    const std::uint64_t count = world_.chance(35) ? 1 + world_.below(World::burst_max) : 0;
    for (std::uint64_t left = count; left > 0 && world_.messages_left > 0; --left) {
      --world_.messages_left;
      if (world_.chance(8)) {
        const auto timer = turn.start_timer(std::chrono::milliseconds(world_.below(30)), {});
        note(timer, Wanted::timer);
        continue;
      }
      say(turn);
    }
  }
  // Something to somebody.
  void say(Turn& turn) {
    const auto to = static_cast<std::uint32_t>(world_.below(world_.players.size()));
    const auto priority =
        world_.chance(80) ? Priority::normal : static_cast<Priority>(world_.below(priority_count));
    SendOptions options{.priority = priority};
    if (world_.chance(10)) options.ttl_ms = static_cast<std::uint32_t>(1 + world_.below(5));
    const Bytes payload = world_.draft(index_, to, priority);
    if (options.ttl_ms) {
      world_.records.back().expires =
          turn.monotonic_now() + std::chrono::milliseconds(*options.ttl_ms);
    }
    std::optional<Refusal> refusal;
    if (world_.chance(30)) {
      const auto timeout = std::chrono::milliseconds(1 + world_.below(40));
      world_.records.back().expires =
          std::min(world_.records.back().expires, turn.monotonic_now() + timeout);
      const auto number = turn.request(world_.players[to], payload, timeout, options);
      note(number, Wanted::answer);
      if (!number) refusal = number.error();
    } else if (const auto sent = turn.send(world_.players[to], payload, options); !sent) {
      refusal = sent.error();
    }
    if (refusal) {
      world_.count("refused: " + std::string(to_string(*refusal)));
    } else {
      sent_.push_back(world_.last_id());
    }
  }
  void note(const Accepted<std::uint64_t>& number, Wanted what) {
    if (number) {
      numbers_.emplace_back(*number, what);
    } else if (number.error() == Refusal::over_quota) {
      const auto more =
          std::ranges::count(numbers_, what, &std::pair<std::uint64_t, Wanted>::second);
      if (what == Wanted::timer) world_.count("refused: a timer too many");
      world_.tell(
          [&](Oracle& oracle) { oracle.over_quota(life_, what, static_cast<std::size_t>(more)); });
    }
  }
  void spawn(Turn& turn) {
    const std::vector<Address> children = turn.children();
    if (!children.empty() && world_.chance(30)) {
      world_.count("stop of a child");
      (void)turn.stop(children[world_.below(children.size())], std::chrono::milliseconds(5));
      return;
    }
    std::array<std::uint8_t, sizeof life_> config{};
    std::memcpy(config.data(), &life_, sizeof life_);
    const auto spawned = turn.spawn("child", {}, config);
    world_.count(spawned ? "spawn"
                         : "refused: a child, " + std::string(to_string(spawned.error())));
  }
  void act_on_topics(Turn& turn) {
    if (world_.chance(3)) publish(turn);
    if (world_.listens[index_] && world_.chance(5)) change_subscriptions(turn);
  }
  void publish(Turn& turn) {
    static constexpr std::array<std::string_view, 4> topics{"news", "news.eu", "news.us", "sport"};
    const std::string_view topic = topics.at(world_.below(topics.size()));
    const Bytes payload = world_.draft_event(index_, std::string(topic));
    if (const auto published = turn.publish(topic, payload); published) {
      published_.push_back(world_.last_event());
    } else {
      world_.count("refused: " + std::string(to_string(published.error())));
    }
  }
  void change_subscriptions(Turn& turn) {
    static constexpr std::array<std::string_view, 5> filters{"news", "news.#", "news.*", "*", "#"};
    if (!subscriptions_.empty() && world_.chance(40)) {
      const std::uint64_t number = subscriptions_[world_.below(subscriptions_.size())];
      std::erase(subscriptions_, number);
      (void)turn.unsubscribe(number);
      // It may be one of this handler.
      if (std::erase_if(subscribed_, [&](const auto& one) { return one.first == number; }) == 0) {
        unsubscribed_.push_back(number);
      }
      return;
    }
    const std::string_view filter = filters.at(world_.below(filters.size()));
    const auto number = turn.subscribe(filter);
    if (!number) return;
    subscriptions_.push_back(*number);
    subscribed_.emplace_back(*number, filter);
  }
  void commit() {
    for (const std::uint64_t number : unsubscribed_) {
      world_.tell([&](Oracle& oracle) { oracle.unsubscribed(life_, number); });
    }
    for (const auto& [number, filter] : subscribed_) {
      world_.tell([&](Oracle& oracle) { oracle.subscribed(life_, number, filter); });
    }
    for (const std::uint64_t event : published_) {
      world_.tell([event](Oracle& oracle) { oracle.published(event); });
    }
    unsubscribed_.clear();
    subscribed_.clear();
    published_.clear();
    for (const std::uint64_t id : sent_) {
      world_.tell([id](Oracle& oracle) { oracle.accepted(id); });
    }
    for (const auto& [number, what] : numbers_) {
      world_.tell([&](Oracle& oracle) { oracle.asked(life_, number, what); });
    }
    sent_.clear();
    numbers_.clear();
  }
  Outcome crash() {
    for (const std::uint64_t one : sent_) {
      world_.tell([one](Oracle& oracle) { oracle.undone(one); });
    }
    world_.tell([this](Oracle& oracle) { oracle.life_crashed(life_); });
    return Outcome::crash("chance");
  }
  Outcome reply(Turn& turn, BytesView message) {
    if (!turn.answer_owed()) return {};
    if (world_.chance(80)) return Outcome::answer(message.first(8));
    if (world_.chance(50)) return {};
    if (later_) (void)turn.answer(*later_, message.first(8));
    later_ = turn.responder_for_later();
    return {};
  }

  World& world_;
  std::uint32_t index_;
  std::uint64_t life_;
  HostCalls* host_ = nullptr;  // Of a guest.
  // Of the handler that runs.
  std::vector<std::uint64_t> sent_;
  std::vector<std::pair<std::uint64_t, Wanted>> numbers_;
  std::vector<std::uint64_t> published_;
  std::vector<std::pair<std::uint64_t, std::string_view>> subscribed_;
  std::vector<std::uint64_t> unsubscribed_;
  // Of this life.
  std::vector<std::uint64_t> subscriptions_;
  std::optional<Responder> later_;
};

}  // namespace troupe::simulation
