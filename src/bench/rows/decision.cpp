// W12: what a supervisor of 10,000 makes of an exit, by itself: it is told of one and says what is
// to be done, with its window full of other restarts.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "bench/primitives.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "supervisor/supervisor.hpp"

namespace troupe::bench {
namespace {

constexpr std::string_view add_id = "W12/decision/add";
constexpr std::string_view decision_id = "W12/decision";
// A microsecond, where an atomic add took so long.
constexpr double goal_ns = 1'000;
constexpr double add_ns = 5.7;
constexpr std::uint32_t child_count = 10'000;

std::vector<RowInfo> rows() {
  return {{.id = std::string(add_id), .title = "an atomic add that nobody else wants"},
          {.id = std::string(decision_id),
           .title = fmt::format("an exit judged by a supervisor of {} children, and the step taken",
                                child_count),
           .unit = "x",
           .base = std::string(add_id),
           .goal = goal_ns / add_ns,
           .leans = Leans::memory}};
}

// Children that crash one after the other, over and over.
class Ward {
 public:
  explicit Ward(std::uint32_t children) {
    for (std::uint32_t slot = 0; slot < children; ++slot) {
      numbers_.push_back(
          supervisor_.add_started({.slot = slot, .generation = 1}, RestartType::permanent, steps_));
    }
    steps_.clear();
  }

  Work crash(std::uint64_t times) {
    Work work;
    for (std::uint64_t i = 0; i < times; ++i) {
      // Neighbours in the list are not neighbours in time.
      at_ = (at_ + stride) % numbers_.size();
      now_ = now_ + gap;
      const SupervisorVerdict verdict =
          supervisor_.ended(numbers_[at_], exit_, StopAsked::no, now_, steps_);
      for (const SupervisorStep& step : steps_) {
        if (step.kind == SupervisorStep::Kind::start && step.number == numbers_[at_] &&
            verdict.kind == SupervisorVerdict::Kind::restart)
          ++work.count;
      }
      steps_.clear();
      supervisor_.started(numbers_[at_], steps_);
    }
    return work;
  }

 private:
  static constexpr std::size_t stride = 4'999;
  // Of restarts, so that about a tenth of what it allows lies in its window.
  static constexpr Duration gap = std::chrono::microseconds(1);

  Supervisor supervisor_{SupervisorPolicy{.intensity = limits::intensity_max,
                                          .period = std::chrono::milliseconds(100),
                                          .backoff = {.kind = Backoff::Kind::immediate}}};
  std::vector<ChildNumber> numbers_;
  std::size_t at_ = 0;
  Instant now_{};
  const Exit exit_ = Exit::crashed("told to");
  SupervisorSteps steps_;
};

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> wanted{{.id = std::string(add_id), .run = add_alone, .sum_each = 1}};
  if (request.wants(decision_id)) {
    const auto ward = std::make_shared<Ward>(child_count);
    wanted.push_back({.id = std::string(decision_id),
                      .run = [ward](std::uint64_t times) { return ward->crash(times); }});
  }
  sample(request, std::move(wanted), sink);
}

}  // namespace

const Block& decision_block() {
  static constexpr Block block = {.name = "decision",
                                  .title = "what a supervisor makes of an exit",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
