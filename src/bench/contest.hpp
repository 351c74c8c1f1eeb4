#pragma once
// Two programs, or two saved runs, against each other: which rows changed.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measurements.hpp"
#include "bench/record.hpp"
#include "bench/row.hpp"
#include "bench/stats/pairs.hpp"

namespace troupe::bench {

// How one row came out of a contest.
struct Contest {
  enum class Outcome : std::uint8_t {
    same,  // No change that is more than noise.
    better,
    worse,
    unstable,  // One of the two varies too much to say.
    missing,   // One of the two has no such row, or it failed there.
  };

  std::string id;
  std::string title;
  double times = 1;  // The current value is so many times the baseline's.
  double low = 1;
  double high = 1;
  double p_value = 1;  // Adjusted for the number of rows (Holm).
  double effect = 0;   // Cliff's delta of the two samples.
  std::size_t pairs = 0;
  Outcome outcome = Outcome::same;
  std::string why = {};  // Of `missing`.
};
[[nodiscard]] std::string_view to_string(Contest::Outcome outcome);
[[nodiscard]] std::string to_json(const Contest& contest);

struct ContestRule {
  // A change must be larger than this to be called one: 0.01 is 1 %.
  double noise = 0.01;
  double alpha = 0.05;
  std::uint64_t seed = 1;
};

// Programs that took turns (runner.hpp): side 0 the baseline, side 1 the current one. Judges each
// row by its pairs of processes.
[[nodiscard]] std::vector<Contest> judge_pairs(std::span<const RowInfo> rows,
                                               std::span<const Measurements> sides,
                                               const ContestRule& rule);

// Runs that were saved at different times. Judges each row by its samples, and only where both
// were stable. Rows that are multiples compare well over time; the times of others do so only as
// far as the machine stayed the same (machine_changes()).
[[nodiscard]] std::vector<Contest> judge_records(const Record& baseline, const Record& current,
                                                 const ContestRule& rule);

// Machine probes that differ by more than a tenth between the two runs, and facts of their
// provenance that differ, in words. Empty: as far as is known, it was the same machine.
[[nodiscard]] std::vector<std::string> machine_changes(const Record& baseline,
                                                       const Record& current);

// Whether a gate that allows regressions below `max_regress` (0.05: 5 %) is to close for this row:
// it is worse for certain, and a regression of max_regress is not ruled out by its interval.
[[nodiscard]] bool offends(const Contest& contest, double max_regress);

}  // namespace troupe::bench
