#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "bench/result_row.hpp"
#include "bench/stats/bootstrap.hpp"
#include "bench/stats/nested.hpp"
#include "bench/stats/pairs.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

// Enough for an interval of 95 %, and a second for a hundred rows.
constexpr std::size_t resamples = 2'000;
constexpr std::string_view cache_line_probe = "cache-line";

using Processes = std::vector<std::vector<double>>;

Processes without_empty(const Processes& processes) {
  Processes kept;
  std::ranges::copy_if(processes, std::back_inserter(kept),
                       [](const std::vector<double>& process) { return !process.empty(); });
  return kept;
}

// The median of the processes' medians, with the interval that so many figures allow.
Estimate estimate(const Processes& processes, std::uint64_t seed) {
  const Resampling how{.seed = seed, .resamples = resamples};
  const std::vector<double> centers = process_medians(processes);
  const bool has_samples =
      std::ranges::any_of(processes, [](const auto& process) { return process.size() > 1; });
  if (processes.size() > 1 && has_samples) return estimate_nested(processes, how).center;
  if (processes.size() > 1) return estimate_all(centers, how).median;
  if (has_samples) return estimate_all(processes.front(), how).median;
  return {.value = centers.front(),
          .interval = {.low = centers.front(), .high = centers.front()},
          .standard_error = 0};
}

void fill(ResultRow& row, Processes all, RowKind kind, std::uint64_t seed) {
  row.figures = std::move(all);
  const Processes processes = without_empty(row.figures);
  if (processes.empty()) {
    if (row.failed.empty()) row.failed = "there are no samples";
    return;
  }
  const Estimate center = estimate(processes, seed);
  row.value = center.value;
  row.low = center.interval.low;
  row.high = center.interval.high;
  row.processes = processes.size();
  row.samples = std::ranges::max(processes, {}, &std::vector<double>::size).size();
  const Variation variation = gate_variation(process_medians(processes), kind);
  row.spread = variation.coefficient;
  row.status = variation.stability;
  for (const std::vector<double>& process : processes) {
    const Outliers more = count_outliers(process);
    row.outliers.low_severe += more.low_severe;
    row.outliers.low_mild += more.low_mild;
    row.outliers.high_mild += more.high_mild;
    row.outliers.high_severe += more.high_severe;
  }
  // The processes' medians are taken out: that they differ is what `spread` says.
  std::vector<double> pooled;
  for (const std::vector<double>& process : processes) {
    const double center_of_process = median(process);
    for (const double value : process)
      if (center_of_process > 0) pooled.push_back(value / center_of_process);
  }
  constexpr double alpha = 0.01;  // A hundred rows are tested at once.
  constexpr std::size_t enough = 30;
  row.has_modes = pooled.size() >= enough && is_multimodal(pooled, {.seed = seed, .alpha = alpha});
}

// A row that counts operations a second is sampled like any other: by the time of each.
Processes in_unit(const RowInfo& row, const Series& series) {
  Processes processes = series.figures;
  if (row.unit != "1/s" || series.unit != "ns") return processes;
  constexpr double ns_per_s = 1e9;
  for (std::vector<double>& process : processes)
    for (double& figure : process) figure = ns_per_s / figure;
  return processes;
}

const Series* find(const Measurements& measurements, const std::string& id) {
  const auto found = measurements.find({.id = id});
  return found == measurements.end() ? nullptr : &found->second;
}

std::optional<double> cache_line_of(const Series& series) {
  const auto found = series.probes.find(std::string(cache_line_probe));
  if (found == series.probes.end() || found->second.empty()) return std::nullopt;
  return median(found->second);
}

bool is_better(Better which, double value, double than) {
  return which == Better::lower ? value < than : value > than;
}

// A way in which a peer does a row, and its figure.
struct PeerWayMeasured {
  std::string_view peer;
  const Series* series = nullptr;
  double value = 0;
};

