#pragma once
// A reference to an actor.

#include <bit>
#include <cstdint>
#include <functional>
#include <string>

namespace troupe {

// Names one actor, over all its lives: a slot and the generation that the slot had when the actor
// was spawned. A value: copy it, compare it, keep it. An address of an actor that is gone stays
// harmless: what is sent to it is refused as `gone`. Guests never see one; they hold handles.
struct Address {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0 is nobody.

  [[nodiscard]] constexpr bool is_nobody() const { return generation == 0; }
  // As one word: by its halves it costs more, and so does what is compared and then stored.
  friend constexpr bool operator==(Address a, Address b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  }
  friend constexpr auto operator<=>(Address, Address) = default;
};

inline constexpr Address nobody{};

// "#slot.generation": for people, and for actors that have no name.
[[nodiscard]] inline std::string to_string(Address address) {
  return "#" + std::to_string(address.slot) + "." + std::to_string(address.generation);
}

}  // namespace troupe

template <>
struct std::hash<troupe::Address> {
  std::size_t operator()(troupe::Address address) const noexcept {
    const std::uint64_t both = (std::uint64_t{address.generation} << 32U) | address.slot;
    return std::hash<std::uint64_t>{}(both * 0x9E37'79B9'7F4A'7C15U);
  }
};
