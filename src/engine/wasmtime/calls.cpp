#include "engine/wasmtime/calls.hpp"

#include <utility>

#include "engine/wasmtime/result_reader.hpp"

namespace troupe::wasmtime {

Reply ended(Guest& guest) { return Reply::ended(guest.take_death()); }

Reply failed(std::string error) { return Reply::failed(std::move(error)); }

Reply call_unit(Guest& guest, abi::Export export_, std::span<shim_value> values) {
  if (!guest.call(export_, values)) return ended(guest);
  const std::uint32_t at = values[0].i32;
  ResultReader result(guest, abi::row_of(export_).function, at);
  if (!result.is_sound({.bytes = 12, .alignment = 4})) return ended(guest);
  const auto is_error = result.discriminant(0, 2);
  if (!is_error) return ended(guest);
  Reply reply;
  if (*is_error != 0) {
    auto text = result.text(4);
    if (!text) return ended(guest);
    reply = failed(std::move(*text));
  }
  if (!guest.call_post(export_, at)) return ended(guest);
  return reply;
}

}  // namespace troupe::wasmtime
