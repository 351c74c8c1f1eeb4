#include "http/problem.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/check.hpp"

namespace troupe {
namespace {

struct Row {
  ErrorCode code;
  int status;
  std::string_view title;
};

constexpr std::array rows{
    Row{ErrorCode::invalid_argument, 400, "The request is not valid"},
    Row{ErrorCode::not_found, 404, "There is no such thing"},
    Row{ErrorCode::already_exists, 409, "It exists already"},
    Row{ErrorCode::denied, 403, "Not allowed"},
    Row{ErrorCode::overloaded, 429, "Too much at once"},
    Row{ErrorCode::unavailable, 503, "Not available now"},
    Row{ErrorCode::timed_out, 504, "No answer in time"},
    Row{ErrorCode::cancelled, 503, "Given up on purpose"},
    Row{ErrorCode::unsupported, 501, "Not supported by this build"},
    Row{ErrorCode::corrupt, 500, "The data is damaged"},
    Row{ErrorCode::internal, 500, "It failed"},
};

const Row& row_of(ErrorCode code) {
  for (const Row& row : rows) {
    if (row.code == code) return row;
  }
  CHECK(false, "every ErrorCode has a row");
  std::unreachable();
}

}  // namespace

int http_status(ErrorCode code) { return row_of(code).status; }

Problem problem_of(Error error) {
  return {.status = http_status(error.code),
          .code = error.code,
          .detail = std::move(error.message),
          .allow = {}};
}

std::string problem_json(const Problem& problem) {
  const std::string_view code = to_string(problem.code);
  nlohmann::ordered_json json;
  json["type"] = std::string("urn:troupe:problem:") + std::string(code);
  json["title"] = row_of(problem.code).title;
  json["status"] = problem.status;
  json["code"] = code;
  json["detail"] = problem.detail;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::optional<Error> error_from_problem_json(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto code = json.find("code");
  const auto detail = json.find("detail");
  if (code == json.end() || !code->is_string()) return std::nullopt;
  if (detail == json.end() || !detail->is_string()) return std::nullopt;
  for (const Row& row : rows) {
    if (to_string(row.code) == code->get_ref<const std::string&>())
      return Error{.code = row.code, .message = detail->get<std::string>()};
  }
  return std::nullopt;
}

}  // namespace troupe
