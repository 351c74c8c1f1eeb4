#include "model/pool.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <sys/mman.h>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace troupe {
namespace {

constexpr std::size_t header_bytes = 64;
constexpr std::size_t page_bytes = 4 * limits::KiB;
constexpr std::uint32_t batch_size = 32;

}  // namespace

constinit thread_local Pool* Pool::current_ = nullptr;

Pool::~Pool() {
  while (chunks_ != nullptr) free_chunk(*chunks_);
  for (std::uint8_t* const region : regions_) {
    ASAN_UNPOISON_MEMORY_REGION(region, region_bytes);
    ::operator delete(region, std::align_val_t(region_bytes));
  }
}

// Of the threads that have none: those of the program around the node.
struct Pool::Shared {
  // tidy: allow(mutex) those threads have nothing but this in common
  std::mutex mutex;
  Pool pool;
};

Pool::Shared& Pool::shared() {
  // Never destroyed: its blocks may outlive every object with a destructor.
  static Shared& shared = *std::make_unique<Shared>().release();
  return shared;
}

// Free blocks are poisoned, their links as well.
[[gnu::no_sanitize("address")]] std::uint64_t Pool::length_of(const Block* list) {
  std::uint64_t length = 0;
  for (; list != nullptr; list = list->next) ++length;
  return length;
}

std::uint64_t Pool::living_blocks() const {
  std::uint64_t living = 0;
  for (const Chunk* at = chunks_; at != nullptr; at = at->next) {
    living += (at->bytes - header_bytes) / block_bytes(at->size_class);
  }
  for (std::size_t at = 0; at < class_count; ++at) {
    const auto fresh_bytes = static_cast<std::size_t>(fresh_[at].end - fresh_[at].at);
    living -= length_of(free_[at]) + fresh_bytes / block_bytes(at);
  }
  return living - length_of(returned_.load(std::memory_order_acquire));
}

std::uint64_t Pool::living_shared_blocks() {
  Shared& common = shared();
  const std::lock_guard lock(common.mutex);
  return common.pool.living_blocks();
}

