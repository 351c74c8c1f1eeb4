#pragma once
// What senders ask first: whether an actor would take a message.

#include <cstdint>
#include <utility>

#include "base/atomics.hpp"
#include "base/limits.hpp"

namespace troupe {

// Of an actor's mailbox.
enum class Room : std::uint8_t {
  open,
  waits,    // It is full; its senders wait.
  full,     // Likewise; they are told.
  unready,  // It takes nothing while it can't work; they are told.
};

// In one word.
//
// Thread: look() and room() any thread; the setters the worker that has the actor, or whoever makes
//         it.
template <typename Atomics = StdAtomics>
class BasicDoor {
 public:
  struct Sign {
    std::uint32_t payload_bytes_max = 0;  // Of one message.
    Room room = Room::open;
  };

  // A moment ago.
  [[nodiscard]] Sign look() const { return unpack(word_.load(std::memory_order_relaxed)); }
  // Of two who close their doors and then look at the other's, one sees that it is closed: else
  // both could have their senders wait for each other.
  [[nodiscard]] Room room() const { return unpack(word_.load(Atomics::order(look_order))).room; }

  void set(Sign sign) { word_.store(pack(sign), std::memory_order_relaxed); }
  void set_room(Room room) {
    word_.store(pack({.payload_bytes_max = look().payload_bytes_max, .room = room}),
                Atomics::order(close_order));
  }

 private:
  static constexpr Ordering close_order{"Door.close", std::memory_order_seq_cst};
  static constexpr Ordering look_order{"Door.look", std::memory_order_seq_cst};
  static constexpr std::uint32_t room_bits = 2;
  static_assert(limits::payload_bytes_max < 1U << (32 - room_bits));

  static constexpr std::uint32_t pack(Sign sign) {
    return sign.payload_bytes_max << room_bits | std::to_underlying(sign.room);
  }
  static constexpr Sign unpack(std::uint32_t word) {
    return {.payload_bytes_max = word >> room_bits,
            .room = static_cast<Room>(word & ((1U << room_bits) - 1))};
  }

  Atomics::template Atomic<std::uint32_t> word_{0};
};

using Door = BasicDoor<>;

}  // namespace troupe
