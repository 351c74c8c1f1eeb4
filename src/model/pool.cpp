#include "model/pool.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace troupe {
namespace {

constexpr std::size_t header_bytes = 64;
constexpr std::size_t page_bytes = 4 * limits::KiB;
constexpr std::uint32_t batch_size = 35;  // Five parcels.

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

std::uint64_t Pool::blocks_in(const Parcel* list) {
  std::uint64_t blocks = 0;
  for (; list != nullptr; list = list->next) blocks += 1 + list->count;
  return blocks;
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
  for (const Parcel* const list : {parcels_, returned_.load(std::memory_order_acquire),
                                   returned_large_.load(std::memory_order_acquire)}) {
    living -= blocks_in(list);
  }
  return living;
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
  } else if (chunk_of(block).size_class > small_class_max) {
    Parcel* const alone = wrap(block, nullptr);
    receive(owner->returned_large_, alone, alone);
  } else if (current_ != nullptr) {
    current_->return_to(*owner, freed);
  } else {
    Parcel* const alone = wrap(block, nullptr);
    receive(owner->returned_, alone, alone);
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
  take_large_home();
  while (free_[size_class] == nullptr && unpack()) {
  }
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

// One parcel, if there is any. The next is fetched meanwhile, for when this one is used up.
bool Pool::unpack() noexcept {
  if (parcels_ == nullptr) parcels_ = returned_.exchange(nullptr, std::memory_order_acquire);
  if (parcels_ == nullptr) return false;
  const Parcel held = *parcels_;  // Its place is a block like the others.
  Parcel* const place = std::exchange(parcels_, held.next);
  if (parcels_ != nullptr) __builtin_prefetch(parcels_, 1);
  for (std::size_t at = 0; at < held.count; ++at) give_any(held.others.at(at));
  give_any(reinterpret_cast<Block*>(place));
  return true;
}

// All of them, as each may be more memory than is to lie idle.
void Pool::take_large_home() noexcept {
  if (returned_large_.load(std::memory_order_relaxed) == nullptr) return;
  Parcel* parcel = returned_large_.exchange(nullptr, std::memory_order_acquire);
  while (parcel != nullptr) {
    Parcel* const next = parcel->next;
    give_any(reinterpret_cast<Block*>(parcel));
    parcel = next;
  }
}

Pool::Parcel* Pool::wrap(void* block, Parcel* next) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): it stands in the block that is freed.
  return new (block) Parcel{.next = next, .count = 0, .others = {}};
}

void Pool::return_to(Pool& owner, Block* block) noexcept {
  const std::size_t slot =
      (reinterpret_cast<std::uintptr_t>(&owner) / alignof(Pool)) % returns_.size();
  Returns& waiting = returns_[slot];
  if (waiting.owner != &owner) {
    send_home(waiting);
    waiting.owner = &owner;
  }
  if (waiting.newest == nullptr || waiting.newest->count == waiting.newest->others.size()) {
    waiting.newest = wrap(block, waiting.newest);
    if (waiting.oldest == nullptr) waiting.oldest = waiting.newest;
  } else {
    waiting.newest->others.at(waiting.newest->count++) = block;
  }
  if (++waiting.count == batch_size) send_home(waiting);
}

void Pool::send_home(Returns& batch) noexcept {
  if (batch.newest != nullptr) receive(batch.owner->returned_, batch.newest, batch.oldest);
  batch = {};
}

void Pool::flush_returns() noexcept {
  for (Returns& waiting : returns_) {
    if (waiting.count > 0) send_home(waiting);
  }
}

void Pool::receive(std::atomic<Parcel*>& list, Parcel* newest, Parcel* oldest) noexcept {
  Parcel* top = list.load(std::memory_order_relaxed);
  do {
    oldest->next = top;
  } while (!list.compare_exchange_weak(top, newest, std::memory_order_release,
                                       std::memory_order_relaxed));
}

}  // namespace troupe
