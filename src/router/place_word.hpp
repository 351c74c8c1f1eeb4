#pragma once
// Where an actor is.

#include <cstdint>

#include "base/atomics.hpp"

namespace troupe {

// Its home is the worker that messages go to, its seat the worker that has its cell. They differ
// while it moves, and before it is made.
//
// Thread: load() any thread; the setters the worker at the seat, or whoever makes it.
template <typename Atomics = StdAtomics>
class BasicPlaceWord {
 public:
  static constexpr std::uint16_t no_seat = UINT16_MAX;
  struct Place {
    std::uint16_t home = 0;
    std::uint16_t seat = no_seat;
  };

  // REQUIRES: whoever pushes to the home has entered its PushEpoch before.
  [[nodiscard]] Place load() const { return unpack(word_.load(Atomics::order(look_order))); }

  // A new actor that nobody knows yet.
  void reset(std::uint16_t home) { store({.home = home, .seat = no_seat}); }
  // From here on messages go there.
  void move(std::uint16_t home) {
    word_.store(pack({.home = home, .seat = own().seat}), Atomics::order(move_order));
  }
  // Nobody reads another's seat, so these order nothing.
  void leave_seat() { store({.home = own().home, .seat = no_seat}); }
  void take_seat() { store({.home = own().home, .seat = own().home}); }

 private:
  // With those of PushEpoch.
  static constexpr Ordering look_order{"PlaceWord.look", std::memory_order_seq_cst};
  static constexpr Ordering move_order{"PlaceWord.move", std::memory_order_seq_cst};

  static constexpr std::uint32_t pack(Place place) {
    return std::uint32_t{place.seat} << 16U | place.home;
  }
  static constexpr Place unpack(std::uint32_t word) {
    return {.home = static_cast<std::uint16_t>(word),
            .seat = static_cast<std::uint16_t>(word >> 16U)};
  }
  [[nodiscard]] Place own() const { return unpack(word_.load(std::memory_order_relaxed)); }
  void store(Place place) { word_.store(pack(place), std::memory_order_relaxed); }

  Atomics::template Atomic<std::uint32_t> word_{pack({})};
};

using PlaceWord = BasicPlaceWord<>;

}  // namespace troupe
