#include "http/routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"
#include "base/suggest.hpp"

namespace troupe {
namespace {

using Found = std::expected<Route, Problem>;

constexpr std::array<std::string_view, 7> list_parameters{
    "name", "state", "component", "older_than_ms", "younger_than_ms", "limit", "after"};
constexpr std::array<std::string_view, 3> history_parameters{"actor", "after", "limit"};
constexpr std::array<std::string_view, 1> request_parameters{"timeout_ms"};
constexpr std::array<std::string_view, 1> stop_parameters{"budget_ms"};

constexpr std::array rows{
    RouteRow{Endpoint::node_status, "GET", "/v1/node"},
    RouteRow{Endpoint::node_stop, "POST", "/v1/node/stop"},
    RouteRow{Endpoint::actor_list, "GET", "/v1/actors", list_parameters},
    RouteRow{Endpoint::actor_status, "GET", "/v1/actors/{name}"},
    RouteRow{Endpoint::actor_send, "POST", "/v1/actors/{name}/send"},
    RouteRow{Endpoint::actor_request, "POST", "/v1/actors/{name}/request", request_parameters},
    RouteRow{Endpoint::actor_stop, "POST", "/v1/actors/{name}/stop", stop_parameters},
    RouteRow{Endpoint::actor_restart, "POST", "/v1/actors/{name}/restart", stop_parameters},
    RouteRow{Endpoint::actor_kill, "POST", "/v1/actors/{name}/kill"},
    RouteRow{Endpoint::crash_list, "GET", "/v1/crashes", history_parameters},
    RouteRow{Endpoint::event_list, "GET", "/v1/events", history_parameters},
    RouteRow{Endpoint::supervisor_list, "GET", "/v1/supervisors"},
};

constexpr std::uint64_t request_timeout_ms_default = 1'000;

std::unexpected<Problem> not_found(std::string detail) {
  return std::unexpected(problem_of({ErrorCode::not_found, std::move(detail)}));
}

std::unexpected<Problem> invalid(std::string detail) {
  return std::unexpected(problem_of({ErrorCode::invalid_argument, std::move(detail)}));
}

std::unexpected<Problem> wrong_method(std::string_view method, std::string_view allow) {
  return std::unexpected(Problem{
      .status = 405,
      .code = ErrorCode::unsupported,
      .detail = fmt::format("{} does not work here; use {}", method, allow),
      .allow = std::string(allow),
  });
}

const RouteRow& row_of(Endpoint endpoint) {
  const auto* row = std::ranges::find(rows, endpoint, &RouteRow::endpoint);
  CHECK(row != rows.end(), "every endpoint has a row");
  return *row;
}

struct Range {
  std::string_view what;
  std::uint64_t most;
};

// A whole number from 1 to the most.
std::expected<std::uint64_t, Problem> parse_number(const QueryParameter& parameter, Range range) {
  std::uint64_t value = 0;
  const char* const end = parameter.value.data() + parameter.value.size();
  const auto [stopped, error] = std::from_chars(parameter.value.data(), end, value);
  if (error != std::errc{} || stopped != end || value < 1 || value > range.most) {
    return invalid(fmt::format("{} is not a whole number of {} from 1 to {}", parameter.key,
                               range.what, range.most));
  }
  return value;
}

std::expected<Duration, Problem> parse_milliseconds(const QueryParameter& parameter,
                                                    std::uint64_t most) {
  const auto value = parse_number(parameter, {.what = "milliseconds", .most = most});
  if (!value) return std::unexpected(value.error());
  return std::chrono::milliseconds(*value);
}

std::string listed(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::expected<ActorState, Problem> parse_state(std::string_view word) {
  if (const auto state = actor_state_from(word)) return *state;
  std::vector<std::string_view> states;
  states.reserve(actor_states.size());
  for (const ActorState each : actor_states) states.push_back(to_string(each));
  return invalid(fmt::format("state '{}' is none of {}", word, listed(states)));
}

constexpr auto set = [](auto& into, auto parsed) -> std::expected<void, Problem> {
  if (!parsed) return std::unexpected(std::move(parsed).error());
  into = *parsed;
  return {};
};

std::expected<std::string, Problem> parse_pattern(const QueryParameter& parameter) {
  if (is_actor_pattern(parameter.value)) return parameter.value;
  return invalid(
      fmt::format("{} is not a pattern of NAME, APP/NAME or #SLOT.GENERATION, with * and ?, of at "
                  "most {} characters",
                  parameter.key, limits::query_pattern_bytes_max));
}

std::expected<void, Problem> add_condition(HistoryQuery& query, const QueryParameter& parameter) {
  if (parameter.key == "actor") return set(query.actor, parse_pattern(parameter));
  if (parameter.key == "after") {
    return set(query.after, parse_number(parameter, {.what = "a record", .most = UINT64_MAX}));
  }
  return set(query.limit,
             parse_number(parameter, {.what = "crashes", .most = limits::crashes_max}));
}

// Sets what one parameter of a list says.
std::expected<void, Problem> add_condition(ActorQuery& query, const QueryParameter& parameter) {
  const std::string_view key = parameter.key;
  if (key == "state") return set(query.state, parse_state(parameter.value));
  if (key == "limit") {
    return set(query.limit,
               parse_number(parameter, {.what = "actors", .most = limits::http_actors_page_max}));
  }
  if (key == "older_than_ms") {
    return set(query.older_than, parse_milliseconds(parameter, limits::query_age_ms_max));
  }
  if (key == "younger_than_ms") {
    return set(query.younger_than, parse_milliseconds(parameter, limits::query_age_ms_max));
  }
  if (key == "after") {
    query.after = parameter.value;
    return {};
  }
  if (key == "name") return set(query.name, parse_pattern(parameter));
  if (parameter.value.empty() || parameter.value.size() > limits::query_pattern_bytes_max) {
    return invalid(
        fmt::format("component is not 1 to {} characters", limits::query_pattern_bytes_max));
  }
  query.component = parameter.value;
  return {};
}

bool is_history(Endpoint endpoint) {
  return endpoint == Endpoint::crash_list || endpoint == Endpoint::event_list;
}

std::expected<void, Problem> add_parameter(Route& route, const QueryParameter& parameter) {
  if (route.endpoint == Endpoint::actor_list) return add_condition(route.query, parameter);
  if (is_history(route.endpoint)) return add_condition(route.history, parameter);
  const auto time = parse_milliseconds(parameter, limits::request_timeout_ms_max);
  if (!time) return std::unexpected(time.error());
  route.time = *time;
  return {};
}

std::unexpected<Problem> unknown_parameter(std::string_view key,
                                           std::span<const std::string_view> known) {
  std::string instead = "there is none here";
  if (const auto meant = nearest(key, known)) {
    instead = fmt::format("did you mean {}?", *meant);
  } else if (!known.empty()) {
    instead = fmt::format("known: {}", listed(known));
  }
  return invalid(fmt::format("unknown query parameter '{}'; {}", key, instead));
}

// Fills in what stands behind the '?'.
Found with_query(Route route, const std::vector<QueryParameter>& query) {
  const std::span<const std::string_view> known = row_of(route.endpoint).parameters;
  std::vector<std::string_view> seen;
  for (const QueryParameter& parameter : query) {
    if (std::ranges::find(known, parameter.key) == known.end()) {
      return unknown_parameter(parameter.key, known);
    }
    if (std::ranges::find(seen, parameter.key) != seen.end()) {
      return invalid(fmt::format("{} is given twice", parameter.key));
    }
    seen.push_back(parameter.key);
    if (auto added = add_parameter(route, parameter); !added) {
      return std::unexpected(std::move(added).error());
    }
  }
  const ActorQuery& asked = route.query;
  if (asked.older_than && asked.younger_than && *asked.older_than >= *asked.younger_than) {
    return invalid("no age is at least older_than_ms and below younger_than_ms");
  }
  return route;
}

Found node_route(std::string_view method, std::span<const std::string> rest) {
  if (rest.empty()) {
    if (method != "GET") return wrong_method(method, "GET");
    return Route{.endpoint = Endpoint::node_status, .name = {}};
  }
  if (rest.size() == 1 && rest[0] == "stop") {
    if (method != "POST") return wrong_method(method, "POST");
    return Route{.endpoint = Endpoint::node_stop, .name = {}};
  }
  return not_found("below /v1/node there is only stop");
}

// Of a list that has nothing below it.
Found list_route(std::string_view method, std::span<const std::string> rest, Endpoint endpoint) {
  if (!rest.empty()) {
    return not_found(fmt::format("below {} there is nothing", row_of(endpoint).path));
  }
  if (method != "GET") return wrong_method(method, "GET");
  return Route{.endpoint = endpoint, .name = {}};
}

Found actor_route(std::string_view method, std::span<const std::string> rest) {
  if (method == "GET") {
    if (rest.empty()) {
      return Route{.endpoint = Endpoint::actor_list,
                   .name = {},
                   .query = {.limit = limits::http_actors_page_max}};
    }
    if (rest.size() > 2) return not_found("an actor is /v1/actors/NAME or /v1/actors/APP/NAME");
    return Route{.endpoint = Endpoint::actor_status,
                 .name = fmt::format("{}", fmt::join(rest, "/"))};
  }
  if (method != "POST") return wrong_method(method, rest.size() < 2 ? "GET" : "GET, POST");
  if (rest.size() < 2) return wrong_method(method, "GET");
  Route route{.endpoint = Endpoint::actor_send,
              .name = fmt::format("{}", fmt::join(rest.first(rest.size() - 1), "/"))};
  const std::string& verb = rest.back();
  if (verb == "request") {
    route.endpoint = Endpoint::actor_request;
    route.time = std::chrono::milliseconds(request_timeout_ms_default);
  } else if (verb == "stop" || verb == "restart") {
    route.endpoint = verb == "stop" ? Endpoint::actor_stop : Endpoint::actor_restart;
  } else if (verb == "kill") {
    route.endpoint = Endpoint::actor_kill;
  } else if (verb != "send") {
    return not_found(
        "a POST to an actor ends with send, request, stop, restart or kill: /v1/actors/NAME/send "
        "or "
        "/v1/actors/APP/NAME/send");
  }
  if (rest.size() > 3) return not_found("an actor is /v1/actors/NAME or /v1/actors/APP/NAME");
  return route;
}

}  // namespace

std::string target_of(const ActorQuery& query) {
  std::vector<std::string> parameters;
  const auto add = [&parameters](std::string_view key, std::string_view value) {
    parameters.push_back(fmt::format("{}={}", key, percent_encode(value)));
  };
  const auto add_time = [&add](std::string_view key, Duration span) {
    add(key, fmt::format("{}", std::chrono::ceil<std::chrono::milliseconds>(span).count()));
  };
  if (!query.name.empty()) add("name", query.name);
  if (query.state) add("state", to_string(*query.state));
  if (!query.component.empty()) add("component", query.component);
  if (query.older_than) add_time("older_than_ms", *query.older_than);
  if (query.younger_than) add_time("younger_than_ms", *query.younger_than);
  if (query.limit < limits::http_actors_page_max) add("limit", fmt::format("{}", query.limit));
  if (!query.after.empty()) add("after", query.after);
  return fmt::format("/v1/actors{}{}", parameters.empty() ? "" : "?", fmt::join(parameters, "&"));
}

std::string target_of(const HistoryQuery& query, Endpoint of) {
  CHECK(is_history(of));
  std::string target = fmt::format("{}?limit={}", row_of(of).path, query.limit);
  if (query.after > 0) target += fmt::format("&after={}", query.after);
  if (!query.actor.empty()) target += fmt::format("&actor={}", percent_encode(query.actor));
  return target;
}

std::span<const RouteRow> route_table() { return rows; }

Found find_route(std::string_view method, const Target& target) {
  const std::span<const std::string> segments = target.segments;
  if (segments.empty()) return not_found("the API begins at /v1: try /v1/node or /v1/actors");
  if (segments[0] != "v1")
    return not_found("this node speaks version /v1 only: try /v1/node or /v1/actors");
  Found found = not_found("below /v1 there are node, actors, supervisors, crashes and events");
  if (segments.size() > 1 && segments[1] == "node") found = node_route(method, segments.subspan(2));
  if (segments.size() > 1 && segments[1] == "actors")
    found = actor_route(method, segments.subspan(2));
  if (segments.size() > 1 && segments[1] == "crashes")
    found = list_route(method, segments.subspan(2), Endpoint::crash_list);
  if (segments.size() > 1 && segments[1] == "events")
    found = list_route(method, segments.subspan(2), Endpoint::event_list);
  if (segments.size() > 1 && segments[1] == "supervisors")
    found = list_route(method, segments.subspan(2), Endpoint::supervisor_list);
  if (!found) return found;
  return with_query(*std::move(found), target.query);
}

}  // namespace troupe
