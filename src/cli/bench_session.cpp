#include "cli/bench_session.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/format.hpp"
#include "base/suggest.hpp"
#include "bench/rows/rows.hpp"
#include "io/system_random.hpp"

namespace troupe {
namespace {

constexpr std::chrono::seconds shown_every{20};

std::string environment(const char* name) {
  // Before any thread is started.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

// $VARIABLE, else ~/OTHERWISE, else the folder for temporary files.
std::filesystem::path user_folder(const char* variable, const char* otherwise) {
  if (std::filesystem::path named = environment(variable); named.is_absolute()) return named;
  if (const std::string home = environment("HOME"); !home.empty())
    return std::filesystem::path(home) / otherwise;
  return std::filesystem::temp_directory_path();
}

}  // namespace

Tried<std::vector<bench::Selection>> select_rows(const std::vector<std::string>& filters) {
  const auto blocks = bench::all_blocks();
  for (const std::string& filter : filters) {
    if (!bench::select(blocks, std::span(&filter, 1)).empty()) continue;
    std::vector<std::string> names;
    for (const bench::Selection& selection : bench::select(blocks, {})) {
      names.emplace_back(selection.block->name);
      for (const bench::RowInfo& row : selection.rows) names.push_back(row.id);
    }
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto meant = nearest(filter, candidates);
    return complain(ExitCode::not_found, fmt::format("no row is called '{}'", filter),
                    meant ? fmt::format("did you mean `{}`?", *meant)
                          : std::string("`troupe bench list` shows them"));
  }
  return bench::select(blocks, filters);
}

std::filesystem::path bench_folder(const std::string& given) {
  if (!given.empty()) return given;
  return user_folder("XDG_DATA_HOME", ".local/share") / "troupe" / "bench";
}

std::filesystem::path peer_folder() {
  if (std::filesystem::path named = environment("TROUPE_CACHE_DIR"); named.is_absolute())
    return named / "peers";
  return user_folder("XDG_CACHE_HOME", ".cache") / "troupe" / "peers";
}

ProfileSetup setup_of(BenchProfile profile) {
  using std::chrono::milliseconds;
  switch (profile) {
    case BenchProfile::full:
      return {.name = "full",
              .effort = {.warm_up = milliseconds(2'000),
                         .measure = milliseconds(5'000),
                         .samples = 100},
              .processes = 5};
    case BenchProfile::quick:
      return {.name = "quick",
              .effort = {.warm_up = milliseconds(150), .measure = milliseconds(500), .samples = 30},
              .processes = 3};
    case BenchProfile::smoke:
      break;
  }
  return {.name = "smoke",
          .effort = {.warm_up = milliseconds(1),
                     .measure = milliseconds(5),
                     .samples = 3,
                     .is_smoke = true},
          .processes = 1};
}

bench::Outcomes BenchSession::run(std::vector<bench::Job> jobs, std::uint64_t seed) {
  bench::Outcomes outcomes =
      bench::run_jobs({.launcher = launcher_,
                       .clock = clock_,
                       .on_step = [this](const bench::Step& step) { show(step); },
                       .is_interrupted = [this] { return is_interrupted(); }},
                      std::move(jobs), seed);
  console_.progress("");
  // Ctrl-C reaches the measuring process as well, perhaps sooner.
  if (outcomes.was_interrupted && !is_interrupted()) signal_ = SIGINT;
  return outcomes;
}

void BenchSession::show(const bench::Step& step) {
  const std::string line = fmt::format("{} of {} processes, {}; {} left", step.done, step.jobs,
                                       step.label, about(step.left));
  if (console_.shows_progress()) return console_.progress(line);
  if (console_.is_json() || (clock_.now() - shown_) < shown_every) return;
  shown_ = clock_.now();
  console_.note(line);
}

bool BenchSession::is_interrupted() {
  if (!signal_) signal_ = signals_.take();
  return signal_.has_value();
}

ExitCode BenchSession::exit_code(ExitCode otherwise) const {
  if (!signal_) return otherwise;
  return *signal_ == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
}

std::string about(Duration span) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(span).count();
  return seconds < 60 ? fmt::format("{} s", seconds)
                      : fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::uint64_t fresh_seed() {
  std::uint64_t seed = 0;
  SystemRandom().fill({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  // Few digits, for people to type: no run is so like another that it matters.
  return seed % 1'000'000;
}

}  // namespace troupe
