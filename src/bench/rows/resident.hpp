#pragma once
// Memory as the kernel counts it.

#include <cstdint>

namespace troupe::bench {

// Of this process, now.
[[nodiscard]] double resident_bytes();
// How much has grown from one reading to another, for each; what was given back counts as none.
[[nodiscard]] double growth(double now, double before, std::uint64_t count);

}  // namespace troupe::bench
