#pragma once
// An actor's books: the numbers it was given and what each still stands for.

#include <cstdint>
#include <vector>

#include "model/number_map.hpp"
#include "troupe/address.hpp"
#include "troupe/time.hpp"
#include "troupe/turn.hpp"

namespace troupe {

// Upper bounds of the books; the manifest's.
struct Quotas {
  std::uint32_t requests = 0;
  std::uint32_t timers = 0;
  std::uint32_t children = 0;
  std::uint64_t payload_bytes = 0;  // Of one message that this actor sends or is sent.
};

// Where a worker's timers keep an entry; none until it is scheduled.
struct AlarmKey {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  // 0: none.
};

// Thread: the one that runs the actor.
// Owns:   nothing but numbers; timers and envelopes live elsewhere and look here whether they still
//         count.
// Bounds: Quotas, limits::subscriptions_max, limits::watches_max.
struct Books {
  struct Request {
    AlarmKey alarm = {};   // Of its timeout, once sent.
    Instant asked = {};    // Likewise.
    bool settled = false;  // Its outcome is decided and queued; later ones are orphans.
  };
  struct Timer {
    AlarmKey alarm = {};
    std::int64_t period_ns = 0;  // 0: fires once.
    bool queued = false;         // A firing waits in the mailbox.
  };

  struct Subscription {};

  NumberMap<Request> requests;
  std::uint64_t oldest_request = 0;  // That was sent and is not settled; 0: none.
  NumberMap<Timer> timers;
  NumberMap<Address> watches;  // Number to target.
  NumberMap<Subscription> subscriptions;
  std::vector<Address> children;
  // Answers this actor took over and still owes.
  std::vector<Responder> owed;

  // Forgets everything that one life held; the sequence of numbers goes on elsewhere.
  void clear() { *this = Books{}; }
};

}  // namespace troupe
