#include "bench/rows/bare_registry.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace troupe::bench {

BareNames::BareNames(std::size_t names) : mask_(std::bit_ceil(2 * names) - 1), lines_(mask_ + 1) {}

void BareNames::add(std::string_view name, Address address) {
  CHECK(!name.empty() && name.size() <= bytes_max, "a name fits into a line");
  std::size_t at = hash_(name) & mask_;
  while (lines_[at].size != 0) at = (at + 1) & mask_;
  lines_[at].address = address;
  lines_[at].size = static_cast<std::uint8_t>(name.size());
  std::ranges::copy(name, lines_[at].text);
}

void BareSlots::add(Address address, std::uint16_t home) {
  if (address.slot >= slots_.size()) slots_.resize(address.slot + std::size_t{1});
  slots_[address.slot] = {.generation = address.generation, .home = home};
}

}  // namespace troupe::bench
