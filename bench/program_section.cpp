// The whole program, from its start: what a user waits for.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/child.hpp"
#include "bench/sections.hpp"

namespace troupe::bench {
namespace {

constexpr double version_goal_ms = 10;
constexpr double ready_goal_ms = 300;
constexpr std::chrono::seconds patience{20};

// Three actors of two components.
constexpr std::string_view app_text = R"(schema = 1

[app]
name = "bench"

[app.components]
echo = "{0}/echo.wasm"
counter = "{0}/counter.wasm"

[app.actors.echo]
component = "echo"

[app.actors.counter-1]
component = "counter"

[app.actors.counter-2]
component = "counter"
)";

// A folder that is gone with it: the app, and where the node has its socket.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "troupe-bench-XXXXXX") {
    std::string path = path_.string();
    CHECK(::mkdtemp(path.data()) != nullptr, "a temporary folder can be made");
    path_ = path;
    std::ofstream(app()) << fmt::format(app_text, TROUPE_GUEST_DIR);
    CHECK(::setenv("XDG_RUNTIME_DIR", path.c_str(), 1) == 0);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string app() const { return path_ / "app.toml"; }

 private:
  std::filesystem::path path_;
};

using SteadyClock = std::chrono::steady_clock;

double ms_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
}

// From the start of the process to its end, which must be a success.
std::optional<double> time_command(const std::vector<std::string>& command) {
  const auto begin = SteadyClock::now();
  if (Child(command, Child::Read::nothing).wait() != 0) return std::nullopt;
  return ms_since(begin);
}

// From the start of the process to the line that says it is ready; then it is stopped, and must
// end well.
std::optional<double> time_until_ready(const std::string& app) {
  const auto begin = SteadyClock::now();
  Child node({TROUPE_PROGRAM, "run", app, "--json"}, Child::Read::error);
  if (!node.wait_for(R"("event":"ready")", patience)) return std::nullopt;
  const double took = ms_since(begin);
  node.terminate();
  return node.wait() == 0 ? std::optional(took) : std::nullopt;
}

}  // namespace

void run_program(const Section& section, const Settings& settings, Report& report) {
  const std::string name(section.name);
  if (!std::filesystem::exists(TROUPE_PROGRAM))
    return report.fail(name, "troupe",
                       "there is no " TROUPE_PROGRAM ": build the target troupe_cli");
  const Folder folder;
  std::vector<double> bare;
  std::vector<double> version;
  std::vector<double> beyond;
  std::vector<double> ready;
  for (std::uint32_t round = 0; round < settings.run.samples; ++round) {
    report.progress(fmt::format("{}: sample {} of {}", name, round + 1, settings.run.samples));
    const auto one_bare = time_command({"/bin/true"});
    const auto one_version = time_command({TROUPE_PROGRAM, "version"});
    const auto one_ready = time_until_ready(folder.app());
    if (!one_bare || !one_version || !one_ready)
      return report.fail(name, "troupe", "a command failed, or was not ready in 20 s");
    bare.push_back(*one_bare);
    version.push_back(*one_version);
    beyond.push_back(*one_version - *one_bare);
    ready.push_back(*one_ready);
  }
  const auto add = [&](std::string row, std::vector<double> ms, std::optional<double> goal) {
    report.add({.section = name,
                .row = std::move(row),
                .unit = "ms",
                .value = summarize(std::move(ms)),
                .samples = settings.run.samples,
                .count = settings.run.samples,
                .goal = goal});
  };
  add("bare process", std::move(bare), std::nullopt);
  add("troupe version", std::move(version), std::nullopt);
  add("troupe version, beyond bare", std::move(beyond), version_goal_ms);
  add("troupe run, until ready", std::move(ready), ready_goal_ms);
}

}  // namespace troupe::bench
