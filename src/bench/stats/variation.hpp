#pragma once
// The gate before all judgement: processes that disagree among themselves prove nothing.
//
// The spread is the coefficient of variation of the processes' medians. A row above its limit is
// printed as unstable and neither passes nor fails.

#include <cstdint>
#include <optional>
#include <span>

namespace troupe::bench {

enum class RowKind : std::uint8_t {
  micro,  // One operation, repeated: 5 %.
  macro,  // A whole program: 10 %.
};

[[nodiscard]] constexpr double variation_limit(RowKind kind) {
  return kind == RowKind::micro ? 0.05 : 0.10;
}

enum class Stability : std::uint8_t {
  unknown,  // Fewer than two processes, or values that have no relative spread.
  stable,
  unstable,
};

struct Variation {
  std::optional<double> coefficient;  // Absent where stability is unknown.
  Stability stability = Stability::unknown;
};

// Sample standard deviation over mean; absent for fewer than two values or a mean not above 0.
// Of few values it comes out small on average, by the factor 1 - 1/(4n) for normal ones (R. R.
// Sokal and F. J. Rohlf, Biometry, 1981): 5 % at five. It is reported uncorrected, since that is
// the figure that limits are commonly given for.
[[nodiscard]] std::optional<double> coefficient_of_variation(std::span<const double> values);

// `process_medians`: one for each process (nested.hpp). A coefficient at its limit is stable.
[[nodiscard]] Variation gate_variation(std::span<const double> process_medians, RowKind kind);

}  // namespace troupe::bench
