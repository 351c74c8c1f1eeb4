#include "runtime/node_core.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "metrics/histogram.hpp"
#include "runtime/log_tail.hpp"

namespace troupe {
namespace {

// Message ids carry the worker in their high bits; those from outside carry this.
constexpr std::uint64_t outside_ids = 511ULL << 44U;

Result<Bytes> result_of(Answer answer) {
  if (answer) return std::move(*answer);
  const Failure& failure = answer.error();
  switch (failure.kind) {
    case Failure::Kind::timed_out:
      return fail(ErrorCode::timed_out, "no answer in the time allowed");
    case Failure::Kind::receiver_exited:
      return fail(ErrorCode::unavailable, "the actor ended before it answered");
    case Failure::Kind::dropped:
      return fail(ErrorCode::unavailable, "the actor let go of the request without answering");
    case Failure::Kind::cancelled:
      return fail(ErrorCode::cancelled, "the request was cancelled");
    case Failure::Kind::refused:
      return fail(ErrorCode::unavailable,
                  fmt::format("the request was not delivered: {}", to_string(failure.refusal)));
    case Failure::Kind::failed:
      return fail(ErrorCode::internal, failure.text);
    case Failure::Kind::other:
      return fail(ErrorCode::unavailable, failure.text);
  }
  return fail(ErrorCode::internal, "unknown failure");
}

}  // namespace

// Names the actor, makes the text harmless, keeps it for a while, and lets one line through at a
// time.
class NodeCore::Log final : public LogSink {
 public:
  Log(const Registry& registry, const World& world) : registry_(registry), world_(world) {}

  void write(Address actor, LogLevel level, std::string_view text) override {
    const std::string safe = harmless(text);
    const LogLine line{.name = registry_.label(actor), .level = level, .text = safe};
    const std::lock_guard lock(mutex_);
    tail_.add(actor, level, safe, {.at = world_.clock.now(), .wall_ms = world_.clock.wall_ms()});
    world_.on_log(line);
  }

  std::vector<LoggedLine> take_latest(Address actor, Instant since) override {
    const std::lock_guard lock(mutex_);
    return tail_.take(actor, since, limits::crash_log_lines_max);
  }

