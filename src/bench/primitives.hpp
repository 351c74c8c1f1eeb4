#pragma once
// What the machine and its kernel offer to everything above them, one operation at a time: machine
// probes time them beside a block, and the floor rows say what a design could at best reach.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "bench/row.hpp"

namespace troupe::bench {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t huge_page_bytes = 512 * page_bytes;

// Each of these does its operation `times` times; the sum is 1 for each that did what it should.

// An atomic add to a line that no other CPU wants.
[[nodiscard]] Work add_alone(std::uint64_t times);

// A chain of 64 steps, each of which needs the one before: multiply, exclusive or, shift. The sum
// is the end of the chain, the same for the same `times`.
[[nodiscard]] Work multiply_chain(std::uint64_t times);

// The cheapest system call: who is my parent.
[[nodiscard]] Work ask_parent(std::uint64_t times);

// A wake of a futex where nobody waits.
[[nodiscard]] Work wake_nobody(std::uint64_t times);

// A reading of the steady clock.
[[nodiscard]] Work read_clock(std::uint64_t times);

// Copies of 64 KiB that both caches of a core hold.
// Thread: one.
class Copies {
 public:
  static constexpr std::size_t bytes = std::size_t{64} * 1024;
  Copies();

  [[nodiscard]] Work copy(std::uint64_t times);

 private:
  // How the two lie to one another within their pages decides a fifth of the time.
  struct alignas(page_bytes) Buffers {
    std::array<std::uint8_t, bytes> from = {};
    std::array<std::uint8_t, page_bytes / 2> between = {};
    std::array<std::uint8_t, bytes> to = {};
  };
  std::unique_ptr<Buffers> buffers_;
};

// Memory fresh from the kernel, not yet backed by anything.
// Thread: one.
// Owns:   the mapping; the destructor gives it back.
class FreshPages {
 public:
  enum class Size : std::uint8_t { small, huge };
  // 4 KiB pages: `pages` of them, rounded up to whole huge ones where those are wanted.
  FreshPages(std::uint64_t pages, Size size);
  FreshPages(const FreshPages&) = delete;
  FreshPages& operator=(const FreshPages&) = delete;
  ~FreshPages();

  // Writes to each page for the first time, so that the kernel must find memory for it.
  void touch();
  // Has the kernel back all of them in one call. False: it can't (Linux 5.14 can).
  [[nodiscard]] bool populate();
  // How many of the 4 KiB pages the kernel says are backed now.
  [[nodiscard]] std::uint64_t count_backed() const;

 private:
  std::size_t pages_ = 0;
  std::span<std::uint8_t> mapping_;
  std::uint8_t* begin_ = nullptr;
};

// `times` pages touched or populated in mappings of at most 64 MiB, with giving these back.
[[nodiscard]] Work touch_fresh(std::uint64_t times);
[[nodiscard]] Work populate_huge(std::uint64_t times);

}  // namespace troupe::bench
