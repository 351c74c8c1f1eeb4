#pragma once
// Who has crashed and lived again, counted beside what the node says of its actors.

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "bench/rows/bench_node.hpp"
#include "troupe/address.hpp"
#include "troupe/result.hpp"

namespace troupe::bench {

// Thread: what on_end() hands out is called by the node, the rest by the measuring one.
class CrashBooks {
 public:
  // Of a supervisor that never gives up, whose window holds more restarts than a node can do:
  // limits::intensity_max of them.
  static constexpr std::string_view period = "100ms";

  // For BenchNodeOptions.
  [[nodiscard]] std::function<void(const ExitEvent&)> on_end();

  // Waits until the node has told of so many exits, or has long had the time to. Why it does not
  // count: other exits than crashes with a restart, and `with_each` others for each, or so many; or
  // the lives of these actors, which are all that may have ended, do not add up to one more each.
  [[nodiscard]] Result<void> audit(BenchNode& node, std::span<const Address> actors,
                                   std::uint64_t crashes, std::uint64_t with_each = 0);

 private:
  std::atomic<std::uint64_t> restarts_{0};
  std::atomic<std::uint64_t> others_{0};
};

}  // namespace troupe::bench
