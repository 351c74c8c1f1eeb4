// A turn goes on beside its worker and comes home: its books are the away thread's, then again the
// worker's.

#include <cstdint>

#include "atomics.hpp"
#include "models.hpp"
#include "scheduler/drive.hpp"
#include "scheduler/port.hpp"

namespace troupe::systematic {
namespace {

enum class What : std::uint8_t { message, kill, turn_done };

struct Letter {
  Plain<Letter*> next = nullptr;
  Plain<What> what = What::message;
};

using LetterPort = Port<Letter, UncountedAtomics, Event>;

// As in actor/away.hpp.
struct Away {
  Atomic<bool> killed{false};
  Plain<LetterPort*> home = nullptr;
  Plain<std::uint32_t> outbox = 0U;
  Plain<bool> saw_kill = false;
  Plain<bool> is_end = false;  // Of the home worker.
};

// What the thread that drives the worker has, one at a time.
struct World {
  LetterPort port;
  Semaphore may_begin;  // Of the successor (Driver::Thread).
  Plain<Away*> away = nullptr;
  Plain<std::uint32_t> turns = 0U;
  Plain<std::uint32_t> messages = 0U;
};

// A step in whose middle the thread is relieved; it ends as the away thread.
void go_away(World& world, unsigned ticks) {
  Execution& run = Execution::current();
  world.turns = world.turns + 1;
  Away& away = run.make<Away>();
  away.home = &world.port;
  away.outbox = 1U;
  world.away = &away;
  world.may_begin.release();
  Letter& done = run.make<Letter>();
  done.what = What::turn_done;
  for (unsigned tick = 0; tick < ticks; ++tick) {
    away.outbox = away.outbox + 1;
    if (!away.killed.load(std::memory_order_relaxed)) continue;
    away.saw_kill = true;
    break;
  }
  LetterPort& home = *static_cast<LetterPort*>(away.home);
  // The home worker owns all of it from here on.
  home.push(&done);
}

void take_home(World& world, unsigned ticks) {
  Execution& run = Execution::current();
  Away* const away = world.away;
  world.away = nullptr;
  run.require(away->saw_kill || away->outbox == 1 + ticks, "a part of the turn is missing");
  run.require(!away->saw_kill || away->is_end, "a kill that nobody ordered");
  world.turns = world.turns + 1;
  run.destroy(away);
}

// The successor drives the worker to the end.
void drive(World& world, const Bounds& bounds) {
  Execution& run = Execution::current();
  world.may_begin.acquire();
  for (unsigned left = 1 + bounds.threads; left > 0;) {
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
          if (away == nullptr) break;
          away->is_end = true;
          away->killed.store(true, std::memory_order_relaxed);
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

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  run.thread("away", [&world, &bounds] { go_away(world, bounds.each); });
  run.thread("worker", [&world, &bounds] { drive(world, bounds); });
  for (unsigned i = 0; i < bounds.threads; ++i) {
    run.thread("outside", [&world, i] {
      Letter& letter = Execution::current().make<Letter>();
      letter.what = i == 0 ? What::kill : What::message;
      world.port.push(&letter);
    });
  }
}

}  // namespace

const Model away_model{
    .name = "away",
    .promise = "a turn that comes home belongs to its worker alone, with all that it has done",
    .unit = "letters x ticks",
    .set_up = &set_up,
    .random = {.threads = 1, .each = 2},
    .exhaustive = {{.threads = 1, .each = 2}, {.threads = 2, .each = 2}},
    .soak = {{.threads = 3, .each = 3}},
};

}  // namespace troupe::systematic
