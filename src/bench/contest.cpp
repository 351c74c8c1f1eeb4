#include "bench/contest.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "bench/stats/comparison.hpp"
#include "bench/stats/holm.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

constexpr std::size_t resamples = 4'000;
// A machine whose probe moved by more did not stay the same.
constexpr double probe_share = 0.10;

// Median against median, process by process, where both have figures.
std::vector<Pair> pairs_of(const Series& baseline, const Series& current) {
  std::vector<Pair> pairs;
  const std::size_t rounds = std::min(baseline.figures.size(), current.figures.size());
  for (std::size_t round = 0; round < rounds; ++round) {
    if (baseline.figures[round].empty() || current.figures[round].empty()) continue;
    const Pair pair{.a = median(baseline.figures[round]), .b = median(current.figures[round])};
    if (pair.a > 0 && pair.b > 0) pairs.push_back(pair);
  }
  return pairs;
}

Contest missing(const RowInfo& row, std::string why) {
  return {.id = row.id,
          .title = row.title,
          .outcome = Contest::Outcome::missing,
          .why = std::move(why)};
}

std::string failure_of(const Series* series, std::string_view side) {
  if (series == nullptr) return fmt::format("the {} has no such row", side);
  if (!series->failures.empty()) return fmt::format("the {}: {}", side, series->failures.front());
  return fmt::format("the {} has no figures", side);
}

const Series* find(const Measurements& measurements, const std::string& id) {
  const auto found = measurements.find({.id = id});
  return found == measurements.end() ? nullptr : &found->second;
}

struct Judged {
  Contest contest;
  std::optional<PairedComparison> comparison;
  Better better = Better::lower;
};

Judged judge_row(const RowInfo& row, std::span<const Measurements> sides, std::uint64_t seed) {
  const Series* baseline = find(sides[0], row.id);
  const Series* current = find(sides[1], row.id);
  if (baseline == nullptr || !baseline->failures.empty())
    return {.contest = missing(row, failure_of(baseline, "baseline")), .comparison = {}};
  if (current == nullptr || !current->failures.empty())
    return {.contest = missing(row, failure_of(current, "current program")), .comparison = {}};
  const std::vector<Pair> pairs = pairs_of(*baseline, *current);
  if (pairs.empty())
    return {.contest = missing(row, failure_of(current, "current program")), .comparison = {}};
  const PairedComparison comparison = compare_pairs(pairs, {.seed = seed, .resamples = resamples});
  return {.contest = {.id = row.id,
                      .title = row.title,
                      .times = comparison.ratio.value,
                      .low = comparison.ratio.interval.low,
                      .high = comparison.ratio.interval.high,
                      .pairs = pairs.size()},
          .comparison = comparison,
          .better = row.better};
}

Contest::Outcome outcome_of(Change change, Better better) {
  if (change == Change::no_change) return Contest::Outcome::same;
  // `slower` is more of the row's unit, which is good of a rate.
  const bool is_more = change == Change::slower;
  return is_more == (better == Better::lower) ? Contest::Outcome::worse : Contest::Outcome::better;
}

// Replaces the p-values by Holm's, among those rows that have one.
template <typename Each, typename PValue>
void adjust(std::vector<Each>& rows, PValue p_value) {
  std::vector<double> values;
  for (Each& row : rows)
    if (double* p = p_value(row)) values.push_back(*p);
  const std::vector<double> adjusted = holm_adjusted(values);
  auto next = adjusted.begin();
  for (Each& row : rows)
    if (double* p = p_value(row)) *p = *next++;
}

std::vector<double> pooled(const ResultRow& row) {
  std::vector<double> all;
  for (const std::vector<double>& process : row.figures)
    all.insert(all.end(), process.begin(), process.end());
  return all;
}

const ResultRow* find_row(const Record& record, const ResultRow& like) {
  const auto found = std::ranges::find_if(record.rows, [&like](const ResultRow& row) {
    return row.id == like.id && row.peer == like.peer;
  });
  return found == record.rows.end() ? nullptr : &*found;
}

std::string why_missing(const ResultRow* row, std::string_view side) {
  if (row == nullptr) return fmt::format("the {} has no such row", side);
  return row->failed.empty() ? std::string() : fmt::format("the {}: {}", side, row->failed);
}

struct Compared {
  Contest contest;
  std::optional<Comparison> comparison;
  Better better = Better::lower;
};

Compared compare_rows(const ResultRow& current, const Record& baseline_record, std::uint64_t seed) {
  Compared compared{.contest = {.id = current.id, .title = current.title},
                    .comparison = {},
                    .better = current.better};
  if (!current.peer.empty()) compared.contest.id += fmt::format(" ({})", current.peer);
  const ResultRow* baseline = find_row(baseline_record, current);
  compared.contest.why = why_missing(baseline, "first");
  if (compared.contest.why.empty()) compared.contest.why = why_missing(&current, "second");
  const std::vector<double> first = baseline == nullptr ? std::vector<double>{} : pooled(*baseline);
  const std::vector<double> second = pooled(current);
  const bool is_comparable = first.size() > 1 && second.size() > 1 && std::ranges::min(first) > 0;
  if (compared.contest.why.empty() && !is_comparable)
    compared.contest.why = "there are too few figures";
  if (!compared.contest.why.empty()) {
    compared.contest.outcome = Contest::Outcome::missing;
    return compared;
  }
  const Comparison comparison =
      compare({.baseline = first, .current = second}, {.seed = seed, .resamples = resamples});
  compared.contest.times = 1 + comparison.mean_change.value;
  compared.contest.low = 1 + comparison.mean_change.interval.low;
  compared.contest.high = 1 + comparison.mean_change.interval.high;
  compared.contest.p_value = comparison.p_value;
  compared.contest.effect = comparison.cliffs_delta;
  if (baseline->status != Stability::stable || current.status != Stability::stable) {
    compared.contest.outcome = Contest::Outcome::unstable;
    return compared;
  }
  compared.comparison = comparison;
  return compared;
}

