#pragma once
// wasmtime without Troupe: the other side of the benchmarks' comparisons. The C ABI of
// shim/src/bare.rs, written by hand; errors end the process with a message.

#include <cstddef>
#include <cstdint>
#include <memory>

// NOLINTBEGIN(readability-identifier-naming): names of a C interface, as in shim.h.
extern "C" {

enum bare_settings : std::uint32_t {
  bare_same = 0,        // Those of the engine class `default`, memories by mmap.
  bare_defaults = 1,    // wasmtime's own, and epochs.
  bare_pool = 2,        // wasmtime's pooling allocator as it comes.
  bare_pool_tuned = 3,  // The pool tuned for small guests.
};

union bare_value {
  std::uint32_t i32;
  std::uint64_t i64;
  std::uint64_t raw[2];
};

struct bare_module;
struct bare_instance;
bare_module* bare_module_new(bare_settings settings, const std::uint8_t* wasm, std::size_t size);
void bare_module_free(bare_module* module);  // Its instances are gone.
bare_instance* bare_instance_new(const bare_module* module, const char* function);
void bare_instance_free(bare_instance* instance);
// One unchecked call of the function: `values` are the arguments, then the result.
bool bare_call(bare_instance* instance, bare_value* values, std::size_t value_count);
// One life of an actor: made, started, one message handled, gone. The size of the answer.
std::uint32_t bare_life(const bare_module* module, const std::uint8_t* payload, std::uint32_t size);
}
// NOLINTEND(readability-identifier-naming): names of a C interface, as in shim.h.

namespace troupe::bench {

struct FreeBare {
  void operator()(bare_module* module) const { bare_module_free(module); }
  void operator()(bare_instance* instance) const { bare_instance_free(instance); }
};
using BareModule = std::unique_ptr<bare_module, FreeBare>;
using BareInstance = std::unique_ptr<bare_instance, FreeBare>;

}  // namespace troupe::bench
