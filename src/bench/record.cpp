#include "bench/record.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"
#include "bench/process.hpp"
#include "bench/stats/summary.hpp"

namespace troupe::bench {
namespace {

using Json = nlohmann::ordered_json;

// Refused by its number when it is another.
constexpr int format_version = 1;
constexpr const char* version_key = "troupe_bench";

std::unexpected<Error> corrupt(std::size_t line, std::string_view what) {
  return fail(ErrorCode::corrupt, fmt::format("line {} of a saved run: {}", line, what));
}

// The line that opens a run.
Result<Record> begin_record(const Json& json) {
  const Json& version = json.at(version_key);
  if (!version.is_number_integer() || version.get<int>() != format_version) {
    return fail(ErrorCode::corrupt,
                fmt::format("its format is {}; this program reads format {}. Use the program "
                            "that wrote it, or measure again",
                            version.dump(), format_version));
  }
  const auto found = json.find("provenance");
  if (found == json.end()) return fail(ErrorCode::corrupt, "it does not say where it is from");
  auto provenance = parse_provenance(*found);
  if (!provenance) return std::unexpected(provenance.error());
  Record record{.provenance = *std::move(provenance), .profile = {}, .seed = 0, .rows = {}};
  if (const auto profile = json.find("profile"); profile != json.end() && profile->is_string())
    record.profile = profile->get<std::string>();
  if (const auto seed = json.find("seed"); seed != json.end() && seed->is_number_unsigned())
    record.seed = seed->get<std::uint64_t>();
  return record;
}

Result<void> add_line(std::optional<Record>& record, std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object())
    return fail(ErrorCode::corrupt, "it is no JSON object");
  if (json.contains(version_key)) {
    auto begun = begin_record(json);
    if (!begun) return std::unexpected(begun.error());
    record = *std::move(begun);
    return {};
  }
  if (!record) return fail(ErrorCode::corrupt, "a row comes before the line that opens a run");
  if (json.contains("probes")) {
    auto probes = parse_raw_line(line);
    if (!probes) return std::unexpected(probes.error());
    record->probes.push_back(std::get<RawProbes>(*std::move(probes)));
    return {};
  }
  auto row = parse_result_row(line);
  if (!row) return std::unexpected(row.error());
  record->rows.push_back(*std::move(row));
  return {};
}

}  // namespace

std::string to_lines(const Record& record) {
  std::string lines = Json{{version_key, format_version},
                           {"profile", record.profile},
                           {"seed", record.seed},
                           {"provenance", to_json(record.provenance)}}
                          .dump(-1, ' ', false, Json::error_handler_t::replace) +
                      '\n';
  for (const RawProbes& probes : record.probes) lines += to_line(probes) + '\n';
  for (const ResultRow& row : record.rows) lines += to_json(row, Figures::with) + '\n';
  return lines;
}

Result<Record> parse_record(std::string_view lines) {
  std::optional<Record> record;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    if (const auto added = add_line(record, line); !added)
      return corrupt(number, added.error().message);
  }
  if (!record) return fail(ErrorCode::not_found, "the file holds no run");
  return *std::move(record);
}

Result<void> Records::append(const Record& record) {
  return disk_.append_file(all_runs(), as_bytes(to_lines(record)));
}

std::filesystem::path Records::program(std::string_view name) const {
  return folder_ / name / "program";
}

Result<void> Records::save(std::string_view name, const Record& record) {
  if (!is_name(name)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' can't be the name of a run: {}", name, name_rule));
  }
  auto running = disk_.read_file(this_program, limits::bench_program_bytes_max);
  if (!running) return std::unexpected(running.error());
  // The rows last: a name whose rows are there has its program.
  if (auto written = disk_.replace_file(program(name), *running, Disk::Mode::program); !written)
    return written;
  return disk_.replace_file(folder_ / name / "rows.jsonl", as_bytes(to_lines(record)),
                            Disk::Mode::data);
}

Result<Record> Records::load(std::string_view name) const {
  const auto path = folder_ / name / "rows.jsonl";
  auto content = is_name(name) ? disk_.read_file(path, limits::bench_record_bytes_max)
                               : Result<Bytes>(fail(ErrorCode::not_found, ""));
  if (!content && content.error().code == ErrorCode::not_found) {
    auto names = disk_.list(folder_).value_or(std::vector<std::string>{});
    std::erase(names, "results.jsonl");
    return fail(ErrorCode::not_found,
                names.empty() ? fmt::format("there is no saved run '{}', nor any other; `troupe "
                                            "bench run --save {}` makes one",
                                            name, name)
                              : fmt::format("there is no saved run '{}'; there are {}", name,
                                            fmt::join(names, ", ")));
  }
  if (!content) return std::unexpected(content.error());
  auto record = parse_record(as_text(*content));
  if (!record) {
    return fail(record.error().code,
                fmt::format("'{}': {}", path.string(), record.error().message));
  }
  return record;
}

std::vector<RawProbes> probes_of(const Measurements& measurements) {
  std::map<std::string, std::vector<double>> readings;
  for (const auto& [key, series] : measurements) {
    for (const auto& [probe, ns] : series.probes)
      readings[probe].insert(readings[probe].end(), ns.begin(), ns.end());
  }
  RawProbes all{.when = "beside", .ns = {}};
  for (const auto& [probe, ns] : readings) all.ns[probe] = median(ns);
  if (all.ns.empty()) return {};
  return {all};
}

}  // namespace troupe::bench
