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

#include "base/limits.hpp"
#include "engine/host_calls.hpp"
#include "in_vain.hpp"
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

  Outcome start(Turn& turn, BytesView /*config*/) override {
    called();
    call_in_vain(turn);
    if (!world_.fault(FaultKind::failing_start)) return {};
    world_.tell([this](Oracle& oracle) { oracle.life_crashed(life_); });
    return Outcome::error("chance");
  }
  Outcome handle(Turn& turn, BytesView message) override {
    called();
    const std::uint64_t id = World::id_in(message);
    if (id == World::refused_id) {
      world_.fail("a message that was refused arrives");
      return {};
    }
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
    is_told(request, Wanted::answer);
    world_.count(answer ? "answered" : "outcome: " + to_string(answer.error()));
    act(turn);
    if (is_killed()) return crash();
    commit();
    return {};
  }
  Outcome event(Turn& turn, std::uint64_t subscription, std::string_view /*topic*/,
                BytesView payload) override {
    called();
    const std::uint64_t id = World::id_in(payload);
    if (id == World::refused_id) {
      world_.fail("an event that was refused arrives");
      return {};
    }
    world_.tell([&](Oracle& oracle) { oracle.hearing({id, index_, life_, subscription}); });
    call_in_vain(turn);
    if (world_.is_over || !world_.fault(FaultKind::crash_over_event)) return {};
    world_.tell([this](Oracle& oracle) { oracle.life_crashed(life_); });
    return Outcome::crash("chance");
  }
  Outcome fired(Turn& turn, std::uint64_t timer) override {
    called();
    is_told(timer, Wanted::timer);
    act(turn);
    if (is_killed()) return crash();
    commit();
    return {};
  }
  void stop(Turn& turn, Duration /*budget*/) override {
    called();
    call_in_vain(turn);
  }

 private:
  // A handler begins.
  void called() {
    world_.tell([this](Oracle& oracle) { oracle.called(life_); });
    payloads_ = 0;
    spawned_ = 0;
  }
  void is_told(std::uint64_t number, Wanted what) {
    world_.tell([&](Oracle& oracle) { oracle.told(life_, number); });
    --open(what);
  }
  void call_in_vain(Turn& turn) {
    const auto chance = world_.fault(FaultKind::vain_call);
    if (chance) InVain(world_, doing(turn), *chance).go();
  }
  [[nodiscard]] Doing doing(Turn& turn) {
    return {.player = index_,
            .turn = turn,
            .host = host_,
            .requests = open(Wanted::answer),
            .spawned = spawned_,
            .payloads = payloads_,
            .owed = later_};
  }
  // What it asked for in good faith is refused; `holds`: for the reason that there is.
  void is_refused(Refusal why, bool holds) {
    world_.tell([&](Oracle& oracle) { oracle.refused(index_, why); });
    if (!holds) world_.fail(fmt::format("player {} is refused: {}", index_, to_string(why)));
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
    call_in_vain(turn);
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
    bool is_sent = false;
    if (world_.chance(30)) {
      const auto timeout = std::chrono::milliseconds(1 + world_.below(40));
      world_.records.back().expires =
          std::min(world_.records.back().expires, turn.monotonic_now() + timeout);
      const auto number = turn.request(world_.players[to], payload, timeout, options);
      note(number, Wanted::answer, to);
      is_sent = number.has_value();
    } else {
      const auto sent = turn.send(world_.players[to], payload, options);
      is_sent = sent.has_value();
      if (!sent) is_refused(sent.error(), may_be(sent.error(), to));
    }
    if (!is_sent) return;
    payloads_ += payload.size();
    sent_.push_back(world_.last_id());
  }
  // What is said to it is refused.
  [[nodiscard]] bool may_be(Refusal why, std::uint32_t player) const {
    const WhenFull policy = world_.bounds[player].when_full;
    const bool tells =
        policy == WhenFull::refuse || (policy == WhenFull::block && player == index_);
    return (why == Refusal::busy && tells) || (why == Refusal::gone && world_.is_stopped[player]);
  }
  // `to`: of a request.
  void note(const Accepted<std::uint64_t>& number, Wanted what,
            std::optional<std::uint32_t> to = {}) {
    if (number) {
      ++open(what);
      numbers_.emplace_back(*number, what);
      return;
    }
    const bool is_over_quota = number.error() == Refusal::over_quota;
    is_refused(number.error(), is_over_quota || (to && may_be(number.error(), *to)));
    if (!is_over_quota) return;
    const auto more = std::ranges::count(numbers_, what, &std::pair<std::uint64_t, Wanted>::second);
    if (what == Wanted::timer) world_.count("refused: a timer too many");
    world_.tell(
        [&](Oracle& oracle) { oracle.over_quota(life_, what, static_cast<std::size_t>(more)); });
  }
  std::size_t& open(Wanted what) { return open_.at(std::to_underlying(what)); }
  void spawn(Turn& turn) {
    const std::vector<Address> children = turn.children();
    if (!children.empty() && world_.chance(30)) {
      world_.count("stop of a child");
      const auto stopped =
          turn.stop(children[world_.below(children.size())], std::chrono::milliseconds(5));
      if (!stopped) is_refused(stopped.error(), false);
      return;
    }
    std::array<std::uint8_t, sizeof life_> config{};
    std::memcpy(config.data(), &life_, sizeof life_);
    const auto spawned = turn.spawn("child", {}, config);
    if (!spawned) {
      world_.count("refused: a child, " + std::string(to_string(spawned.error())));
      const bool has_all = children.size() + spawned_ == world_.bounds[index_].children;
      is_refused(spawned.error(), spawned.error() == Refusal::over_quota && has_all);
      return;
    }
    world_.count("spawn");
    ++spawned_;
    payloads_ += config.size();
    world_.latest_child = *spawned;
    world_.latest_parent = index_;
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
      payloads_ += payload.size();
      published_.push_back(world_.last_event());
    } else {
      is_refused(published.error(), published.error() == Refusal::no_subscriber);
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
    if (!number) {
      is_refused(number.error(), false);
      return;
    }
    payloads_ += filter.size();
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
    if (world_.chance(80)) {
      const auto chance = world_.fault(FaultKind::full_outbox);
      if (!chance) return Outcome::answer(message.first(8));
      answer_with_all(turn, *chance);
      return {};
    }
    if (world_.chance(50)) return {};
    if (later_) {
      const auto answered = turn.answer(*later_, message.first(8));
      if (!answered) is_refused(answered.error(), false);
    }
    later_ = turn.responder_for_later();
    return {};
  }
  // With as much as its outbox has room for; it is the last thing that it does.
  void answer_with_all(Turn& turn, std::uint64_t chance) {
    const BytesView all = InVain::payload(limits::outbox_bytes_max - payloads_);
    const auto answered = turn.answer(*turn.responder_for_later(), all);
    if (!answered) is_refused(answered.error(), false);
    payloads_ += all.size();
    InVain(world_, doing(turn), chance).say_more();
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
  std::uint64_t payloads_ = 0;  // In its outbox, in bytes.
  std::size_t spawned_ = 0;
  // Of this life.
  std::array<std::size_t, 2> open_ = {};  // By Wanted.
  std::vector<std::uint64_t> subscriptions_;
  std::optional<Responder> later_;
};

}  // namespace troupe::simulation
