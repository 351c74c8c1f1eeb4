#include "bench/stats/modes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "bench/stats/pcg32.hpp"

namespace troupe::bench {
namespace {

// The sample's distribution function F, a stair with one step at each different value. Where a
// curve must stay below F it is held by the steps' feet, where above, by their edges.
struct Stair {
  std::vector<double> at;
  std::vector<double> foot;  // F just left of the step.
  std::vector<double> edge;  // F on the step.

  explicit Stair(std::span<const double> sorted) {
    const auto count = static_cast<double>(sorted.size());
    for (std::size_t index = 0; index < sorted.size(); ++index) {
      if (at.empty() || sorted[index] != at.back()) {
        at.push_back(sorted[index]);
        foot.push_back(static_cast<double>(index) / count);
        edge.push_back(0);
      }
      edge.back() = static_cast<double>(index + 1) / count;
    }
  }
};

// Both ends included.
struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
};

enum class Bend : std::uint8_t { convex, concave };

// The tightest convex curve below some points, or concave above: a string pulled around pins.
class Curve {
 public:
  Curve(const std::vector<double>& x, const std::vector<double>& y, Range range, Bend bend)
      : x_(x), y_(y) {
    for (std::size_t index = range.first; index <= range.last; ++index) {
      while (pins_.size() >= 2 && !is_held_by_last(index, bend)) pins_.pop_back();
      pins_.push_back(index);
    }
  }

  [[nodiscard]] const std::vector<std::size_t>& pins() const { return pins_; }

  [[nodiscard]] double at(std::size_t index) const {
    const auto right = std::ranges::lower_bound(pins_, index);
    if (*right == index) return y_[index];
    const std::size_t left = *std::prev(right);
    return y_[left] + slope(left, *right) * (x_[index] - x_[left]);
  }

 private:
  [[nodiscard]] double slope(std::size_t left, std::size_t right) const {
    return (y_[right] - y_[left]) / (x_[right] - x_[left]);
  }
  // Whether the string still bends the right way at its last pin when it goes on to `index`.
  [[nodiscard]] bool is_held_by_last(std::size_t index, Bend bend) const {
    const std::size_t last = pins_.back();
    const double before = slope(pins_[pins_.size() - 2], last);
    const double after = slope(last, index);
    return bend == Bend::convex ? before < after : before > after;
  }

  const std::vector<double>& x_;
  const std::vector<double>& y_;
  std::vector<std::size_t> pins_;
};

struct Gap {
  double width = -1;
  std::size_t at = 0;
};

// Where the two curves are farthest apart, among the pins of one of them.
Gap widest_gap(const Curve& below, const Curve& above, const std::vector<std::size_t>& pins) {
  Gap widest;
  for (const std::size_t pin : pins) {
    const double width = above.at(pin) - below.at(pin);
    if (width > widest.width) widest = {.width = width, .at = pin};
  }
  return widest;
}

double dip_of_sorted(std::span<const double> sorted) {
  const Stair stair(sorted);
  Range mode{.first = 0, .last = stair.at.size() - 1};
  double band = 0;  // Twice the dip that is certain so far.
  // A single-mode curve is convex up to its mode and concave after it. Each round narrows where
  // the mode can lie, and accounts for the parts of F that it leaves on the convex and the concave
  // side. A mode that is one point ends it: there, a curve may jump as F does.
  while (mode.first < mode.last) {
    const Curve below(stair.at, stair.foot, mode, Bend::convex);
    const Curve above(stair.at, stair.edge, mode, Bend::concave);
    const Gap below_gap = widest_gap(below, above, below.pins());
    const Gap above_gap = widest_gap(below, above, above.pins());
    if (std::max(below_gap.width, above_gap.width) <= band) break;

    Range narrower;
    if (below_gap.width > above_gap.width) {
      narrower.first = below_gap.at;
      narrower.last = *std::ranges::lower_bound(above.pins(), below_gap.at);
    } else {
      narrower.first = *std::prev(std::ranges::upper_bound(below.pins(), above_gap.at));
      narrower.last = above_gap.at;
    }
    for (std::size_t index = mode.first; index < narrower.first; ++index)
      band = std::max(band, stair.edge[index] - below.at(index));
    for (std::size_t index = narrower.last + 1; index <= mode.last; ++index)
      band = std::max(band, above.at(index) - stair.foot[index]);
    mode = narrower;
  }
  return band / 2;
}

}  // namespace

double dip(std::span<const double> sample) {
  CHECK(!sample.empty(), "nothing has no modes");
  std::vector<double> sorted(sample.begin(), sample.end());
  std::ranges::sort(sorted);
  return dip_of_sorted(sorted);
}

UniformDips::UniformDips(const Options& options) : sorted_(options.resamples) {
  CHECK(options.count > 0 && options.resamples > 0);
  Pcg32 generator(options.seed);
  std::vector<double> uniform(options.count);
  for (double& value : sorted_) {
    for (double& number : uniform) number = generator.unit();
    value = dip(uniform);
  }
  std::ranges::sort(sorted_);
}

double UniformDips::p_value(double measured) const {
  const auto smaller = std::ranges::lower_bound(sorted_, measured) - sorted_.begin();
  const auto as_large = static_cast<double>(sorted_.size()) - static_cast<double>(smaller);
  return (as_large + 1) / (static_cast<double>(sorted_.size()) + 1);
}

double dip_p_value(std::span<const double> sample, std::uint64_t seed) {
  return UniformDips({.count = sample.size(), .seed = seed}).p_value(dip(sample));
}

bool is_multimodal(std::span<const double> sample, const ModeRule& rule) {
  return dip_p_value(sample, rule.seed) < rule.alpha;
}

}  // namespace troupe::bench
