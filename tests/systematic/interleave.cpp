// Runs the models: random schedules under weak memory, all schedules, or each ordering weakened.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.hpp"
#include "checker.hpp"
#include "models.hpp"
#include "weaken.hpp"

namespace troupe::systematic {
namespace {

constexpr std::string_view usage =
    R"(usage: interleave [--schedules N] [--seed S] [--model NAME]   random schedules, weak memory
       interleave --exhaustive [--soak] [--model NAME]        all schedules
       interleave --replay SCHEDULE --model NAME --bounds TxE one that --exhaustive named
       interleave --weaken [--schedules N] [--model NAME]     each ordering weakened must fail
       interleave --list
)";

constexpr std::uint64_t default_schedules = 100'000;
// What finds a weakened ordering: the least likely needs some dozen schedules yet.
constexpr std::uint64_t weaken_schedules = 1'000'000;

struct Options {
  enum class Mode : std::uint8_t { sample, search, replay, weaken, list };
  Mode mode = Mode::sample;
  std::optional<std::uint64_t> schedules;
  std::uint64_t seed = 1;
  std::string_view model;  // Empty: all.
  std::string_view schedule;
  Bounds bounds;
  bool is_soak = false;
};

// For people; nothing is judged by it.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void print(const Failure& failure) {
  for (const std::string& step : failure.steps) fmt::print(stderr, "  {}\n", step);
  fmt::print(stderr, "failure: {}\n", failure.what);
}

// Lines appear as they are written, in a log too.
void flush() { (void)std::fflush(stdout); }

std::function<void(std::uint64_t)> progress_of(const Model& model, const Bounds& bounds) {
  return [&model, bounds](std::uint64_t schedules) {
    fmt::print("{:<10} {} x {}: {} schedules so far\n", model.name, bounds.threads, bounds.each,
               schedules);
    flush();
  };
}

bool sample(const Model& model, const Options& options) {
  Checker checker;
  const Stopwatch watch;
  const Finding finding =
      checker.sample([&model](Execution& run) { model.set_up(run, model.random); },
                     {.schedules = options.schedules.value_or(default_schedules),
                      .seed = options.seed,
                      .progress = progress_of(model, model.random)});
  const double seconds = watch.seconds();
  fmt::print(
      "{:<10} {} x {}: {} schedules from seed {}, {:.1f} s, {:.0f} schedules/s, {:.0f} steps "
      "each\n",
      model.name, model.random.threads, model.random.each, finding.schedules, options.seed, seconds,
      static_cast<double>(finding.schedules) / seconds,
      static_cast<double>(finding.steps) / static_cast<double>(finding.schedules));
  flush();
  if (!finding.failure) return true;
  print(*finding.failure);
  fmt::print(stderr, "again: interleave --model {} --schedules 1 --seed {}\n", model.name,
             finding.failure->seed);
  return false;
}

bool search(const Model& model, const Bounds& bounds) {
  Checker checker;
  const Stopwatch watch;
  const Finding finding = checker.search([&](Execution& run) { model.set_up(run, bounds); },
                                         {.progress = progress_of(model, bounds)});
  const double seconds = watch.seconds();
  fmt::print("{:<10} {} x {}: {}, {} schedules, {} states, {:.1f} s, {:.0f} schedules/s\n",
             model.name, bounds.threads, bounds.each,
             finding.is_exhausted ? "exhausted" : "NOT exhausted", finding.schedules,
             finding.states, seconds, static_cast<double>(finding.schedules) / seconds);
  flush();
  if (!finding.failure) return finding.is_exhausted;
  print(*finding.failure);
  fmt::print(stderr, "again: interleave --model {} --bounds {}x{} --replay {}\n", model.name,
             bounds.threads, bounds.each, finding.failure->schedule);
  return false;
}

bool replay(const Model& model, const Options& options) {
  Checker checker;
  const Finding finding =
      checker.replay([&](Execution& run) { model.set_up(run, options.bounds); }, options.schedule);
  if (finding.failure) print(*finding.failure);
  return !finding.failure;
}

