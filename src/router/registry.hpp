#pragma once
// Who is where: slots behind addresses, names to addresses.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "router/door.hpp"
#include "router/names.hpp"
#include "router/place_word.hpp"
#include "router/slot.hpp"
#include "router/slot_table.hpp"
#include "scheduler/reclaimer.hpp"
#include "troupe/address.hpp"
#include "troupe/outcome.hpp"

namespace troupe {

class Cell;

struct RegistryShape {
  std::size_t workers = 0;  // Each a reader with a number.
  std::uint64_t seed = 0;   // Spreads the names.
  // Owners that a slot may have, one after the other; fewer in tests.
  std::uint32_t generations = UINT32_MAX;
};

// Thread: reserve(), retire(), collect() any thread (they lock); find(), label(), home(),
//         refusal(), room(), place(), read(), read_some() any thread (they don't); those in_step()
//         a worker inside its reader (a name or the end of what it has at hand takes a lock);
//         cell() and the setters of a slot only the worker where its seat is.
// Owns:   the slots and the names. The cells belong to whom they are seated at, who lets
//         `reclaimer` free them: others may be reading.
// Bounds: limits::actors_max slots; of those that are free each worker has some at hand, until
//         there are few. A slot whose generations are used up is never used again. Names that are
//         free again are kept as Reclaimer says: a step, or a look from outside, is a section.
class Registry {
 public:
  explicit Registry(RegistryShape shape = {});
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry() = default;

  // A slot on worker `home`, and the name `app/actor` if there is one.
  // name_taken; over_quota when the node has as many actors as it may.
  Accepted<Address> reserve(std::optional<std::string> full_name, std::uint16_t home);
  // Ends the address: from here on it is `gone`, and its name is free.
  void retire(Address address);
  // Likewise, by a worker, which is the home of the new one.
  Accepted<Address> reserve_in_step(std::optional<std::string> full_name, std::uint16_t worker);
  void retire_in_step(Address address, std::uint16_t worker);

  [[nodiscard]] std::optional<Address> find(std::string_view full_name) const;
  // The name, or "#slot.generation". Good for addresses that are gone, too.
  [[nodiscard]] std::string label(Address address) const;

  // A worker enters its reader when a step begins, and leaves it when the step ends or the worker
  // is handed over. In between it need not say for each look that it looks.
  [[nodiscard]] Reclaimer::Reader& reader(std::uint16_t worker) {
    return reclaimer_.reader(worker);
  }
  [[nodiscard]] std::optional<Address> find_in_step(std::string_view full_name) const {
    return names_.find(full_name);
  }
  [[nodiscard]] std::string label_in_step(Address address) const;
  // Empty: it has none, or is gone. Good until the step ends.
  [[nodiscard]] std::string_view name_in_step(Address address) const;
  // Frees what was retired and nobody looks at any more; retirements do so now and then.
  void collect() { reclaimer_.collect(); }
  // For what readers of slots may look at.
  [[nodiscard]] Reclaimer& reclaimer() { return reclaimer_; }

  // The worker that owns the actor now; none if it is gone.
  [[nodiscard]] std::optional<std::uint16_t> home(Address address) const;
  // Whether a message of that size would be refused: gone, too-large, or busy.
  [[nodiscard]] std::optional<Refusal> refusal(Address address, std::size_t payload_bytes) const {
    const Slot* one = slot(address);
    if (one == nullptr) return Refusal::gone;
    // Who asks is about to send, and then the message goes into the cell.
    if (const auto* const cell = reinterpret_cast<const std::uint8_t*>(one->own_cell())) {
      __builtin_prefetch(cell, 1);
      __builtin_prefetch(cell + 64, 1);
    }
    const Door::Sign sign = one->beside.door.look();
    if (payload_bytes > sign.payload_bytes_max) return Refusal::too_large;
    if (sign.room >= Room::full) return Refusal::busy;
    return std::nullopt;
  }
  // As Door has it; none if it is gone.
  [[nodiscard]] std::optional<Room> room(Address address) const {
    const Slot* one = slot(address);
    if (one == nullptr) return std::nullopt;
    return one->beside.door.room();
  }

  // For worker `index`: the cell, if it is there; also of one that is about to leave. Null if it is
  // not (yet), and for an address that is gone.
  [[nodiscard]] Cell* cell(Address address, std::uint16_t index) const {
    const Slot* one = slot(address);
    if (one == nullptr) return nullptr;
    return one->beside.place.load().seat == index ? one->own_cell() : nullptr;
  }
  // Likewise, for what is to be sent there; what is elsewhere REQUIRES to have entered, as
  // PlaceWord says.
  struct Place {
    // As wide as a register: a byte of one is merged into the rest of it, which takes longer than
    // the look.
    enum class Kind : std::uint32_t {
      gone,
      here,       // `cell`.
      elsewhere,  // Pushed to worker `home`.
      awaited,    // It will live here, and is not there yet.
    };
    Kind kind = Kind::gone;
    std::uint32_t home = 0;
    Cell* cell = nullptr;
  };
  [[nodiscard]] Place place(Address address, std::uint16_t index) const {
    const Slot* one = slot(address);
    if (one == nullptr) return {};
    const auto [home, seat] = one->beside.place.load();
    if (home != index) return {.kind = Place::Kind::elsewhere, .home = home};
    if (seat != index) return {.kind = Place::Kind::awaited, .home = index};
    return {.kind = Place::Kind::here, .home = index, .cell = one->own_cell()};
  }

