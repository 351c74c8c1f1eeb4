// Threads look through all slots, as who lists a node's actors does, while others take new ones.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "atomics.hpp"
#include "models.hpp"
#include "router/slot_table.hpp"
#include "slots.hpp"

namespace troupe::systematic {
namespace {

constexpr unsigned slots_max = 4;

// Small chunks, and few.
struct ModelTable : ModelAtomics {
  static constexpr std::uint32_t chunk_slots = 2;
  static constexpr std::uint32_t chunk_count = slots_max / chunk_slots;

  template <typename Slot>
  static Slot* make_chunk() {
    auto* const first = Execution::current().make_owned<Slot>();
    for (std::uint32_t i = 1; i < chunk_slots; ++i) Execution::current().make_owned<Slot>();
    return first;
  }
  template <typename Slot>
  static void free_chunk(Slot* chunk) {
    if (chunk != nullptr) std::destroy_n(chunk, chunk_slots);
  }
};

struct Name {};
using Slot = ModelSlot<Name>;

struct World {
  SlotTable<Slot, ModelTable> table;
  std::array<Cell*, slots_max> cells{};
  Mutex mutex;
  Plain<std::uint32_t> used = 0U;
};

// As Registry::take_index, reserve and set_cell.
void take(World& world) {
  std::uint32_t index = 0;
  {
    const std::lock_guard lock(world.mutex);
    index = world.used;
    world.table.make(index);
    world.used = index + 1;
  }
  Slot* const slot = world.table.at(index);
  Execution::current().require(slot != nullptr, "a slot that is taken is not there");
  Cell& cell = *world.cells.at(index);
  cell.generation = index + 1;
  slot->begin(index + 1);
  slot->show_cell(&cell);
}

// As Registry::read_some.
std::uint32_t look_through(const World& world) {
  std::uint32_t found = 0;
  for (std::uint32_t index = 0; index < slots_max; ++index) {
    const Slot* const slot = world.table.at(index);
    if (slot == nullptr) break;
    const Cell* const cell = slot->cell();
    if (cell == nullptr) continue;
    Execution::current().require(cell->generation == index + 1, "a cell of another slot");
    ++found;
  }
  return found;
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  for (Cell*& cell : world.cells) cell = &run.make<Cell>(0U);
  for (unsigned i = 0; i < bounds.threads; ++i) {
    run.thread("reader", [&world] { (void)look_through(world); });
    run.thread("writer", [&world, each = bounds.each] {
      for (unsigned count = 0; count < each; ++count) take(world);
    });
  }
  run.at_end([&run, &world, &bounds] {
    run.require(look_through(world) == bounds.threads * bounds.each, "an actor is not found");
  });
}

}  // namespace

const Model slots_model{
    .name = "slots",
    .promise = "who looks through all slots finds each whole, or not at all",
    .unit = "readers and writers x slots",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 1, .each = 3}, {.threads = 2, .each = 1}},
    .soak = {{.threads = 2, .each = 2}},
};

}  // namespace troupe::systematic
