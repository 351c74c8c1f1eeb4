// troupe bench list, measure, cmp; and what all of its commands share.

#include <cstdlib>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "bench/contest.hpp"
#include "bench/measure.hpp"
#include "cli/bench_session.hpp"
#include "cli/bench_table.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "io/posix_disk.hpp"

namespace troupe {
namespace {

using bench::RowInfo;

nlohmann::ordered_json json_of(const bench::Block& block, const RowInfo& row) {
  return {{"id", row.id},
          {"title", row.title},
          {"unit", row.unit},
          {"block", block.name},
          {"goal", row.goal ? nlohmann::ordered_json(*row.goal) : nlohmann::ordered_json()},
          {"peer_goal",
           row.peer_goal ? nlohmann::ordered_json(*row.peer_goal) : nlohmann::ordered_json()},
          {"better", row.better == bench::Better::lower ? "lower" : "higher"},
          {"base", row.base.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.base)},
          {"peer_id",
           row.peer_id.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(row.peer_id)}};
}

Tried<ExitCode> list(Console& console, const BenchList& command) {
  const auto selections = select_rows(command.filters);
  if (!selections) return std::unexpected(selections.error());
  const std::vector<Column> columns{{"ROW"}, {"BLOCK"}, {"GOAL", Align::right}, {"WHAT HAPPENS"}};
  std::vector<std::vector<std::string>> cells;
  for (const bench::Selection& selection : *selections) {
    for (const RowInfo& row : selection.rows) {
      if (console.is_json()) console.print(json_of(*selection.block, row).dump() + '\n');
      cells.push_back({row.id, std::string(selection.block->name),
                       goal_text({.own = row.goal, .of_peer = row.peer_goal, .unit = row.unit}),
                       row.title});
    }
  }
  if (!console.is_json())
    console.print(format_table(columns, cells, {.columns_max = console.columns()}));
  return ExitCode::ok;
}

Tried<ExitCode> measure(Console& console, const BenchMeasure& command) {
  const auto measured = bench::measure_block(
      command.block, command.request,
      [&console](std::string_view line) { console.print(fmt::format("{}\n", line)); });
  if (!measured) return complain(measured.error(), "`troupe bench list` shows blocks and rows");
  return ExitCode::ok;
}

Tried<ExitCode> cmp(Console& console, const BenchCmp& command) {
  PosixDisk disk;
  const bench::Records records(disk, bench_folder(command.folder));
  const auto first = records.load(command.first);
  if (!first) return complain(first.error());
  const auto second = records.load(command.second);
  if (!second) return complain(second.error());
  for (const std::string& change : bench::machine_changes(*first, *second)) {
    console.note(
        fmt::format("the machine was not the same ({}): times compare badly, multiples "
                    "(x) well",
                    change));
  }
  const auto contests =
      bench::judge_records(*first, *second, {.noise = command.threshold, .seed = second->seed});
  if (!console.is_json()) console.print(contest_table(console, contests));
  for (const bench::Contest& contest : contests)
    if (console.is_json()) console.print(to_json(contest) + '\n');
  return ExitCode::ok;
}

}  // namespace

Tried<ExitCode> bench_command(Console& console, const BenchCommand& command) {
  if (const auto* one = std::get_if<BenchList>(&command)) return list(console, *one);
  if (const auto* one = std::get_if<BenchMeasure>(&command)) return measure(console, *one);
  if (const auto* one = std::get_if<BenchCmp>(&command)) return cmp(console, *one);
  if (const auto* one = std::get_if<BenchRun>(&command)) return bench_run(console, *one);
  if (const auto* one = std::get_if<BenchVariance>(&command)) return bench_variance(console, *one);
  if (const auto* one = std::get_if<BenchGate>(&command)) return bench_gate(console, *one);
  return bench_selftest(console, std::get<BenchSelftest>(command));
}

}  // namespace troupe
