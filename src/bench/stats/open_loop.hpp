#pragma once
// Load at a fixed rate, whatever the server does, and latency as a caller would know it.
//
// A closed loop waits for an answer before it asks again, so a server that stalls is asked less
// just then, and the stall becomes one sample among thousands: coordinated omission, as Gil Tene
// calls it (How NOT to Measure Latency, 2013; wrk2). An open loop has times at which requests are
// meant to start, and a latency counts from there (B. Schroeder, A. Wierman and M. Harchol-Balter,
// Open Versus Closed: A Cautionary Tale, 2006).

#include <cstdint>

#include "metrics/histogram.hpp"
#include "troupe/time.hpp"

namespace troupe::bench {

// When requests 0, 1, 2 ... are meant to start. REQUIRES: 1 .. 10^9 requests a second.
struct Schedule {
  Instant start;
  std::uint64_t per_second = 0;

  // Rounded down to a nanosecond each, from the start and not from the one before, so that no error
  // adds up: request `per_second` starts exactly one second after request 0.
  [[nodiscard]] Instant intended_start(std::uint64_t request) const;
  // How many are meant to have started at `now`: those with intended_start() <= now.
  [[nodiscard]] std::uint64_t started_by(Instant now) const;
};

// The books of one run: the driver asks what is due, starts it, and says when it is done. Requests
// may complete in any order.
// Thread: one at a time.
// Bounds: constant memory, a histogram.
// Errors: a request completed that was never begun, or before it was meant to start, is a CHECK.
class OpenLoop {
 public:
  explicit OpenLoop(Schedule schedule);

  // How many requests are to be begun now: all that are meant to have started and have not. After a
  // stall of the driver itself these are many, and their latency has been running.
  [[nodiscard]] std::uint64_t due(Instant now) const;
  // Begins the next request and returns its number.
  [[nodiscard]] std::uint64_t begin() { return begun_++; }
  // When the next request is meant to start: what to wait for when nothing is due.
  [[nodiscard]] Instant next_start() const { return schedule_.intended_start(begun_); }

  void complete(std::uint64_t request, Instant now);

  // Begun, not completed: at the end of a run these are lost, and a report must say so.
  [[nodiscard]] std::uint64_t outstanding() const { return begun_ - completed_; }
  [[nodiscard]] const Histogram& latencies_ns() const { return latencies_ns_; }

 private:
  Schedule schedule_;
  std::uint64_t begun_ = 0;
  std::uint64_t completed_ = 0;
  Histogram latencies_ns_;
};

}  // namespace troupe::bench
