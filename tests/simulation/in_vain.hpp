#pragma once
// Calls that break one rule each, so that the reason they are refused for is known before. Nothing
// comes of them: without them a seed has the same trace.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "engine/host_calls.hpp"
#include "troupe/turn.hpp"
#include "world.hpp"

namespace troupe::simulation {

// A handler of a player, by its own account.
struct Doing {
  std::uint32_t player = 0;
  Turn& turn;
  HostCalls* host = nullptr;   // Of a guest.
  std::size_t requests = 0;    // Open, of this life.
  std::size_t spawned = 0;     // In this handler, as yet.
  std::uint64_t payloads = 0;  // In its outbox, in bytes.
  std::optional<Responder> owed = {};
};

// One of them, as chance has it.
// Thread: one.
class InVain {
 public:
  // None: it was accepted.
  using Outcome = std::optional<Refusal>;
  struct Way {
    std::string_view what;
    Refusal why;
    std::optional<Outcome> (InVain::*call)();  // None: there is no occasion for it.
  };

  InVain(World& world, const Doing& now, std::uint64_t chance)
      : world_(world), now_(now), chance_(chance) {}

  // Those of a Turn, two of which are asked for; then those of a guest, which has no grants, and to
  // whom no exits are told. Of the reasons only `busy` and `no_subscriber` are not in it, since
  // they depend on what others do, and `unreachable` and `other`, which nothing gives yet.
  [[nodiscard]] static const auto& ways() {
    using enum Refusal;
    static constexpr std::array<Way, 26> all{
        {{"in vain: a message beyond the outbox", too_large, &InVain::beyond_outbox},
         {"in vain: a child when the node stops", stopping, &InVain::spawn_at_the_end},
         {"in vain: a message beyond its sender's bound", too_large, &InVain::beyond_own},
         {"in vain: a message beyond its receiver's bound", too_large, &InVain::beyond_receiver},
         {"in vain: a message without time", invalid, &InVain::without_time},
         {"in vain: a message to nobody", gone, &InVain::to_nobody},
         {"in vain: a message with 17 addresses", over_quota, &InVain::with_too_many_addresses},
         {"in vain: a request without time", invalid, &InVain::ask_without_time},
         {"in vain: an answer beyond the outbox", too_large, &InVain::answer_beyond_outbox},
         {"in vain: a failure beyond the outbox", too_large, &InVain::fail_beyond_outbox},
         {"in vain: a stop of no child", denied, &InVain::stop_no_child},
         {"in vain: a look for no name", invalid, &InVain::find_no_name},
         {"in vain: a look for nobody", gone, &InVain::find_nobody},
         {"in vain: a child of no template", denied, &InVain::spawn_of_no_template},
         {"in vain: a child with no name", invalid, &InVain::spawn_with_no_name},
         {"in vain: a child with a large config", too_large, &InVain::spawn_with_large_config},
         {"in vain: a child with another's name", name_taken, &InVain::spawn_with_taken_name},
         {"in vain: an event of no topic", invalid, &InVain::publish_of_no_topic},
         {"in vain: an event beyond its publisher's bound", too_large, &InVain::publish_beyond_own},
         {"in vain: a subscription by no filter", invalid, &InVain::subscribe_by_no_filter},
         {"in vain: a timer without a rhythm", invalid, &InVain::start_timer_without_rhythm},
         {"in vain: a guest's look without grant", denied, &InVain::find_without_grant},
         {"in vain: a guest's child without grant", denied, &InVain::spawn_without_grant},
         {"in vain: a guest's event without grant", denied, &InVain::publish_without_grant},
         {"in vain: a guest's subscription without grant", denied,
          &InVain::subscribe_without_grant},
         {"in vain: a guest's watch", unsupported, &InVain::watch_without_interface}}};
    return all;
  }

  void go() {
    // The end is short.
    const bool is_last = world_.is_stopping && below(4) > 0;
    const Way& way = ways().at(is_last ? at_the_end : below(ways().size()));
    if (const auto outcome = (this->*way.call)()) expect(way, *outcome);
  }
  // REQUIRES: its outbox is full, to the byte.
  void say_more() {
    expect(ways().at(beyond_all),
           refusal_of(now_.turn.send(somebody(), payload(sizeof(std::uint64_t)))));
  }
  // Bytes that no message of a player has.
  [[nodiscard]] static BytesView payload(std::uint64_t size) {
    static const Bytes all(World::payload_bounds.back() + 1, 0xff);
    return BytesView(all).first(size);
  }

