#pragma once
// What any registry would cost: tables of one thread that never change and hold all that is looked
// for in one cache line. Below what these cost, no change of names and slots brings a look-up.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text_hash.hpp"
#include "troupe/address.hpp"

namespace troupe::bench {

// Names to addresses. There is no pointer to follow, no lock, no other thread, and no tag: a line
// is compared at once. Half of the lines are empty.
// Thread: one.
class BareNames {
 public:
  // So many names, each of at most bytes_max bytes, are going to be added.
  explicit BareNames(std::size_t names);

  static constexpr std::size_t bytes_max = 55;

  // REQUIRES: it is not there yet.
  void add(std::string_view name, Address address);
  [[nodiscard]] std::optional<Address> find(std::string_view name) const {
    for (std::size_t at = hash_(name) & mask_;; at = (at + 1) & mask_) {
      const Line& line = lines_[at];
      if (line.size == name.size() && std::memcmp(line.text, name.data(), name.size()) == 0)
        return line.address;
      if (line.size == 0) return std::nullopt;
    }
  }

 private:
  struct alignas(64) Line {
    Address address;
    std::uint8_t size = 0;  // 0: empty.
    char text[bytes_max] = {};
  };
  static_assert(sizeof(Line) == 64);

  TextHash hash_{0};
  std::size_t mask_;
  std::vector<Line> lines_;
};

// Addresses to homes: a word for each slot, which holds the generation, too.
// Thread: one.
class BareSlots {
 public:
  void add(Address address, std::uint16_t home);
  [[nodiscard]] std::optional<std::uint16_t> home(Address address) const {
    if (address.slot >= slots_.size()) return std::nullopt;
    const Slot& slot = slots_[address.slot];
    if (slot.generation != address.generation) return std::nullopt;
    return slot.home;
  }

 private:
  struct Slot {
    std::uint32_t generation = 0;
    std::uint16_t home = 0;
  };
  static_assert(sizeof(Slot) == 8);

  std::vector<Slot> slots_;
};

}  // namespace troupe::bench
