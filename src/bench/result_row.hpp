#pragma once
// A row of results: one number, how sure it is, and what it is held against.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measurements.hpp"
#include "bench/row.hpp"
#include "bench/stats/modes.hpp"
#include "bench/stats/outliers.hpp"
#include "bench/stats/variation.hpp"

namespace troupe::bench {

// The row beside what the best peer does in the same run.
struct BesidePeer {
  std::string peer;
  double times = 0;  // This row is so many times the peer's.
  double low = 0;
  double high = 0;
};

// What the best configuration of a peer takes for the row, in the row's unit; a multiple's is ns.
struct PeerFigure {
  std::string peer;  // "tokio/1"
  double value = 0;
};

struct ResultRow {
  std::string id;
  std::string title;
  std::string unit;
  std::string peer = {};
  double value = 0;
  double low = 0;  // The interval of `value` at 95 %.
  double high = 0;
  std::size_t samples = 0;  // Of each process.
  std::size_t processes = 0;
  std::optional<double> spread = {};  // Coefficient of variation across processes.
  Stability status = Stability::unknown;
  std::optional<double> goal = {};
  Better better = Better::lower;
  std::string base = {};                   // What the row is a multiple of.
  std::optional<double> ns = {};           // What is multiplied, if it is one.
  std::optional<double> cache_lines = {};  // Two-core rows: as a multiple of that probe.
  std::optional<BesidePeer> beside = {};
  std::vector<PeerFigure> peers = {};    // One for each that was measured in the run.
  std::optional<double> peer_goal = {};  // Of `beside`, as in RowInfo.
  Outliers outliers = {};
  bool has_modes = false;  // The samples lie in more than one heap: the value is none of them.
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::vector<std::string> moved = {};            // Machine probes that did not hold still.
  std::vector<std::vector<double>> figures = {};  // What it was made of, by process.
  std::string failed = {};                        // Why there is no value.
};

// "met", "missed", "unstable" (neither), or empty where there is no goal, or no peer to hold it
// against.
[[nodiscard]] std::string_view verdict_on_goal(const ResultRow& row);

// What all processes said of one row. None: nothing was measured.
[[nodiscard]] std::optional<ResultRow> evaluate(const RowInfo& row,
                                                const Measurements& measurements,
                                                std::uint64_t seed);
// A peer's row.
[[nodiscard]] ResultRow evaluate_peer(const RowKey& key, const Series& series, std::uint64_t seed);

// One JSON object, without a newline. What a row was made of is for files, not for people.
enum class Figures : std::uint8_t { with, without };
[[nodiscard]] std::string to_json(const ResultRow& row, Figures figures);
// Errors: corrupt, with what is wrong.
[[nodiscard]] Result<ResultRow> parse_result_row(std::string_view text);

}  // namespace troupe::bench
