// Runs scenarios under simulated time: README.md says what they are made of.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/units.hpp"
#include "io/sim_disk.hpp"
#include "loader/loader.hpp"
#include "runtime/app.hpp"
#include "runtime/sim_node.hpp"
#include "troupe/actor.hpp"
#include "troupe/health.hpp"

namespace troupe::scenarios {
namespace {

// Does what the guest `probe` would (tests/guests), as far as scenarios ask for it.
// Thread: one.
class Probe final : public Actor {
 public:
  Outcome start(Turn& /*turn*/, BytesView config) override {
    const std::string_view text = as_text(config);
    constexpr std::string_view error = "do error ";
    if (text.starts_with(error)) return Outcome::error(text.substr(error.size()));
    return {};
  }
  Health health() override { return health_; }
  Outcome handle(Turn& turn, BytesView message) override {
    ++count_;
    const std::string_view text = as_text(message);
    const std::string_view word = text.substr(0, text.find(' '));
    const std::string_view rest = text.substr(std::min(text.size(), word.size() + 1));
    if (word == "trap") return Outcome::crash(rest);
    if (word == "echo") return Outcome::answer(rest);
    if (word == "error") return Outcome::error(rest);
    if (word == "count") return Outcome::answer("ok " + std::to_string(count_));
    if (word == "exit") {
      turn.exit({});
      return Outcome::answer("ok");
    }
    if (word == "health") return set_health(rest);
    if (word == "spawn") return spawn(turn, rest);
    return Outcome::error("the stand-in has no such command");
  }

 private:
  // "KIND REASON"
  Outcome set_health(std::string_view text) {
    constexpr std::array kinds{HealthStatus::healthy, HealthStatus::degraded,
                               HealthStatus::unhealthy};
    const auto kind = static_cast<std::size_t>(text.at(0) - '0');
    health_ = {.status = kinds.at(kind), .reason = std::string(text.substr(2))};
    return Outcome::answer("ok");
  }
  // "TEMPLATE NAME"
  static Outcome spawn(Turn& turn, std::string_view text) {
    const std::size_t space = text.find(' ');
    const auto made = turn.spawn(text.substr(0, space), text.substr(space + 1), {});
    return made ? Outcome::answer("ok") : Outcome::answer(to_string(made.error()));
  }

  std::uint64_t count_ = 0;
  Health health_ = {};
};

// Thread: one.
struct Scenario {
  std::string before_expected;  // The text as it is up to there.
  bool is_for_real_only = false;
  std::string manifest;
  std::vector<std::string> steps;
  std::string expected;
};

std::optional<Scenario> read(const std::filesystem::path& path) {
  std::ifstream file(path);
  Scenario scenario;
  std::string part;
  for (std::string line; std::getline(file, line);) {
    const bool is_head = line.starts_with("--- ");
    if (line.starts_with("# real program only")) scenario.is_for_real_only = true;
    if (part != "expected") scenario.before_expected += line + "\n";
    if (is_head) {
      part = line.substr(4);
    } else if (part == "manifest") {
      scenario.manifest += line + "\n";
    } else if (part == "steps" && !line.empty()) {
      scenario.steps.push_back(line);
    } else if (part == "expected") {
      scenario.expected += line + "\n";
    }
  }
  if (part != "expected" || scenario.steps.empty()) return std::nullopt;
  return scenario;
}

// How long something took is no part of a trace.
std::string without_spans(std::string text) {
  constexpr std::string_view from = "in the last ";
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) {
    const std::size_t end = text.find(';', at);
    text.replace(at + from.size(), end - at - from.size(), "...");
  }
  return text;
}

// One scenario and its trace.
// Thread: one.
class Stage {
 public:
  std::string play(const Scenario& scenario) {
    trace_ += "> start\n";
    if (!load(scenario.manifest)) return trace_;
    note_events();
    for (const std::string& step : scenario.steps) {
      trace_ += "> " + step + "\n";
      if (!take(step)) trace_ += "not a step\n";
      node_.run_until_idle();
      note_events();
    }
    return trace_;
  }

