#include "troupe/runtime.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "engine/native.hpp"
#include "runtime/app.hpp"
#include "runtime/defaults.hpp"
#include "runtime/node_core.hpp"
#include "scheduler/driver.hpp"
#include "scheduler/inside.hpp"

namespace troupe {
namespace {

// Of a thread that has nothing to do, before it sleeps. The control plane awaits the end of a start
// that it has ordered, not more: the core may be somebody else's.
constexpr Duration worker_spin = std::chrono::microseconds(20);
constexpr Duration control_spin = std::chrono::microseconds(20);

// What waits for a thread of the runtime would wait there for itself.
Result<void> may_wait(std::string_view call) {
  if (!Inside::any()) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{}() waits, so it can't be called from inside a handler or a callback; "
                          "in a handler use the Turn, in a callback hand it to another thread",
                          call));
}

Result<MailboxBounds> checked(const MailboxBounds& mailbox) {
  if (mailbox.messages < 1 || mailbox.messages > limits::mailbox_messages_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("a mailbox for {} messages; it has room for 1 to {}", mailbox.messages,
                            limits::mailbox_messages_max));
  }
  if (mailbox.bytes < 1 || mailbox.bytes > limits::mailbox_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("a mailbox for {} bytes; it has room for 1 to {}", mailbox.bytes,
                            limits::mailbox_bytes_max));
  }
  if (mailbox.redeliver > limits::redeliver_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("a message redelivered {} times; {} is the most", mailbox.redeliver,
                            limits::redeliver_max));
  }
  return mailbox;
}

Result<HealthChecks> checked(const HealthChecks& health) {
  using std::chrono::milliseconds;
  if (health.interval < milliseconds(limits::health_interval_ms_min) ||
      health.interval > milliseconds(limits::health_interval_ms_max)) {
    return fail(ErrorCode::invalid_argument, "health checks have an interval of 10 ms to 24 h");
  }
  if (health.timeout < milliseconds(1) ||
      health.timeout > milliseconds(limits::health_timeout_ms_max)) {
    return fail(ErrorCode::invalid_argument, "health checks have a timeout of 1 ms to 5 min");
  }
  if (health.threshold < 1 || health.threshold > limits::health_threshold_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("a life ends after 1 to {} health checks that fail",
                            limits::health_threshold_max));
  }
  return health;
}

}  // namespace

// Everything of a node with threads.
class Runtime::Node {
 public:
  Node(RuntimeOptions options, Defaults world)
      : options_(std::move(options)),
        world_(std::move(world)),
        loader_(*world_.disk, *world_.engine),
        core_({.clock = *world_.clock,
               .random = *world_.random,
               .engine = *world_.engine,
               .on_log = options_.on_log,
               .on_exit = options_.on_exit,
               .on_end = [this](const RuntimeEnd& end) { note_end(end); },
               .hooks = options_.hooks},
              {.workers = static_cast<std::uint16_t>(options_.workers),
               .turns_a_step = limits::step_turns_max,
               .actors_move = options_.actors_move,
               .watches_turns = true}),
        app_(options_.name) {}

  void start_threads() {
    const auto& workers = core_.workers();
    const std::size_t cores = usable_cores();
    for (const NodeCore::Part& part : core_.parts()) {
      const std::size_t index = drivers_.size();
      const bool is_worker = index < workers.size();
      // The control plane only on a core that the workers leave it.
      const bool spins = is_worker ? cores > 1 : cores > workers.size();
      const Duration spin = is_worker ? worker_spin : control_spin;
      drivers_.push_back(std::make_unique<Driver>(
          *part.what, *part.parker, *world_.clock,
          is_worker ? fmt::format("worker {}", index) : "control", spins ? spin : Duration{0}));
      if (is_worker) workers[index]->set_handover(drivers_.back().get());
    }
    for (const auto& driver : drivers_) driver->start();
  }

  void join_threads() {
    core_.await_senders();
    for (const auto& driver : drivers_) driver->join();
    core_.settle();
  }

  void note_end(const RuntimeEnd& end) {
    {
      const std::lock_guard lock(mutex_);
      end_ = end;
    }
    ended_.notify_all();
  }

