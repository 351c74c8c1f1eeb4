#pragma once
// Crash reports for people.

#include <span>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "cli/table.hpp"
#include "troupe/exit_event.hpp"

namespace troupe {

// A report as a row of a table: its columns, and its cells.
[[nodiscard]] std::span<const Column> crash_columns();
[[nodiscard]] std::vector<std::string> crash_cells(const ExitEvent& crash);

// The whole of it, some lines, each with a newline. What comes from actors is made harmless.
[[nodiscard]] std::string crash_report(const Console& console, const ExitEvent& crash);

// The same on one line, without a newline.
[[nodiscard]] std::string crash_line(const ExitEvent& crash);

// "restarted (2 of 3 within 1m)"
[[nodiscard]] std::string decision_with_window(const ExitEvent& crash);
// "request of 12 B from bank/teller"
[[nodiscard]] std::string hand_text(const InHand& hand);
// " over a request of 12B from bank/teller"; empty if it had nothing in hand.
[[nodiscard]] std::string over_text(const ExitEvent& crash);
// To the millisecond: "1.2s".
[[nodiscard]] std::string span_text(Duration span);
// The time of day here: "15:04:05".
[[nodiscard]] std::string time_of_day(std::uint64_t wall_ms);

}  // namespace troupe
