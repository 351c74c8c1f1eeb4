#include "engine/wasmtime/import_call.hpp"

#include <utility>

#include "base/utf8.hpp"

namespace troupe::wasmtime {

bool detail::is_in_phase(Guest& guest, const abi::ImportRow& row) {
  if (abi::is_allowed(row.allowed, guest.phase())) [[likely]]
    return true;
  guest.violate(row.name, fmt::format("may not be called {}", abi::to_string(guest.phase())));
  return false;
}

bool ImportCall::bytes(unsigned index, BytesView& out) {
  const auto view = guest_.memory().view(u32(index), u32(index + 1));
  if (!view) [[unlikely]] {
    violate(fmt::format("{} bytes at {} lie outside memory, which has {}", u32(index + 1),
                        u32(index), guest_.memory().size()));
    return false;
  }
  out = *view;
  return true;
}

bool ImportCall::text(unsigned index, std::string_view& out) {
  BytesView view;
  if (!bytes(index, view)) return false;
  out = as_text(view);
  if (is_utf8(out)) [[likely]]
    return true;
  violate(fmt::format("the string at {} is not UTF-8", u32(index)));
  return false;
}

bool ImportCall::discriminant(unsigned index, std::uint32_t cases, std::uint32_t& out) {
  out = u32(index);
  if (out < cases) [[likely]]
    return true;
  violate(fmt::format("case {} of a type with {} cases", out, cases));
  return false;
}

bool ImportCall::address(unsigned index, Address& out) {
  const Address* found = guest_.handles().address(u32(index));
  if (found == nullptr) [[unlikely]] {
    violate(fmt::format("unknown handle {}", u32(index)));
    return false;
  }
  out = *found;
  return true;
}

bool ImportCall::options(unsigned index, SendOptions& out) {
  std::uint32_t priority = 0;
  std::uint32_t has_ttl = 0;
  if (!discriminant(index, priority_count, priority)) return false;
  if (!discriminant(index + 1, 2, has_ttl)) return false;
  out.priority = static_cast<Priority>(priority);
  if (has_ttl != 0) out.ttl_ms = u32(index + 2);
  return true;
}

bool ImportCall::addresses(unsigned index, SentAddresses& out) {
  const std::uint32_t at = u32(index);
  const std::uint32_t count = u32(index + 1);
  const std::uint8_t* list = guest_.memory().area(at, std::uint64_t{count} * 4, 4);
  if (list == nullptr) [[unlikely]] {
    violate(fmt::format("a list of {} handles at {} is outside memory or unaligned", count, at));
    return false;
  }
  out.are_too_many_ = count > out.addresses_.size();
  if (out.are_too_many_) return true;
  for (; out.count_ < count; ++out.count_) {
    const auto handle = load<std::uint32_t>(list + out.count_ * 4);
    const Address* found = guest_.handles().address(handle);
    if (found == nullptr) [[unlikely]] {
      violate(fmt::format("unknown handle {}", handle));
      return false;
    }
    out.addresses_[out.count_] = *found;
  }
  return true;
}

bool ImportCall::responder(unsigned index, Responder& out) {
  const auto taken = guest_.handles().take_responder(u32(index));
  if (!taken) [[unlikely]] {
    violate(fmt::format("unknown handle {}", u32(index)));
    return false;
  }
  out = *taken;
  return true;
}

bool ImportCall::result_area(unsigned index, std::uint32_t bytes, std::uint32_t alignment) {
  area_ = u32(index);
  if (guest_.memory().area(area_, bytes, alignment) != nullptr) [[likely]]
    return true;
  violate(fmt::format("the result's {} bytes at {} are outside memory or not aligned to {}", bytes,
                      area_, alignment));
  return false;
}

std::uint32_t ImportCall::reply(const Accepted<void>& accepted) {
  put<std::uint8_t>(0, accepted ? 0 : 1);
  if (!accepted) put<std::uint8_t>(1, std::to_underlying(accepted.error()));
  return go_on;
}

std::uint32_t ImportCall::reply(const Accepted<std::uint64_t>& accepted) {
  put<std::uint8_t>(0, accepted ? 0 : 1);
  if (accepted) {
    put<std::uint64_t>(8, *accepted);
  } else {
    put<std::uint8_t>(8, std::to_underlying(accepted.error()));
  }
  return go_on;
}

std::uint32_t ImportCall::reply(const Accepted<Address>& accepted) {
  put<std::uint8_t>(0, accepted ? 0 : 1);
  if (!accepted) {
    put<std::uint8_t>(4, std::to_underlying(accepted.error()));
    return go_on;
  }
  const auto handle = insert(*accepted);
  if (!handle) return stop;
  put<std::uint32_t>(4, *handle);
  return go_on;
}

std::uint32_t ImportCall::reply_bytes(BytesView bytes) {
  const auto at = guest_.copy_in(bytes);
  if (!at) return stop;
  put<std::uint32_t>(0, *at);
  put<std::uint32_t>(4, static_cast<std::uint32_t>(bytes.size()));
  return go_on;
}

std::uint32_t ImportCall::reply_addresses(std::span<const Address> addresses) {
  const auto count = static_cast<std::uint32_t>(addresses.size());
  const auto at = guest_.allocate(count * 4, 4);
  if (!at) return stop;
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto handle = insert(addresses[index]);
    if (!handle) return stop;
    store(guest_.memory().area(*at, 0, 1) + std::size_t{index} * 4, *handle);
  }
  put<std::uint32_t>(0, *at);
  put<std::uint32_t>(4, count);
  return go_on;
}

std::uint32_t ImportCall::result_address(Address address) {
  const auto handle = insert(address);
  return handle ? result_u32(*handle) : stop;
}

std::uint32_t ImportCall::must(const Accepted<void>& accepted) {
  if (accepted) return go_on;
  guest_.die(Exit::exceeded("effects"),
             fmt::format("{} was refused: {}", name_, to_string(accepted.error())));
  return stop;
}

}  // namespace troupe::wasmtime