  std::optional<RuntimeEnd> wait(std::optional<Duration> timeout) {
    std::unique_lock lock(mutex_);
    const auto has_ended = [this] { return end_.has_value(); };
    // Beyond that the clock's count would overflow.
    constexpr Duration forever = std::chrono::hours(24 * 365 * 100);
    if (!timeout || *timeout > forever) {
      ended_.wait(lock, has_ended);
    } else {
      ended_.wait_for(lock, *timeout, has_ended);
    }
    return end_;
  }

  // Runs `begin(done)` on the control plane and waits for what it says.
  template <typename T>
  Result<T> ask(std::function<void(std::function<void(Result<T>)>)> begin) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto result = promise->get_future();
    core_.control().post([begin = std::move(begin), promise] {
      begin([promise](Result<T> value) { promise->set_value(std::move(value)); });
    });
    return result.get();
  }

  Result<Address> spawn(ChildOrder order) {
    auto shared = std::make_shared<ChildOrder>(std::move(order));
    return ask<Address>([this, shared](std::function<void(Result<Address>)> done) {
      core_.control().spawn(std::move(*shared), std::move(done));
    });
  }

  Result<void> stop(Address actor, std::optional<Duration> budget) {
    return ask<void>([this, actor, budget](std::function<void(Result<void>)> done) {
      core_.control().stop(actor, budget, std::move(done));
    });
  }

  // Of actors that are spawned alike one after the other, it is the same.
  Result<std::shared_ptr<const ActorSpec>> spec_of(const Component& component,
                                                   const SpawnOptions& options);
  Result<std::shared_ptr<const ActorSpec>> make_spec(const Component& component,
                                                     const SpawnOptions& options);

  RuntimeOptions options_;
  Defaults world_;
  Loader loader_;
  NodeCore core_;
  NativeFactories natives_;
  std::string app_;  // The manifest's, or the node's name.
  std::vector<std::shared_ptr<const ActorSpec>> templates_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  std::once_flag shut_down_;

  // The latest, and what it was made of.
  struct Made {
    std::string app;
    Component component;
    SpawnOptions options;
    std::shared_ptr<const ActorSpec> spec;

    [[nodiscard]] bool is_of(const std::string& its_app, const Component& its_component,
                             const SpawnOptions& its) const {
      return app == its_app && component.name_ == its_component.name_ &&
             component.wasm_ == its_component.wasm_ && component.make_ == its_component.make_ &&
             options.grants == its.grants && options.mailbox == its.mailbox &&
             options.health == its.health && options.shutdown == its.shutdown &&
             options.long_running == its.long_running;
    }
  };
  std::mutex made_mutex_;
  std::optional<Made> made_;

  std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<RuntimeEnd> end_;
};

Result<std::shared_ptr<const ActorSpec>> Runtime::Node::spec_of(const Component& component,
                                                                const SpawnOptions& options) {
  if (!options.state.is_empty()) return make_spec(component, options);
  {
    const std::lock_guard lock(made_mutex_);
    if (made_ && made_->is_of(app_, component, options)) return made_->spec;
  }
  // It may have to be compiled, for which others need not wait.
  TRY_ASSIGN(auto spec, make_spec(component, options));
  const std::lock_guard lock(made_mutex_);
  made_ = Made{.app = app_, .component = component, .options = options, .spec = spec};
  made_->options.config = {};  // Each has its own.
  return spec;
}