 private:
  static constexpr std::size_t beyond_all = 0;  // Of ways().
  static constexpr std::size_t at_the_end = 1;
  using Maybe = std::optional<Outcome>;

  void expect(const Way& way, const Outcome& outcome) {
    if (!outcome) {
      world_.fail(fmt::format("player {}: {}: is accepted", now_.player, way.what));
      return;
    }
    world_.tell([&](Oracle& oracle) { oracle.refused(now_.player, *outcome); });
    world_.count(std::string(way.what));
    if (*outcome != way.why) {
      world_.fail(
          fmt::format("player {}: {}: is refused: {}", now_.player, way.what, to_string(*outcome)));
    }
  }
  template <typename T>
  static Outcome refusal_of(const Accepted<T>& accepted) {
    if (accepted) return std::nullopt;
    return accepted.error();
  }

  // --- Chance
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t drawn = chance_ % bound;
    chance_ /= bound;
    return drawn;
  }
  template <typename T, std::size_t N>
  const T& one_of(const std::array<T, N>& all) {
    return all.at(below(N));
  }
  std::uint32_t any_player() { return static_cast<std::uint32_t>(below(world_.players.size())); }
  Address somebody() { return world_.players[any_player()]; }
  // Somebody who never was.
  Address no_one() {
    static constexpr std::uint32_t later = 1U << 30U;
    Address address = world_.players[now_.player];
    if (below(3) == 0) return nobody;
    if (below(2) == 0) address.slot += later;
    address.generation += later;
    return address;
  }
  static std::string_view text(std::uint64_t size) { return as_text(payload(size)); }

  // --- Messages and requests
  [[nodiscard]] const Bounds& own() const { return world_.bounds[now_.player]; }
  // As one or the other.
  Maybe say(Address to, std::uint64_t size, SendOptions options = {},
            std::span<const Address> addresses = {}) {
    if (now_.requests < own().requests && below(2) == 0) {
      return refusal_of(
          now_.turn.request(to, payload(size), std::chrono::milliseconds(10), options, addresses));
    }
    return refusal_of(now_.turn.send(to, payload(size), options, addresses));
  }
  Maybe beyond_own() { return say(somebody(), own().payload_bytes + 1); }
  Maybe beyond_receiver() {
    const std::uint32_t first = any_player();
    for (std::uint32_t i = 0; i < world_.players.size(); ++i) {
      const std::uint32_t to = (first + i) % static_cast<std::uint32_t>(world_.players.size());
      // Those that are still to be spawned have no bounds yet.
      if (world_.is_stopping || world_.is_stopped[to] || world_.players[to].is_nobody()) continue;
      const std::uint64_t size = world_.bounds[to].payload_bytes + 1;
      if (size <= own().payload_bytes) return say(world_.players[to], size);
    }
    return std::nullopt;
  }
  [[nodiscard]] std::uint64_t too_much() const {
    return limits::outbox_bytes_max - now_.payloads + 1;
  }
  Maybe beyond_outbox() {
    if (too_much() > own().payload_bytes) return std::nullopt;
    return say(somebody(), too_much());
  }
  Maybe without_time() { return say(somebody(), sizeof(std::uint64_t), {.ttl_ms = 0}); }
  Maybe to_nobody() { return say(no_one(), sizeof(std::uint64_t)); }
  Maybe with_too_many_addresses() {
    const std::vector<Address> addresses(limits::message_addresses_max + 1, somebody());
    return say(somebody(), sizeof(std::uint64_t), {}, addresses);
  }
  Maybe ask_without_time() {
    static constexpr Duration longest = std::chrono::milliseconds(limits::request_timeout_ms_max);
    static constexpr std::array<Duration, 4> spans{Duration(0), Duration(-1), longest + Duration(1),
                                                   Duration::max()};
    return refusal_of(now_.turn.request(somebody(), payload(sizeof(std::uint64_t)), one_of(spans)));
  }
  // Its duty stands.
  Responder owed() { return now_.owed.value_or(Responder{.asker = somebody()}); }
  Maybe answer_beyond_outbox() { return refusal_of(now_.turn.answer(owed(), payload(too_much()))); }
  Maybe fail_beyond_outbox() { return refusal_of(now_.turn.fail(owed(), text(too_much()))); }

