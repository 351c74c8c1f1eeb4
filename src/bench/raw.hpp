#pragma once
// What a measuring process says, one JSON object on a line: the samples of a row as they were
// taken, and what the machine's probes read beside them. Peers written in other languages print
// the same lines (bench/peers), so that one program judges all of them alike.
//
//   {"id":"W1","peer":"tokio/1","unit":"ns","iterations":[4,8],"ns":[700,1400],"count":12,"sum":66}
//   {"id":"W7/bytes","peer":"go/2","unit":"bytes","values":[2590.5]}
//   {"id":"W1","peer":"go/2","failed":"the receiver counted 11 of 12"}
//   {"probes":"before","ns":{"alu":1.02,"memcpy":410.0}}

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "troupe/result.hpp"

namespace troupe::bench {

struct RawRow {
  std::string id;
  std::string peer = {};  // Empty: Troupe itself.
  std::string unit = "ns";
  // A timed row: operations and nanoseconds of each sample; equally many, all above 0.
  std::vector<double> iterations = {};
  std::vector<double> ns = {};
  // A row that is not a time of operations: one value for each repetition.
  std::vector<double> values = {};
  std::uint64_t count = 0;  // Operations that receivers counted, over all samples.
  std::uint64_t sum = 0;    // Of what they carried.
  std::string failed = {};  // Why there are no figures; empty: there are.
};

// In the row's unit, one for each sample: nanoseconds for each operation, or the values.
[[nodiscard]] std::vector<double> figures(const RawRow& row);

// The machine beside a block: cost of each probed operation in ns, plus `load` and `steal`.
struct RawProbes {
  std::string when = "before";  // Or "after".
  std::map<std::string, double> ns;
};

using RawLine = std::variant<RawRow, RawProbes>;

// Without the newline.
[[nodiscard]] std::string to_line(const RawRow& row);
[[nodiscard]] std::string to_line(const RawProbes& probes);

// Errors: corrupt (not JSON, a member is missing or of the wrong type, lists of different lengths,
//         values that are no finite numbers above 0, more than limits::bench_samples_max of them),
//         with what is wrong.
[[nodiscard]] Result<RawLine> parse_raw_line(std::string_view line);

}  // namespace troupe::bench
