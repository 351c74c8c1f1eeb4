#pragma once
// The programs of bench/peers: the same workloads in the runtimes that a user might take instead.
// They are built from a source checkout, by their own toolchains, and measured in turns with ours.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/process.hpp"
#include "bench/runner.hpp"
#include "troupe/result.hpp"

namespace troupe::bench {

// One way in which a peer can do one row.
struct PeerWay {
  std::string row;     // "W1"
  std::string config;  // "current-thread", "2"

  friend bool operator==(const PeerWay&, const PeerWay&) = default;
};

struct Peer {
  std::string name;
  std::string program;
  std::vector<PeerWay> ways;
};

// bench/peers of the checkout that `from` lies in. None: it lies in none.
[[nodiscard]] std::optional<std::filesystem::path> find_peers(const std::filesystem::path& from);

// What a peer says to --list: "W1 current-thread", a line each.
// Errors: corrupt, with the line.
[[nodiscard]] Result<std::vector<PeerWay>> parse_ways(std::string_view list);

struct PeerPlaces {
  std::filesystem::path sources;  // bench/peers
  std::filesystem::path builds;   // Where what is built is kept.
};
struct PreparedPeers {
  std::vector<Peer> peers;
  std::vector<std::string> skipped;  // In words: which, and what is missing.
};
// Builds every peer, as far as its toolchain is there. Takes a minute the first time.
// `on_build` is told each one's name before.
[[nodiscard]] PreparedPeers prepare_peers(const PeerPlaces& places,
                                          const std::function<void(std::string_view)>& on_build);

// What a peer's program is asked for.
[[nodiscard]] Job peer_job(const Peer& peer, const PeerWay& way, const Effort& effort);

}  // namespace troupe::bench
