// Turns beside their workers wait for places and give way to each other; one of them is killed, and
// given up, since it does not end.

#include <array>
#include <bit>
#include <cstdint>

#include "atomics.hpp"
#include "models.hpp"
#include "placing.hpp"
#include "scheduler/outing.hpp"

namespace troupe::systematic {
namespace {

constexpr unsigned turns_max = 5;
// Runs until it is killed, and does not return before all others have; those come to their ends by
// themselves.
constexpr std::uint32_t doomed = 0;
constexpr std::uint32_t is_doomed_killed = 1U << turns_max;

// How turns come home is the model of one.
struct Nowhere {
  static void push(const void* /*done*/) {}
};
using Turn = Outing<Nowhere, ModelAway>;

// One place for two or three.
std::uint32_t places_for(const Bounds& bounds) { return bounds.threads / 2; }

struct World {
  explicit World(const Bounds& bounds)
      : places({.running = places_for(bounds), .threads = bounds.threads}) {}

  Places places;
  Nowhere home;
  std::array<Turn*, turns_max> turns{};
  Semaphore others_at_home;
  Atomic<std::uint32_t> running{0};  // A bit for each; that of one who is killed does not count.
};

void use_place(World& world, std::uint32_t index, const Bounds& bounds) {
  const std::uint32_t own = 1U << index;
  std::uint32_t all = world.running.fetch_or(own, std::memory_order_relaxed) | own;
  if ((all & is_doomed_killed) != 0) all &= ~(is_doomed_killed | 1U << doomed);
  Execution::current().require(std::popcount(all) <= static_cast<int>(places_for(bounds)),
                               "more run than there are places");
  world.running.fetch_and(~own, std::memory_order_relaxed);
}

// As an away thread.
void go_out(World& world, std::uint32_t index, const Bounds& bounds) {
  Execution& run = Execution::current();
  Turn& turn = *world.turns.at(index);
  Turn::Tick found = turn.begin();
  for (unsigned tick = 0; tick < bounds.each && found != Turn::Tick::end; ++tick) {
    run.forget_past(16 + 2 * tick);
    use_place(world, index, bounds);
    run.forget_past(17 + 2 * tick);
    found = turn.tick();
  }
  run.forget_past(1);
  if (index == doomed) {
    while (turn.tick() != Turn::Tick::end) {
      ModelAtomics::pause();
      run.forget_past(1);
    }
    for (unsigned others = 1; others < bounds.threads; ++others) world.others_at_home.acquire();
  }
  run.forget_past(2);
  turn.come_home(&turn);
  if (index != doomed) world.others_at_home.release();
}

// As Worker::go_away of another turn, for which there is no successor; kill_away and lose_away.
void stay_home(World& world) {
  Execution& run = Execution::current();
  if (world.places.enter()) world.places.give_up();
  run.forget_past(1);
  world.running.fetch_or(is_doomed_killed, std::memory_order_relaxed);
  run.forget_past(2);
  world.turns.at(doomed)->kill();
  run.forget_past(3);
  world.turns.at(doomed)->give_up();
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>(bounds);
  for (std::uint32_t index = 0; index < bounds.threads; ++index) {
    run.require(world.places.enter(), "there is room");
    world.turns.at(index) = &run.make<Turn>(world.places, world.home);
    run.thread(index == doomed ? "doomed" : "other",
               [&world, index, &bounds] { go_out(world, index, bounds); });
  }
  run.require(!world.places.enter(), "there is no more room");
  run.thread("home", [&world] { stay_home(world); });
  run.at_end([&run, &world] {
    run.require(world.places.threads() == 0 && world.places.waiting() == 0,
                "somebody counts who is gone");
  });
}

}  // namespace

const Model places_model{
    .name = "places",
    .promise = "turns beside their workers get their places in time, and no more than there are",
    .unit = "turns x ticks",
    .set_up = &set_up,
    .random = {.threads = 3, .each = 2},
    .exhaustive = {{.threads = 2, .each = 1}, {.threads = 2, .each = 2}, {.threads = 3, .each = 1}},
    .soak = {{.threads = 3, .each = 2}},
};

}  // namespace troupe::systematic
