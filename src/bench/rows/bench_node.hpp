#pragma once
// A node with threads, as rows use it: actors of C++ or guests, asked from outside.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/native_actors.hpp"
#include "troupe/runtime.hpp"

#if TROUPE_HAS_WASMTIME
#include "bench/rows/guests.hpp"
#endif

namespace troupe::bench {

// Thread: the measuring one.
class BenchNode {
 public:
  BenchNode(std::string name, std::uint32_t workers) {
    RuntimeOptions options;
    options.name = std::move(name);
    options.workers = workers;
    auto runtime = Runtime::start(std::move(options));
    CHECK(runtime.has_value(), runtime.error().message);
    runtime_ = *std::move(runtime);
  }

  Address spawn(SpawnOptions options, const Component& component) {
    const auto spawned = runtime_->spawn(component, std::move(options));
    CHECK(spawned.has_value(), spawned.error().message);
    return *spawned;
  }
  // An actor that may find `knows`, which is its config too.
  Address spawn(std::string name, const Component& component, std::string_view knows = {}) {
    SpawnOptions options;
    options.name = std::move(name);
    options.config = to_bytes(knows);
    if (!knows.empty()) options.grants.find = {std::string(knows)};
    return spawn(std::move(options), component);
  }

  // The number that it answers.
  std::uint64_t ask(Address actor, std::string_view order) {
    const auto answer = runtime_->request(actor, as_bytes(order), std::chrono::seconds(60));
    CHECK(answer.has_value(), answer.error().message);
    return number_of(as_text(*answer));
  }

  [[nodiscard]] Runtime& runtime() { return *runtime_; }

 private:
  std::unique_ptr<Runtime> runtime_;
};

// A class of this program.
template <typename NativeActor>
Component native_component(std::string name) {
  return Component::native(std::move(name), [] { return std::make_unique<NativeActor>(); });
}

#if TROUPE_HAS_WASMTIME
inline Component guest_component(const char* name) {
  const BytesView wasm = guest(name);
  return Component::from_bytes(name, Bytes(wasm.begin(), wasm.end()));
}
#endif

}  // namespace troupe::bench
