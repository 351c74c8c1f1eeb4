#include "bench/peers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/format.hpp"
#include "base/sanitize.hpp"

namespace troupe::bench {
namespace {

constexpr std::array names = {"tokio", "go", "caf", "erlang"};
// What build.sh ends with where a toolchain is missing.
constexpr int missing_toolchain = 3;
constexpr std::chrono::minutes build_patience{10};
// A peer starts a runtime, and some of their rows take seconds however little is asked.
constexpr Duration peer_start_up = std::chrono::seconds(1);

std::int64_t in_ms(Duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const std::size_t before = text.rfind('\n');
  return harmless(before == std::string_view::npos ? text : text.substr(before + 1));
}

Result<Peer> prepare(std::string_view name, const PeerPlaces& places) {
  const auto build = places.sources / name / "build.sh";
  const auto output = places.builds / name;
  auto process =
      Process::start({"/bin/bash", build.string(), output.string()}, Process::Read::error);
  if (!process) return std::unexpected(process.error());
  if (process->read_all(build_patience) != Process::ReadAll::all)
    return fail(ErrorCode::timed_out, fmt::format("{}: its build did not end", name));
  const int code = process->wait();
  if (code == missing_toolchain) return fail(ErrorCode::unavailable, last_line(process->said()));
  if (code != 0) {
    return fail(ErrorCode::internal, fmt::format("{}: '{}' failed: {}", name, build.string(),
                                                 last_line(process->said())));
  }
  Peer peer{.name = std::string(name), .program = output / "peer", .ways = {}};
  auto list = ProcessLauncher().run({peer.program, "--list"}, build_patience);
  if (!list) return std::unexpected(list.error());
  auto ways = parse_ways(*list);
  if (!ways) return std::unexpected(ways.error());
  peer.ways = *std::move(ways);
  return peer;
}

}  // namespace

std::optional<std::filesystem::path> find_peers(const std::filesystem::path& from) {
  for (auto folder = from;; folder = folder.parent_path()) {
    auto peers = folder / "bench" / "peers";
    std::error_code error;
    if (std::filesystem::is_regular_file(peers / "README.md", error)) return peers;
    if (!folder.has_relative_path()) return std::nullopt;
  }
}

Result<std::vector<PeerWay>> parse_ways(std::string_view list) {
  std::vector<PeerWay> ways;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\n'), list.size());
    const std::string_view line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos) {
      return fail(
          ErrorCode::corrupt,
          fmt::format("a peer lists '{}', which is no row and configuration", harmless(line)));
    }
    ways.push_back(
        {.row = std::string(line.substr(0, space)), .config = std::string(line.substr(space + 1))});
  }
  return ways;
}

PreparedPeers prepare_peers(const PeerPlaces& places,
                            const std::function<void(std::string_view)>& on_build) {
  PreparedPeers prepared;
  for (const char* name : names) {
    on_build(name);
    auto peer = prepare(name, places);
    if (peer) {
      prepared.peers.push_back(*std::move(peer));
    } else {
      prepared.skipped.push_back(peer.error().message);
    }
  }
  return prepared;
}

Job peer_job(const Peer& peer, const PeerWay& way, const Effort& effort) {
  Job job{.label = fmt::format("{} {}", peer.name, way.row),
          .command = {peer.program, way.row, way.config, "--warmup-ms",
                      std::to_string(in_ms(effort.warm_up)), "--measure-ms",
                      std::to_string(in_ms(effort.measure)), "--samples",
                      std::to_string(effort.samples)},
          .expected = effort.warm_up + effort.measure + peer_start_up};
  // As our own rows of a million actors do with fewer.
  if (effort.is_brief()) job.command.insert(job.command.end(), {"--actors", "100000"});
  job.rows.push_back({.id = way.row, .peer = fmt::format("{}/{}", peer.name, way.config)});
  return job;
}

}  // namespace troupe::bench
