#pragma once
// What a guest holds in place of references: small numbers, good in its own table only.

#include <cstdint>
#include <optional>
#include <vector>

#include "troupe/address.hpp"
#include "troupe/turn.hpp"

namespace troupe {

// The addresses and responders of one instance, by handle: the table of the canonical ABI. Handles
// count from 1; freed ones are given out again, the latest first. Both kinds share one sequence.
//
// Thread: one at a time, the instance's.
// Bounds: `limit` handles of both kinds; 16 bytes each, nothing at all before the first insert.
// Errors: no room, an unknown handle and a handle of the other kind all find nothing. The caller
//         decides what becomes of the guest.
class HandleTable {
 public:
  // REQUIRES: limit <= limits::addresses_max
  explicit HandleTable(std::uint32_t limit);

  // The new handle; none when `limit` are held.
  [[nodiscard]] std::optional<std::uint32_t> insert(Address address);
  // REQUIRES: request numbers of the contract, below 2^53
  [[nodiscard]] std::optional<std::uint32_t> insert(Responder responder);

  // The address behind a handle, or null. Good until the next change of the table.
  [[nodiscard]] const Address* address(std::uint32_t handle) const {
    const std::uint32_t index = handle - 1;  // Handle 0 becomes the largest index: out of bounds.
    if (index >= entries_.size()) return nullptr;
    const Entry& entry = entries_[index];
    return entry.mark == is_address ? &entry.address : nullptr;
  }

  // Each frees the handle.
  [[nodiscard]] std::optional<Responder> take_responder(std::uint32_t handle);
  // False: there is no such address.
  [[nodiscard]] bool drop_address(std::uint32_t handle);

  // Forgets everything and gives the memory back.
  void clear();

  // Handles held now.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  // Memory of the table itself.
  [[nodiscard]] std::uint64_t heap_bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  // A responder's mark is its request number; the two marks above 2^53 tell the rest.
  static constexpr std::uint64_t is_address = UINT64_MAX;
  static constexpr std::uint64_t is_free = UINT64_MAX - 1;
  struct Entry {
    Address address;  // The address; the asker; or, if free, the next free handle as the slot.
    std::uint64_t mark = is_free;  // is_address, is_free, or the request number of a responder.
  };
  static_assert(sizeof(Entry) == 16);

  std::optional<std::uint32_t> insert_entry(Entry entry);
  void free_entry(std::uint32_t handle);

  std::vector<Entry> entries_;    // Handle h is entry h - 1.
  std::uint32_t first_free_ = 0;  // A handle; 0 is none.
  std::uint32_t size_ = 0;
  std::uint32_t limit_;
};

}  // namespace troupe
