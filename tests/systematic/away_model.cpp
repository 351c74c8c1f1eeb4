// A turn goes on beside its worker and comes home: its books are the away thread's, then again the
// worker's.

#include <cstdint>

#include "atomics.hpp"
#include "models.hpp"
#include "placing.hpp"
#include "scheduler/drive.hpp"
#include "scheduler/outing.hpp"
#include "scheduler/port.hpp"

namespace troupe::systematic {
namespace {

enum class What : std::uint8_t { message, kill, lost, turn_done };

struct Letter {
  Plain<Letter*> next = nullptr;
  Plain<What> what = What::message;
};

using LetterPort = Port<Letter, UncountedAtomics, Event>;
using LetterOuting = Outing<LetterPort, ModelAway>;

// As in actor/away.hpp.
struct Away {
  Away(Places& places, LetterPort& home) : outing(places, home) {}

  LetterOuting outing;
  Plain<std::uint32_t> outbox = 0U;
  Plain<bool> saw_kill = false;
  Plain<bool> is_end = false;   // Of the home worker.
  Plain<bool> is_lost = false;  // Likewise.
};

// What the thread that drives the worker has, one at a time.
struct World {
  LetterPort port;
  Places places{{.running = 1, .threads = 2}};
  Places::Claim other;
  Semaphore may_begin;  // Of the successor (Driver::Thread).
  Semaphore is_home;
  Plain<Away*> away = nullptr;
  Plain<std::uint32_t> turns = 0U;
  Plain<std::uint32_t> messages = 0U;
};

// A step in whose middle the thread is relieved; it ends as the away thread.
void go_away(World& world, unsigned ticks) {
  using Tick = LetterOuting::Tick;
  Execution& run = Execution::current();
  world.turns = world.turns + 1;
  Away& away = run.make<Away>(world.places, world.port);
  away.outbox = 1U;
  world.away = &away;
  world.may_begin.release();
  Letter& done = run.make<Letter>();
  done.what = What::turn_done;
  Tick found = away.outing.begin();
  for (unsigned tick = 0; tick < ticks && found != Tick::end; ++tick) {
    run.forget_past(0x100 + tick);
    away.outbox = away.outbox + 1;
    found = away.outing.tick();
  }
  away.saw_kill = found == Tick::end;
  run.forget_past(0x200);
  away.outing.come_home(&done);
}

// Another turn, which gives way to nobody before this one is home.
void hold_place(World& world) {
  world.places.take_place(world.other);
  Execution::current().forget_past(0x300);
  world.is_home.acquire();
  world.places.leave(world.other);
}

void take_home(World& world, unsigned ticks) {
  Execution& run = Execution::current();
  Away* const away = world.away;
  world.away = nullptr;
  run.require(away->saw_kill || away->outbox == 1 + ticks, "a part of the turn is missing");
  run.require(!away->saw_kill || away->is_end, "a kill that nobody ordered");
  world.turns = world.turns + 1;
  run.destroy(away);
  world.is_home.release();
}

// As Worker::kill_away, and lose_away when that does not help.
void end_away(Away& away, What what) {
  if (what == What::kill) {
    away.is_end = true;
    away.outing.kill();
  } else if (away.is_end) {
    away.is_lost = true;
    away.outing.give_up();
  }
}

// The successor drives the worker to the end.
void drive(World& world, const Bounds& bounds) {
  Execution& run = Execution::current();
  world.may_begin.acquire();
  for (unsigned left = 1 + bounds.threads; left > 0;) {
    run.forget_past(left);
    Letter* letter = world.port.take_all();
    if (letter == nullptr) {
      world.port.parker().park(nap, [&world] { return !world.port.maybe_empty(); });
    }
    for (; letter != nullptr; --left) {
      Letter* const next = letter->next;
      Away* const away = world.away;
      switch (static_cast<What>(letter->what)) {
        case What::message:
          world.messages = world.messages + 1;
          break;
        case What::kill:
        case What::lost:
          if (away != nullptr) end_away(*away, letter->what);
          break;
        case What::turn_done:
          take_home(world, bounds.each);
          break;
      }
      run.destroy(letter);
      letter = next;
    }
  }
  run.require(world.turns == 2 && world.away == nullptr, "the turn is not home");
}

// The first is a kill.
What what_of(unsigned letter) {
  if (letter == 0) return What::kill;
  return letter == 1 ? What::lost : What::message;
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  run.require(world.places.enter() && world.places.enter(), "there is room for two");
  run.thread("away", [&world, &bounds] { go_away(world, bounds.each); });
  run.thread("worker", [&world, &bounds] { drive(world, bounds); });
  run.thread("other", [&world] { hold_place(world); });
  for (unsigned i = 0; i < bounds.threads; ++i) {
    run.thread("outside", [&world, i] {
      Letter& letter = Execution::current().make<Letter>();
      letter.what = what_of(i);
      world.port.push(&letter);
    });
  }
  run.at_end([&run, &world] {
    run.require(world.places.threads() == 0 && world.places.waiting() == 0,
                "somebody counts who is gone");
  });
}

}  // namespace

const Model away_model{
    .name = "away",
    .promise = "a turn that comes home belongs to its worker alone, with all that it has done",
    .unit = "letters x ticks",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 1, .each = 1}, {.threads = 1, .each = 2}, {.threads = 2, .each = 1}},
    .soak = {{.threads = 2, .each = 2}},
};

}  // namespace troupe::systematic
