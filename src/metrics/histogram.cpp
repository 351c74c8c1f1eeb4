#include "metrics/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace troupe {

void Histogram::merge(const Histogram& other) {
  CHECK(&other != this, "a histogram is not merged into itself");
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    const std::uint64_t count = other.buckets_[bucket].load(std::memory_order_relaxed);
    if (count != 0) add(buckets_[bucket], count);
  }
  add(sum_, other.sum());
  min_.store(
      std::min(min_.load(std::memory_order_relaxed), other.min_.load(std::memory_order_relaxed)),
      std::memory_order_relaxed);
  max_.store(std::max(max(), other.max()), std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t count = 0;
  for (const auto& bucket : buckets_) count += bucket.load(std::memory_order_relaxed);
  return count;
}

std::uint64_t Histogram::min() const {
  const std::uint64_t min = min_.load(std::memory_order_relaxed);
  return min == UINT64_MAX && max() == 0 ? 0 : min;
}

std::uint64_t Histogram::quantile(double q) const {
  CHECK(q >= 0.0 && q <= 1.0, "a quantile is a share");
  const std::uint64_t total = count();
  if (total == 0) return 0;
  const double share = std::ceil(q * static_cast<double>(total));
  // A share of 0 asks for the smallest value; and above 2^53, a double may round up past the count.
  const std::uint64_t rank = share >= static_cast<double>(total)
                                 ? total
                                 : std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    seen += buckets_[bucket].load(std::memory_order_relaxed);
    if (seen >= rank) return std::min(last_of(bucket), max());
  }
  return max();
}

}  // namespace troupe