  // The home worker has made the cell. `payload_bytes_max`: what it takes in one message; until
  // then, what any actor may take.
  void set_cell(Address address, Cell* cell, std::uint64_t payload_bytes_max);
  // From here on messages go to worker `home`; the cell stays where it is.
  void set_home(Address address, std::uint16_t home);
  // It is on its way.
  void leave_seat(Address address);
  // It has arrived at its home.
  void take_seat(Address address);
  void set_room(Address address, Room room);

  // look(const Cell&), if it has one now; for what any thread may read of it. It lives as long as
  // the call.
  template <typename Look>
  void read(Address address, const Look& look) const {
    const Reclaimer::Section section(reclaimer_);
    const Slot* one = slot(address);
    if (one == nullptr) return;
    if (const Cell* cell = one->cell_of(address.generation)) look(*cell);
  }
  // Likewise for all in up to `count` slots from index `from`; where to go on, or none at the end.
  template <typename Look>
  [[nodiscard]] std::optional<std::uint32_t> read_some(std::uint32_t from, std::uint32_t count,
                                                       const Look& look) const {
    const Reclaimer::Section section(reclaimer_);
    for (const std::uint32_t end = from + count; from < end; ++from) {
      const Slot* one = slots_.at(from);
      if (one == nullptr) return std::nullopt;
      if (const Cell* cell = one->cell()) look(*cell);
    }
    return from;
  }
  // take(Cell&) for all that are seated at the worker. REQUIRES: nothing else happens meanwhile
  // there.
  template <typename Take>
  void for_each_at(std::uint16_t index, const Take& take) const {
    for (std::uint32_t at = 0;; ++at) {
      const Slot* one = slots_.at(at);
      if (one == nullptr) return;
      Cell* cell = one->own_cell();
      if (cell != nullptr && one->beside.place.load().seat == index) take(*cell);
    }
  }

  [[nodiscard]] std::uint32_t live_count() const;
  // Who is there beyond that stays. Until then: limits::actors_max.
  void set_most(std::uint32_t actors);
  [[nodiscard]] std::uint32_t most() const;

 private:
  struct Beside {
    PlaceWord place;
    Door door;
    std::uint32_t last_generation = 0;  // Of whoever has the index.
  };
  using Slot = BasicSlot<Cell, ActorName, Beside>;
  static_assert(sizeof(Slot) == 32, "two slots a cache line");

  [[nodiscard]] Slot* slot(Address address) const {
    if (address.is_nobody()) return nullptr;
    Slot* found = slots_.at(address.slot);
    if (found == nullptr) return nullptr;
    return found->has(address.generation) ? found : nullptr;
  }

  // Free slots that a worker has for itself, so that workers who make and end many actors do not
  // wait for each other.
  struct alignas(64) AtHand {
    std::vector<std::uint32_t> free;
    std::atomic<std::uint32_t> count{0};  // Of `free`, for others.
    // As it was filled last: how many may be in it, and bound_ then.
    std::size_t most = 0;
    std::uint32_t bound = 0;

    void show_count() {
      count.store(static_cast<std::uint32_t>(free.size()), std::memory_order_relaxed);
    }
  };
  static constexpr std::size_t at_hand_max = 64;

  // Under mutex_. Those at hand of workers are among them.
  [[nodiscard]] std::uint32_t living() const {
    return used_ - spent_ - static_cast<std::uint32_t>(free_.size());
  }
  // Nobody else has it until give_back(); none if all are taken. `worker`: none for other threads.
  using WorkerIfAny = std::optional<std::uint16_t>;
  Accepted<Address> reserve(std::optional<std::string> full_name, std::uint16_t home,
                            WorkerIfAny worker);
  void retire(Address address, WorkerIfAny worker);
  [[nodiscard]] std::optional<std::uint32_t> take_index(WorkerIfAny worker);
  [[nodiscard]] std::optional<std::uint32_t> take_index();  // Under mutex_.
  void fill(AtHand& at_hand);
  void empty(AtHand& at_hand, std::size_t left);
  void give_back(std::uint32_t index, WorkerIfAny worker);

  mutable Reclaimer reclaimer_;  // Readers leave their marks in it.
  Names names_;
  SlotTable<Slot> slots_;  // make() under mutex_.
  const std::uint32_t generations_;
  const std::size_t workers_;
  const std::unique_ptr<AtHand[]> at_hand_;  // By worker, each its own.
  std::atomic<std::uint32_t> bound_{0};      // How many times most_ was set.
  mutable std::mutex mutex_;                 // Over the rest.
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0;   // Slots ever handed out.
  std::uint32_t spent_ = 0;  // Those that have no generation left.
  std::uint32_t most_ = limits::actors_max;
};

}  // namespace troupe
