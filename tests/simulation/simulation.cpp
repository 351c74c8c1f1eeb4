// Runs seeds, and says what happened in them.

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/mutation.hpp"  // IWYU pragma: keep
#include "crowd.hpp"
#include "faults.hpp"
#include "finding.hpp"
#include "in_vain.hpp"
#include "minimize.hpp"
#include "services.hpp"
#include "tree.hpp"

namespace troupe::simulation {
namespace {

// What must have occurred this often in all, or the run has shown nothing of it: these, every way
// to call in vain, and every kind of fault. Of the refusals `unreachable` and `other` are not among
// them: a node knows of no other yet, and has a word for all that it refuses.
constexpr std::array<std::string_view, 84> outcomes{"park",
                                                    "call of who is parked",
                                                    "turn beside its worker",
                                                    "kill of a turn beside its worker",
                                                    "wait for room",
                                                    "dead: blocked",
                                                    "move",
                                                    "full inbox",
                                                    "sleep",
                                                    "spawn",
                                                    "stop of a child",
                                                    "family gave up",
                                                    "answered",
                                                    "outcome: timed-out",
                                                    "outcome: dropped",
                                                    "outcome: receiver-exited",
                                                    "outcome: refused: busy",
                                                    "outcome: refused: gone",
                                                    "outcome: refused: other",
                                                    "refused from outside",
                                                    "refused: busy",
                                                    "refused: gone",
                                                    "dead: gone",
                                                    "dead: crashed",
                                                    "dead: expired",
                                                    "dead: quarantined",
                                                    "dead: restarted",
                                                    "refused: over-quota",
                                                    "refused: too-large",
                                                    "refused: invalid",
                                                    "refused: denied",
                                                    "refused: name-taken",
                                                    "refused: unsupported",
                                                    "refused: stopping",
                                                    "refused: a timer too many",
                                                    "refused: a child, over-quota",
                                                    "dropped: drop-newest",
                                                    "dropped: drop-oldest",
                                                    "dropped: drop-lowest",
                                                    "event",
                                                    "event to all",
                                                    "refused: no-subscriber",
                                                    "tree: one-for-one",
                                                    "tree: one-for-all",
                                                    "tree: rest-for-one",
                                                    "tree: linear backoff",
                                                    "tree: exponential backoff",
                                                    "tree: in its turn",
                                                    "tree: left ended",
                                                    "tree: gave up",
                                                    "tree: end by a supervisor",
                                                    "tree: stop at the end",
                                                    "tree: stop for others",
                                                    "tree: nested",
                                                    "tree: supervisor of level 4",
                                                    "tree: escalation at level 1",
                                                    "tree: escalation at level 2",
                                                    "tree: escalation at level 3",
                                                    "tree: escalation at level 4",
                                                    "tree: supervisor with its own",
                                                    "tree: supervisor left ended",
                                                    "tree: goes with its supervisor",
                                                    "tree: stop from above",
                                                    "tree: began with a supervisor",
                                                    "services: check",
                                                    "services: degraded",
                                                    "services: unhealthy",
                                                    "services: late check",
                                                    "services: well again",
                                                    "services: restart over health",
                                                    "services: refused while unhealthy",
                                                    "services: refused between lives",
                                                    "services: let in while unhealthy",
                                                    "services: queued between lives",
                                                    "services: snapshot",
                                                    "services: begins with its state",
                                                    "services: begins with a snapshot",
                                                    "services: begins with nothing",
                                                    "services: poisonous snapshot",
                                                    "services: restart refused",
                                                    "services: outcome over a restart",
                                                    "services: event over a restart",
                                                    "services: released",
                                                    "services: end seen over a restart"};
constexpr std::uint64_t often_enough = 100;

struct SeedRun {
  Finding finding;
  std::vector<std::uint32_t> faults;  // Numbers of those that happened.
};

void add(Finding& finding, Finding other) {
  finding.trace = finding.trace * 31 + other.trace;
  finding.events += other.events;
  for (const auto& [what, count] : other.counts) finding.counts[what] += count;
  for (std::string& failure : other.failures) finding.failures.push_back(std::move(failure));
}

SeedRun run_seed(std::uint64_t seed, const FaultChoice& choice) {
  FaultPlan plan(seed, choice);
  Finding finding = Crowd(seed, plan).go();
  add(finding, Tree(seed, plan).go());
  add(finding, Services(seed, plan).go());
  return {.finding = std::move(finding), .faults = plan.taken()};
}

std::string list_of(const std::vector<std::uint32_t>& numbers) {
  return numbers.empty() ? "0" : fmt::format("{}", fmt::join(numbers, ","));
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void print_failures(std::uint64_t seed, const Finding& finding) {
  for (const std::string& failure : finding.failures) {
    fmt::print(stderr, "seed {}: {}\n", seed, failure);
  }
}

// --- One seed --------------------------------------------------------------------------------

int repeat(std::uint64_t seed, const FaultChoice& choice) {
  const SeedRun run = run_seed(seed, choice);
  print_failures(seed, run.finding);
  fmt::print("seed {}: {} events, {} faults, trace {:016x}\n", seed, run.finding.events,
             run.faults.size(), run.finding.trace);
  for (const auto& [what, count] : run.finding.counts) fmt::print("{:>10}  {}\n", count, what);
  return run.finding.failures.empty() ? 0 : 1;
}

int minimize(std::uint64_t seed, const FaultChoice& choice) {
  const SeedRun whole = run_seed(seed, choice);
  if (whole.finding.failures.empty()) {
    fmt::print("seed {} passes: there is nothing to minimize\n", seed);
    return 0;
  }
  const std::vector<std::uint32_t> few =
      minimized(whole.faults, [seed](const std::vector<std::uint32_t>& numbers) {
        const FaultChoice some{.only = FaultNumbers(numbers)};
        return !run_seed(seed, some).finding.failures.empty();
      });
  print_failures(seed, run_seed(seed, {.only = FaultNumbers(few)}).finding);
  fmt::print("{} of {} faults are enough:\n", few.size(), whole.faults.size());
  const FaultPlan plan(seed, {});
  for (const std::uint32_t number : few) fmt::print("  {}\n", plan.text(number));
  fmt::print("again: simulate --seed {} --only {}\n", seed, list_of(few));
  return 1;
}

// --- Many ------------------------------------------------------------------------------------

// What once failed: "SEED LIST WHAT" a line; the list may be "all".
bool pass_regressions(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    fmt::print(stderr, "can't read {}\n", path);
    return false;
  }
  bool all_pass = true;
  std::uint64_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t first = line.find(' ');
    const std::size_t second = line.find(' ', first + 1);
    const auto seed = number_in(line.substr(0, first));
    const std::string list =
        first == std::string::npos ? "" : line.substr(first + 1, second - first - 1);
    FaultChoice choice;
    if (list != "all") choice.only = FaultNumbers::from(list);
    if (!seed || second == std::string::npos || (list != "all" && !choice.only)) {
      fmt::print(stderr, "{}: not 'SEED FAULTS WHAT': {}\n", path, line);
      return false;
    }
    ++count;
    const SeedRun run = run_seed(*seed, choice);
    print_failures(*seed, run.finding);
    if (!run.finding.failures.empty()) {
      fmt::print(stderr, "a regression: {}\n", line);
      all_pass = false;
    }
  }
  fmt::print("{} regression cases\n", count);
  return all_pass;
}

bool is_often_enough(const std::map<std::string, std::uint64_t>& counts, std::string_view what) {
  const auto found = counts.find(std::string(what));
  const std::uint64_t count = found != counts.end() ? found->second : 0;
  if (count >= often_enough) return true;
  fmt::print(stderr, "'{}' occurred {} times; {} at least would show something\n", what, count,
             often_enough);
  return false;
}

// Of which a trace shows nothing.
FaultChoice without_traceless(std::uint64_t seed) {
  const FaultPlan plan(seed, {});
  std::vector<std::uint32_t> numbers;
  for (const FaultKind kind :
       {FaultKind::wall_clock_jump, FaultKind::vain_call, FaultKind::full_outbox}) {
    const std::vector<std::uint32_t> all = plan.all_of(kind);
    numbers.insert(numbers.end(), all.begin(), all.end());
  }
  return {.without = FaultNumbers(numbers)};
}

int run(std::uint64_t first, std::uint64_t seeds) {
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t events = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Finding finding = run_seed(seed, {}).finding;
    // Now and then the same again.
    if (seed % 10 == 0) {
      const Finding again = run_seed(seed, {}).finding;
      if (again.trace != finding.trace || again.counts != finding.counts) {
        finding.failures.emplace_back("the second run of this seed differs");
      }
    }
    // And without what no more than stamps may show, and what is refused.
    if (seed % 10 == 5 && run_seed(seed, without_traceless(seed)).finding.trace != finding.trace) {
      finding.failures.emplace_back("it differs without jumps of the wall clock and vain calls");
    }
    print_failures(seed, finding);
    if (!finding.failures.empty()) {
      fmt::print(stderr,
                 "again: simulate --seed {0}; with fewer faults: simulate --seed {0} --minimize\n",
                 seed);
      return 1;
    }
    for (const auto& [what, count] : finding.counts) counts[what] += count;
    events += finding.events;
  }
  fmt::print("{} seeds from {}, {} events\n", seeds, first, events);
  for (const auto& [what, count] : counts) fmt::print("{:>10}  {}\n", count, what);
  // A few seeds can't show everything.
  if (seeds < 1'000) return 0;
  bool is_enough = true;
  for (const std::string_view what : outcomes) is_enough &= is_often_enough(counts, what);
  for (const InVain::Way& way : InVain::ways()) is_enough &= is_often_enough(counts, way.what);
  for (std::size_t kind = 0; kind < fault_kind_count; ++kind) {
    is_enough &= is_often_enough(counts, to_string(static_cast<FaultKind>(kind)));
  }
  return is_enough ? 0 : 1;
}

// --- The command line ------------------------------------------------------------------------

struct Options {
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  std::optional<std::uint64_t> seed = {};
  FaultChoice choice = {};
  bool minimizes = false;
  std::string regressions = {};
};

constexpr std::string_view usage =
    "usage: simulate [--seeds COUNT] [--first SEED] [--regressions FILE]\n"
    "       simulate --seed SEED [--only FAULTS] [--without FAULTS] [--minimize]\n"
    "\n"
    "Runs nodes under seeds and simulated time; the second form repeats one seed, with some of\n"
    "its faults, by their numbers (3,7-9,12-), or looks for the fewest with which it fails.\n";

// False: that is none.
bool take_number(Options& options, std::string_view name, std::string_view value) {
  const auto number = number_in(value);
  if (!number) return false;
  if (name == "--seed") {
    options.seed = number;
  } else if (name == "--seeds") {
    options.seeds = *number;
  } else if (name == "--first") {
    options.first = *number;
  } else {
    return false;
  }
  return true;
}

bool take(Options& options, std::string_view name, std::string_view value) {
#if defined(TROUPE_MUTATIONS)
  if (name == "--mutation") {
    chosen_mutation = value;
    return true;
  }
#endif
  if (name == "--regressions") {
    options.regressions = value;
    return true;
  }
  if (name != "--only" && name != "--without") return take_number(options, name, value);
  const auto numbers = FaultNumbers::from(value);
  if (!numbers) return false;
  if (name == "--only") {
    options.choice.only = *numbers;
  } else {
    options.choice.without = *numbers;
  }
  return true;
}

std::optional<Options> options_in(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--minimize") {
      options.minimizes = true;
      continue;
    }
    ++i;
    if (i == argc || !take(options, name, argv[i])) return std::nullopt;
  }
  return options;
}

int simulate(const Options& options) {
  if (options.seed && options.minimizes) return minimize(*options.seed, options.choice);
  if (options.seed) return repeat(*options.seed, options.choice);
  if (!options.regressions.empty() && !pass_regressions(options.regressions)) return 1;
  return run(options.first, options.seeds);
}

}  // namespace
}  // namespace troupe::simulation

int main(int argc, char** argv) {
  const auto options = troupe::simulation::options_in(argc, argv);
  if (!options) {
    fmt::print(stderr, "{}", troupe::simulation::usage);
    return 2;
  }
  return troupe::simulation::simulate(*options);
}