 private:
  bool load(std::string manifest) {
    constexpr std::string_view guest = "@guest@";
    for (std::size_t at = manifest.find(guest); at != std::string::npos;
         at = manifest.find(guest, at)) {
      manifest.replace(at, guest.size(), "native:probe");
    }
    (void)disk_.replace_file("app.toml", as_bytes(manifest), Disk::Mode::data);
    natives_["probe"] = {.make = [] { return std::make_unique<Probe>(); }, .options = {}};
    auto plan =
        plan_app({.manifest = "app.toml", .disk = disk_, .loader = loader_, .natives = natives_});
    if (!plan) {
      trace_ += plan.error().message + "\n";
      return false;
    }
    control().post([&] {
      for (const SupervisorEntry& one : plan->supervisors) {
        control().add_supervisor(one.name, one.policy,
                                 {.parent = one.supervisor, .restart = one.restart});
      }
    });
    app_ = plan->name;
    templates_ = std::move(plan->templates);
    for (ChildOrder& order : plan->actors) {
      if (const auto started = node_.spawn(std::move(order)); !started) {
        trace_ += "error: " + started.error().message + "\n";
        return false;
      }
    }
    return true;
  }

  // "VERB ACTOR TEXT", "stop-node", "advance SPAN", or "within SPAN STEP".
  bool take(const std::string& step) {
    std::istringstream words(step);
    std::string verb;
    std::string object;
    words >> verb >> object;
    std::string text;
    std::getline(words >> std::ws, text);
    if (verb == "advance") {
      const auto span = parse_duration(object);
      if (!span) return false;
      node_.advance(*span);
      return true;
    }
    if (verb == "within") return take(text) && take("advance " + object);
    if (verb == "stop-node") {
      control().post([this] { control().end_node({}, std::chrono::seconds(60)); });
      return true;
    }
    const auto actor = node_.core().registry().find(fmt::format("{}/{}", app_, object));
    if (!actor) {
      trace_ += "error: there is no such actor\n";
      return true;
    }
    const auto tell = [this](const Result<void>& result) {
      if (!result) trace_ += "error: " + result.error().message + "\n";
    };
    if (verb == "send") {
      tell(node_.core().send(*actor, as_bytes(text)));
    } else if (verb == "request") {
      const auto answer = node_.request(*actor, text);
      trace_ += answer ? fmt::format("answer: {}\n", as_text(*answer))
                       : fmt::format("error: {}\n", answer.error().message);
    } else if (verb == "kill") {
      control().post([this, actor, tell] { control().kill(*actor, tell); });
    } else if (verb == "stop") {
      control().post([this, actor, tell] { control().stop(*actor, std::nullopt, tell); });
    } else if (verb == "restart") {
      control().post([this, actor, tell] { control().restart(*actor, std::nullopt, tell); });
    } else {
      return false;
    }
    return true;
  }

  void note_events() {
    const auto events = node_.core().history().events.find({.after = seen_, .limit = 1'000}, app_);
    for (const NodeEvent& event : events) {
      seen_ = event.number;
      trace_ += fmt::format("{}", to_string(event.kind));
      if (!event.name.empty()) trace_ += " " + event.name;
      if (event.life > 0) trace_ += fmt::format(" {}", event.life);
      if (!event.text.empty()) trace_ += ": " + without_spans(event.text);
      trace_ += "\n";
    }
  }

  Control& control() { return node_.core().control(); }

  SimNode node_{{.workers = 2, .seed = 5}};
  NativeEngine engine_;
  SimDisk disk_;
  Loader loader_{disk_, engine_};
  NativeFactories natives_;
  std::vector<std::shared_ptr<const ActorSpec>> templates_;
  std::string app_;
  std::string trace_;
  std::uint64_t seen_ = 0;
};

int run(const std::filesystem::path& folder, bool rewrites) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  int failures = files.empty() ? 1 : 0;
  for (const std::filesystem::path& path : files) {
    const auto scenario = read(path);
    if (!scenario) {
      fmt::print(stderr, "{}: needs '--- manifest', '--- steps', '--- expected'\n", path.string());
      ++failures;
      continue;
    }
    if (scenario->is_for_real_only) continue;
    const std::string trace = Stage().play(*scenario);
    if (trace == scenario->expected) continue;
    if (rewrites) {
      std::ofstream(path) << scenario->before_expected << trace;
      fmt::print("{}: rewritten\n", path.string());
      continue;
    }
    ++failures;
    fmt::print(stderr, "{}: expected:\n{}but it is:\n{}", path.string(), scenario->expected, trace);
  }
  fmt::print("{} scenarios, {} fail\n", files.size(), failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace troupe::scenarios

int main(int argc, char** argv) {
  const bool rewrites = argc == 3 && std::string_view(argv[2]) == "--rewrite";
  if (argc != 2 && !rewrites) {
    fmt::print(stderr, "usage: scenarios FOLDER [--rewrite]\n");
    return 2;
  }
  return troupe::scenarios::run(argv[1], rewrites);
}