void* Pool::allocate_otherwise(std::size_t size_class) {
  static_assert(block_bytes(class_for(192)) == 192 && block_bytes(class_for(193)) == 256);
  static_assert(block_bytes(class_for(512)) == 512 && block_bytes(class_for(513)) == 1'024);
  static_assert(block_bytes(class_for(1'024)) == 1'024 && block_bytes(class_for(1'025)) == 2'048);
  static_assert(block_bytes(small_class_max) == 8 * limits::KiB);
  static_assert(block_bytes(class_count - 1) == 128 * limits::MiB);
  CHECK(size_class < class_count, "a payload is larger than any limit allows");
  const auto take_from = [size_class](Pool& pool) {
    return size_class > small_class_max ? pool.take_large(size_class) : pool.take(size_class);
  };
  if (current_ != nullptr) return take_from(*current_);
  Shared& common = shared();
  const std::lock_guard lock(common.mutex);
  return take_from(common.pool);
}

void Pool::release_otherwise(void* block) noexcept {
  Pool* owner = chunk_of(block).owner;
  auto* freed = static_cast<Block*>(block);
  if (owner == current_) {
    owner->give_any(freed);
  } else if (current_ != nullptr) {
    current_->return_to(*owner, freed);
  } else {
    owner->receive(freed, freed);
  }
}

void* Pool::take_large(std::size_t size_class) {
  if (free_[size_class] == nullptr) refill(size_class);
  idle_large_bytes_ -= chunk_of(free_[size_class]).bytes;
  return take(size_class);
}

void Pool::give_large(Block* block, Chunk& chunk) noexcept {
  if (idle_large_bytes_ + chunk.bytes > limits::pool_idle_bytes_max) {
    free_chunk(chunk);
    return;
  }
  idle_large_bytes_ += chunk.bytes;
  give(block, chunk.size_class);
}

void Pool::give_any(Block* block) noexcept {
  Chunk& chunk = chunk_of(block);
  if (chunk.size_class > small_class_max) {
    give_large(block, chunk);
  } else {
    give(block, chunk.size_class);
  }
}

// What other threads gave back, else a page of new blocks, so that memory is touched as it is
// needed.
void Pool::refill(std::size_t size_class) {
  take_returned();
  if (free_[size_class] != nullptr) return;
  Fresh& fresh = fresh_[size_class];
  if (fresh.at == fresh.end) fresh = new_chunk(size_class);
  const std::size_t size = block_bytes(size_class);
  const std::size_t left = static_cast<std::size_t>(fresh.end - fresh.at) / size;
  const std::size_t count = std::min(left, std::max<std::size_t>(1, page_bytes / size));
  // The lowest address first, for the caches' sake.
  for (std::size_t i = count; i-- > 0;) {
    auto* block = reinterpret_cast<Block*>(fresh.at + i * size);
    block->next = free_[size_class];
    free_[size_class] = block;
    ASAN_POISON_MEMORY_REGION(block, size);
  }
  fresh.at += count * size;
  if (left == count) fresh = {};
}

Pool::Fresh Pool::new_chunk(std::size_t size_class) {
  const bool is_large = size_class > small_class_max;
  const std::size_t bytes = is_large ? header_bytes + block_bytes(size_class) : chunk_bytes;
  const bool is_in_region = !is_large && resident_bytes() >= limits::pool_huge_from;
  std::uint8_t* const place =
      is_in_region
          ? place_in_region()
          : static_cast<std::uint8_t*>(::operator new(bytes, std::align_val_t(chunk_bytes)));
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the chunk stands in the memory that it heads.
  auto* chunk = new (place) Chunk{.owner = this,
                                  .next = chunks_,
                                  .previous = nullptr,
                                  .size_class = size_class,
                                  .bytes = bytes,
                                  .is_in_region = is_in_region};
  if (chunks_ != nullptr) chunks_->previous = chunk;
  chunks_ = chunk;
  if (!is_in_region) count_bytes(bytes);
  if (is_large) idle_large_bytes_ += bytes;
  return {.at = place + header_bytes, .end = place + bytes};
}

// For one chunk.
std::uint8_t* Pool::place_in_region() {
  if (region_.at == region_.end) {
    auto* const region =
        static_cast<std::uint8_t*>(::operator new(region_bytes, std::align_val_t(region_bytes)));
    regions_.push_back(region);
    // A wish: without huge pages it is memory like any other.
    (void)::madvise(region, region_bytes, MADV_HUGEPAGE);
    region_ = {.at = region, .end = region + region_bytes};
    count_bytes(region_bytes);
  }
  std::uint8_t* const place = region_.at;
  region_.at += chunk_bytes;
  return place;
}

void Pool::count_bytes(std::size_t more) noexcept {
  resident_bytes_.store(resident_bytes() + more, std::memory_order_relaxed);
}

void Pool::free_chunk(Chunk& chunk) noexcept {
  (chunk.previous != nullptr ? chunk.previous->next : chunks_) = chunk.next;
  if (chunk.next != nullptr) chunk.next->previous = chunk.previous;
  if (chunk.is_in_region) return;
  count_bytes(0 - chunk.bytes);
  ASAN_UNPOISON_MEMORY_REGION(&chunk, chunk.bytes);
  ::operator delete(&chunk, std::align_val_t(chunk_bytes));
}

void Pool::take_returned() noexcept {
  Block* block = returned_.exchange(nullptr, std::memory_order_acquire);
  while (block != nullptr) {
    Block* next = block->next;
    give_any(block);
    block = next;
  }
}

void Pool::return_to(Pool& owner, Block* block) noexcept {
  const std::size_t slot =
      (reinterpret_cast<std::uintptr_t>(&owner) / alignof(Pool)) % returns_.size();
  Returns& waiting = returns_[slot];
  if (waiting.owner != &owner) {
    send_home(waiting);
    waiting.owner = &owner;
  }
  block->next = waiting.newest;
  waiting.newest = block;
  if (waiting.oldest == nullptr) waiting.oldest = block;
  if (++waiting.count == batch_size) send_home(waiting);
}

void Pool::send_home(Returns& batch) noexcept {
  if (batch.newest != nullptr) batch.owner->receive(batch.newest, batch.oldest);
  batch = {};
}

void Pool::flush_returns() noexcept {
  for (Returns& waiting : returns_) {
    if (waiting.count > 0) send_home(waiting);
  }
}

void Pool::receive(Block* newest, Block* oldest) noexcept {
  Block* top = returned_.load(std::memory_order_relaxed);
  do {
    oldest->next = top;
  } while (!returned_.compare_exchange_weak(top, newest, std::memory_order_release,
                                            std::memory_order_relaxed));
}

}  // namespace troupe
