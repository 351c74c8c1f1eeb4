#include "router/registry.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {

Registry::~Registry() {
  for (auto& chunk : chunks_) {
    const std::unique_ptr<Slot[]> owned(chunk.load(std::memory_order_relaxed));
  }
}

Accepted<Address> Registry::reserve(std::optional<std::string> full_name, std::uint16_t home) {
  const std::unique_lock lock(mutex_);
  if (full_name && names_.contains(*full_name)) return refused(Refusal::name_taken);
  std::uint32_t index = 0;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    if (used_ >= limits::actors_max) return refused(Refusal::over_quota);
    index = used_++;
    auto& chunk = chunks_.at(index / chunk_slots);
    if (chunk.load(std::memory_order_relaxed) == nullptr) {
      chunk.store(std::make_unique<Slot[]>(chunk_slots).release(), std::memory_order_release);
    }
  }
  Slot& one = *slot_at(index);
  const Address address{.slot = index, .generation = ++one.last_generation};
  one.place.store(place_of(home, no_seat), std::memory_order_relaxed);
  one.room.store(Room::open, std::memory_order_relaxed);
  one.payload_bytes_max.store(limits::payload_bytes_max, std::memory_order_relaxed);
  if (full_name) {
    one.name = std::make_unique<std::string>(*full_name);
    names_.emplace(std::move(*full_name), address);
  }
  one.generation.store(address.generation, std::memory_order_release);
  return address;
}

void Registry::retire(Address address) {
  const std::unique_lock lock(mutex_);
  Slot* one = slot(address);
  if (one == nullptr) return;
  one->generation.store(0, std::memory_order_release);
  one->cell = nullptr;
  if (one->name != nullptr) {
    names_.erase(*one->name);
    one->name.reset();
  }
  if (one->last_generation != UINT32_MAX) free_.push_back(address.slot);
}

std::optional<Address> Registry::find(std::string_view full_name) const {
  const std::shared_lock lock(mutex_);
  const auto found = names_.find(std::string(full_name));
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

std::string Registry::label(Address address) const {
  {
    const std::shared_lock lock(mutex_);
    const Slot* one = slot(address);
    if (one != nullptr && one->name != nullptr) return *one->name;
  }
  return to_string(address);
}

std::optional<std::uint16_t> Registry::home(Address address) const {
  const Slot* one = slot(address);
  if (one == nullptr) return std::nullopt;
  return home_of(one->place.load(std::memory_order_seq_cst));
}

void Registry::set_cell(Address address, Cell* cell, std::uint64_t payload_bytes_max) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "a cell is made for a reserved address");
  one->cell = cell;
  one->payload_bytes_max.store(static_cast<std::uint32_t>(payload_bytes_max),
                               std::memory_order_relaxed);
  take_seat(address);
}

void Registry::set_home(Address address, std::uint16_t home) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "who moves is there");
  const std::uint16_t seat = seat_of(one->place.load(std::memory_order_relaxed));
  // seq_cst: before the mover looks at the epochs of those who push.
  one->place.store(place_of(home, seat), std::memory_order_seq_cst);
}

void Registry::leave_seat(Address address) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "who moves is there");
  one->place.store(place_of(home_of(one->place.load(std::memory_order_relaxed)), no_seat),
                   std::memory_order_seq_cst);
}

void Registry::take_seat(Address address) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "who moves is there");
  const std::uint16_t home = home_of(one->place.load(std::memory_order_relaxed));
  one->place.store(place_of(home, home), std::memory_order_seq_cst);
}

void Registry::set_room(Address address, Room room) {
  Slot* one = slot(address);
  if (one != nullptr) one->room.store(room, std::memory_order_relaxed);
}

std::uint32_t Registry::live_count() const {
  const std::shared_lock lock(mutex_);
  return used_ - static_cast<std::uint32_t>(free_.size());
}

}  // namespace troupe
