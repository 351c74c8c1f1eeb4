#pragma once
// What came out of the measuring processes, row by row and process by process.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/raw.hpp"
#include "troupe/result.hpp"

namespace troupe::bench {

// Whose row: Troupe's own have no peer.
struct RowKey {
  std::string id;
  std::string peer = {};

  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

// One row over all processes. Process p of every row ran beside process p of the others.
struct Series {
  std::string unit;                          // Of the figures.
  std::vector<std::vector<double>> figures;  // By process; empty where it failed or did not run.
  std::uint64_t count = 0;                   // Operations that receivers counted.
  std::uint64_t sum = 0;
  std::vector<std::string> failures = {};
  std::vector<std::string> moved = {};  // Machine probes that did not hold still.
  std::map<std::string, std::vector<double>> probes = {};  // All readings beside it, by probe.
};

using Measurements = std::map<RowKey, Series>;

// What one process said.
struct RawRun {
  std::vector<RawRow> rows;
  RawProbes before = {};
  RawProbes after = {};
};
// Errors: corrupt, with the line's number.
[[nodiscard]] Result<RawRun> parse_raw_run(std::string_view output);

// Adds the rows of process number `process`.
void add_run(Measurements& measurements, std::size_t process, const RawRun& run,
             const std::vector<std::string>& moved);

// The median of each process that has figures.
[[nodiscard]] std::vector<double> medians(const Series& series);

// Process by process and sample by sample, how many times `below` one is; empty where either is.
[[nodiscard]] std::vector<std::vector<double>> multiples(const Series& above, const Series& below);

}  // namespace troupe::bench
