// Runs seeds, and says what happened in them.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "conservation.hpp"
#include "listening.hpp"
#include "order.hpp"
#include "outcomes.hpp"
#include "player.hpp"
#include "runtime/sim_node.hpp"
#include "trace.hpp"

namespace troupe::simulation {
namespace {

// What must have occurred this often in all, or the run has shown nothing of it.
constexpr std::array<std::string_view, 24> faults{"crash",
                                                  "wait for room",
                                                  "dead: blocked",
                                                  "move",
                                                  "full inbox",
                                                  "kill",
                                                  "stop",
                                                  "slow handler",
                                                  "sleep",
                                                  "answered",
                                                  "outcome: timed-out",
                                                  "outcome: dropped",
                                                  "outcome: receiver-exited",
                                                  "refused: busy",
                                                  "refused: gone",
                                                  "dead: gone",
                                                  "dead: crashed",
                                                  "dead: expired",
                                                  "dead: quarantined",
                                                  "dropped by policy",
                                                  "event",
                                                  "event to all",
                                                  "crash over an event",
                                                  "refused: no-subscriber"};
constexpr std::uint64_t often_enough = 100;

struct Finding {
  std::uint64_t trace = 0;
  std::uint64_t events = 0;
  std::map<std::string, std::uint64_t> counts;
  std::vector<std::string> failures;
};

// One run of one seed.
// Thread: one.
class Run {
 public:
  explicit Run(std::uint64_t seed)
      : node_({.workers = static_cast<std::uint16_t>(1 + seed % 4),
               // Every other time so small that it is full now and then.
               .inbox_messages = seed % 8 < 4 ? 3 : limits::inbox_messages_max,
               .seed = seed}),
        world_(seed, node_.clock()) {
    world_.oracles = {&conservation_, &order_, &outcomes_, &listening_, &trace_};
  }

  Finding go() {
    spawn_players();
    world_.messages_left = 3'000;
    while (world_.messages_left > 0) slice();
    settle();
    publish_to_all();
    check_drops();
    for (const auto& worker : node_.core().workers()) {
      world_.counts["move"] += worker->counters().moved.load();
      world_.counts["wait for room"] += worker->counters().paused.load();
      world_.counts["full inbox"] += worker->counters().held_back.load();
    }
    world_.tell([](Oracle& oracle) { oracle.finish(); });
    Finding finding{.trace = trace_.value(),
                    .events = trace_.events(),
                    .counts = world_.counts,
                    .failures = world_.failures};
    world_.oracles.clear();  // The end of the node is no part of it.
    return finding;
  }

 private:
  void spawn_players() {
    // Who crashes on purpose is restarted as often as it likes.
    Control& control = node_.core().control();
    control.post([&control] {
      control.add_supervisor(
          "calm", {.intensity = 1'000'000, .backoff = {.kind = Backoff::Kind::immediate}});
    });
    const std::size_t count = 50 + world_.below(31);
    world_.players.resize(count);
    world_.listens.resize(count);
    for (std::uint32_t index = 0; index < count; ++index) {
      auto spec = native_spec([this, index] { return std::make_unique<Player>(world_, index); });
      spec->mailbox = {.messages = static_cast<std::uint32_t>(1 + world_.below(12)),
                       .when_full = static_cast<WhenFull>(world_.below(when_full_names.size())),
                       .redeliver = static_cast<std::uint8_t>(world_.below(3) == 0 ? 1 : 0)};
      policies_.push_back(spec->mailbox.when_full);
      // Nobody knows which events the others drop, or do not let in.
      world_.listens[index] = policies_[index] == WhenFull::refuse;
      const auto spawned = node_.spawn({.name = fmt::format("player-{}", index),
                                        .supervisor = "calm",
                                        .spec = std::move(spec),
                                        .config = {}});
      if (!spawned) {
        world_.fail("a player can't start: " + spawned.error().message);
        return;
      }
      world_.players[index] = *spawned;
    }
    is_stopped_.resize(count);
  }