Contest::Outcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::improved:
      return Contest::Outcome::better;
    case Verdict::regressed:
      return Contest::Outcome::worse;
    case Verdict::no_change:
    case Verdict::within_noise:
      break;
  }
  return Contest::Outcome::same;
}

}  // namespace

std::string_view to_string(Contest::Outcome outcome) {
  switch (outcome) {
    case Contest::Outcome::same:
      return "same";
    case Contest::Outcome::better:
      return "better";
    case Contest::Outcome::worse:
      return "worse";
    case Contest::Outcome::unstable:
      return "unstable";
    case Contest::Outcome::missing:
      return "missing";
  }
  return "missing";
}

std::string to_json(const Contest& contest) {
  nlohmann::ordered_json json{
      {"id", contest.id}, {"title", contest.title}, {"outcome", to_string(contest.outcome)}};
  if (contest.outcome == Contest::Outcome::missing) {
    json["why"] = contest.why;
  } else {
    json["times"] = contest.times;
    json["low"] = contest.low;
    json["high"] = contest.high;
    json["p"] = contest.p_value;
    if (contest.pairs != 0) json["pairs"] = contest.pairs;
    if (contest.pairs == 0) json["effect"] = contest.effect;
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<Contest> judge_pairs(std::span<const RowInfo> rows, std::span<const Measurements> sides,
                                 const ContestRule& rule) {
  std::vector<Judged> judged;
  judged.reserve(rows.size());
  for (const RowInfo& row : rows) judged.push_back(judge_row(row, sides, rule.seed));
  adjust(judged,
         [](Judged& one) { return one.comparison ? &one.comparison->sign.p_value : nullptr; });
  std::vector<Contest> contests;
  for (Judged& one : judged) {
    if (one.comparison) {
      one.contest.p_value = one.comparison->sign.p_value;
      one.contest.outcome =
          outcome_of(decide(*one.comparison, {.noise_threshold = rule.noise, .alpha = rule.alpha}),
                     one.better);
    }
    contests.push_back(std::move(one.contest));
  }
  return contests;
}

std::vector<Contest> judge_records(const Record& baseline, const Record& current,
                                   const ContestRule& rule) {
  std::vector<Compared> compared;
  compared.reserve(current.rows.size());
  for (const ResultRow& row : current.rows)
    compared.push_back(compare_rows(row, baseline, rule.seed));
  adjust(compared,
         [](Compared& one) { return one.comparison ? &one.comparison->p_value : nullptr; });
  std::vector<Contest> contests;
  for (Compared& one : compared) {
    if (one.comparison) {
      one.contest.p_value = one.comparison->p_value;
      one.contest.outcome = outcome_of(
          judge(*one.comparison,
                {.better = one.better, .significance = rule.alpha, .noise_threshold = rule.noise}));
    }
    contests.push_back(std::move(one.contest));
  }
  for (const ResultRow& row : baseline.rows) {
    if (find_row(current, row) == nullptr) {
      contests.push_back({.id = row.id,
                          .title = row.title,
                          .outcome = Contest::Outcome::missing,
                          .why = "the second has no such row"});
    }
  }
  return contests;
}

std::vector<std::string> machine_changes(const Record& baseline, const Record& current) {
  std::vector<std::string> changes;
  const auto differ = [&changes](std::string_view what, const std::string& first,
                                 const std::string& second) {
    if (first != second) changes.push_back(fmt::format("{}: {} and {}", what, first, second));
  };
  const Provenance& a = baseline.provenance;
  const Provenance& b = current.provenance;
  differ("CPU", a.cpu, b.cpu);
  differ("CPUs", std::to_string(a.cpus), std::to_string(b.cpus));
  differ("kernel", a.kernel, b.kernel);
  differ("page mode", a.page_mode, b.page_mode);
  differ("compiler", a.compiler, b.compiler);
  differ("flags", a.flags, b.flags);
  if (baseline.probes.empty() || current.probes.empty()) return changes;
  for (const auto& [probe, before] : baseline.probes.front().ns) {
    if (probe == "load" || probe == "steal") continue;
    const auto found = current.probes.front().ns.find(probe);
    if (found == current.probes.front().ns.end()) continue;
    const double after = found->second;
    if (std::max(before, after) > std::min(before, after) * (1 + probe_share))
      changes.push_back(fmt::format("the probe {}: {:.3g} and {:.3g} ns", probe, before, after));
  }
  return changes;
}

bool offends(const Contest& contest, double max_regress) {
  if (contest.outcome != Contest::Outcome::worse) return false;
  // Of a rate, worse is less.
  const double worst = contest.times >= 1 ? contest.high : 1 / contest.low;
  return worst >= 1 + max_regress;
}

}  // namespace troupe::bench
