#pragma once
// Memory for what travels: envelopes, payloads, notes. Blocks are taken from the pool of the worker
// that makes them, wander with a message from thread to thread, and come home in batches.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/limits.hpp"

#if defined(__has_feature)
#define TROUPE_HAS_ASAN __has_feature(address_sanitizer)
#else
#define TROUPE_HAS_ASAN 0
#endif
#if TROUPE_HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace troupe {

// Blocks of 64 bytes times 1 to 8, or a power of two. Small ones share chunks, which the pool keeps
// until it is destroyed, and from limits::pool_huge_from on takes from huge pages if the machine
// has them: the first touch of their memory costs a fifth. Of large ones it keeps some
// (limits::pool_idle_bytes_max) and gives the rest back.
//
// A thread inside a Scope takes from that pool without atomics. A thread outside any takes from one
// that all of them share, under a lock.
//
// Thread: allocate() and release() any thread; a pool's Scope and flush_returns() its owner's, one
//         at a time.
// Owns:   the chunks. REQUIRES: no block lives when the pool is destroyed.
// Cost:   a few instructions; the heap only when the number of living blocks is higher than before.
// Method: chunks found by the address's alignment, and frees from other threads collected until the
//         owner runs out, as in mimalloc (D. Leijen, B. Zorn, L. de Moura, "Mimalloc: free list
//         sharding in action", APLAS 2019).
class Pool {  // NOLINT(clang-analyzer-optin.performance.Padding): one line for each thread.
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  // Makes `pool` the calling thread's own while it lives.
  class Scope {
   public:
    explicit Scope(Pool& pool) : outer_(current_) { current_ = &pool; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { current_ = outer_; }

   private:
    Pool* outer_;
  };

  // Lets go of the thread's own pool inside its Scope: another thread has taken it over.
  static void leave() { current_ = nullptr; }

  // Never null; aligned to 64 bytes.
  [[nodiscard]] static void* allocate(std::size_t bytes) {
    const std::size_t size_class = class_for(bytes);
    if (current_ == nullptr || size_class > small_class_max) [[unlikely]] {
      return allocate_otherwise(size_class);
    }
    return current_->take(size_class);
  }
  // Fetches the block that the next envelope will stand in, for who makes many: it is known
  // only since the last was taken, and may be far away.
  static void fetch_next() {
    if (current_ != nullptr) __builtin_prefetch(current_->free_[0], 1);
  }
  // A block of any pool. Foreign ones wait here until there is a batch of them.
  static void release(void* block) noexcept {
    Chunk& chunk = chunk_of(block);
    if (chunk.owner != current_ || chunk.size_class > small_class_max) [[unlikely]] {
      release_otherwise(block);
      return;
    }
    current_->give(static_cast<Block*>(block), chunk.size_class);
  }

  // Sends foreign blocks home that still wait for a batch to fill.
  void flush_returns() noexcept;

  // How many of its blocks live, found by walking all that it has. For tests: the owner calls it
  // while no other thread gives anything back, and what waits for a batch counts as living.
  [[nodiscard]] std::uint64_t living_blocks() const;
  // Likewise of the one that threads outside any Scope share.
  [[nodiscard]] static std::uint64_t living_shared_blocks();

  // What it has taken from the heap. Any thread.
  [[nodiscard]] std::uint64_t resident_bytes() const {
    return resident_bytes_.load(std::memory_order_relaxed);
  }

 private:
  struct Block {
    Block* next;
  };
  // Stands at the start of its memory, which is aligned to chunk_bytes.
  struct Chunk {
    Pool* owner;
    Chunk* next;
    Chunk* previous;
    std::size_t size_class;
    std::size_t bytes;
    bool is_in_region;  // It goes with that.
  };
  struct Shared;
  // What is left of the newest chunk of a class, untouched.
  struct Fresh {
    std::uint8_t* at = nullptr;
    std::uint8_t* end = nullptr;
  };
  // Several blocks on their way home; it stands in one of them. Who takes them back looks into that
  // one alone, which is in the cache of the core that freed it, as are all the others.
  struct Parcel {
    Parcel* next;
    std::uint64_t count;
    std::array<Block*, 6> others;
  };
  struct Returns {
    Pool* owner = nullptr;
    Parcel* newest = nullptr;
    Parcel* oldest = nullptr;
    std::uint32_t count = 0;  // Blocks, the parcels' own among them.
  };
  static constexpr std::size_t chunk_bytes = 64 * limits::KiB;
  static constexpr std::size_t region_bytes = 2 * limits::MiB;  // A huge page.
  static constexpr std::size_t block_bytes_min = 64;
  static_assert(sizeof(Parcel) <= block_bytes_min);
  static constexpr std::size_t even_classes = 8;  // Of sizes that are 64 bytes apart.
  static constexpr std::size_t even_bytes_max = even_classes * block_bytes_min;
  static constexpr std::size_t class_count = 26;      // 64 bytes to 128 MiB.
  static constexpr std::size_t small_class_max = 11;  // 8 KiB; larger ones have a chunk each.

