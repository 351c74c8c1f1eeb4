#pragma once
// Messages and events that were accepted and then could not be delivered.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Why an accepted message was not handled.
enum class DeadReason : std::uint8_t {
  gone,         // Its receiver ended for good first.
  crashed,      // Its receiver crashed over it, and does not ask for it again.
  expired,      // Its time to live, or the request's time, was over before it was its turn.
  quarantined,  // Its receiver crashed over it each time that it was redelivered.
  blocked,      // It found no room in its receiver's mailbox in time (WhenFull::block).
  restarted,    // It waited when a life of its receiver ended (OnRestart::drop).
};
inline constexpr std::size_t dead_reason_count = 6;
[[nodiscard]] constexpr std::string_view to_string(DeadReason reason) {
  constexpr std::array<std::string_view, dead_reason_count> names{
      "gone", "crashed", "expired", "quarantined", "blocked", "restarted"};
  return names.at(static_cast<std::size_t>(std::to_underlying(reason)));
}

struct DeadLetter {
  DeadReason reason = DeadReason::gone;
  Instant at;  // When it was given up, in the node's time.
  Address receiver;
  Address sender;  // Nobody: from outside.
  bool is_request = false;
  std::string topic = {};  // Of an event; empty for all else.
  std::uint64_t message_id = 0;
  Bytes payload;
};

}  // namespace troupe
