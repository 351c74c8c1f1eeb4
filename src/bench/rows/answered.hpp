#pragma once
// When each of so many requests was answered.

#include <atomic>
#include <cstddef>
#include <vector>

#include "troupe/time.hpp"

namespace troupe::bench {

// Thread: note() any thread, once for each request; wait_for() the one that reads at() afterwards.
class Answered {
 public:
  explicit Answered(std::size_t requests) : at_(requests) {}

  void note(std::size_t request, Instant now) {
    at_[request] = now;
    count_.fetch_add(1, std::memory_order_acq_rel);
    count_.notify_one();
  }
  // Until so many are.
  void wait_for(std::size_t requests) const {
    for (std::size_t count = count_; count < requests; count = count_) count_.wait(count);
  }
  [[nodiscard]] const std::vector<Instant>& at() const { return at_; }

 private:
  std::vector<Instant> at_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace troupe::bench
