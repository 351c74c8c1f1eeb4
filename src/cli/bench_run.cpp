// troupe bench run, and variance, which is the same with another question in mind.

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/units.hpp"
#include "bench/peers.hpp"
#include "bench/record.hpp"
#include "cli/bench_session.hpp"
#include "cli/bench_table.hpp"
#include "io/posix_disk.hpp"

namespace troupe {
namespace {

constexpr std::uint32_t variance_processes = 5;

void announce(Console& console, const std::vector<bench::Job>& jobs, const ProfileSetup& setup,
              std::uint64_t seed) {
  if (console.is_json()) return;
  console.note(fmt::format(
      "{}: {} + {} for each row, {} samples, {} processes; {} processes in "
      "all, about {}; seed {}",
      setup.name, format_duration(setup.effort.warm_up), format_duration(setup.effort.measure),
      setup.effort.samples, setup.processes, jobs.size(), about(bench::expected_time(jobs)), seed));
}

// One job for each block and each process.
std::vector<bench::Job> jobs_for(const std::vector<bench::Selection>& selections,
                                 const ProfileSetup& setup) {
  std::vector<bench::Job> jobs;
  for (std::uint32_t process = 0; process < setup.processes; ++process) {
    for (const bench::Selection& selection : selections) {
      jobs.push_back(bench::block_job(std::string(bench::this_program), selection, setup.effort));
      jobs.back().round = process;
    }
  }
  return jobs;
}

// The rows of peers that do what one of these rows does.
Tried<std::vector<bench::Job>> peer_jobs(Console& console,
                                         const std::vector<bench::Selection>& selections,
                                         const ProfileSetup& setup) {
  const auto sources = bench::find_peers(std::filesystem::current_path());
  if (!sources) {
    return complain(ExitCode::not_found, "there are no peers here",
                    "--peers builds them from a source checkout of Troupe: run it in one");
  }
  const auto prepared = bench::prepare_peers(
      {.sources = *sources, .builds = peer_folder()}, [&console](std::string_view name) {
        console.note(fmt::format("building the peer {} (a minute the first time)", name));
      });
  for (const std::string& skipped : prepared.skipped)
    console.note(fmt::format("skipped: {}", skipped));
  std::vector<bench::Job> jobs;
  const auto is_wanted = [&selections](const std::string& id) {
    return std::ranges::any_of(selections, [&id](const bench::Selection& selection) {
      return std::ranges::find(selection.rows, id, &bench::RowInfo::peer_id) !=
             selection.rows.end();
    });
  };
  for (const bench::Peer& peer : prepared.peers) {
    for (const bench::PeerWay& way : peer.ways) {
      if (!is_wanted(way.row)) continue;
      for (std::uint32_t process = 0; process < setup.processes; ++process) {
        jobs.push_back(bench::peer_job(peer, way, setup.effort));
        jobs.back().round = process;
      }
    }
  }
  return jobs;
}

std::vector<bench::ResultRow> evaluate_all(const std::vector<bench::Selection>& selections,
                                           const bench::Measurements& measurements,
                                           std::uint64_t seed) {
  std::vector<bench::ResultRow> rows;
  for (const bench::Selection& selection : selections) {
    for (const bench::RowInfo& info : selection.rows)
      if (auto row = bench::evaluate(info, measurements, seed)) rows.push_back(*std::move(row));
  }
  for (const auto& [key, series] : measurements)
    if (!key.peer.empty()) rows.push_back(bench::evaluate_peer(key, series, seed));
  return rows;
}

void print(Console& console, const std::vector<bench::ResultRow>& rows) {
  if (!console.is_json()) {
    console.print(result_table(console, rows));
    const std::string beside = peer_table(console, rows);
    if (!beside.empty()) console.print('\n' + beside);
    return;
  }
  for (const bench::ResultRow& row : rows)
    console.print(to_json(row, bench::Figures::without) + '\n');
}

Tried<void> keep(Console& console, const BenchRun& command, const bench::Record& record) {
  PosixDisk disk;
  bench::Records records(disk, bench_folder(command.folder));
  if (auto kept = records.append(record); !kept) return complain(kept.error());
  if (command.save.empty()) return {};
  if (auto saved = records.save(command.save, record); !saved) return complain(saved.error());
  if (!console.is_json()) {
    console.note(fmt::format("saved as '{}'; compare with: troupe bench gate --baseline {}",
                             command.save, command.save));
  }
  return {};
}

bool has_failed(const bench::ResultRow& row) { return !row.failed.empty(); }

}  // namespace

Tried<ExitCode> bench_run(Console& console, const BenchRun& command) {
  const auto selections = select_rows(command.filters);
  if (!selections) return std::unexpected(selections.error());
  ProfileSetup setup = setup_of(command.profile);
  if (command.processes != 0) setup.processes = command.processes;
  std::vector<bench::Job> jobs = jobs_for(*selections, setup);
  if (command.peers == BenchRun::Peers::with) {
    auto peers = peer_jobs(console, *selections, setup);
    if (!peers) return std::unexpected(peers.error());
    std::ranges::move(*peers, std::back_inserter(jobs));
  }
  const std::uint64_t seed = fresh_seed();
  BenchSession session(console);
  if (bench::is_debug_build() && !console.is_json())
    console.note("this is a debug build: its figures compare with nothing");
  announce(console, jobs, setup, seed);
  if (command.profile == BenchProfile::quick && !console.is_json()) {
    const auto full = jobs_for(*selections, setup_of(BenchProfile::full));
    console.note(fmt::format("with --full about {}, without the peers; Ctrl-C keeps what is done",
                             about(bench::expected_time(full))));
  }
  const std::uint64_t started = session.clock().wall_ms();
  const bench::Outcomes outcomes = session.run(std::move(jobs), seed);
  const bench::Measurements& measurements = outcomes.sides.front();
  const bench::Record record{.provenance = bench::provenance(started),
                             .profile = setup.name,
                             .seed = seed,
                             .rows = evaluate_all(*selections, measurements, seed),
                             .probes = bench::probes_of(measurements)};
  print(console, record.rows);
  if (outcomes.jobs_again != 0 && !console.is_json()) {
    console.note(fmt::format("{} processes ran again: the machine had not held still beside them",
                             outcomes.jobs_again));
  }
  // Figures of debug builds and smoke runs would only mislead whoever reads the file.
  if (!record.rows.empty() && !bench::is_debug_build() && command.profile != BenchProfile::smoke) {
    if (auto kept = keep(console, command, record); !kept) return std::unexpected(kept.error());
  }
  const bool failed = record.rows.empty() || std::ranges::any_of(record.rows, has_failed);
  return session.exit_code(failed ? ExitCode::failed : ExitCode::ok);
}

Tried<ExitCode> bench_variance(Console& console, const BenchVariance& command) {
  const auto selections = select_rows(command.filters);
  if (!selections) return std::unexpected(selections.error());
  ProfileSetup setup = setup_of(command.profile);
  setup.processes = variance_processes;
  std::vector<bench::Job> jobs = jobs_for(*selections, setup);
  const std::uint64_t seed = fresh_seed();
  BenchSession session(console);
  announce(console, jobs, setup, seed);
  const bench::Outcomes outcomes = session.run(std::move(jobs), seed);
  const auto rows = evaluate_all(*selections, outcomes.sides.front(), seed);
  print(console, rows);
  const auto unstable =
      std::ranges::count(rows, bench::Stability::unstable, &bench::ResultRow::status);
  if (!console.is_json()) {
    console.note(
        fmt::format("{} of {} rows are unstable: their processes lie further apart than "
                    "5 % (macro rows 10 %)",
                    unstable, rows.size()));
  }
  const bool failed = rows.empty() || std::ranges::any_of(rows, has_failed);
  return session.exit_code(failed || unstable != 0 ? ExitCode::failed : ExitCode::ok);
}

}  // namespace troupe