  // Something from outside, then as much as comes of it.
  void slice() {
    for (std::uint64_t left = 1 + world_.below(8); left > 0; --left) send_from_outside();
    const std::size_t victim = world_.below(world_.players.size());
    Control& control = node_.core().control();
    if (world_.chance(30) && !is_stopped_[victim]) {
      world_.count("kill");
      control.post([&, victim] { control.kill(world_.players[victim], [](const auto&) {}); });
    }
    // What its mailbox dropped is not known of one that is gone, so only those that drop nothing.
    const bool drops =
        policies_[victim] != WhenFull::refuse && policies_[victim] != WhenFull::block;
    if (world_.chance(5) && !drops && !is_stopped_[victim]) {
      world_.count("stop");
      is_stopped_[victim] = true;
      control.post([&, victim] {
        control.stop(world_.players[victim], std::chrono::milliseconds(5), [](const auto&) {});
      });
    }
    node_.run_until_idle();
    collect_dead();
    if (!world_.chance(50)) return;
    world_.count("sleep");
    node_.advance(std::chrono::microseconds(world_.below(8'000)));
    collect_dead();
  }

  void send_from_outside() {
    if (world_.messages_left == 0) return;
    --world_.messages_left;
    send_from_outside_to(static_cast<std::uint32_t>(world_.below(world_.players.size())));
  }
  void send_from_outside_to(std::uint32_t to) {
    const Bytes payload = world_.draft(World::outside_sender, to, Priority::normal);
    const std::uint64_t id = world_.last_id();
    if (node_.core().send(world_.players[to], payload)) {
      world_.tell([id](Oracle& oracle) { oracle.accepted(id); });
    } else {
      world_.count("refused from outside");
    }
  }

  // Until nothing is on its way and every timeout is over.
  void settle() {
    for (int i = 0; i < 20; ++i) {
      node_.advance(std::chrono::milliseconds(100));
      collect_dead();
    }
  }

  // Each in turn, while nothing else goes on.
  void publish_to_all() {
    world_.is_over = true;
    for (std::uint32_t index = 0; index < world_.players.size(); ++index) {
      if (is_stopped_[index]) continue;
      const std::size_t before = world_.events.size();
      send_from_outside_to(index);
      node_.run_until_idle();
      if (world_.events.size() != before + 1) world_.fail("a player does not publish");
      if (listening_.was_published(before)) listening_.check_that_all_have_heard(before);
    }
    collect_dead();
  }

  void collect_dead() {
    std::uint64_t total = 0;
    for (std::size_t reason = 0; reason < dead_reason_count; ++reason) {
      total += node_.core().dead_letters().count(static_cast<DeadReason>(reason));
    }
    const std::uint64_t fresh = total - dead_seen_;
    dead_seen_ = total;
    auto letters = node_.core().dead_letters().latest(fresh);
    if (letters.size() != fresh) world_.fail("more dead letters at once than are kept");
    for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
      const std::uint64_t id = World::id_in(letter->payload);
      world_.tell([&](Oracle& oracle) { oracle.dead(id, letter->reason); });
    }
  }

  // What is missing was dropped by a policy, if there is one, and as often as the mailbox says.
  void check_drops() {
    const std::vector<std::uint64_t> missing = conservation_.missing();
    for (const ActorStatus& status : node_.core().roster().actors()) {
      const auto player = std::ranges::find(world_.players, status.address);
      if (player == world_.players.end()) continue;
      const auto index = static_cast<std::size_t>(player - world_.players.begin());
      world_.counts["dropped by policy"] += status.dropped;
      if (status.queued != 0) world_.fail(fmt::format("{} was never woken", status.name));
      if (missing[index] != status.dropped) {
        world_.fail(fmt::format("{} ({}): {} are missing, {} were dropped", status.name,
                                to_string(policies_[index]), missing[index], status.dropped));
      }
    }
    for (std::size_t index = 0; index < missing.size(); ++index) {
      if (is_stopped_[index] && missing[index] != 0) {
        world_.fail(fmt::format("{} messages to player {}, which stopped, are lost", missing[index],
                                index));
      }
    }
  }

  SimNode node_;
  World world_;
  Conservation conservation_{world_};
  Order order_{world_};
  Outcomes outcomes_{world_};
  Listening listening_{world_};
  Trace trace_{world_};
  std::vector<WhenFull> policies_;
  std::vector<bool> is_stopped_;
  std::uint64_t dead_seen_ = 0;
};

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int run(std::uint64_t first, std::uint64_t seeds) {
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t events = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Finding finding = Run(seed).go();
    // Now and then the same again.
    if (seed % 20 == 0 && Run(seed).go().trace != finding.trace) {
      finding.failures.emplace_back("the second run of this seed differs");
    }
    for (const std::string& failure : finding.failures) {
      fmt::print(stderr, "seed {}: {}\n", seed, failure);
    }
    if (!finding.failures.empty()) {
      fmt::print(stderr, "again: simulate --seeds 1 --first {}\n", seed);
      return 1;
    }
    for (const auto& [what, count] : finding.counts) counts[what] += count;
    events += finding.events;
  }
  fmt::print("{} seeds from {}, {} events\n", seeds, first, events);
  for (const auto& [what, count] : counts) fmt::print("{:>10}  {}\n", count, what);
  // A few seeds can't show everything.
  if (seeds < 1'000) return 0;
  bool is_enough = true;
  for (const std::string_view fault : faults) {
    if (counts[std::string(fault)] >= often_enough) continue;
    fmt::print(stderr, "'{}' occurred {} times; {} at least would show something\n", fault,
               counts[std::string(fault)], often_enough);
    is_enough = false;
  }
  return is_enough ? 0 : 1;
}

}  // namespace
}  // namespace troupe::simulation

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    const auto value = i + 1 < argc ? troupe::simulation::number_in(argv[i + 1]) : std::nullopt;
    if (!value || (option != "--first" && option != "--seeds")) {
      fmt::print(stderr, "usage: simulate [--seeds COUNT] [--first SEED]\n");
      return 2;
    }
    (option == "--first" ? first : seeds) = *value;
  }
  return troupe::simulation::run(first, seeds);
}