std::string result_of(const Weakened& one) {
  if (one.is_found()) {
    return fmt::format("{}{} after {}: {}", one.is_unseen ? "WRONGLY CALLED UNSEEN, " : "",
                       one.found_by->name, one.schedules, one.failure);
  }
  return one.is_unseen ? "not found: for load buffering, which is not tried"
                       : "NOT FOUND: stronger than needed, or the models are too small";
}

bool weaken_all(const std::vector<const Model*>& models, const Options& options) {
  std::size_t found = 0;
  bool is_right = true;
  const auto told = [&](const Weakened& one) {
    found += one.is_found() ? 1 : 0;
    is_right = one.is_right() && is_right;
    fmt::print("{:<20} {} -> {:<8} {}\n", one.weakening.site, to_string(one.strong),
               to_string(one.weakening.order), result_of(one));
    flush();
  };
  const std::size_t count =
      weaken(models, options.schedules.value_or(weaken_schedules), options.seed, told);
  fmt::print("{} of {} weakened orderings were found\n", found, count);
  return count > 0 && is_right;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Bounds> bounds_in(std::string_view text) {
  const std::size_t cross = text.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto threads = number_in(text.substr(0, cross));
  const auto each = number_in(text.substr(cross + 1));
  if (!threads || !each) return std::nullopt;
  return Bounds{.threads = static_cast<unsigned>(*threads), .each = static_cast<unsigned>(*each)};
}

// The options that have a value. False: it is none of them, or the value is wrong.
bool take_value(Options& options, std::string_view option, std::string_view value) {
  if (option == "--schedules") {
    options.schedules = number_in(value);
    return options.schedules.has_value();
  }
  if (option == "--seed") {
    const auto seed = number_in(value);
    options.seed = seed.value_or(0);
    return seed.has_value();
  }
  if (option == "--model") {
    options.model = value;
    return true;
  }
  if (option == "--replay") {
    options.mode = Options::Mode::replay;
    options.schedule = value;
    return true;
  }
  if (option == "--bounds") {
    const auto bounds = bounds_in(value);
    options.bounds = bounds.value_or(Bounds{});
    return bounds.has_value();
  }
  return false;
}

std::optional<Options> options_in(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--exhaustive") {
      options.mode = Options::Mode::search;
    } else if (arguments[i] == "--weaken") {
      options.mode = Options::Mode::weaken;
    } else if (arguments[i] == "--list") {
      options.mode = Options::Mode::list;
    } else if (arguments[i] == "--soak") {
      options.is_soak = true;
    } else if (i + 1 == arguments.size() || !take_value(options, arguments[i], arguments[i + 1])) {
      return std::nullopt;
    } else {
      ++i;
    }
  }
  return options;
}

bool run(const std::vector<const Model*>& models, const Options& options) {
  bool is_right = true;
  for (const Model* model : models) {
    switch (options.mode) {
      case Options::Mode::sample:
        is_right = sample(*model, options) && is_right;
        break;
      case Options::Mode::search:
        for (const Bounds& bounds : model->exhaustive) {
          is_right = search(*model, bounds) && is_right;
        }
        for (const Bounds& bounds : options.is_soak ? model->soak : std::vector<Bounds>{}) {
          is_right = search(*model, bounds) && is_right;
        }
        break;
      case Options::Mode::replay:
        is_right = replay(*model, options) && is_right;
        break;
      case Options::Mode::weaken:
        return weaken_all(models, options);
      case Options::Mode::list:
        fmt::print("{:<10} {} ({})\n", model->name, model->promise, model->unit);
        break;
    }
  }
  return is_right;
}

}  // namespace
}  // namespace troupe::systematic

int main(int argc, char** argv) {
  using namespace troupe::systematic;  // NOLINT(google-build-using-namespace): main is theirs.
  const auto options = options_in({argv + 1, argv + argc});
  if (!options) {
    fmt::print(stderr, "{}", usage);
    return 2;
  }
  std::vector<const Model*> models;
  for (const Model* model : all_models()) {
    if (options->model.empty() || options->model == model->name) models.push_back(model);
  }
  if (models.empty()) {
    fmt::print(stderr, "there is no model '{}'; --list names them\n", options->model);
    return 2;
  }
  return run(models, *options) ? 0 : 1;
}
