#pragma once
// The shim's handles as C++ owns them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/wasmtime/shim.h"
#include "troupe/bytes.hpp"

namespace troupe::wasmtime {

struct FreeEngine {
  void operator()(shim_engine* engine) const { shim_engine_free(engine); }
};
struct FreeModule {
  void operator()(shim_module* module) const { shim_module_free(module); }
};
struct FreeScan {
  void operator()(shim_scan* scan) const { shim_scan_free(scan); }
};
using EngineHandle = std::unique_ptr<shim_engine, FreeEngine>;
using ModuleHandle = std::unique_ptr<shim_module, FreeModule>;
using ScanHandle = std::unique_ptr<shim_scan, FreeScan>;

// For guests that nobody would relieve.
inline std::uint32_t end_at_deadline(void* /*guest*/) noexcept { return shim_deadline; }

// A guest, once it is made; it stays where it is. The shim writes all of it when it makes it;
// zeroing it first is work for nothing.
// Thread: one at a time.
class GuestHandle {  // NOLINT(cppcoreguidelines-pro-type-member-init): see above.
 public:
  GuestHandle() = default;  // NOLINT(cppcoreguidelines-pro-type-member-init): see above.
  GuestHandle(const GuestHandle&) = delete;
  GuestHandle& operator=(const GuestHandle&) = delete;
  ~GuestHandle() {
    if (is_made_) shim_guest_drop(&guest_);
  }

  // REQUIRES: not made yet. False: `error`.
  bool make(const shim_module* module, void* context, const shim_guest_limits& limits,
            shim_text* error) {
    is_made_ = shim_guest_make(&guest_, module, context, &limits, error);
    return is_made_;
  }
  [[nodiscard]] explicit operator bool() const { return is_made_; }
  [[nodiscard]] shim_guest* get() { return &guest_; }
  [[nodiscard]] const shim_guest* get() const { return &guest_; }

 private:
  bool is_made_ = false;
  shim_guest guest_;
};

[[nodiscard]] inline shim_view to_view(BytesView bytes) { return {bytes.data(), bytes.size()}; }
[[nodiscard]] inline shim_view to_view(std::string_view text) { return to_view(as_bytes(text)); }
[[nodiscard]] inline std::string_view to_text(shim_view view) {
  return {reinterpret_cast<const char*>(view.data), view.size};
}

// Takes over what the shim gave.
[[nodiscard]] inline std::string take(shim_text text) {
  std::string taken(std::string_view{text.data, text.size});
  shim_text_free(text);
  return taken;
}

// Calls that did not return fill one of these.
struct Report : shim_report {
  // One is made for each call, and calls that return leave it alone.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  Report() { message = {}; }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report() {
    if (message.data != nullptr) shim_text_free(message);
  }
};

}  // namespace troupe::wasmtime