// Of each peer the configuration whose figures are the best.
std::vector<PeerWayMeasured> best_of_each(const RowInfo& row, const Measurements& measurements) {
  std::map<std::string_view, PeerWayMeasured> best;  // By the part before the configuration.
  for (const auto& [key, series] : measurements) {
    if (key.id != row.peer_id || key.peer.empty()) continue;
    const std::vector<double> centers = medians(series);
    if (centers.empty()) continue;
    const PeerWayMeasured way{.peer = key.peer, .series = &series, .value = median(centers)};
    const auto [at, is_new] = best.emplace(way.peer.substr(0, way.peer.find('/')), way);
    if (!is_new && is_better(row.better, way.value, at->second.value)) at->second = way;
  }
  std::vector<PeerWayMeasured> ways;
  ways.reserve(best.size());
  for (const auto& [name, way] : best) ways.push_back(way);
  return ways;
}

// The one whose figures are the best.
std::optional<BesidePeer> beside_best(const RowInfo& row, const Series& ours,
                                      std::span<const PeerWayMeasured> ways, std::uint64_t seed) {
  const PeerWayMeasured* best = nullptr;
  for (const PeerWayMeasured& way : ways)
    if (best == nullptr || is_better(row.better, way.value, best->value)) best = &way;
  if (best == nullptr) return std::nullopt;
  const Series* series = best->series;
  std::vector<Pair> pairs;
  for (std::size_t process = 0; process < ours.figures.size(); ++process) {
    if (process >= series->figures.size()) break;
    if (ours.figures[process].empty() || series->figures[process].empty()) continue;
    pairs.push_back({.a = median(series->figures[process]), .b = median(ours.figures[process])});
  }
  if (pairs.empty()) return std::nullopt;
  const Estimate times = compare_pairs(pairs, {.seed = seed, .resamples = resamples}).ratio;
  return BesidePeer{.peer = std::string(best->peer),
                    .times = times.value,
                    .low = times.interval.low,
                    .high = times.interval.high};
}

}  // namespace

std::optional<ResultRow> evaluate(const RowInfo& row, const Measurements& measurements,
                                  std::uint64_t seed) {
  const Series* series = find(measurements, row.id);
  if (series == nullptr) return std::nullopt;
  ResultRow result{.id = row.id,
                   .title = row.title,
                   .unit = row.unit,
                   .goal = row.goal,
                   .better = row.better,
                   .base = row.base,
                   .peer_goal = row.peer_goal,
                   .count = series->count,
                   .sum = series->sum,
                   .moved = series->moved};
  if (!series->failures.empty()) result.failed = series->failures.front();
  if (row.base.empty()) {
    fill(result, in_unit(row, *series), row.kind, seed);
  } else {
    const Series* below = find(measurements, row.base);
    fill(result, below == nullptr ? Processes{} : multiples(*series, *below), row.kind, seed);
    if (const std::vector<double> centers = medians(*series); !centers.empty())
      result.ns = median(centers);
  }
  if (row.leans == Leans::two_cores && row.unit == "ns") {
    if (const auto line = cache_line_of(*series)) result.cache_lines = result.value / *line;
  }
  if (!row.peer_id.empty()) {
    const auto ways = best_of_each(row, measurements);
    result.beside = beside_best(row, *series, ways, seed);
    for (const PeerWayMeasured& way : ways)
      result.peers.push_back({.peer = std::string(way.peer), .value = way.value});
  }
  return result;
}

ResultRow evaluate_peer(const RowKey& key, const Series& series, std::uint64_t seed) {
  ResultRow row{.id = key.id,
                .title = "the same by a peer",
                .unit = series.unit,
                .peer = key.peer,
                .count = series.count,
                .sum = series.sum};
  if (!series.failures.empty()) row.failed = series.failures.front();
  fill(row, series.figures, RowKind::macro, seed);
  return row;
}

std::string_view verdict_on_goal(const ResultRow& row) {
  if (!row.failed.empty()) return "";
  const auto verdict = [&row](double value, double goal) -> std::string_view {
    if (row.status == Stability::unstable) return "unstable";
    const bool is_met = row.better == Better::lower ? value <= goal : value >= goal;
    return is_met ? "met" : "missed";
  };
  if (row.goal) return verdict(row.value, *row.goal);
  if (row.peer_goal && row.beside) return verdict(row.beside->times, *row.peer_goal);
  return "";
}

}  // namespace troupe::bench
