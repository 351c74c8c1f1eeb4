#pragma once
// One call of an import: its arguments lifted and checked one by one, its result lowered.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/abi.hpp"
#include "engine/wasmtime/guest.hpp"
#include "engine/wasmtime/shim.hpp"

namespace troupe::wasmtime {

// Addresses that travel with a message.
// Thread: the one that runs the guest.
class SentAddresses {
 public:
  [[nodiscard]] std::span<const Address> view() const { return {addresses_.data(), count_}; }
  // More than a message can carry; they were not read.
  [[nodiscard]] bool are_too_many() const { return are_too_many_; }

 private:
  friend class ImportCall;
  std::array<Address, limits::message_addresses_max> addresses_;
  std::size_t count_ = 0;
  bool are_too_many_ = false;
};

// Every lifting function returns whether the argument is sound; if it is not, the guest is dead
// and the import returns `stop`.
//
// A refusal is written by `accept` and `refuse`: their result is what the import returns.
// Thread: the one that runs the guest.
class ImportCall {
 public:
  static constexpr std::uint32_t go_on = 0;
  static constexpr std::uint32_t stop = 1;

  ImportCall(Guest& guest, std::string_view name, shim_value* values)
      : guest_(guest), name_(name), values_(values) {}

  [[nodiscard]] Guest& guest() { return guest_; }
  [[nodiscard]] HostCalls& host() { return guest_.host(); }
  [[nodiscard]] std::uint32_t u32(unsigned index) const { return values_[index].i32; }
  [[nodiscard]] std::uint64_t u64(unsigned index) const { return values_[index].i64; }

  // --- Arguments; `index` is that of their first flat value.
  [[nodiscard]] bool bytes(unsigned index, BytesView& out);
  [[nodiscard]] bool text(unsigned index, std::string_view& out);
  [[nodiscard]] bool discriminant(unsigned index, std::uint32_t cases, std::uint32_t& out);
  [[nodiscard]] bool address(unsigned index, Address& out);
  [[nodiscard]] bool options(unsigned index, SendOptions& out);
  [[nodiscard]] bool addresses(unsigned index, SentAddresses& out);
  // Takes it out of the table.
  [[nodiscard]] bool responder(unsigned index, Responder& out);
  // Where the result goes: the last flat value.
  [[nodiscard]] bool result_area(unsigned index, std::uint32_t bytes, std::uint32_t alignment);

  // --- Results in the area.
  template <typename T>
  void put(std::uint32_t offset, T value) {
    store(guest_.memory().area(area_, 0, 1) + offset, value);
  }
  // result<_, refusal>, result<u64, refusal>, result<address, refusal>.
  std::uint32_t reply(const Accepted<void>& accepted);
  std::uint32_t reply(const Accepted<std::uint64_t>& accepted);
  std::uint32_t reply(const Accepted<Address>& accepted);
  // string and list<u8>.
  std::uint32_t reply_bytes(BytesView bytes);
  // list<address>.
  std::uint32_t reply_addresses(std::span<const Address> addresses);
  // option<address>, option<responder>.
  template <typename T>
  std::uint32_t reply_handle(const std::optional<T>& value) {
    put<std::uint8_t>(0, value ? 1 : 0);
    if (!value) return go_on;
    const auto handle = insert(*value);
    if (!handle) return stop;
    put<std::uint32_t>(4, *handle);
    return go_on;
  }
  // --- Results that are the core result.
  std::uint32_t result_u32(std::uint32_t value) {
    values_[0].i64 = value;
    return go_on;
  }
  std::uint32_t result_u64(std::uint64_t value) {
    values_[0].i64 = value;
    return go_on;
  }
  std::uint32_t result_address(Address address);

  // A handle where the contract knows no refusal: exceeded("addresses") when the table is full.
  template <typename T>
  std::optional<std::uint32_t> insert(const T& value) {
    const auto handle = guest_.handles().insert(value);
    if (!handle) guest_.die(Exit::exceeded("addresses"));
    return handle;
  }
  // What was asked for where the contract knows no refusal: exceeded("effects") if it was refused.
  std::uint32_t must(const Accepted<void>& accepted);

  // Larger than what this actor may send.
  [[nodiscard]] bool is_too_large(BytesView payload) const {
    return payload.size() > guest_.limits().payload_bytes;
  }

  void violate(std::string_view rule) { guest_.violate(name_, rule); }

 private:
  Guest& guest_;
  std::string_view name_;
  shim_value* values_;
  std::uint32_t area_ = 0;
};

// The functions of the contract by number, and of WASI by name (null: unknown), as the linker
// takes them.
[[nodiscard]] shim_host_function host_function(abi::Import import);
[[nodiscard]] shim_host_function wasi_function(std::string_view name);

namespace detail {
[[nodiscard]] bool is_in_phase(Guest& guest, const abi::ImportRow& row);
}

// The shim calls this; `Body` is the import.
template <abi::Import import, std::uint32_t (*Body)(ImportCall&)>
std::uint32_t contract_import(void* context, shim_caller* caller, shim_value* values) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  const abi::ImportRow& row = abi::row_of(import);
  if (!detail::is_in_phase(guest, row)) [[unlikely]]
    return ImportCall::stop;
  const Guest::Importing importing(guest, caller);
  ImportCall call(guest, row.name, values);
  return Body(call);
}

}  // namespace troupe::wasmtime
