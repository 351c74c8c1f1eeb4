// An actor moves from one worker to another while others send to it.

#include <array>
#include <cstdint>
#include <span>

#include "atomics.hpp"
#include "models.hpp"
#include "router/place_word.hpp"
#include "scheduler/drive.hpp"
#include "scheduler/epochs.hpp"
#include "scheduler/port.hpp"

namespace troupe::systematic {
namespace {

constexpr unsigned senders_max = 3;
constexpr unsigned each_max = 4;

struct Letter {
  Plain<Letter*> next = nullptr;
  Plain<std::uint32_t> sender = 0U;
  Plain<std::uint32_t> sequence = 0U;
  Plain<bool> is_arrival = false;  // Of the actor.
};

// What moves; its owner alone touches it.
struct Actor {
  std::array<Plain<std::uint32_t>, senders_max> got{};
};

struct World {
  std::array<Port<Letter, UncountedAtomics, Event>, 2>
      ports;  // The old home's, then the new one's.
  std::array<BasicPushEpoch<ModelAtomics>, senders_max> epochs;
  BasicPlaceWord<ModelAtomics> place;
  Plain<bool> is_old_home_open = true;  // Read by who sends there, closed when nobody can be.
  Actor* actor = nullptr;
  std::array<std::array<Letter*, each_max>, senders_max> letters{};
  Letter* arrival = nullptr;
};

// As Worker::route and flush, one message at a time.
void send(World& world, std::uint32_t sender, unsigned each) {
  Execution& run = Execution::current();
  for (std::uint32_t sequence = 0; sequence < each; ++sequence) {
    Letter& letter = *world.letters[sender][sequence];
    letter.sender = sender;
    letter.sequence = sequence;
    world.epochs[sender].enter();
    const std::uint16_t home = world.place.load().home;
    run.require(home == 1 || world.is_old_home_open, "the old home is closed");
    world.ports[home].push(&letter);
    world.epochs[sender].leave();
  }
}

void deliver(World& world, const Letter& letter) {
  Plain<std::uint32_t>& got = world.actor->got.at(letter.sender);
  Execution::current().require(letter.sequence == got, "lost, doubled or out of order");
  got = got + 1;
}

// As Worker::depart and hand_over. It takes nothing in before: that is the inbox's model.
void move_out(World& world, unsigned senders) {
  world.place.move(1);
  BasicGracePeriod<ModelAtomics> grace(
      std::span<const BasicPushEpoch<ModelAtomics>>(world.epochs).first(senders));
  while (!grace.is_over()) ModelAtomics::pause();
  world.is_old_home_open = false;
  for (Letter* letter = world.ports[0].take_all(); letter != nullptr; letter = letter->next) {
    deliver(world, *letter);
  }
  world.place.leave_seat();
  world.arrival->is_arrival = true;
  world.ports[1].push(world.arrival);
}

// As Worker::arrived and arrive.
void move_in(World& world, const Bounds& bounds) {
  Execution& run = Execution::current();
  std::array<Letter*, static_cast<std::size_t>(senders_max) * each_max> awaited{};
  unsigned awaited_count = 0;
  bool is_here = false;
  const auto got_all = [&] {
    if (!is_here) return false;
    for (unsigned sender = 0; sender < bounds.threads; ++sender) {
      if (world.actor->got.at(sender) != bounds.each) return false;
    }
    return true;
  };
  while (!got_all()) {
    Letter* letter = world.ports[1].take_all();
    if (letter == nullptr) {
      world.ports[1].parker().park(nap, [&] { return !world.ports[1].maybe_empty(); });
    }
    for (; letter != nullptr; letter = letter->next) {
      if (letter->is_arrival) {
        is_here = true;
        for (unsigned i = 0; i < awaited_count; ++i) deliver(world, *awaited.at(i));
      } else if (is_here) {
        deliver(world, *letter);
      } else {
        awaited.at(awaited_count++) = letter;
      }
    }
  }
  run.require(world.ports[1].take_all() == nullptr, "more has come than was sent");
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  world.place.reset(0);
  world.actor = &run.make<Actor>();
  world.arrival = &run.make<Letter>();
  for (std::uint32_t sender = 0; sender < bounds.threads; ++sender) {
    for (std::uint32_t i = 0; i < bounds.each; ++i) world.letters[sender][i] = &run.make<Letter>();
    run.thread("sender", [&world, sender, each = bounds.each] { send(world, sender, each); });
  }
  run.thread("old home", [&world, senders = bounds.threads] { move_out(world, senders); });
  run.thread("new home", [&world, &bounds] { move_in(world, bounds); });
}

}  // namespace

const Model move_model{
    .name = "move",
    .promise = "what is sent to an actor that moves arrives once, in its sender's order",
    .unit = "senders x messages",
    .set_up = &set_up,
    .random = {.threads = 1, .each = 2},
    .exhaustive = {{.threads = 1, .each = 1}, {.threads = 1, .each = 2}},
    .soak = {{.threads = 2, .each = 1}},
};

}  // namespace troupe::systematic