Result<std::shared_ptr<const ActorSpec>> Runtime::Node::make_spec(const Component& component,
                                                                  const SpawnOptions& options) {
  auto spec = std::make_shared<ActorSpec>();
  spec->app = app_;
  if (component.make_) {
    spec->code = native_code(*component.make_);
    spec->component = fmt::format("native:{}", component.name());
  } else {
    TRY_ASSIGN(const LoadedComponent loaded, load_apart([&] {
                 return loader_.load_bytes(component.name(), *component.wasm_,
                                           EngineClass::standard);
               }));
    spec->component = loaded.id;
    spec->code = loaded.code;
  }
  spec->interfaces = spec->code->interfaces();
  if (options.health) {
    if (!component.make_ && !spec->interfaces.health) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("'{}' exports no health: it can't be asked how it is", component.name()));
    }
    TRY_ASSIGN(spec->health, checked(*options.health));
    spec->interfaces.health = true;
  }
  if (!options.state.is_empty() && !component.make_) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is a guest: it has its own memory, and no state of the program",
                            component.name()));
  }
  spec->state = options.state;
  spec->quotas = default_quotas();
  spec->long_running = options.long_running;
  if (options.shutdown < std::chrono::milliseconds(1) ||
      options.shutdown > std::chrono::milliseconds(limits::stop_budget_ms_max)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("shutdown {}; an actor has 1ms to 1h to stop in",
                            format_duration(options.shutdown)));
  }
  spec->stop_budget = options.shutdown;
  TRY_ASSIGN(spec->mailbox, checked(options.mailbox));
  TRY_ASSIGN(spec->grants, GrantSet::compile({.find = options.grants.find,
                                              .publish = options.grants.publish,
                                              .subscribe = options.grants.subscribe,
                                              .spawn = options.grants.spawn},
                                             app_));
  return spec;
}

Runtime::Runtime(std::unique_ptr<Node> node) : node_(std::move(node)) {}

Runtime::~Runtime() { shut_down(); }

Result<std::unique_ptr<Runtime>> Runtime::start(RuntimeOptions options) {
  if (!is_name(options.name)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no name for a node: {}", options.name, name_rule));
  }
  if (options.workers == 0) options.workers = std::min(usable_cores(), limits::workers_max);
  if (options.workers > limits::workers_max) {
    return fail(ErrorCode::invalid_argument, fmt::format("{} workers; a node has 1 to {}",
                                                         options.workers, limits::workers_max));
  }
  if (!options.on_log) options.on_log = log_to_stderr;
  TRY_ASSIGN(Defaults world, make_defaults());
  auto node = std::make_unique<Node>(std::move(options), std::move(world));
  node->start_threads();
  return std::unique_ptr<Runtime>(new Runtime(std::move(node)));
}

Result<void> Runtime::add_native(std::string name, std::function<std::unique_ptr<Actor>()> make,
                                 NativeOptions options) {
  if (!is_name(name)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no name for a native actor: {}", name, name_rule));
  }
  const auto [at, is_new] = node_->natives_.emplace(
      std::move(name), NativeFactory{.make = std::move(make), .options = options});
  if (!is_new) {
    return fail(ErrorCode::already_exists,
                fmt::format("there is a native actor '{}' already", at->first));
  }
  return {};
}

Result<void> Runtime::load(const std::filesystem::path& manifest) {
  TRY(may_wait("load"));
  TRY_ASSIGN(AppPlan plan, plan_app({.manifest = manifest,
                                     .disk = *node_->world_.disk,
                                     .loader = node_->loader_,
                                     .natives = node_->natives_}));
  node_->core_.registry().set_most(plan.actors_max);
  (void)node_->ask<void>([this, &plan](const std::function<void(Result<void>)>& done) {
    for (const SupervisorEntry& one : plan.supervisors) {
      node_->core_.control().add_supervisor(one.name, one.policy,
                                            {.parent = one.supervisor, .restart = one.restart});
    }
    done({});
  });
  node_->app_ = plan.name;
  std::ranges::move(plan.templates, std::back_inserter(node_->templates_));
  std::vector<Address> started;
  for (ChildOrder& order : plan.actors) {
    auto address = node_->spawn(std::move(order));
    if (address) {
      started.push_back(*address);
      continue;
    }
    for (auto at = started.rbegin(); at != started.rend(); ++at) {
      (void)node_->stop(*at, std::nullopt);
    }
    return std::unexpected(std::move(address).error());
  }
  return {};
}

Result<Address> Runtime::spawn(const Component& component, SpawnOptions options) {
  TRY(may_wait("spawn"));
  if (!options.name.empty() && !is_name(options.name)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no name for an actor: {}", options.name, name_rule));
  }
  TRY_ASSIGN(auto spec, node_->spec_of(component, options));
  return node_->spawn(
      {.name = options.name.empty() ? std::nullopt : std::optional(std::move(options.name)),
       .restart = static_cast<RestartType>(options.restart),
       .spec = std::move(spec),
       .config = std::move(options.config)});
}

