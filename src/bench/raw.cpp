#include "bench/raw.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"

namespace troupe::bench {
namespace {

using Json = nlohmann::ordered_json;

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(ErrorCode::corrupt, fmt::format("a line of a measuring process is wrong: {}", what));
}

// Values may be 0 (a count of page faults); times and iterations may not.
enum class Zero : std::uint8_t { allowed, refused };

Result<std::vector<double>> numbers(const Json& json, const char* name, Zero zero) {
  const auto found = json.find(name);
  if (found == json.end()) return std::vector<double>{};
  if (!found->is_array()) return corrupt(fmt::format("'{}' is no list", name));
  if (found->size() > limits::bench_samples_max)
    return corrupt(fmt::format("'{}' has more than {} values", name, limits::bench_samples_max));
  std::vector<double> values;
  values.reserve(found->size());
  for (const Json& item : *found) {
    const double value = item.is_number() ? item.get<double>() : -1;
    const bool is_good =
        std::isfinite(value) && (value > 0 || (value == 0 && zero == Zero::allowed));
    if (!is_good) return corrupt(fmt::format("'{}' has a value that is no measurement", name));
    values.push_back(value);
  }
  return values;
}

Result<std::string> text(const Json& json, const char* name, std::string otherwise) {
  const auto found = json.find(name);
  if (found == json.end()) return otherwise;
  if (!found->is_string()) return corrupt(fmt::format("'{}' is no text", name));
  return found->get<std::string>();
}

Result<std::uint64_t> count(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) return std::uint64_t{0};
  if (!found->is_number_unsigned()) return corrupt(fmt::format("'{}' is no count", name));
  return found->get<std::uint64_t>();
}

Result<RawLine> row_of(const Json& json) {
  RawRow row;
  auto id = text(json, "id", {});
  auto peer = text(json, "peer", {});
  auto unit = text(json, "unit", "ns");
  auto failed = text(json, "failed", {});
  auto iterations = numbers(json, "iterations", Zero::refused);
  auto ns = numbers(json, "ns", Zero::refused);
  auto values = numbers(json, "values", Zero::allowed);
  const auto counted = count(json, "count");
  const auto sum = count(json, "sum");
  for (const auto* part : {&id, &peer, &unit, &failed})
    if (!*part) return std::unexpected(part->error());
  for (const auto* part : {&iterations, &ns, &values})
    if (!*part) return std::unexpected(part->error());
  if (!counted) return std::unexpected(counted.error());
  if (!sum) return std::unexpected(sum.error());
  if (id->empty()) return corrupt("the row has no id");
  if (iterations->size() != ns->size()) return corrupt("'iterations' and 'ns' differ in length");
  if (failed->empty() && ns->empty() == values->empty())
    return corrupt("a row has either times or values");
  return RawRow{.id = *std::move(id),
                .peer = *std::move(peer),
                .unit = *std::move(unit),
                .iterations = *std::move(iterations),
                .ns = *std::move(ns),
                .values = *std::move(values),
                .count = *counted,
                .sum = *sum,
                .failed = *std::move(failed)};
}

Result<RawLine> probes_of(const Json& json) {
  auto when = text(json, "probes", {});
  if (!when) return std::unexpected(when.error());
  const auto found = json.find("ns");
  if (found == json.end() || !found->is_object()) return corrupt("probes have no figures");
  RawProbes probes{.when = *std::move(when), .ns = {}};
  for (const auto& [name, value] : found->items()) {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      return corrupt(fmt::format("the probe '{}' is no number", name));
    probes.ns[name] = value.get<double>();
  }
  return probes;
}

}  // namespace

std::vector<double> figures(const RawRow& row) {
  if (!row.values.empty()) return row.values;
  std::vector<double> each;
  each.reserve(row.ns.size());
  for (std::size_t sample = 0; sample < row.ns.size(); ++sample)
    each.push_back(row.ns[sample] / row.iterations[sample]);
  return each;
}

std::string to_line(const RawRow& row) {
  Json json{{"id", row.id}};
  if (!row.peer.empty()) json["peer"] = row.peer;
  if (!row.failed.empty()) {
    json["failed"] = row.failed;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  json["unit"] = row.unit;
  if (row.values.empty()) {
    json["iterations"] = row.iterations;
    json["ns"] = row.ns;
  } else {
    json["values"] = row.values;
  }
  json["count"] = row.count;
  json["sum"] = row.sum;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_line(const RawProbes& probes) {
  return Json{{"probes", probes.when}, {"ns", probes.ns}}.dump();
}

Result<RawLine> parse_raw_line(std::string_view line) {
  if (line.size() > limits::bench_line_bytes_max) return corrupt("it is too long");
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return corrupt("it is no JSON object");
  return json.contains("probes") ? probes_of(json) : row_of(json);
}

}  // namespace troupe::bench
