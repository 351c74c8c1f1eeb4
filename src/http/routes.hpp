#pragma once
// The table of what the node's API offers, and the way from a request line to a row of it. Pure.

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/problem.hpp"
#include "http/target.hpp"
#include "troupe/actor_query.hpp"
#include "troupe/history_query.hpp"
#include "troupe/time.hpp"

namespace troupe {

enum class Endpoint : std::uint8_t {
  node_status,
  node_stop,
  actor_list,
  actor_status,
  actor_send,
  actor_request,
  actor_stop,
  actor_restart,
  actor_kill,
  crash_list,
  event_list,
  supervisor_list,
};

// One row. {name} is an actor: `ledger`, `bank/ledger` or `bank%2Fledger`.
struct RouteRow {
  Endpoint endpoint;
  std::string_view method;
  std::string_view path;                              // "/v1/actors/{name}/send"
  std::span<const std::string_view> parameters = {};  // Those that may stand behind the '?'.
};
[[nodiscard]] std::span<const RouteRow> route_table();

// A request that is understood: what to do, with whom, for how long.
struct Route {
  Endpoint endpoint = Endpoint::node_status;
  std::string name;  // actor_*: as the client wrote it.
  // actor_request: the timeout; actor_stop, actor_restart: the budget, if it is not the actor's.
  std::optional<Duration> time = {};
  ActorQuery query = {};      // actor_list.
  HistoryQuery history = {};  // crash_list, event_list.
};

// The target of a list of those actors.
[[nodiscard]] std::string target_of(const ActorQuery& query);
// `of` is crash_list or event_list.
[[nodiscard]] std::string target_of(const HistoryQuery& query, Endpoint of);

// A name of two parts is never mistaken for a name and a verb: a GET has no verb, a POST ends with
// one.
[[nodiscard]] std::expected<Route, Problem> find_route(std::string_view method,
                                                       const Target& target);

}  // namespace troupe
