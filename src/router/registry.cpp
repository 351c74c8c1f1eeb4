#include "router/registry.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {

Registry::Registry(RegistryShape shape)
    : reclaimer_(shape.workers),
      names_(reclaimer_, shape.seed),
      generations_(shape.generations),
      workers_(shape.workers),
      at_hand_(std::make_unique<AtHand[]>(shape.workers)) {}

std::optional<std::uint32_t> Registry::take_index() {
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

std::optional<std::uint32_t> Registry::take_index(WorkerIfAny worker) {
  if (!worker) {
    const std::lock_guard lock(mutex_);
    return take_index();
  }
  AtHand& own = at_hand_[*worker];
  if (own.bound != bound_.load(std::memory_order_relaxed)) empty(own, 0);
  if (own.free.empty()) fill(own);
  if (own.free.empty()) return std::nullopt;
  const std::uint32_t index = own.free.back();
  own.free.pop_back();
  own.show_count();
  return index;
}

// Where there is room for as many as all workers may have at hand, by a batch: else by one, so that
// nobody is refused what another has and does not need.
void Registry::fill(AtHand& at_hand) {
  const std::lock_guard lock(mutex_);
  at_hand.bound = bound_.load(std::memory_order_relaxed);
  at_hand.most = living() + workers_ * at_hand_max <= most_ ? at_hand_max : 0;
  for (std::size_t left = std::max<std::size_t>(at_hand.most / 2, 1); left > 0; --left) {
    const std::optional<std::uint32_t> index = take_index();
    if (!index) break;
    at_hand.free.push_back(*index);
  }
  // The first of them first.
  std::ranges::reverse(at_hand.free);
  at_hand.show_count();
}

void Registry::empty(AtHand& at_hand, std::size_t left) {
  const std::lock_guard lock(mutex_);
  while (at_hand.free.size() > left) {
    free_.push_back(at_hand.free.back());
    at_hand.free.pop_back();
  }
  at_hand.show_count();
}

void Registry::give_back(std::uint32_t index, WorkerIfAny worker) {
  const bool is_spent = slots_.at(index)->beside.last_generation == generations_;
  if (worker && !is_spent) {
    AtHand& own = at_hand_[*worker];
    own.free.push_back(index);
    own.show_count();
    const bool is_filled_so = own.bound == bound_.load(std::memory_order_relaxed);
    const std::size_t most = is_filled_so ? own.most : 0;
    if (own.free.size() > most) empty(own, most / 2);
    return;
  }
  const std::lock_guard lock(mutex_);
  if (is_spent) {
    ++spent_;
  } else {
    free_.push_back(index);
  }
}

Accepted<Address> Registry::reserve(std::optional<std::string> full_name, std::uint16_t home) {
  return reserve(std::move(full_name), home, std::nullopt);
}

Accepted<Address> Registry::reserve_in_step(std::optional<std::string> full_name,
                                            std::uint16_t worker) {
  return reserve(std::move(full_name), worker, worker);
}

void Registry::retire(Address address) { retire(address, std::nullopt); }

void Registry::retire_in_step(Address address, std::uint16_t worker) { retire(address, worker); }

Accepted<Address> Registry::reserve(std::optional<std::string> full_name, std::uint16_t home,
                                    WorkerIfAny worker) {
  // Mostly that is all; who takes the name at the same time is found below.
  if (full_name && (worker ? find_in_step(*full_name) : find(*full_name)))
    return refused(Refusal::name_taken);
  const std::optional<std::uint32_t> index = take_index(worker);
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
    give_back(*index, worker);
    return refused(Refusal::name_taken);
  }
  one.beside.last_generation = address.generation;
  return address;
}

void Registry::retire(Address address, WorkerIfAny worker) {
  Slot* one = address.is_nobody() ? nullptr : slots_.at(address.slot);
  const ActorName* name = nullptr;
  if (one == nullptr || !one->end(address.generation, name)) return;
  if (name != nullptr) names_.remove(*name);
  give_back(address.slot, worker);
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
  const std::string_view name = name_in_step(address);
  return name.empty() ? to_string(address) : std::string(name);
}

std::string_view Registry::name_in_step(Address address) const {
  const Slot* one = slot(address);
  const ActorName* name = one != nullptr ? one->name() : nullptr;
  // The slot may have its next owner by now.
  return name != nullptr && name->address() == address ? name->text() : std::string_view();
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
  std::uint32_t count = living();
  for (std::size_t i = 0; i < workers_; ++i)
    count -= at_hand_[i].count.load(std::memory_order_relaxed);
  return count;
}

void Registry::set_most(std::uint32_t actors) {
  const std::lock_guard lock(mutex_);
  most_ = actors;
  bound_.store(bound_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::uint32_t Registry::most() const {
  const std::lock_guard lock(mutex_);
  return most_;
}

}  // namespace troupe
