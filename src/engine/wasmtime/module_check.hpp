#pragma once
// Is this file a guest of this contract? Answered before anything is compiled.

#include <array>
#include <string>
#include <vector>

#include "engine/abi.hpp"
#include "engine/engine.hpp"
#include "engine/wasmtime/shim.hpp"
#include "troupe/result.hpp"

namespace troupe::wasmtime {

struct CheckedModule {
  std::vector<shim_host_function> functions;           // By import, in their order.
  std::array<std::string, abi::export_count> exports;  // The module's name of each; or empty.
  GuestInterfaces interfaces;
  std::uint64_t memory_min_bytes = 0;
  std::uint64_t table_elements = 0;
  bool has_debug_info = false;
};

// Errors: invalid_argument (not a module, malformed, imports or exports that are not the
//         contract's), unsupported (a component, a refused proposal, another version of the
//         contract, another name mangling), each with what to do.
[[nodiscard]] Result<CheckedModule> check_module(BytesView wasm);

}  // namespace troupe::wasmtime
