// A node in this process, from its files to its end. The main thread only waits: for signals, for a
// client that asks the node to stop, for the node's own end.

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/node_log.hpp"
#include "cli/nodes.hpp"
#include "cli/run_plan.hpp"
#include "cli/wakeup.hpp"
#include "http/node_socket.hpp"
#include "http/runtime_view.hpp"
#include "http/server.hpp"
#include "io/posix_disk.hpp"
#include "io/system_clock.hpp"
#include "runtime/defaults.hpp"
#include "troupe/runtime.hpp"

namespace troupe {
namespace {

constexpr auto progress_interval = std::chrono::seconds(1);

Result<void> fill(Runtime& runtime, const RunPlan& plan) {
  if (plan.kind == RunPlan::Kind::app) return runtime.load(plan.file);
  TRY_ASSIGN(const Component component, Component::from_file(plan.file));
  SpawnOptions options;
  options.name = plan.app;
  TRY(runtime.spawn(component, std::move(options)));
  return {};
}

class RunningNodeProcess {
 public:
  RunningNodeProcess(Console& console, RunPlan plan, std::uint32_t workers, const Clock& clock)
      : plan_(std::move(plan)),
        workers_(workers == 0 ? usable_cores() : workers),
        clock_(clock),
        started_(clock.now()),
        log_(console, clock) {}

  Tried<ExitCode> run() {
    const auto folder = socket_folder();
    if (!folder) return std::unexpected(folder.error());
    auto socket = NodeSocket::claim(*folder, plan_.node);
    if (!socket) return complain_of_claim(std::move(socket).error());
    socket_.emplace(*std::move(socket));
    if (auto started = start(); !started) return complain_of_start(std::move(started).error());
    const RuntimeEnd end = serve_until_ended();
    log_.ended(plan_.node, clock_.now() - started_);
    if (end.failed) return complain(ExitCode::failed, end.reason);
    return ExitCode::ok;
  }

 private:
  // On a thread of its own, so that a signal ends a start that takes long.
  Result<void> start() {
    Result<void> result;
    Event done;
    std::jthread loader([&] {
      result = start_and_fill();
      done.raise();
    });
    while (!done.is_raised()) {
      wait_for_any({signals_.fd(), done.fd()}, std::nullopt);
      if (const auto signal = signals_.take()) end_at_once(*signal);
    }
    return result;
  }

  Result<void> start_and_fill() {
    TRY_ASSIGN(runtime_, Runtime::start({
                             .name = plan_.app,
                             .workers = workers_,
                             .on_log = [this](const LogLine& line) { log_.log(line); },
                             .on_exit = [this](const ExitEvent& event) { log_.exit(event); },
                         }));
    return fill(*runtime_, plan_);
  }

  RuntimeEnd serve_until_ended() {
    Event stop_asked;
    RuntimeView view(*runtime_,
                     {.name = plan_.node, .version = TROUPE_VERSION, .workers = workers_}, clock_,
                     [&stop_asked] { stop_asked.raise(); });
    auto server = HttpServer::start(*socket_, view);
    if (!server) {
      runtime_->shut_down();
      return {.failed = true, .reason = server.error().message};
    }
    log_.ready({.node = plan_.node,
                .socket = socket_->path(),
                .actors = actor_count(),
                .took = clock_.now() - started_});
    std::optional<RuntimeEnd> end;
    Event ended;
    std::jthread watcher([&] {
      end = runtime_->wait();
      ended.raise();
    });
    wait_for_any({signals_.fd(), stop_asked.fd(), ended.fd()}, std::nullopt);
    const auto signal = signals_.take();
    if (!ended.is_raised()) stop(signal, ended);
    watcher.join();
    runtime_->shut_down();
    (*server)->stop();
    return *end;
  }

  [[nodiscard]] std::size_t actor_count() { return runtime_->actors(ActorQuery{.limit = 0}).more; }

  // Returns when the node has ended, unless one more signal ends the process.
  void stop(std::optional<int> signal, const Event& ended) {
    log_.stopping(actor_count(), signal == SIGINT ? "Ctrl-C again ends the node at once"
                                                  : "a signal ends the node at once");
    std::jthread stopper([this] { runtime_->shut_down(); });
    Instant told = clock_.now();
    while (!ended.is_raised()) {
      wait_for_any({signals_.fd(), ended.fd()}, progress_interval);
      if (const auto second = signals_.take()) end_at_once(*second);
      if (ended.is_raised() || clock_.now() - told < progress_interval) continue;
      told = clock_.now();
      log_.still_stopping(actor_count());
    }
  }

  // No destructor runs: actors may be in the middle of anything.
  [[noreturn]] void end_at_once(int signal) {
    socket_->remove();
    ::_exit(static_cast<int>(signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated));
  }

  [[nodiscard]] std::unexpected<Complaint> complain_of_claim(Error error) const {
    std::string help;
    if (error.code == ErrorCode::already_exists) {
      help = "troupe run ... --name OTHER starts a second one, troupe stop --node " + plan_.node +
             " ends the first";
    }
    return complain(std::move(error), std::move(help));
  }

  const RunPlan plan_;
  const std::uint32_t workers_;
  const Clock& clock_;
  const Instant started_;
  Signals signals_;  // Before any thread.
  NodeLog log_;
  std::optional<NodeSocket> socket_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace

Tried<ExitCode> run_command(Console& console, const RunCommand& command) {
  const SystemClock clock;
  PosixDisk disk;
  auto plan = plan_run(command, disk);
  if (!plan) return std::unexpected(std::move(plan).error());
  return RunningNodeProcess(console, *std::move(plan), command.workers, clock).run();
}

}  // namespace troupe
