#pragma once
// Durations and sizes as people write them: "250ms", "64KiB".

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "troupe/time.hpp"

namespace troupe {

// A whole number and a unit: ns, us, ms, s, m, h. No sign, no spaces, no fractions.
// Errors: invalid_argument, with what was expected; also when it is longer than 292 years.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

// A whole number and a unit: B, KiB, MiB, GiB, or none for bytes. Binary units only: "1kB" and
// "1MB" are refused, since half of their readers mean 1000 and half 1024. Errors: invalid_argument.
[[nodiscard]] Result<std::uint64_t> parse_bytes(std::string_view text);

// In the largest unit that is at least 1, exact or cut to three decimals: "250ms", "1.5s", "5m".
[[nodiscard]] std::string format_duration(Duration span);
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);  // "64KiB", "1.5MiB", "0B"

}  // namespace troupe
