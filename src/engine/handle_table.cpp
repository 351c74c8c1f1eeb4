#include "engine/handle_table.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace troupe {
namespace {

// Most actors hold a few addresses: the first block is two cache lines.
constexpr std::size_t entries_at_first = 8;

}  // namespace

HandleTable::HandleTable(std::uint32_t limit) : limit_(limit) {
  CHECK(limit <= limits::addresses_max, "manifests can't ask for more");
}

std::optional<std::uint32_t> HandleTable::insert(Address address) {
  return insert_entry({.address = address, .mark = is_address});
}

std::optional<std::uint32_t> HandleTable::insert(Responder responder) {
  CHECK(responder.request < is_free, "request numbers are below 2^53");
  return insert_entry({.address = responder.asker, .mark = responder.request});
}

std::optional<std::uint32_t> HandleTable::insert_entry(Entry entry) {
  if (size_ == limit_) return std::nullopt;
  if (first_free_ != 0) {
    const std::uint32_t handle = first_free_;
    Entry& freed = entries_[handle - 1];
    first_free_ = freed.address.slot;
    freed = entry;
    ++size_;
    return handle;
  }
  if (entries_.size() == entries_.capacity()) {
    entries_.reserve(
        std::min<std::size_t>(limit_, std::max(entries_at_first, 2 * entries_.capacity())));
  }
  entries_.push_back(entry);
  ++size_;
  return static_cast<std::uint32_t>(entries_.size());
}

void HandleTable::free_entry(std::uint32_t handle) {
  entries_[handle - 1] = {.address = {.slot = first_free_, .generation = 0}, .mark = is_free};
  first_free_ = handle;
  --size_;
}

std::optional<Responder> HandleTable::take_responder(std::uint32_t handle) {
  const std::uint32_t index = handle - 1;
  if (index >= entries_.size()) return std::nullopt;
  const Entry entry = entries_[index];
  if (entry.mark >= is_free) return std::nullopt;
  free_entry(handle);
  return Responder{.asker = entry.address, .request = entry.mark};
}

bool HandleTable::drop_address(std::uint32_t handle) {
  if (address(handle) == nullptr) return false;
  free_entry(handle);
  return true;
}

void HandleTable::clear() {
  entries_ = std::vector<Entry>();
  first_free_ = 0;
  size_ = 0;
}

}  // namespace troupe