void Runtime::supervisors(std::function<void(std::vector<SupervisorStatus>)> told) const {
  Control& control = node_->core_.control();
  control.post([&control, told = std::move(told)] { told(control.supervisors()); });
}

Result<Address> Runtime::find(std::string_view name) {
  const std::string full =
      name.contains('/') ? std::string(name) : fmt::format("{}/{}", node_->app_, name);
  if (const auto address = node_->core_.registry().find(full)) return *address;
  return fail(ErrorCode::not_found, fmt::format("there is no actor '{}'", full));
}

Result<void> Runtime::send(Address to, BytesView payload) { return node_->core_.send(to, payload); }

Result<Bytes> Runtime::request(Address to, BytesView payload, Duration timeout) {
  TRY(may_wait("request"));
  auto promise = std::make_shared<std::promise<Result<Bytes>>>();
  auto result = promise->get_future();
  request_async(to, payload, timeout,
                [promise](Result<Bytes> answer) { promise->set_value(std::move(answer)); });
  return result.get();
}

void Runtime::request_async(Address to, BytesView payload, Duration timeout,
                            const std::function<void(Result<Bytes>)>& done) {
  node_->core_.request_async(to, payload, timeout, done);
}

Result<void> Runtime::watch(Address actor, std::function<void(const ExitEvent&)> told) {
  Node* node = node_.get();
  if (!node->core_.registry().home(actor)) {
    return fail(ErrorCode::not_found, "that actor is gone");
  }
  node->core_.control().post(
      [node, actor, told = std::move(told)] { node->core_.control().watch(actor, told); });
  return {};
}

Result<void> Runtime::stop(Address actor, std::optional<Duration> budget) {
  TRY(may_wait("stop"));
  return node_->stop(actor, budget);
}

Result<void> Runtime::restart(Address actor, std::optional<Duration> budget) {
  TRY(may_wait("restart"));
  return node_->ask<void>([this, actor, budget](std::function<void(Result<void>)> done) {
    node_->core_.control().restart(actor, budget, std::move(done));
  });
}

Result<void> Runtime::kill(Address actor) {
  Node* node = node_.get();
  if (!node->core_.registry().home(actor)) {
    return fail(ErrorCode::not_found, "that actor is gone");
  }
  node->core_.control().post(
      [node, actor] { node->core_.control().kill(actor, [](const auto&) {}); });
  return {};
}

std::vector<ActorStatus> Runtime::actors() { return node_->core_.roster().actors(); }

ActorList Runtime::actors(const ActorQuery& query) {
  return node_->core_.roster().actors(query, node_->app_);
}

Result<ActorStatus> Runtime::actor(Address actor) {
  if (auto status = node_->core_.roster().actor(actor)) return *std::move(status);
  return fail(ErrorCode::not_found, "that actor is gone");
}

Result<ActorDetails> Runtime::details(Address actor) {
  if (auto details = node_->core_.roster().details(actor)) return *std::move(details);
  return fail(ErrorCode::not_found, "that actor is gone");
}

NodeCounters Runtime::counters() { return node_->core_.counters(); }

NodeGauges Runtime::gauges() { return node_->core_.roster().gauges(); }

std::vector<DeadLetter> Runtime::dead_letters(std::size_t at_most) const {
  return node_->core_.dead_letters().latest(at_most);
}

std::vector<ExitEvent> Runtime::crashes(const HistoryQuery& query) const {
  return node_->core_.history().crashes.find(query, node_->app_);
}

std::vector<NodeEvent> Runtime::events(const HistoryQuery& query) const {
  return node_->core_.history().events.find(query, node_->app_);
}

std::optional<RuntimeEnd> Runtime::wait(std::optional<Duration> timeout) {
  if (!may_wait("wait")) return std::nullopt;
  return node_->wait(timeout);
}

void Runtime::shut_down(Duration budget) {
  if (!may_wait("shut_down")) return;
  std::call_once(node_->shut_down_, [this, budget] {
    Node* node = node_.get();
    node->core_.control().post([node, budget] { node->core_.control().end_node({}, budget); });
    (void)node->wait(std::nullopt);
    node->join_threads();
  });
}

}  // namespace troupe
