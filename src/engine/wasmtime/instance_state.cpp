// Saving and loading: the two calls that carry handles.

#include <array>
#include <utility>

#include "base/check.hpp"
#include "engine/wasmtime/calls.hpp"
#include "engine/wasmtime/code.hpp"  // IWYU pragma: keep (what code_ points to)
#include "engine/wasmtime/instance.hpp"
#include "engine/wasmtime/result_reader.hpp"

namespace troupe::wasmtime {
namespace {

using abi::Export;
using abi::Phase;

// The handles of a list in the result; none if it lies outside memory.
std::optional<BytesView> handle_list(Guest& guest, ResultReader& result, std::uint32_t offset) {
  const std::uint32_t at = result.u32(offset);
  const std::uint64_t bytes = std::uint64_t{result.u32(offset + 4)} * 4;
  if (guest.memory().area(at, bytes, 4) == nullptr) {
    result.violate(fmt::format("the list of handles at {} is outside memory or unaligned", at));
    return std::nullopt;
  }
  return guest.memory().view(at, bytes);
}

// Lists pass their handles on: each leaves the guest's table, so none can come twice.
bool take_addresses(Guest& guest, ResultReader& result, std::vector<Address>& out) {
  const auto list = handle_list(guest, result, 12);
  if (!list) return false;
  for (std::size_t at = 0; at < list->size(); at += 4) {
    const auto handle = load<std::uint32_t>(list->data() + at);
    const Address* address = guest.handles().address(handle);
    if (address == nullptr) {
      result.violate(fmt::format("unknown handle {}", handle));
      return false;
    }
    out.push_back(*address);
    CHECK(guest.handles().drop_address(handle));
  }
  return true;
}

bool take_responders(Guest& guest, ResultReader& result, bool ending, std::vector<Responder>& out) {
  const auto list = handle_list(guest, result, 20);
  if (!list) return false;
  if (!ending && !list->empty()) {
    result.violate("responders may be given only when the life is ending");
    return false;
  }
  for (std::size_t at = 0; at < list->size(); at += 4) {
    const auto handle = load<std::uint32_t>(list->data() + at);
    const auto responder = guest.handles().take_responder(handle);
    if (!responder) {
      result.violate(fmt::format("unknown handle {}", handle));
      return false;
    }
    out.push_back(*responder);
  }
  return true;
}

// Reads result<saved, string>; false if the guest broke a rule.
bool read_saved(Guest& guest, ResultReader& result, bool ending, SaveReply& reply) {
  if (!result.is_sound({.bytes = 28, .alignment = 4})) return false;
  const auto is_error = result.discriminant(0, 2);
  if (!is_error) return false;
  if (*is_error != 0) {
    auto text = result.text(4);
    if (!text) return false;
    reply.saved = std::unexpected(std::move(*text));
    return true;
  }
  const auto bytes = result.bytes(4);
  if (!bytes) return false;
  SavedState saved;
  if (!take_addresses(guest, result, saved.addresses) ||
      !take_responders(guest, result, ending, saved.responders))
    return false;
  saved.bytes.assign(bytes->begin(), bytes->end());
  reply.saved = std::move(saved);
  return true;
}

// The same handles the other way.
template <typename T>
bool insert_all(Guest& guest, const std::vector<T>& values, std::vector<std::uint32_t>& handles) {
  handles.reserve(values.size());
  for (const T& value : values) {
    const auto handle = guest.handles().insert(value);
    if (!handle) {
      guest.die(Exit::exceeded("addresses"));
      return false;
    }
    handles.push_back(*handle);
  }
  return true;
}

BytesView as_bytes(const std::vector<std::uint32_t>& handles) {
  return {reinterpret_cast<const std::uint8_t*>(handles.data()),
          handles.size() * sizeof(std::uint32_t)};
}

// The arguments of load; none if the guest died of them.
std::optional<std::array<shim_value, 10>> pass_saved(Guest& guest, std::string_view version,
                                                     const SavedState& saved, BytesView config) {
  std::vector<std::uint32_t> addresses;
  std::vector<std::uint32_t> responders;
  if (!insert_all(guest, saved.addresses, addresses) ||
      !insert_all(guest, saved.responders, responders))
    return std::nullopt;
  struct Part {
    BytesView bytes;
    std::size_t length;
    std::uint32_t alignment;
  };
  const Part parts[] = {{troupe::as_bytes(version), version.size(), 1},
                        {saved.bytes, saved.bytes.size(), 1},
                        {as_bytes(addresses), addresses.size(), 4},
                        {as_bytes(responders), responders.size(), 4},
                        {config, config.size(), 1}};
  std::array<shim_value, 10> values = {};
  auto* value = values.begin();
  for (const Part& part : parts) {
    const auto at = guest.copy_in(part.bytes, part.alignment);
    if (!at) return std::nullopt;
    *value++ = {.i32 = *at};
    *value++ = {.i32 = static_cast<std::uint32_t>(part.length)};
  }
  return values;
}

}  // namespace

SaveReply WasmtimeInstance::save(HostCalls& host, bool ending, Duration deadline) {
  CHECK(code_->interfaces().state);
  const Guest::OtherDeadline other(guest_, deadline);
  const Running running(guest_, host, Phase::save);
  SaveReply reply;
  shim_value values[] = {{.i32 = ending ? 1U : 0U}};
  const bool is_sound = [&] {
    if (!guest_.call(Export::save, values)) return false;
    const std::uint32_t at = values[0].i32;
    ResultReader result(guest_, "save", at);
    return read_saved(guest_, result, ending, reply) && guest_.call_post(Export::save, at);
  }();
  if (!is_sound) {
    reply.saved = std::unexpected(std::string());
    reply.death = guest_.take_death();
  }
  return reply;
}

Reply WasmtimeInstance::load(HostCalls& host, std::string_view version, const SavedState& saved,
                             BytesView config) {
  CHECK(code_->interfaces().state);
  const Running running(guest_, host, Phase::handle);
  auto values = pass_saved(guest_, version, saved, config);
  if (!values) return ended(guest_);
  Reply reply = call_unit(guest_, Export::load, *values);
  guest_.has_started();
  return reply;
}

}  // namespace troupe::wasmtime
