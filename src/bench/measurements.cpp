#include "bench/measurements.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "base/format.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {

Result<RawRun> parse_raw_run(std::string_view output) {
  RawRun run;
  for (std::size_t number = 1; !output.empty(); ++number) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view text = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (text.empty()) continue;
    auto line = parse_raw_line(text);
    if (!line)
      return fail(line.error().code, fmt::format("line {}: {}", number, line.error().message));
    if (auto* row = std::get_if<RawRow>(&*line)) {
      run.rows.push_back(std::move(*row));
    } else {
      auto& probes = std::get<RawProbes>(*line);
      (probes.when == "after" ? run.after : run.before) = std::move(probes);
    }
  }
  return run;
}

void add_run(Measurements& measurements, std::size_t process, const RawRun& run,
             const std::vector<std::string>& moved) {
  for (const RawRow& row : run.rows) {
    Series& series = measurements[{.id = row.id, .peer = row.peer}];
    if (series.figures.size() <= process) series.figures.resize(process + 1);
    if (!row.failed.empty()) {
      series.failures.push_back(row.failed);
      continue;
    }
    series.unit = row.unit;
    series.figures[process] = figures(row);
    series.count += row.count;
    series.sum += row.sum;
    for (const std::string& probe : moved) {
      if (std::ranges::find(series.moved, probe) == series.moved.end())
        series.moved.push_back(probe);
    }
    for (const RawProbes* reading : {&run.before, &run.after})
      for (const auto& [probe, ns] : reading->ns) series.probes[probe].push_back(ns);
  }
}

std::vector<double> medians(const Series& series) {
  std::vector<double> found;
  for (const std::vector<double>& process : series.figures)
    if (!process.empty()) found.push_back(median(process));
  return found;
}

std::vector<std::vector<double>> multiples(const Series& above, const Series& below) {
  std::vector<std::vector<double>> times(above.figures.size());
  for (std::size_t process = 0; process < times.size(); ++process) {
    if (process >= below.figures.size()) break;
    const std::vector<double>& upper = above.figures[process];
    const std::vector<double>& lower = below.figures[process];
    // Both were sampled in turns; a row that was cut short has no partner for its last samples.
    for (std::size_t sample = 0; sample < std::min(upper.size(), lower.size()); ++sample)
      if (lower[sample] > 0) times[process].push_back(upper[sample] / lower[sample]);
  }
  return times;
}

}  // namespace troupe::bench