  static constexpr std::size_t block_bytes(std::size_t size_class) {
    return size_class < even_classes ? (size_class + 1) * block_bytes_min
                                     : even_bytes_max << (size_class - even_classes + 1);
  }
  static constexpr std::size_t class_for(std::size_t bytes) {
    if (bytes <= even_bytes_max) return bytes == 0 ? 0 : (bytes - 1) / block_bytes_min;
    return even_classes - 1 +
           static_cast<std::size_t>(std::bit_width((bytes - 1) / even_bytes_max));
  }
  static Shared& shared();
  static std::uint64_t length_of(const Block* list);
  static std::uint64_t blocks_in(const Parcel* list);
  static Parcel* wrap(void* block, Parcel* next) noexcept;
  static Chunk& chunk_of(void* block) {
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the address is all that is known of a block.
    return *reinterpret_cast<Chunk*>(address & ~(chunk_bytes - 1));
  }
  static void* allocate_otherwise(std::size_t size_class);
  static void release_otherwise(void* block) noexcept;

  void* take(std::size_t size_class) {
    if (free_[size_class] == nullptr) [[unlikely]]
      refill(size_class);
    Block* block = free_[size_class];
    ASAN_UNPOISON_MEMORY_REGION(block, block_bytes(size_class));
    free_[size_class] = block->next;
    return block;
  }
  void give(Block* block, std::size_t size_class) noexcept {
    block->next = free_[size_class];
    free_[size_class] = block;
    ASAN_POISON_MEMORY_REGION(block, block_bytes(size_class));
  }
  void* take_large(std::size_t size_class);
  void give_large(Block* block, Chunk& chunk) noexcept;
  void give_any(Block* block) noexcept;
  void refill(std::size_t size_class);
  [[nodiscard]] Fresh new_chunk(std::size_t size_class);
  [[nodiscard]] std::uint8_t* place_in_region();
  void count_bytes(std::size_t more) noexcept;
  [[nodiscard]] bool unpack() noexcept;
  void take_large_home() noexcept;
  void return_to(Pool& owner, Block* block) noexcept;
  static void send_home(Returns& batch) noexcept;
  static void receive(std::atomic<Parcel*>& list, Parcel* newest, Parcel* oldest) noexcept;
  void free_chunk(Chunk& chunk) noexcept;

  // The thread's own; null outside every Scope. Found without a call, which its model says.
  [[gnu::tls_model("initial-exec")]] static constinit thread_local Pool* current_;

  std::array<Block*, class_count> free_{};
  std::array<Fresh, class_count> fresh_{};
  std::array<Returns, 8> returns_{};
  Parcel* parcels_ = nullptr;  // Of what has come home; not looked into yet.
  Chunk* chunks_ = nullptr;
  std::vector<std::uint8_t*> regions_;
  Fresh region_;  // What is left of the newest.
  std::uint64_t idle_large_bytes_ = 0;
  std::atomic<std::uint64_t> resident_bytes_{0};
  // Written by other threads, so on a line of its own.
  alignas(64) std::atomic<Parcel*> returned_{nullptr};
  std::atomic<Parcel*> returned_large_{nullptr};  // Each alone.
};

// What derives from this is made and destroyed in pools.
struct Pooled {
  static void* operator new(std::size_t bytes) { return Pool::allocate(bytes); }
  static void operator delete(void* block) noexcept { Pool::release(block); }
};

}  // namespace troupe
