#include "cli/bench_command_line.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"

namespace troupe {
namespace {

constexpr const char* see_help = "`troupe bench -h` shows the commands";
constexpr double percent_max = 1'000;

std::unexpected<Complaint> usage(std::string message, std::string help = see_help) {
  return complain(ExitCode::usage, std::move(message), std::move(help));
}

struct Range {
  std::uint64_t low;
  std::uint64_t high;
};

Tried<std::uint64_t> parse_count(std::string_view option, std::string_view text, Range range) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < range.low ||
      count > range.high) {
    return usage(
        fmt::format("{} '{}' is not a number from {} to {}", option, text, range.low, range.high));
  }
  return count;
}

// "5%", "5", "0.5%": percent, as a share.
Tried<double> parse_percent(std::string_view option, std::string_view text) {
  const std::string_view number = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
  double percent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), percent);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(percent) ||
      percent <= 0 || percent > percent_max) {
    return usage(fmt::format("{} '{}' is not a percentage above 0", option, text),
                 "such as 5% or 0.5%");
  }
  return percent / 100;
}

Tried<BenchProfile> profile_of(const BenchRaw& raw, BenchProfile otherwise) {
  if (static_cast<int>(raw.quick) + static_cast<int>(raw.full) + static_cast<int>(raw.smoke) > 1)
    return usage("--quick, --full and --smoke exclude each other");
  if (raw.quick) return BenchProfile::quick;
  if (raw.smoke) return BenchProfile::smoke;
  return raw.full ? BenchProfile::full : otherwise;
}

Tried<BenchCommand> make_run(const BenchRaw& raw) {
  const auto profile = profile_of(raw, BenchProfile::full);
  if (!profile) return std::unexpected(profile.error());
  const auto processes =
      parse_count("--processes", raw.processes, {.low = 0, .high = limits::bench_processes_max});
  if (!processes) return std::unexpected(processes.error());
  if (!raw.save.empty() && !is_name(raw.save)) {
    return usage(fmt::format("--save '{}' can't be the name of a run", raw.save),
                 std::string(name_rule));
  }
  return BenchRun{.filters = raw.names,
                  .profile = *profile,
                  .processes = static_cast<std::uint32_t>(*processes),
                  .save = raw.save,
                  .peers = raw.peers ? BenchRun::Peers::with : BenchRun::Peers::without,
                  .folder = raw.folder};
}

Tried<BenchCommand> make_cmp(const BenchRaw& raw) {
  if (raw.names.size() != 2)
    return usage("cmp needs the names of two saved runs", "troupe bench cmp BEFORE AFTER");
  const auto threshold = parse_percent("--threshold", raw.threshold);
  if (!threshold) return std::unexpected(threshold.error());
  return BenchCmp{
      .first = raw.names[0], .second = raw.names[1], .threshold = *threshold, .folder = raw.folder};
}

Tried<BenchCommand> make_gate(const BenchRaw& raw) {
  if (raw.baseline.empty()) {
    return usage("gate needs a saved run to compare with",
                 "troupe bench gate --baseline NAME; `troupe bench run --save NAME` makes one");
  }
  const auto max_regress = parse_percent("--max-regress", raw.max_regress);
  if (!max_regress) return std::unexpected(max_regress.error());
  const auto pairs =
      parse_count("--pairs", raw.pairs, {.low = 6, .high = limits::bench_processes_max});
  if (!pairs) return std::unexpected(pairs.error());
  return BenchGate{.baseline = raw.baseline,
                   .filters = raw.names,
                   .max_regress = *max_regress,
                   .pairs = static_cast<std::uint32_t>(*pairs),
                   .folder = raw.folder};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma != 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

Tried<BenchCommand> make_measure(const BenchRaw& raw) {
  constexpr Range ms_range{.low = 1, .high = 600'000};
  if (raw.names.size() != 1)
    return usage("measure needs one block", "troupe bench measure BLOCK; `troupe bench list`");
  const auto warm_up = parse_count("--warmup-ms", raw.warm_up_ms, ms_range);
  const auto measure = parse_count("--measure-ms", raw.measure_ms, ms_range);
  const auto samples =
      parse_count("--samples", raw.samples, {.low = 1, .high = limits::bench_samples_max});
  const auto exactly = parse_count("--exactly", raw.exactly, {.low = 0, .high = UINT32_MAX});
  for (const auto* part : {&warm_up, &measure, &samples, &exactly})
    if (!*part) return std::unexpected(part->error());
  return BenchMeasure{.block = raw.names.front(),
                      .request = {.effort = {.warm_up = std::chrono::milliseconds(*warm_up),
                                             .measure = std::chrono::milliseconds(*measure),
                                             .samples = static_cast<std::uint32_t>(*samples),
                                             .exactly = *exactly,
                                             .is_smoke = raw.smoke},
                                  .ids = split(raw.rows)}};
}

void add_profile(CLI::App& command, BenchRaw& raw) {
  command.add_flag("--quick", raw.quick);
  command.add_flag("--full", raw.full);
  command.add_flag("--smoke", raw.smoke);
}

}  // namespace

void define_bench(CLI::App& bench, BenchRaw& raw,
                  const std::function<void(CLI::App&)>& add_common_options) {
  const auto add = [&](const std::string& name) {
    CLI::App* command = bench.add_subcommand(name);
    add_common_options(*command);
    command->add_option("names", raw.names);
    return command;
  };
  add("list");
  CLI::App* run = add("run");
  add_profile(*run, raw);
  run->add_option("--processes", raw.processes);
  run->add_option("--save", raw.save);
  run->add_flag("--peers", raw.peers);
  CLI::App* cmp = add("cmp");
  cmp->add_option("-t,--threshold", raw.threshold);
  CLI::App* gate = add("gate");
  gate->add_option("--baseline", raw.baseline);
  gate->add_option("--max-regress", raw.max_regress);
  gate->add_option("--pairs", raw.pairs);
  for (CLI::App* command : {run, cmp, gate}) command->add_option("--folder", raw.folder);
  add_profile(*add("variance"), raw);
  add("selftest")->add_option("--trials", raw.trials);
  CLI::App* measure = add("measure");
  measure->add_option("--rows", raw.rows);
  measure->add_option("--warmup-ms", raw.warm_up_ms);
  measure->add_option("--measure-ms", raw.measure_ms);
  measure->add_option("--samples", raw.samples);
  measure->add_option("--exactly", raw.exactly);
  measure->add_flag("--smoke", raw.smoke);
}

Tried<BenchCommand> make_bench(const CLI::App& bench, const BenchRaw& raw) {
  const auto commands = bench.get_subcommands();
  if (commands.empty()) return usage("bench needs a command: list, run, cmp, gate, ...");
  const std::string& name = commands.front()->get_name();
  if (name == "run") return make_run(raw);
  if (name == "cmp") return make_cmp(raw);
  if (name == "gate") return make_gate(raw);
  if (name == "measure") return make_measure(raw);
  if (name == "variance") {
    const auto profile = profile_of(raw, BenchProfile::quick);
    if (!profile) return std::unexpected(profile.error());
    return BenchVariance{.filters = raw.names, .profile = *profile};
  }
  if (name == "selftest") {
    if (!raw.names.empty())
      return usage(fmt::format("unexpected argument '{}'", raw.names.front()));
    const auto trials = parse_count("--trials", raw.trials, {.low = 1, .high = 1'000});
    if (!trials) return std::unexpected(trials.error());
    return BenchSelftest{.trials = static_cast<std::uint32_t>(*trials)};
  }
  return BenchList{.filters = raw.names};
}

}  // namespace troupe
