#pragma once
// What the calls of all exports have in common.

#include <span>
#include <string>

#include "engine/engine.hpp"
#include "engine/wasmtime/guest.hpp"

namespace troupe::wasmtime {

// Brackets what runs for one message.
// Thread: the one that runs the guest.
class Running {
 public:
  Running(Guest& guest, HostCalls& host, abi::Phase phase) : guest_(guest) {
    guest.begin(host, phase);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { guest_.end(); }

 private:
  Guest& guest_;
};

[[nodiscard]] Reply ended(Guest& guest);
[[nodiscard]] Reply failed(std::string error);

// Calls an export that returns result<_, string>, and its cabi_post_. `values` are the arguments,
// with room for the result.
[[nodiscard]] Reply call_unit(Guest& guest, abi::Export export_, std::span<shim_value> values);

}  // namespace troupe::wasmtime
