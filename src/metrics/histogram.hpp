#pragma once
// A histogram of 64-bit values in constant memory, for latencies and sizes.
//
// The scheme is HdrHistogram's (Gil Tene, hdrhistogram.org): buckets of equal width between two
// powers of two, twice as wide between the next two. Values below 64 are exact; above, a bucket is
// at most 1/32 of its values wide.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace troupe {

// Thread: record() and merge() by one thread at a time; the rest by any. A reader beside the writer
//         sees each bucket as of some moment, not all of the same one.
// Bounds: 15 KiB, whatever is recorded.
// Cost:   record is a few plain loads and stores.
class Histogram {
 public:
  Histogram() = default;
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;
  ~Histogram() = default;

  void record(std::uint64_t value) {
    add(buckets_[bucket_of(value)], 1);
    add(sum_, value);
    if (value < min_.load(std::memory_order_relaxed)) min_.store(value, std::memory_order_relaxed);
    if (value > max_.load(std::memory_order_relaxed)) max_.store(value, std::memory_order_relaxed);
  }

  // Adds what `other` holds. REQUIRES: &other != this.
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const;
  // Of all values; wraps beyond 2^64.
  [[nodiscard]] std::uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  // Exact. 0 if nothing was recorded.
  [[nodiscard]] std::uint64_t min() const;
  [[nodiscard]] std::uint64_t max() const { return max_.load(std::memory_order_relaxed); }

  // The value that a share `q` (0 .. 1) of the values does not exceed: the smallest recorded value
  // v such that at least q * count() are <= v, exact below 64, else too high by at most v / 32. 0
  // if nothing was recorded.
  [[nodiscard]] std::uint64_t quantile(double q) const;

 private:
  static constexpr unsigned exact_bits = 6;  // Values of so many bits have a bucket each.
  static constexpr std::size_t half = std::size_t{1} << (exact_bits - 1);
  static constexpr std::size_t bucket_count = (64 - exact_bits) * half + 2 * half;

  static constexpr std::size_t bucket_of(std::uint64_t value) {
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = bits <= exact_bits ? 0 : bits - exact_bits;
    // The leading exact_bits bits count on from one doubling to the next.
    return shift * half + static_cast<std::size_t>(value >> shift);
  }
  // The largest value of a bucket.
  static constexpr std::uint64_t last_of(std::size_t bucket) {
    if (bucket < 2 * half) return bucket;
    const std::size_t shift = bucket / half - 1;
    const std::uint64_t first = (bucket % half + half) << shift;
    return first + ((std::uint64_t{1} << shift) - 1);
  }
  static void add(std::atomic<std::uint64_t>& to, std::uint64_t count) {
    to.store(to.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint64_t>, bucket_count> buckets_{};
  std::atomic<std::uint64_t> sum_ = 0;
  std::atomic<std::uint64_t> min_ = UINT64_MAX;
  std::atomic<std::uint64_t> max_ = 0;
};

}  // namespace troupe
