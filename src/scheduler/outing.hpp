#pragma once
// A turn that goes on beside its worker, until it is home again.

#include <cstdint>

#include "scheduler/away_places.hpp"

namespace troupe {

// What its two sides have of each other. The away thread asks at each tick whether it may go on;
// the home worker may end it, and give it up if it does not end. All that the away thread has
// written is the home worker's once it has come home.
//
// Port:   as troupe::Port, the home worker's.
// Thread: begin(), tick(), come_home() the away thread; kill(), give_up() the home worker.
//         `places` and `home` outlive it; whoever makes it has entered `places` for it.
template <typename Port, typename Policy = AwayPolicy>
class Outing {
 public:
  using Places = BasicAwayPlaces<Policy>;
  enum class Tick : std::uint8_t {
    go_on,
    waited,  // Likewise, after a wait for a place.
    end,     // It was killed.
  };

  Outing(Places& places, Port& home) : places_(places), home_(home) {}

  // Waits for a place. Before the first tick().
  [[nodiscard]] Tick begin() {
    places_.take_place(claim_);
    return look(true);
  }
  [[nodiscard]] Tick tick() {
    bool has_waited = false;
    if (++ticks_in_place_ == Policy::slice_ticks) {
      ticks_in_place_ = 0;
      has_waited = places_.yield_place(claim_);
    }
    return look(has_waited);
  }
  // The last that the away thread does with the turn: `done` gives all of it to the home worker.
  template <typename Node>
  void come_home(Node* done) {
    places_.leave(claim_);
    home_.push(done);
  }

  // Its thread sees it at its next tick, or where it waits.
  void kill() { places_.kill(claim_); }
  // It does not end: its place is for others. REQUIRES: kill().
  void give_up() { places_.leave(claim_); }

 private:
  [[nodiscard]] Tick look(bool has_waited) const {
    if (claim_.is_killed()) return Tick::end;
    return has_waited ? Tick::waited : Tick::go_on;
  }

  Places& places_;
  Port& home_;
  Places::Claim claim_;
  std::uint64_t ticks_in_place_ = 0;  // Of the away thread.
};

}  // namespace troupe
