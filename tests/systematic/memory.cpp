// What may be read, and what happens before what.

#include "memory.hpp"

#include <utility>

namespace troupe::systematic {
namespace {

bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_consume ||
         order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

bool is_sequential(std::memory_order order) { return order == std::memory_order_seq_cst; }

}  // namespace

void Memory::begin(bool is_weak) {
  for (std::size_t i = 0; i < count_; ++i) {
    locations_[i].stores.clear();
    locations_[i].uses = {};
    locations_[i].is_gone = false;
  }
  count_ = 0;
  plains_.clear();
  threads_ = {};
  sequential_ = {};
  stores_ = 0;
  is_weak_ = is_weak;
  tick(0);
}

LocationIndex Memory::add(ThreadIndex thread, std::uint64_t value) {
  const auto index = static_cast<LocationIndex>(count_++);
  Location& location = locations_[index];
  location.born = {.thread = thread, .clock = tick(thread)};
  location.uses[thread] = location.born.clock;
  // Whoever may use it knows of its birth: the first store needs to tell nothing.
  location.stores.push_back({.value = value, .released = {}});
  return index;
}

const char* Memory::remove(ThreadIndex thread, LocationIndex index) {
  Location& location = locations_[index];
  const bool is_race = !knows(thread, location.born) || !knows_all(thread, location.uses);
  const bool was_gone = std::exchange(location.is_gone, true);
  if (was_gone) return "an atomic is destroyed twice";
  return is_race ? "an atomic is destroyed while it may be in use" : nullptr;
}

const char* Memory::misuse(ThreadIndex thread, LocationIndex index) {
  Location& location = locations_[index];
  if (location.is_gone) return "an atomic is used after its destruction";
  if (!knows(thread, location.born)) return "an atomic is used while it may be under construction";
  location.uses[thread] = threads_[thread].now.clock[thread];
  return nullptr;
}

unsigned Memory::readable(ThreadIndex thread, LocationIndex index, std::memory_order order) const {
  if (!is_weak_) return 1;
  unsigned oldest = threads_[thread].now.oldest[index];
  if (is_sequential(order)) oldest = std::max<unsigned>(oldest, sequential_.oldest[index]);
  return static_cast<unsigned>(locations_[index].stores.size()) - oldest;
}

std::uint64_t Memory::load(ThreadIndex thread, LocationIndex index, std::memory_order order,
                           unsigned age) {
  const Location& location = locations_[index];
  const std::size_t at = location.stores.size() - 1 - age;
  const Store& store = location.stores[at];
  auto& oldest = threads_[thread].now.oldest[index];
  oldest = std::max(oldest, static_cast<std::uint16_t>(at));
  read(thread, store, order);
  if (is_sequential(order)) {
    auto& common = sequential_.oldest[index];
    common = std::max(common, static_cast<std::uint16_t>(at));
  }
  return store.value;
}

void Memory::store(ThreadIndex thread, LocationIndex index, std::memory_order order,
                   std::uint64_t value) {
  append(thread, index, order, value, nullptr);
}

void Memory::update(ThreadIndex thread, LocationIndex index, std::memory_order order,
                    std::uint64_t value) {
  const Store& found = locations_[index].stores.back();
  read(thread, found, order);
  // A release sequence goes on through read-modify-writes, whatever their order.
  const View continued = found.released;
  append(thread, index, order, value, &continued);
}

void Memory::read(ThreadIndex thread, const Store& store, std::memory_order order) {
  Thread& own = threads_[thread];
  if (acquires(order)) {
    own.now.join(store.released);
  } else {
    own.acquirable.join(store.released);
  }
}

void Memory::append(ThreadIndex thread, LocationIndex index, std::memory_order order,
                    std::uint64_t value, const View* continued) {
  Thread& own = threads_[thread];
  auto& stores = locations_[index].stores;
  const auto at = static_cast<std::uint16_t>(stores.size());
  own.now.oldest[index] = at;
  stores.push_back({.value = value, .released = releases(order) ? own.now : own.releasable});
  View& released = stores.back().released;
  released.oldest[index] = at;
  if (continued != nullptr) released.join(*continued);
  if (is_sequential(order)) sequential_.oldest[index] = at;
  // What comes after is no part of what was released.
  tick(thread);
  ++own.stores;
  ++stores_;
}

void Memory::fence(ThreadIndex thread, std::memory_order order) {
  Thread& own = threads_[thread];
  if (acquires(order)) own.now.join(own.acquirable);
  if (is_sequential(order)) {
    // Coherence alone: a fence orders, it does not make anything happen before.
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uint16_t both = std::max(own.now.oldest[i], sequential_.oldest[i]);
      own.now.oldest[i] = both;
      sequential_.oldest[i] = both;
    }
  }
  if (releases(order)) own.releasable = own.now;
  tick(thread);
}

void Memory::catch_up(ThreadIndex thread) {
  for (std::size_t i = 0; i < count_; ++i) {
    threads_[thread].now.oldest[i] = static_cast<std::uint16_t>(locations_[i].stores.size() - 1);
  }
}

std::uint32_t Memory::add_plain(ThreadIndex thread) {
  plains_.push_back({.written = {.thread = thread, .clock = threads_[thread].now.clock[thread]}});
  return static_cast<std::uint32_t>(plains_.size() - 1);
}

const char* Memory::read_plain(ThreadIndex thread, std::uint32_t index) {
  Plain& plain = plains_[index];
  if (plain.is_gone) return "data is read after its destruction";
  if (!knows(thread, plain.written)) return "data race: a read, and a write that may go on";
  plain.reads[thread] = threads_[thread].now.clock[thread];
  return nullptr;
}

const char* Memory::write_plain(ThreadIndex thread, std::uint32_t index) {
  Plain& plain = plains_[index];
  if (plain.is_gone) return "data is written after its destruction";
  if (!knows(thread, plain.written)) return "data race: a write, and a write that may go on";
  if (!knows_all(thread, plain.reads)) return "data race: a write, and a read that may go on";
  plain.written = {.thread = thread, .clock = threads_[thread].now.clock[thread]};
  return nullptr;
}

const char* Memory::remove_plain(ThreadIndex thread, std::uint32_t index) {
  const char* wrong = write_plain(thread, index);
  plains_[index].is_gone = true;
  return wrong;
}

}  // namespace troupe::systematic
