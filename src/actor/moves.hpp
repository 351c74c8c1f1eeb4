#pragma once
// Actors that change their worker.
//
// The old home says where they will live, so that what is sent from then on goes there and waits.
// Once nobody can push to the old home any more, it takes what has arrived and hands over the cell
// with its mailbox and timers; the new home appends what has waited. An actor runs at neither
// meanwhile, and everything that one sent it keeps its order.

#include <cstdint>
#include <memory>
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

}  // namespace troupe
