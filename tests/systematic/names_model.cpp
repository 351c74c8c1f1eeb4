// Readers look names up and follow them to a slot, without locks, while a table grows and shrinks
// and the slot changes its owner.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "atomics.hpp"
#include "models.hpp"
#include "reclaiming.hpp"
#include "router/names.hpp"
#include "scheduler/reclaimer.hpp"
#include "slots.hpp"

namespace troupe::systematic {
namespace {

// As ActorName: a name of one letter.
class Name {
 public:
  using Free = End;
  using Owner = Owned<Name>;

  Name(const char* letter, Address address)
      : letter_(letter), slot_(address.slot), generation_(address.generation) {}

  [[nodiscard]] std::string_view text() const { return {letter_, 1}; }
  [[nodiscard]] bool is(std::string_view text) const { return text == this->text(); }
  [[nodiscard]] Address address() const { return {.slot = slot_, .generation = generation_}; }

 private:
  Plain<const char*> letter_;
  Plain<std::uint32_t> slot_;
  Plain<std::uint32_t> generation_;
};

// Small tables, and one of them.
struct ModelNames : ModelReclaiming {
  using Name = systematic::Name;
  using Reclaimer = BasicReclaimer<ModelReclaiming>;
  static constexpr std::size_t shard_count = 1;
  static constexpr std::size_t bucket_words = 2;
  static constexpr NamedOrder publish{{"Names.publish", std::memory_order_release}};

  template <typename T>
  struct Ownership {
    using Type = Owned<T>;
    static Type make(std::size_t parts) { return make_owned<T>(parts); }
  };
  template <typename T>
  struct Ownership<T[]> {
    using Type = OwnedParts<T>;
    static Type make(std::size_t parts) { return Type(parts); }
  };
  template <typename T>
  using Owner = Ownership<T>::Type;
  template <typename T>
  static Owner<T> make(std::size_t parts) {
    return Ownership<T>::make(parts);
  }
};

struct World {
  ModelNames::Reclaimer reclaimer{1};
  BasicNames<ModelNames> names{reclaimer, 7};
  ModelSlot<Name> slot;
};

// Stays, whatever happens around it.
constexpr const char* lasting = "a";
constexpr Address lasting_address{.slot = 1, .generation = 1};
// Of one owner of slot 0 after the other.
constexpr const char* changing = "b";
// Makes the table grow before, and shrink afterwards.
constexpr const char* passing = "c";
constexpr Address passing_address{.slot = 2, .generation = 1};

// As Registry::read and label.
void follow(World& world, Address address) {
  Execution& run = Execution::current();
  if (!world.slot.has(address.generation)) return;
  if (const Cell* cell = world.slot.cell_of(address.generation)) {
    run.require(cell->generation == address.generation, "a cell of another owner");
  }
  if (const Name* name = world.slot.name()) {
    run.require(name->is(changing), "a name of something else");
  } else {
    run.require(!world.slot.has(address.generation), "an owner without its name");
  }
}

void find(World& world) {
  Execution& run = Execution::current();
  run.require(world.names.find(lasting) == lasting_address,
              "a name that stands there is not found");
  const std::optional<Address> found = world.names.find(changing);
  if (!found) return;
  run.require(found->slot == 0 && found->generation > 0, "a name leads to another's address");
  follow(world, *found);
}

// The first finds addresses by their names, the others have them from elsewhere.
void read(World& world, bool finds, unsigned each) {
  for (std::uint32_t generation = 1; generation <= each; ++generation) {
    if (finds) {
      auto& reader = world.reclaimer.reader(0);
      reader.enter();
      find(world);
      reader.leave();
    } else {
      const ModelNames::Reclaimer::Section section(world.reclaimer);
      follow(world, {.slot = 0, .generation = generation});
    }
  }
}

// As Registry::reserve, set_cell and retire, and Worker, which lets the reclaimer free the cell.
void live(World& world, std::uint32_t generation) {
  Execution& run = Execution::current();
  auto other = make_owned<Name>(passing, passing_address);
  const Name& added = *other;
  run.require(world.names.try_add(other), "the name is free");
  auto name = make_owned<Name>(changing, Address{.slot = 0, .generation = generation});
  world.slot.show_name(name.get());
  world.slot.begin(generation);
  run.require(world.names.try_add(name), "the name is free");
  auto cell = make_owned<Cell>(generation);
  world.slot.show_cell(cell.get());
  const Name* shown = nullptr;
  run.require(world.slot.end(generation, shown), "nobody else ends it");
  world.names.remove(*shown);
  world.names.remove(added);
  world.reclaimer.retire(std::move(cell));
  world.reclaimer.collect();
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  auto name = make_owned<Name>(lasting, lasting_address);
  run.require(world.names.try_add(name), "the name is free");
  for (unsigned i = 0; i < bounds.threads; ++i) {
    run.thread("reader", [&world, i, each = bounds.each] { read(world, i == 0, each); });
  }
  run.thread("writer", [&world, each = bounds.each] {
    for (std::uint32_t generation = 1; generation <= each; ++generation) live(world, generation);
    collect_all(world.reclaimer);
  });
}

}  // namespace

const Model names_model{
    .name = "names",
    .promise = "a name leads to its actor while it stands, and to nothing that is freed",
    .unit = "readers x looks and owners",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 1, .each = 1}, {.threads = 2, .each = 1}},
    .soak = {{.threads = 1, .each = 2}},
};

}  // namespace troupe::systematic
