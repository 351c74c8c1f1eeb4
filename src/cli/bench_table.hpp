#pragma once
// Figures as people read them.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bench/contest.hpp"
#include "bench/result_row.hpp"
#include "cli/console.hpp"

namespace troupe {

// "1.33 us", "3.20x", "38 KiB", "12 count".
[[nodiscard]] std::string figure_text(double value, std::string_view unit);
// A figure, or a multiple of the best peer's: "4.00x", "0.500x peer"; empty: there is none.
struct Goal {
  std::optional<double> own;
  std::optional<double> of_peer;
  std::string_view unit;
};
[[nodiscard]] std::string goal_text(const Goal& goal);
[[nodiscard]] std::string percent_text(double share);

// One line for each row, and below what a reader must know of some of them.
[[nodiscard]] std::string result_table(const Console& console,
                                       std::span<const bench::ResultRow> rows);
// The rows that peers were measured beside: ours, each peer's best, how many times the best of them
// ours is, and the goal. Empty: there are none.
[[nodiscard]] std::string peer_table(const Console& console,
                                     std::span<const bench::ResultRow> rows);
[[nodiscard]] std::string contest_table(const Console& console,
                                        std::span<const bench::Contest> contests);

}  // namespace troupe