 private:
  const Registry& registry_;
  const World& world_;
  std::mutex mutex_;
  LogTail tail_;
};

NodeCore::NodeCore(World world, Shape shape)
    : world_(std::move(world)),
      pools_(std::make_unique<Pool[]>(shape.workers)),
      registry_({.workers = shape.workers, .seed = seed_from(world_.random)}),
      roster_(registry_, world_.clock),
      ports_(std::make_unique<EnvelopePort[]>(shape.workers)),
      inbox_messages_(shape.inbox_messages),
      push_epochs_(shape.workers + std::size_t{1}),
      loads_(std::make_unique<Load[]>(shape.workers)),
      away_places_({.running = shape.workers, .threads = limits::away_threads_max}),
      log_(std::make_unique<Log>(registry_, world_)) {
  if (world_.hooks.any()) {
    hooks_ = std::make_unique<HookCaller>(
        std::move(world_.hooks),
        HookCaller::World{
            .clock = world_.clock, .registry = registry_, .log = *log_, .control = control_port_});
  }
  const std::uint64_t seed = seed_from(world_.random);
  const std::span<EnvelopePort> ports(ports_.get(), shape.workers);
  for (std::uint16_t index = 0; index < shape.workers; ++index) {
    workers_.push_back(std::make_unique<Worker>(
        WorkerWorld{.inputs = {registry_, world_.clock, world_.random, is_stopping_, control_port_},
                    .log = *log_,
                    .engine = world_.engine,
                    .outside_answers = outside_requests_,
                    .dead_letters = dead_letters_,
                    .away_places = away_places_,
                    .push_epochs = push_epochs_,
                    .loads = {loads_.get(), shape.workers},
                    .control = control_port_,
                    .ports = ports,
                    .pools = {pools_.get(), shape.workers},
                    .turns_a_step = shape.turns_a_step,
                    .inbox_messages = shape.inbox_messages,
                    .actors_move = shape.actors_move,
                    .tells_exits = world_.on_exit != nullptr,
                    .seed = seed,
                    .hooks = hooks_.get()},
        index));
  }
  if (shape.watches_turns) turn_watch_ = std::make_unique<TurnWatch>(workers_);
  control_ = std::make_unique<Control>(Control::World{.registry = registry_,
                                                      .roster = roster_,
                                                      .clock = world_.clock,
                                                      .workers = ports,
                                                      .own = control_port_,
                                                      .push_epoch = push_epochs_.of(shape.workers),
                                                      .outside_requests = outside_requests_,
                                                      .gate = gate_,
                                                      .is_stopping = is_stopping_,
                                                      .history = history_,
                                                      .log = *log_,
                                                      .turn_watch = turn_watch_.get(),
                                                      .seed = seed,
                                                      .on_exit = world_.on_exit,
                                                      .on_end = world_.on_end});
}

NodeCore::~NodeCore() { outside_requests_.abandon_all(); }

std::vector<NodeCore::Part> NodeCore::parts() {
  std::vector<Part> list;
  list.reserve(workers_.size() + 1);
  for (const auto& worker : workers_) list.push_back({worker.get(), &worker->port().parker()});
  list.push_back({control_.get(), &control_port_.parker()});
  return list;
}

void NodeCore::await_senders() const {
  GracePeriod grace = push_epochs_.begin_grace();
  while (!grace.is_over()) std::this_thread::yield();
}

void NodeCore::settle() {
  for (const auto& worker : workers_) worker->set_handover(nullptr);
  std::vector<Part> all = parts();
  const auto is_idle = [](const Part& part) { return part.what->step() != StepResult::worked; };
  // Those who ignored every order to end may still have something to say to each other.
  for (std::uint32_t left = limits::settling_rounds_max; left > 0; --left) {
    if (std::ranges::count_if(all, is_idle) == std::ssize(all)) return;
  }
}

NodeCounters NodeCore::counters() const {
  NodeCounters all;
  const auto waits = std::make_unique<Histogram>();
  const auto relaxed = std::memory_order_relaxed;
  for (const auto& worker : workers_) {
    const WorkerCounters& one = worker->counters();
    all.actors_made += one.created.load(relaxed);
    all.actors_gone += one.retired.load(relaxed);
    all.lives_ended += one.ended.load(relaxed);
    all.lives_crashed += one.crashed.load(relaxed);
    all.received += one.received.load(relaxed);
    all.handled += one.handled.load(relaxed);
    all.errors += one.errors.load(relaxed);
    all.dropped += one.dropped.load(relaxed);
    all.expired += one.expired.load(relaxed);
    all.timed_out += one.timed_out.load(relaxed);
    all.orphans += one.orphans.load(relaxed);
    all.moved += one.moved.load(relaxed);
    all.paused += one.paused.load(relaxed);
    all.held_back += one.held_back.load(relaxed);
    all.turn_time += Duration(one.turn_ns.load(relaxed));
    waits->merge(one.waits);
    for (std::size_t why = 0; why < all.refused_by.size(); ++why) {
      all.refused_by.at(why) += one.refused.at(why).load(relaxed);
    }
  }
  for (std::size_t why = 0; why < all.refused_by.size(); ++why) {
    all.refused_by.at(why) += refused_outside_by_.at(why).load(relaxed);
  }
  const auto quantile = [&waits](double q) {
    return Duration(static_cast<std::int64_t>(waits->quantile(q)));
  };
  all.waits = {.looked_at = waits->count(),
               .p50 = quantile(0.5),
               .p90 = quantile(0.9),
               .p99 = quantile(0.99),
               .p999 = quantile(0.999),
               .most = Duration(static_cast<std::int64_t>(waits->max()))};
  for (std::size_t why = 0; why < all.dead_by.size(); ++why) {
    all.dead_by.at(why) = dead_letters_.count(static_cast<DeadReason>(why));
  }
  return all;
}

std::uint64_t NodeCore::living_blocks() const {
  std::uint64_t living = Pool::living_shared_blocks();
  for (std::size_t at = 0; at < workers_.size(); ++at) living += pools_[at].living_blocks();
  return living;
}

std::uint64_t NodeCore::next_message_id() {
  return outside_ids + last_id_.fetch_add(1, std::memory_order_relaxed) + 1;
}

void NodeCore::was_refused(Address to, Refusal why) {
  refused_outside_by_.at(std::to_underlying(why)).fetch_add(1, std::memory_order_relaxed);
  std::unique_ptr<RefusalBurst> burst;
  {
    const std::lock_guard lock(refused_mutex_);
    burst = refused_outside_.add(to, why, world_.clock.now());
  }
  if (burst == nullptr) return;
  control_port_.push(
      Envelope::make({.kind = EnvelopeKind::control}, {}, std::move(burst)).release());
}

// So many may have come since its worker last looked that no mailbox knows of yet.
bool NodeCore::has_full_inbox(Address to) const {
  const auto home = registry_.home(to);
  return home && ports_[*home].backlog() >= inbox_messages_;
}

Result<void> NodeCore::may_send(Address to, BytesView payload) {
  if (gate_.is_closed()) {
    return fail(ErrorCode::unavailable, "the node is stopping");
  }
  auto why = registry_.refusal(to, payload.size());
  // Who is no actor has no turns that could wait.
  if (!why && registry_.room(to) == Room::waits) why = Refusal::busy;
  const bool is_held_up = !why && has_full_inbox(to);
  if (is_held_up) why = Refusal::busy;
  if (!why) return {};
  was_refused(to, *why);
  if (is_held_up) {
    return fail(ErrorCode::overloaded,
                fmt::format("the worker of '{}' has not taken {} messages yet; try later",
                            registry_.label(to), inbox_messages_));
  }
  if (*why == Refusal::busy && registry_.room(to) == Room::unready) {
    return fail(ErrorCode::unavailable,
                fmt::format("'{}' takes no messages while it is not ready; try later",
                            registry_.label(to)));
  }
  if (*why == Refusal::busy) {
    return fail(ErrorCode::overloaded,
                fmt::format("the mailbox of '{}' is full; try later", registry_.label(to)));
  }
  if (*why == Refusal::too_large) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} bytes are more than '{}' takes in one message; raise its "
                            "limits.payload",
                            payload.size(), registry_.label(to)));
  }
  return fail(ErrorCode::not_found, fmt::format("'{}' is gone", registry_.label(to)));
}

