#pragma once
// Actors that change their worker.
//
// The old home says where they will live, so that what is sent from then on goes there and waits.
// Once nobody can push to the old home any more, it takes what has arrived and hands over the cell
// with its mailbox and timers; the new home appends what has waited. An actor runs at neither
// meanwhile, and everything that one sent it keeps its order.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "actor/away.hpp"
#include "actor/cell.hpp"
#include "model/envelope.hpp"
#include "scheduler/epochs.hpp"
#include "troupe/address.hpp"

namespace troupe {

// Some actors that leave together. Owned by their old home.
struct Departure {
  std::uint16_t to = 0;
  std::vector<Address> actors;
  GracePeriod grace;  // Until nobody pushes to the old home.
};

// The note of an `arrive` envelope.
struct ArrivalNote final : Note {
  std::unique_ptr<Cell> cell;
  std::vector<Alarm> alarms;  // Of its timers and requests.
};

// Some who wait for their turns at one worker, and from whom else of it each has what it handles
// next. Who has that from one of them, or from the same as another, is tied to them, as the many
// who ask one server are. (Of a pair that talks only one waits at a time.)
//
// Thread: one. Bounds: its callers'.
class Ties {
 public:
  void add(Address who, std::optional<Address> from) {
    ends_.push_back(who);
    if (from) ends_.push_back(*from);
  }
  // REQUIRES: no more are added.
  void settle() { std::ranges::sort(ends_); }
  [[nodiscard]] bool bind(Address who, std::optional<Address> from) const {
    return is_in_several(who) || (from && is_in_several(*from));
  }

 private:
  [[nodiscard]] bool is_in_several(Address end) const {
    return std::ranges::equal_range(ends_, end).size() > 1;
  }

  std::vector<Address> ends_;
};

}  // namespace troupe
