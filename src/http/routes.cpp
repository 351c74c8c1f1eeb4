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

namespace troupe {
namespace {

using Found = std::expected<Route, Problem>;

constexpr std::array rows{
    RouteRow{Endpoint::node_status, "GET", "/v1/node", ""},
    RouteRow{Endpoint::node_stop, "POST", "/v1/node/stop", ""},
    RouteRow{Endpoint::actor_list, "GET", "/v1/actors", "after"},
    RouteRow{Endpoint::actor_status, "GET", "/v1/actors/{name}", ""},
    RouteRow{Endpoint::actor_send, "POST", "/v1/actors/{name}/send", ""},
    RouteRow{Endpoint::actor_request, "POST", "/v1/actors/{name}/request", "timeout_ms"},
    RouteRow{Endpoint::actor_stop, "POST", "/v1/actors/{name}/stop", "budget_ms"},
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

// A whole number of milliseconds, 1 .. limits::request_timeout_ms_max.
std::expected<Duration, Problem> parse_milliseconds(const QueryParameter& parameter) {
  std::uint64_t value = 0;
  const char* const end = parameter.value.data() + parameter.value.size();
  const auto [stopped, error] = std::from_chars(parameter.value.data(), end, value);
  if (error != std::errc{} || stopped != end || value < 1 ||
      value > limits::request_timeout_ms_max) {
    return invalid(fmt::format("{} is not a whole number of milliseconds from 1 to {}",
                               parameter.key, limits::request_timeout_ms_max));
  }
  return std::chrono::milliseconds(value);
}

// Fills in what stands behind the '?'.
Found with_query(Route route, const std::vector<QueryParameter>& query) {
  const std::string_view known = row_of(route.endpoint).parameter;
  for (const QueryParameter& parameter : query) {
    if (known.empty() || parameter.key != known) {
      return invalid(fmt::format(
          "unknown query parameter '{}'; {}", parameter.key,
          known.empty() ? std::string("there is none here") : fmt::format("known: {}", known)));
    }
    if (&parameter != &query.front()) return invalid(fmt::format("{} is given twice", known));
    if (route.endpoint == Endpoint::actor_list) {
      route.list_after = parameter.value;
    } else {
      const auto time = parse_milliseconds(parameter);
      if (!time) return std::unexpected(time.error());
      route.time = *time;
    }
  }
  return route;
}

Found node_route(std::string_view method, std::span<const std::string> rest) {
  if (rest.empty()) {
    if (method != "GET") return wrong_method(method, "GET");
    return Route{.endpoint = Endpoint::node_status, .name = {}, .time = {}, .list_after = {}};
  }
  if (rest.size() == 1 && rest[0] == "stop") {
    if (method != "POST") return wrong_method(method, "POST");
    return Route{.endpoint = Endpoint::node_stop, .name = {}, .time = {}, .list_after = {}};
  }
  return not_found("below /v1/node there is only stop");
}

Found actor_route(std::string_view method, std::span<const std::string> rest) {
  if (method == "GET") {
    if (rest.empty())
      return Route{.endpoint = Endpoint::actor_list, .name = {}, .time = {}, .list_after = {}};
    if (rest.size() > 2) return not_found("an actor is /v1/actors/NAME or /v1/actors/APP/NAME");
    return Route{.endpoint = Endpoint::actor_status,
                 .name = fmt::format("{}", fmt::join(rest, "/")),
                 .time = {},
                 .list_after = {}};
  }
  if (method != "POST") return wrong_method(method, rest.size() < 2 ? "GET" : "GET, POST");
  if (rest.size() < 2) return wrong_method(method, "GET");
  Route route{.endpoint = Endpoint::actor_send,
              .name = fmt::format("{}", fmt::join(rest.first(rest.size() - 1), "/")),
              .time = {},
              .list_after = {}};
  const std::string& verb = rest.back();
  if (verb == "request") {
    route.endpoint = Endpoint::actor_request;
    route.time = std::chrono::milliseconds(request_timeout_ms_default);
  } else if (verb == "stop") {
    route.endpoint = Endpoint::actor_stop;
    route.time = std::chrono::milliseconds(limits::stop_budget_ms_default);
  } else if (verb != "send") {
    return not_found(
        "a POST to an actor ends with send, request or stop: /v1/actors/NAME/send or "
        "/v1/actors/APP/NAME/send");
  }
  if (rest.size() > 3) return not_found("an actor is /v1/actors/NAME or /v1/actors/APP/NAME");
  return route;
}

}  // namespace

std::span<const RouteRow> route_table() { return rows; }

Found find_route(std::string_view method, const Target& target) {
  const std::span<const std::string> segments = target.segments;
  if (segments.empty()) return not_found("the API begins at /v1: try /v1/node or /v1/actors");
  if (segments[0] != "v1")
    return not_found("this node speaks version /v1 only: try /v1/node or /v1/actors");
  Found found = not_found("below /v1 there are node and actors");
  if (segments.size() > 1 && segments[1] == "node") found = node_route(method, segments.subspan(2));
  if (segments.size() > 1 && segments[1] == "actors")
    found = actor_route(method, segments.subspan(2));
  if (!found) return found;
  return with_query(*std::move(found), target.query);
}

}  // namespace troupe
