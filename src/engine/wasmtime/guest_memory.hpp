#pragma once
// A guest's linear memory, never read or written unchecked.

#include <cstdint>
#include <cstring>
#include <optional>

#include "engine/wasmtime/shim.h"
#include "troupe/bytes.hpp"

namespace troupe::wasmtime {

// A view of memory as it is now: made anew after every call into the guest, which may grow it.
// Thread: the one that runs the guest.
class GuestMemory {
 public:
  explicit GuestMemory(const shim_memory& memory) : base_(memory.base), size_(memory.size) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool holds(std::uint64_t at, std::uint64_t bytes) const {
    return at <= size_ && bytes <= size_ - at;
  }

  // What lies there; none if any of it is outside. Empty views are inside up to the very end.
  [[nodiscard]] std::optional<BytesView> view(std::uint32_t at, std::uint64_t bytes) const {
    if (!holds(at, bytes)) [[unlikely]]
      return std::nullopt;
    return BytesView(base_ + at, bytes);
  }
  // The same to write to; null if any of it is outside or it is not aligned.
  [[nodiscard]] std::uint8_t* area(std::uint32_t at, std::uint64_t bytes,
                                   std::uint32_t alignment) const {
    if (!holds(at, bytes) || (at & (alignment - 1)) != 0) [[unlikely]]
      return nullptr;
    return base_ + at;
  }

 private:
  std::uint8_t* base_;
  std::uint64_t size_;
};

// Little-endian, as the only machine we run on. REQUIRES: in bounds.
template <typename T>
[[nodiscard]] inline T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <typename T>
inline void store(std::uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

}  // namespace troupe::wasmtime
