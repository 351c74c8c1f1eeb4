#include "sampling.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace peer {
namespace {

constexpr int64_t most_whole_runs = 5;

int64_t nanoseconds(Clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

std::string text_of(Tally tally) {
  return std::to_string(tally.count) + " with sum " + std::to_string(tally.sum);
}

Run checked(Run run) {
  if (run.received == run.expected) return run;
  throw std::runtime_error("received " + text_of(run.received) + ", expected " +
                           text_of(run.expected));
}

// Returns nanoseconds per operation, taken from the last and largest run.
double warm_up(const Workload& workload, Clock::duration warmup) {
  // The first run also waits for actors that were spawned but have not run yet.
  checked(workload(1));
  Clock::duration spent{};
  for (int64_t operations = 1;; operations *= 2) {
    const Run run = checked(workload(operations));
    spent += run.elapsed;
    if (spent >= warmup) return double(nanoseconds(run.elapsed)) / double(run.received.count);
  }
}

void warm_up_whole(const Workload& workload, Clock::duration warmup) {
  Clock::duration spent{};
  while (spent < warmup) spent += checked(workload(1)).elapsed;
}

}  // namespace

Series sample(const Workload& workload, const Plan& plan, Pace pace) {
  int64_t samples = plan.samples;
  int64_t operations = 1;
  switch (pace) {
    case Pace::flat: {
      const double budget = double(nanoseconds(plan.measure)) / double(samples);
      operations = std::max<int64_t>(1, std::llround(budget / warm_up(workload, plan.warmup)));
      break;
    }
    case Pace::whole_runs:
      samples = std::min(samples, most_whole_runs);
      warm_up_whole(workload, plan.warmup);
      break;
    case Pace::once:
      samples = 1;
      operations = plan.actors;
      break;
  }
  Series series;
  for (int64_t i = 0; i < samples; ++i) {
    const Run run = checked(workload(operations));
    series.iterations.push_back(run.received.count);
    series.nanoseconds.push_back(nanoseconds(run.elapsed));
    series.received.merge(run.received);
  }
  return series;
}

}  // namespace peer
