#pragma once
// What an export returned: an area of the guest's memory, read and checked.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/wasmtime/guest.hpp"

namespace troupe::wasmtime {

// Every reading function returns none if the guest broke a rule, and is then dead. Offsets count
// from the start of the area.
// Thread: the one that runs the guest.
class ResultReader {
 public:
  struct Layout {
    std::uint32_t bytes = 0;
    std::uint32_t alignment = 1;
  };

  ResultReader(Guest& guest, std::string_view function, std::uint32_t at)
      : guest_(guest), function_(function), at_(at) {}

  [[nodiscard]] bool is_sound(Layout layout) {
    if (guest_.memory().area(at_, layout.bytes, layout.alignment) != nullptr) [[likely]]
      return true;
    violate(fmt::format("the result's {} bytes at {} are outside memory or not aligned to {}",
                        layout.bytes, at_, layout.alignment));
    return false;
  }

  // A discriminant in one byte.
  [[nodiscard]] std::optional<std::uint32_t> discriminant(std::uint32_t offset,
                                                          std::uint32_t cases) {
    const std::uint8_t found = *area(offset);
    if (found < cases) [[likely]]
      return found;
    violate(fmt::format("the result has case {} of a type with {} cases", found, cases));
    return std::nullopt;
  }
  [[nodiscard]] std::uint32_t u32(std::uint32_t offset) const {
    return load<std::uint32_t>(area(offset));
  }
  // A view that is good until the guest runs again.
  [[nodiscard]] std::optional<BytesView> bytes(std::uint32_t offset) {
    const std::uint32_t at = u32(offset);
    const std::uint32_t size = u32(offset + 4);
    const auto view = guest_.memory().view(at, size);
    if (!view) [[unlikely]] {
      violate(fmt::format("{} bytes at {} of the result lie outside memory, which has {}", size, at,
                          guest_.memory().size()));
    }
    return view;
  }
  // Cut to what an error or a reason may have.
  [[nodiscard]] std::optional<std::string> text(std::uint32_t offset);

  void violate(std::string_view rule) { guest_.violate(function_, rule); }

 private:
  // The area was found sound, and memory does not move.
  [[nodiscard]] const std::uint8_t* area(std::uint32_t offset) const {
    return guest_.memory().area(at_, 0, 1) + offset;
  }

  Guest& guest_;
  std::string_view function_;
  std::uint32_t at_;
};

}  // namespace troupe::wasmtime
