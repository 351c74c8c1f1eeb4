// Readers follow a pointer without locks, as those of the registry's names do; a writer replaces it
// and retires what it pointed to.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "atomics.hpp"
#include "models.hpp"
#include "reclaiming.hpp"
#include "scheduler/reclaimer.hpp"

namespace troupe::systematic {
namespace {

struct Thing {
  Plain<std::uint32_t> data = 7U;
};
struct Free {
  void operator()(Thing* thing) const { Execution::current().destroy(thing); }
};

// The writer owns a reader, too, and so may retire in two ways.
constexpr std::size_t writer = 1;

struct World {
  BasicReclaimer<ModelReclaiming> reclaimer{2};
  Atomic<Thing*> shown{nullptr};  // As a name in Names.
};

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  world.shown.store(&run.make<Thing>(), std::memory_order_relaxed);
  for (unsigned i = 0; i < bounds.threads; ++i) {
    run.thread("owned reader", [&world, i, each = bounds.each] {
      Execution& now = Execution::current();
      for (unsigned round = 0; round < each; ++round) {
        if (i == 0) {
          auto& reader = world.reclaimer.reader(0);
          reader.enter();
          now.require(world.shown.load(ModelReclaiming::follow)->data == 7, "a thing that is gone");
          reader.leave();
        } else {
          const BasicReclaimer<ModelReclaiming>::Section section(world.reclaimer);
          now.require(world.shown.load(ModelReclaiming::follow)->data == 7, "a thing that is gone");
        }
      }
    });
  }
  run.thread("writer", [&world, each = bounds.each] {
    for (unsigned round = 0; round < each; ++round) {
      Thing& fresh = Execution::current().make<Thing>();
      Thing* const old = world.shown.load(std::memory_order_relaxed);
      world.shown.store(&fresh, ModelReclaiming::unlink);
      std::unique_ptr<Thing, Free> gone(old);
      if (round % 2 == 0) {
        world.reclaimer.retire(std::move(gone), writer);
        world.reclaimer.collect(writer);
      } else {
        world.reclaimer.retire(std::move(gone));
        world.reclaimer.collect();
      }
    }
    collect_all(world.reclaimer);
    collect_all(world.reclaimer, writer);
  });
}

}  // namespace

const Model reclaimer_model{
    .name = "reclaimer",
    .promise = "nothing is freed that a reader looks at",
    .unit = "readers x rounds",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 1, .each = 1}, {.threads = 1, .each = 2}, {.threads = 2, .each = 1}},
    .soak = {},
};

}  // namespace troupe::systematic
