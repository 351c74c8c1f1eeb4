#pragma once
// What the machine is like while a block is measured: the same few operations, timed before and
// after. Where one of them changed, the rows between that lean on it may have changed with it.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/primitives.hpp"
#include "bench/proc.hpp"
#include "bench/raw.hpp"
#include "bench/row.hpp"
#include "bench/two_cpus.hpp"

namespace troupe::bench {

// Names of the probes that rows of this kind depend on.
[[nodiscard]] std::vector<std::string_view> probes_for(Leans leans);

// The probes of some rows. Each figure is the median of short repetitions, so that being preempted
// once, as happens on a busy machine, does not move it.
//
// Thread: one at a time.
// Bounds: a reading takes about 30 ms; where other programs have both CPUs most of the time, the
//         two threads of a probe rarely run at once, and it takes some 0.1 s.
// Errors: what can't be read is left out: probes of two CPUs where this thread may use only one,
//         and what the kernel refuses.
class Probes {
 public:
  // All that any of these depend on, with `load` and `steal`.
  explicit Probes(std::span<const Leans> leans);

  // In ns, except `load` (of the last minute) and `steal` (percent of CPU time since this was
  // made).
  [[nodiscard]] RawProbes read(std::string_view when);

 private:
  [[nodiscard]] bool wants(std::string_view probe) const;
  void read_one_core(RawProbes& probes);
  void read_kernel(RawProbes& probes);
  void read_two_cores(RawProbes& probes, CpuPair cpus);
  void read_machine(RawProbes& probes);

  std::vector<std::string_view> wanted_;
  std::optional<CpuTime> begin_;
  Copies copies_;
};

// Names of the probes that rows of this kind depend on and that differ by more than `share` of the
// smaller reading, or stand in one of the readings only. `load`, `steal` and `futex-wake-up`, which
// has several modes, are for people to see: they cost no row anything that the others don't show.
[[nodiscard]] std::vector<std::string> moved(const RawProbes& before, const RawProbes& after,
                                             Leans leans, double share = 0.10);

}  // namespace troupe::bench
