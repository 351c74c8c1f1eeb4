#pragma once
// Takes the samples of rows that are compared: one of each row in turn, again and again, so that
// what else the machine does falls on all of them alike.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "bench/row.hpp"

namespace troupe::bench {

// Warms up each row of the request, then samples them in turns, and hands over what came out. A row
// whose receiver counted anything but what was asked for is handed over as failed.
void sample(const Request& request, std::vector<Row> rows, RawSink& sink);

// The clocks that sample() reads.
struct SampleClocks {
  const Clock& wall;
  const Clock& thread;  // Time that the calling thread has had on a core.
};
void sample_with(const SampleClocks& clocks, const Request& request, std::vector<Row> rows,
                 RawSink& sink);

// Hands over one value for each repetition of something that is no time of an operation.
void give(const Request& request, RawSink& sink, const RowInfo& row, std::vector<double> values,
          std::uint64_t count);

// Hands over why none of these could be measured.
void fail_all(const Request& request, RawSink& sink, std::span<const RowInfo> rows,
              std::string_view why);

}  // namespace troupe::bench
