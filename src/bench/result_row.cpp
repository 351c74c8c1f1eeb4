#include "bench/result_row.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"

namespace troupe::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view to_word(Stability status) {
  switch (status) {
    case Stability::stable:
      return "stable";
    case Stability::unstable:
      return "unstable";
    case Stability::unknown:
      return "unknown";
  }
  return "unknown";
}

Stability status_of(std::string_view word) {
  if (word == "stable") return Stability::stable;
  return word == "unstable" ? Stability::unstable : Stability::unknown;
}

void add_extras(Json& json, const ResultRow& row) {
  if (!row.base.empty()) json["base"] = row.base;
  if (row.ns) json["ns"] = *row.ns;
  if (row.cache_lines) json["cache_lines"] = *row.cache_lines;
  if (row.peer_goal) json["peer_goal"] = *row.peer_goal;
  if (row.beside) {
    json["beside"] = {{"peer", row.beside->peer},
                      {"times", row.beside->times},
                      {"low", row.beside->low},
                      {"high", row.beside->high}};
  }
  for (const PeerFigure& figure : row.peers) json["peers"][figure.peer] = figure.value;
  json["outliers"] = {row.outliers.low_severe, row.outliers.low_mild, row.outliers.high_mild,
                      row.outliers.high_severe};
  if (row.has_modes) json["modes"] = true;
  json["count"] = row.count;
  json["sum"] = row.sum;
  if (!row.moved.empty()) json["moved"] = row.moved;
}

template <typename T>
std::optional<T> optional_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}

// Throws what nlohmann's library throws where a member is missing or of the wrong type.
ResultRow row_of(const Json& json) {
  ResultRow row;
  row.id = json.at("id").get<std::string>();
  row.title = json.at("title").get<std::string>();
  row.unit = json.at("unit").get<std::string>();
  row.peer = optional_of<std::string>(json, "peer").value_or("");
  row.failed = optional_of<std::string>(json, "failed").value_or("");
  if (!row.failed.empty()) return row;
  row.value = json.at("value").get<double>();
  row.low = json.at("low").get<double>();
  row.high = json.at("high").get<double>();
  row.samples = json.at("samples").get<std::size_t>();
  row.processes = json.at("processes").get<std::size_t>();
  row.spread = optional_of<double>(json, "spread");
  row.status = status_of(json.at("status").get<std::string>());
  row.goal = optional_of<double>(json, "goal");
  row.peer_goal = optional_of<double>(json, "peer_goal");
  row.better = json.at("better").get<std::string>() == "higher" ? Better::higher : Better::lower;
  row.base = optional_of<std::string>(json, "base").value_or("");
  row.ns = optional_of<double>(json, "ns");
  row.count = optional_of<std::uint64_t>(json, "count").value_or(0);
  row.sum = optional_of<std::uint64_t>(json, "sum").value_or(0);
  row.moved = optional_of<std::vector<std::string>>(json, "moved").value_or(row.moved);
  row.figures =
      optional_of<std::vector<std::vector<double>>>(json, "figures").value_or(row.figures);
  return row;
}

}  // namespace

std::string to_json(const ResultRow& row, Figures figures) {
  Json json{{"id", row.id}, {"title", row.title}, {"unit", row.unit}};
  if (!row.failed.empty()) {
    json["peer"] = row.peer.empty() ? Json() : Json(row.peer);
    json["failed"] = row.failed;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  json["value"] = row.value;
  json["low"] = row.low;
  json["high"] = row.high;
  json["samples"] = row.samples;
  json["processes"] = row.processes;
  json["spread"] = row.spread ? Json(*row.spread) : Json();
  json["status"] = to_word(row.status);
  json["goal"] = row.goal ? Json(*row.goal) : Json();
  json["better"] = row.better == Better::lower ? "lower" : "higher";
  json["peer"] = row.peer.empty() ? Json() : Json(row.peer);
  add_extras(json, row);
  if (figures == Figures::with) json["figures"] = row.figures;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ResultRow> parse_result_row(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object())
    return fail(ErrorCode::corrupt, "a row of results is no JSON object");
  ResultRow row;
  try {
    row = row_of(json);
  } catch (const Json::exception& error) {
    return fail(ErrorCode::corrupt, fmt::format("a row of results is wrong: {}", error.what()));
  }
  if (row.id.empty()) return fail(ErrorCode::corrupt, "a row of results has no id");
  if (row.figures.size() > limits::bench_processes_max) {
    return fail(ErrorCode::corrupt, fmt::format("the row '{}' has more than {} processes", row.id,
                                                limits::bench_processes_max));
  }
  for (const std::vector<double>& process : row.figures) {
    for (const double value : process) {
      if (!std::isfinite(value) || value < 0) {
        return fail(ErrorCode::corrupt,
                    fmt::format("the row '{}' has a value that is no measurement", row.id));
      }
    }
  }
  return row;
}

}  // namespace troupe::bench
