// The whole program, from its start: what a user waits for.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/process.hpp"
#include "bench/rows/guests.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "io/system_clock.hpp"
#include "io/temporary_folder.hpp"

namespace troupe::bench {
namespace {

constexpr double ns_per_ms = 1e6;
constexpr std::chrono::seconds patience{20};
constexpr std::uint32_t samples_max = 31;

// Three actors of two components.
constexpr std::string_view app_text = R"(schema = 1

[app]
name = "bench"

[app.components]
echo = "echo.wasm"
counter = "counter.wasm"

[app.actors.echo]
component = "echo"

[app.actors.counter-1]
component = "counter"

[app.actors.counter-2]
component = "counter"
)";

// Where its node has its socket, too.
class AppFolder {
 public:
  AppFolder() : app_(folder_.write("app.toml", as_bytes(app_text))) {
    for (const char* name : {"echo", "counter"})
      (void)folder_.write(fmt::format("{}.wasm", name), guest(name));
  }
  [[nodiscard]] std::string app() const { return app_; }
  [[nodiscard]] std::string path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  std::filesystem::path app_;
};

double ns_since(const Clock& clock, Instant begin) {
  return static_cast<double>((clock.now() - begin).count());
}

// From the start of the process to its end, which must be a success.
std::optional<double> time_command(const std::vector<std::string>& command) {
  const SystemClock clock;
  auto process = Process::start(command, Process::Read::nothing);
  if (!process || process->wait() != 0) return std::nullopt;
  return ns_since(clock, {});
}

// From the start of the process to the line that says it is ready; then it is stopped, and must
// end well.
std::optional<double> time_until_ready(const AppFolder& folder) {
  const SystemClock clock;
  auto node =
      Process::start({"/usr/bin/env", "XDG_RUNTIME_DIR=" + folder.path(),
                      std::filesystem::read_symlink(this_program), "run", folder.app(), "--json"},
                     Process::Read::error);
  if (!node || !node->wait_for(R"("event":"ready")", patience)) return std::nullopt;
  const double took = ns_since(clock, {});
  node->terminate();
  return node->wait() == 0 ? std::optional(took) : std::nullopt;
}

std::vector<RowInfo> rows() {
  const auto row = [](std::string id, std::string title, std::optional<double> goal_ms) {
    return RowInfo{.id = std::move(id),
                   .title = std::move(title),
                   .goal = goal_ms ? std::optional(*goal_ms * ns_per_ms) : std::nullopt,
                   .kind = RowKind::macro,
                   .leans = Leans::kernel};
  };
  return {row("start/bare", "a process that does nothing", std::nullopt),
          row("start/version", "`troupe version`, beyond a bare process", 10),
          row("start/ready", "`troupe run` of three actors, until it says ready", 300)};
}

void measure(const Request& request, RawSink& sink) {
  const AppFolder folder;
  std::vector<double> bare;
  std::vector<double> version;
  std::vector<double> ready;
  const std::uint32_t samples = std::min(request.effort.samples, samples_max);
  for (std::uint32_t sample = 0; sample < samples; ++sample) {
    const auto one_bare = time_command({"/bin/true"});
    const auto one_version = time_command({std::string(this_program), "version"});
    const auto one_ready = time_until_ready(folder);
    if (!one_bare || !one_version || !one_ready) {
      for (const RowInfo& row : rows())
        sink.take({.id = row.id, .failed = "a command failed, or was not ready in 20 s"});
      return;
    }
    bare.push_back(*one_bare);
    version.push_back(std::max(0.0, *one_version - *one_bare));
    ready.push_back(*one_ready);
  }
  const std::vector<RowInfo> infos = rows();
  give(request, sink, infos[0], std::move(bare), samples);
  give(request, sink, infos[1], std::move(version), samples);
  give(request, sink, infos[2], std::move(ready), samples);
}

}  // namespace

const Block& start_block() {
  static constexpr Block block = {
      .name = "start", .title = "the program, from its start", .rows = rows, .measure = measure};
  return block;
}

}  // namespace troupe::bench