Result<void> NodeCore::send(Address to, BytesView payload) {
  if (auto allowed = may_send(to, payload); !allowed) return allowed;
  if (!push_to(to, Envelope::make(
                       {.kind = EnvelopeKind::message, .receiver = to, .id = next_message_id()},
                       payload))) {
    if (gate_.is_closed()) return fail(ErrorCode::unavailable, "the node is stopping");
    return fail(ErrorCode::not_found, "that actor is gone");
  }
  return {};
}

bool NodeCore::push_to(Address to, EnvelopePtr envelope) {
  const PushEpochs::Outside pushing(push_epochs_);
  const auto home = registry_.home(to);
  if (!home || gate_.is_closed()) return false;
  ports_[*home].push(envelope.release());
  return true;
}

void NodeCore::request_async(Address to, BytesView payload, Duration timeout,
                             const std::function<void(Result<Bytes>)>& done) {
  if (timeout <= Duration::zero() ||
      timeout > std::chrono::milliseconds(limits::request_timeout_ms_max)) {
    done(fail(ErrorCode::invalid_argument, "a request's timeout is 1 ns to 24 h"));
    return;
  }
  if (const auto allowed = may_send(to, payload); !allowed) {
    done(std::unexpected(allowed.error()));
    return;
  }
  const Instant end = world_.clock.now() + timeout;
  const auto opened =
      outside_requests_.open(end, [done](Answer answer) { done(result_of(std::move(answer))); });
  if (!opened) {
    done(fail(ErrorCode::overloaded, fmt::format("{} requests are open already; try later",
                                                 limits::outside_requests_max)));
    return;
  }
  // The control plane sleeps until what was due next before.
  if (opened->is_earlier) control_->post([] {});
  if (!push_to(to, Envelope::make({.kind = EnvelopeKind::request,
                                   .receiver = to,
                                   .sender = outside,
                                   .number = opened->number,
                                   .deadline = end,
                                   .id = next_message_id()},
                                  payload))) {
    outside_requests_.settle(opened->number,
                             std::unexpected(Failure{.kind = Failure::Kind::receiver_exited}));
  }
}

}  // namespace troupe
