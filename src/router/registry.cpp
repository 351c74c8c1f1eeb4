#include "router/registry.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {

Registry::Registry(RegistryShape shape)
    : reclaimer_(shape.workers), names_(reclaimer_, shape.seed), generations_(shape.generations) {}

std::optional<std::uint32_t> Registry::take_index() {
  const std::lock_guard lock(mutex_);
  if (living() >= most_) return std::nullopt;
  if (!free_.empty()) {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  if (used_ >= limits::actors_max) return std::nullopt;
  slots_.make(used_);
  return used_++;
}

void Registry::give_back(std::uint32_t index) {
  const bool is_spent = slots_.at(index)->beside.last_generation == generations_;
  const std::lock_guard lock(mutex_);
  if (is_spent) {
    ++spent_;
  } else {
    free_.push_back(index);
  }
}

Accepted<Address> Registry::reserve(std::optional<std::string> full_name, std::uint16_t home) {
  const std::optional<std::uint32_t> index = take_index();
  if (!index) return refused(Refusal::over_quota);
  Slot& one = *slots_.at(*index);
  const Address address{.slot = *index, .generation = one.beside.last_generation + 1};
  one.beside.place.reset(home);
  one.beside.door.set({.payload_bytes_max = limits::payload_bytes_max});
  ActorName::Owner name = full_name ? ActorName::make(*full_name, address) : nullptr;
  one.show_name(name.get());
  // Before anybody finds the name.
  one.begin(address.generation);
  if (name != nullptr && !names_.try_add(name)) {
    // Nobody has learned the address: the next one may have it.
    one.take_back();
    reclaimer_.retire(std::move(name));
    give_back(*index);
    return refused(Refusal::name_taken);
  }
  one.beside.last_generation = address.generation;
  return address;
}

void Registry::retire(Address address) {
  Slot* one = address.is_nobody() ? nullptr : slots_.at(address.slot);
  const ActorName* name = nullptr;
  if (one == nullptr || !one->end(address.generation, name)) return;
  if (name != nullptr) names_.remove(*name);
  give_back(address.slot);
}

std::optional<Address> Registry::find(std::string_view full_name) const {
  const Reclaimer::Section section(reclaimer_);
  return find_in_step(full_name);
}

std::string Registry::label(Address address) const {
  const Reclaimer::Section section(reclaimer_);
  return label_in_step(address);
}

std::string Registry::label_in_step(Address address) const {
  if (const Slot* one = slot(address)) {
    const ActorName* name = one->name();
    // The slot may have its next owner by now.
    if (name != nullptr && name->address() == address) return std::string(name->text());
  }
  return to_string(address);
}

std::optional<std::uint16_t> Registry::home(Address address) const {
  const Slot* one = slot(address);
  if (one == nullptr) return std::nullopt;
  return one->beside.place.load().home;
}

void Registry::set_cell(Address address, Cell* cell, std::uint64_t payload_bytes_max) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "a cell is made for a reserved address");
  one->show_cell(cell);
  one->beside.door.set({.payload_bytes_max = static_cast<std::uint32_t>(payload_bytes_max)});
  take_seat(address);
}

void Registry::set_home(Address address, std::uint16_t home) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "who moves is there");
  one->beside.place.move(home);
}

void Registry::leave_seat(Address address) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "who moves is there");
  one->beside.place.leave_seat();
}

void Registry::take_seat(Address address) {
  Slot* one = slot(address);
  CHECK(one != nullptr, "who moves is there");
  one->beside.place.take_seat();
}

void Registry::set_room(Address address, Room room) {
  if (Slot* one = slot(address)) one->beside.door.set_room(room);
}

std::uint32_t Registry::live_count() const {
  const std::lock_guard lock(mutex_);
  return living();
}

void Registry::set_most(std::uint32_t actors) {
  const std::lock_guard lock(mutex_);
  most_ = actors;
}

std::uint32_t Registry::most() const {
  const std::lock_guard lock(mutex_);
  return most_;
}

}  // namespace troupe
