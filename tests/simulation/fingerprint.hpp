#pragma once
// Everything that happened, in order, as one number: the same seed gives the same.

#include <cstdint>
#include <initializer_list>

namespace troupe::simulation {

// Method: FNV-1a, 64 bits.
// Thread: one.
class Fingerprint {
 public:
  // One event.
  void note(std::initializer_list<std::uint64_t> parts) {
    ++events_;
    for (const std::uint64_t part : parts) value_ = (value_ ^ part) * 0x100'0000'01b3U;
  }

  [[nodiscard]] std::uint64_t value() const { return value_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325U;
  std::uint64_t events_ = 0;
};

}  // namespace troupe::simulation