  // --- Others
  Maybe find_no_name() {
    static constexpr std::array<std::string_view, 5> names{"", "Player-1", "test/", "/player-1",
                                                           "test/player-1/child"};
    return refusal_of(now_.turn.find(one_of(names)));
  }
  Maybe find_nobody() {
    static constexpr std::array<std::string_view, 3> names{"player", "test/nobody",
                                                           "other/player-1"};
    return refusal_of(now_.turn.find(one_of(names)));
  }
  Maybe stop_no_child() {
    const bool is_own = world_.latest_parent == now_.player;
    const Address whose = is_own || below(2) == 0 ? somebody() : world_.latest_child;
    return refusal_of(
        now_.turn.stop(below(4) == 0 ? no_one() : whose, std::chrono::milliseconds(5)));
  }

  // --- Children
  static BytesView config() { return payload(sizeof(std::uint64_t)); }
  Maybe spawn_of_no_template() {
    static constexpr std::array<std::string_view, 3> names{"", "children", "Child"};
    return refusal_of(now_.turn.spawn(one_of(names), {}, config()));
  }
  Maybe spawn_with_no_name() {
    static const std::string long_name(limits::name_bytes_max + 1, 'a');
    const std::array<std::string_view, 5> names{"", "Child", "-child", "test/child", long_name};
    return refusal_of(now_.turn.spawn("child", one_of(names), config()));
  }
  Maybe spawn_with_large_config() {
    return refusal_of(now_.turn.spawn("child", {}, payload(limits::config_bytes_max + 1)));
  }
  [[nodiscard]] bool may_have_another() const {
    return now_.turn.children().size() + now_.spawned < own().children;
  }
  // As often as there are workers, which have their turns with children, with these, too.
  Maybe spawn_with_taken_name() {
    if (world_.is_stopping || !may_have_another()) return std::nullopt;
    std::uint32_t whose = any_player();
    if (world_.is_stopped[whose] || world_.players[whose].is_nobody()) whose = now_.player;
    const std::string name = fmt::format("player-{}", whose);
    for (std::size_t i = 1; i < world_.workers; ++i) {
      const Outcome outcome = refusal_of(now_.turn.spawn("child", name, config()));
      if (outcome != Refusal::name_taken) return outcome;
      world_.tell([&](Oracle& oracle) { oracle.refused(now_.player, *outcome); });
    }
    return refusal_of(now_.turn.spawn("child", name, config()));
  }
  Maybe spawn_at_the_end() {
    if (!world_.is_stopping || !may_have_another()) return std::nullopt;
    return refusal_of(now_.turn.spawn("child", {}, config()));
  }

  // --- Topics and timers
  static std::string_view long_topic() {
    static const std::string topic(limits::topic_bytes_max + 1, 'a');
    return topic;
  }
  static constexpr std::string_view deep_topic = "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17";
  Maybe publish_of_no_topic() {
    const std::array topics{long_topic(), deep_topic, std::string_view("news.*"),
                            std::string_view("news..eu"), std::string_view("")};
    return refusal_of(now_.turn.publish(one_of(topics), payload(sizeof(std::uint64_t))));
  }
  Maybe publish_beyond_own() {
    return refusal_of(now_.turn.publish("news", payload(own().payload_bytes + 1)));
  }
  Maybe subscribe_by_no_filter() {
    const std::array filters{long_topic(), deep_topic, std::string_view("news.#.eu"),
                             std::string_view("new*"), std::string_view("")};
    return refusal_of(now_.turn.subscribe(one_of(filters)));
  }
  Maybe start_timer_without_rhythm() {
    static constexpr std::array<Duration, 4> periods{Duration(0), Duration(-1), Duration(1),
                                                     Duration(999'999)};
    return refusal_of(now_.turn.start_timer(std::chrono::milliseconds(1), one_of(periods)));
  }

  // --- Of a guest
  Maybe find_without_grant() {
    if (now_.host == nullptr) return std::nullopt;
    return refusal_of(now_.host->find(fmt::format("player-{}", any_player())));
  }
  Maybe spawn_without_grant() {
    if (now_.host == nullptr) return std::nullopt;
    return refusal_of(now_.host->spawn("child", {}, config()));
  }
  Maybe publish_without_grant() {
    if (now_.host == nullptr) return std::nullopt;
    return refusal_of(now_.host->publish("news", payload(sizeof(std::uint64_t))));
  }
  Maybe subscribe_without_grant() {
    if (now_.host == nullptr) return std::nullopt;
    return refusal_of(now_.host->subscribe("news.#"));
  }
  Maybe watch_without_interface() {
    if (now_.host == nullptr) return std::nullopt;
    return refusal_of(now_.host->watch(somebody()));
  }

  World& world_;
  const Doing& now_;
  std::uint64_t chance_;
};

}  // namespace troupe::simulation
