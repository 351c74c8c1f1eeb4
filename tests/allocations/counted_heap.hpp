#pragma once
// How often this program has asked the general heap for memory: C++, Rust and C alike.

#include <cstdint>

namespace troupe {

// Thread: any thread.
[[nodiscard]] std::uint64_t heap_allocations();

}  // namespace troupe
