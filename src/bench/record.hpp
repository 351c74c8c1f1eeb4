#pragma once
// Runs on disk: every run is appended to one file, and a run that was given a name is kept apart,
// with the program that was measured, so that it can be measured again beside its successor.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/machine.hpp"
#include "bench/result_row.hpp"
#include "io/disk.hpp"

namespace troupe::bench {

// One run: what was measured with what, and what came out.
struct Record {
  Provenance provenance;
  std::string profile;     // "quick", "full", "smoke"
  std::uint64_t seed = 0;  // Of the order of processes and of the intervals.
  std::vector<ResultRow> rows;
  std::vector<RawProbes> probes = {};  // One: the medians over all readings of the run.
};

// A line for the run, then a line for each row, figures included; each ends with a newline.
[[nodiscard]] std::string to_lines(const Record& record);
// The last run in the text. Errors: corrupt (with the line's number; also a format of another
// version, by its number), not_found (there is no run).
[[nodiscard]] Result<Record> parse_record(std::string_view lines);

// Thread: one.
// Bounds: limits::bench_record_bytes_max for a file that is read.
class Records {
 public:
  // FOLDER/results.jsonl and FOLDER/NAME/{rows.jsonl,program}.
  Records(Disk& disk, std::filesystem::path folder) : disk_(disk), folder_(std::move(folder)) {}

  // To the end of the file of all runs.
  Result<void> append(const Record& record);
  // Under a name, in place of what had it; with the program that runs now.
  // Errors: invalid_argument (no name by base/names.hpp, or `results`), those of the disk.
  Result<void> save(std::string_view name, const Record& record);
  // Errors: not_found (with the names that there are), corrupt.
  [[nodiscard]] Result<Record> load(std::string_view name) const;
  // The program of a saved run.
  [[nodiscard]] std::filesystem::path program(std::string_view name) const;
  [[nodiscard]] std::filesystem::path all_runs() const { return folder_ / "results.jsonl"; }

 private:
  Disk& disk_;
  std::filesystem::path folder_;
};

// Medians of all readings of the machine's probes beside these rows.
[[nodiscard]] std::vector<RawProbes> probes_of(const Measurements& measurements);

}  // namespace troupe::bench
