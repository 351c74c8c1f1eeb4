// Answers questions about samples with the product's statistics, for stats_oracle.py to compare.
//
// One question a line on standard input: a word, its arguments, a colon, and the sample's numbers,
// with a bar between groups: `quantile 0.25 : 1 2 3`, `cliffs_delta : 1 2 | 2 3`. One line of
// numbers answers each, with 17 digits. A line that is not understood ends the program with 2.

#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/stats/bootstrap.hpp"
#include "bench/stats/comparison.hpp"
#include "bench/stats/holm.hpp"
#include "bench/stats/modes.hpp"
#include "bench/stats/nested.hpp"
#include "bench/stats/outliers.hpp"
#include "bench/stats/pairs.hpp"
#include "bench/stats/regression.hpp"
#include "bench/stats/summary.hpp"
#include "bench/stats/variation.hpp"
#include "metrics/histogram.hpp"

namespace {

using namespace troupe::bench;  // NOLINT(google-build-using-namespace) one subject, one file.

using Numbers = std::vector<double>;

struct Question {
  Numbers arguments;
  std::vector<Numbers> groups;

  [[nodiscard]] const Numbers& sample() const { return groups.front(); }
  [[nodiscard]] Resampling resampling() const {
    return {.seed = static_cast<std::uint64_t>(arguments.at(0))};
  }
  [[nodiscard]] TwoSamples two() const {
    return {.baseline = groups.at(0), .current = groups.at(1)};
  }
  [[nodiscard]] std::vector<Pair> pairs() const {
    std::vector<Pair> pairs;
    for (std::size_t index = 0; index + 1 < sample().size(); index += 2)
      pairs.push_back({sample()[index], sample()[index + 1]});
    return pairs;
  }
  [[nodiscard]] std::vector<Timing> timings() const {
    std::vector<Timing> timings;
    for (const auto& [iterations, ns] : pairs()) {
      timings.push_back({static_cast<std::uint64_t>(iterations),
                         troupe::Duration(static_cast<std::int64_t>(ns))});
    }
    return timings;
  }
};

Numbers numbers_of(const Estimate& estimate) {
  return {estimate.value, estimate.interval.low, estimate.interval.high, estimate.standard_error};
}

Numbers joined(Numbers first, const Numbers& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Numbers outliers_of(const Question& question) {
  const Outliers counted = count_outliers(question.sample());
  return {static_cast<double>(counted.low_severe), static_cast<double>(counted.low_mild),
          static_cast<double>(counted.high_mild), static_cast<double>(counted.high_severe)};
}

Numbers sign_test_of(const Question& question) {
  const SignTest test = sign_test(question.pairs());
  return {static_cast<double>(test.larger), static_cast<double>(test.smaller),
          static_cast<double>(test.ties), test.p_value};
}

Numbers comparison_of(const Question& question) {
  const Comparison comparison = compare(question.two(), question.resampling());
  return joined(joined(numbers_of(comparison.mean_change), numbers_of(comparison.median_change)),
                {comparison.p_value});
}

Numbers slope_of(const Question& question) {
  const Slope slope = estimate_slope(question.timings(), question.resampling());
  return joined(numbers_of(slope.ns_per_iteration), {slope.r_squared});
}

// The arguments are the quantiles.
Numbers histogram_of(const Question& question) {
  troupe::Histogram histogram;
  for (const double value : question.sample()) histogram.record(static_cast<std::uint64_t>(value));
  Numbers quantiles;
  for (const double q : question.arguments)
    quantiles.push_back(static_cast<double>(histogram.quantile(q)));
  return quantiles;
}

Numbers variance_of(const Question& question) {
  const VarianceParts parts = split_variance(question.groups);
  return {parts.within, parts.between};
}

using Answer = std::function<Numbers(const Question&)>;

const std::map<std::string, Answer, std::less<>>& answers() {
  using Q = const Question&;
  static const std::map<std::string, Answer, std::less<>> table = {
      {"mean", [](Q q) { return Numbers{mean(q.sample())}; }},
      {"sd", [](Q q) { return Numbers{sample_sd(q.sample())}; }},
      {"quantile", [](Q q) { return Numbers{quantile(q.sample(), q.arguments.at(0))}; }},
      {"median", [](Q q) { return Numbers{median(q.sample())}; }},
      {"mad", [](Q q) { return Numbers{median_absolute_deviation(q.sample())}; }},
      {"outliers", outliers_of},
      {"bootstrap_mean",
       [](Q q) { return numbers_of(bootstrap(q.sample(), q.resampling(), mean)); }},
      {"bootstrap_median",
       [](Q q) { return numbers_of(bootstrap(q.sample(), q.resampling(), median_in_place)); }},
      {"bootstrap_sd", [](Q q) { return numbers_of(estimate_all(q.sample(), q.resampling()).sd); }},
      {"bootstrap_mad",
       [](Q q) { return numbers_of(estimate_all(q.sample(), q.resampling()).mad); }},
      {"slope", slope_of},
      {"sign_test", sign_test_of},
      {"ratio", [](Q q) { return numbers_of(compare_pairs(q.pairs(), q.resampling()).ratio); }},
      {"holm", [](Q q) { return holm_adjusted(q.sample()); }},
      {"cliffs_delta", [](Q q) { return Numbers{cliffs_delta(q.two())}; }},
      {"compare", comparison_of},
      {"variance", variance_of},
      {"nested", [](Q q) { return numbers_of(estimate_nested(q.groups, q.resampling()).center); }},
      {"variation", [](Q q) { return Numbers{coefficient_of_variation(q.sample()).value_or(-1)}; }},
      {"dip", [](Q q) { return Numbers{dip(q.sample())}; }},
      {"histogram", histogram_of},
  };
  return table;
}

bool read_numbers(std::istream& in, Numbers& into) {
  for (double value = 0; in >> value;) into.push_back(value);
  return in.eof();
}

// Everything after the word: `arguments : group | group`.
bool parse(const std::string& line, std::string& word, Question& question) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return false;
  std::istringstream head(line.substr(0, colon));
  if (!(head >> word) || !read_numbers(head, question.arguments)) return false;
  std::istringstream rest(line.substr(colon + 1));
  for (std::string part; std::getline(rest, part, '|');) {
    std::istringstream group(part);
    if (!read_numbers(group, question.groups.emplace_back())) return false;
  }
  return !question.groups.empty();
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::string word;
    Question question;
    const bool understood = parse(line, word, question);
    const auto answer = answers().find(word);
    if (!understood || answer == answers().end()) {
      std::cerr << "stats_oracle: not a question: " << line.substr(0, 80) << '\n';
      return 2;
    }
    std::string_view separator;
    for (const double number : answer->second(question)) {
      std::cout << separator << fmt::format("{:.17g}", number);
      separator = " ";
    }
    std::cout << '\n';
  }
  return 0;
}
