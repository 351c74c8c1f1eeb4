#pragma once
// Where the linear memories of guests live: slices of a few large mappings.
//
// A mapping of its own for each actor costs the kernel three areas and two page tables; past some
// 15,000 actors it refuses. Here an actor costs none: each size class is one reserved range of
// addresses, made accessible in chunks as it fills, and a memory is a slice of it.

#include <array>
#include <cstdint>
#include <memory>

#include "base/limits.hpp"
#include "troupe/result.hpp"

namespace troupe {

// The size of a linear memory: what it has at first, and what it may grow to in place.
struct MemoryNeed {
  std::uint64_t min_bytes = 0;
  std::uint64_t max_bytes = 0;
};

// One linear memory: `capacity` bytes at `base`, all of them accessible and zero when acquired.
struct Slice {
  std::uint8_t* base = nullptr;
  std::uint64_t capacity = 0;
  std::uint32_t size_class = 0;  // Class c holds slices of 32 KiB << c.
  std::uint32_t index = 0;       // Within its class.
  bool is_fresh = false;         // Nobody had it before.
};

struct ArenaStats {
  std::uint64_t slices = 0;            // Handed out now.
  std::uint64_t slices_peak = 0;       // Most at once, summed over the classes.
  std::uint64_t slice_bytes = 0;       // Capacity of the slices handed out.
  std::uint64_t slice_bytes_peak = 0;  // Likewise summed.
  std::uint64_t reserved_bytes = 0;    // Addresses taken, the gaps included.
  std::uint64_t accessible_bytes = 0;  // Of these, backed by memory as it is touched.
  std::uint64_t populated_bytes = 0;   // Of these, made resident ahead.
};

// Slices of 32, 64, 128, 256 KiB and every power of two up to 4 GiB. The class follows from the
// most that the memory may grow to.
//
//   up to 256 KiB   stay resident once used; zeroed by memset when they come back. On demand, the
//                   first time, only those pages that were touched: most of a memory never is, and
//                   a slice may have one life only. With Populate::ahead they lie on huge pages
//                   that a thread makes resident ahead of use: a page fault costs more than the
//                   start of an actor.
//   larger          resident as touched, on small pages; given back to the kernel when they come
//                   back, but for the first pages of the few freed last, which a restart reuses.
//
// Behind each class lie 8 GiB that nobody can access: more than a 32-bit index plus a 32-bit
// offset reaches.
//
// Thread: any thread, concurrently; one lock per class, never held over a memset or a page fault.
// Owns:   one mapping per class in use (two kernel areas), and with Populate::ahead one thread.
// Bounds: limits::arena_slices_max slices and Options::reserve_bytes addresses per class;
//         limits::arena_lead_bytes_max resident ahead of use.
class ArenaSet {
 public:
  enum class Populate : std::uint8_t { on_demand, ahead };
  struct Options {
    // Addresses for each class, not memory. Where the process has fewer, a class gets fewer.
    std::uint64_t reserve_bytes = limits::arena_reserve_bytes_default;
    Populate populate = Populate::on_demand;
  };

  explicit ArenaSet(Options options);
  ~ArenaSet();  // REQUIRES: all slices are back.
  ArenaSet(const ArenaSet&) = delete;
  ArenaSet& operator=(const ArenaSet&) = delete;

  // Errors: invalid_argument (min above max, or max above 4 GiB), overloaded (the class is full, or
  //         the kernel has no memory left to promise).
  Result<Slice> acquire(MemoryNeed need);

  // `used_bytes` is the size of the memory: what lies behind it was never written.
  void release(const Slice& slice, std::uint64_t used_bytes);

  [[nodiscard]] ArenaStats stats() const;

 private:
  class Class;
  class Populator;

  static constexpr std::uint32_t class_count = 18;
  std::array<std::unique_ptr<Class>, class_count> classes_;
  std::unique_ptr<Populator> populator_;  // Last: it stops before the classes go.
};

}  // namespace troupe
