#include "runtime/control.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "runtime/actor_filter.hpp"
#include "scheduler/inside.hpp"

namespace troupe {
namespace {

struct TaskNote final : Note {
  explicit TaskNote(std::function<void()> what) : task(std::move(what)) {}
  std::function<void()> task;
};

// For all that is left when the node's own budget is over: guests end within two ticks.
constexpr Duration killing_grace = std::chrono::seconds(1);
constexpr Duration stop_budget = std::chrono::milliseconds(limits::stop_budget_ms_default);

// None for `never`.
std::optional<Duration> since(Instant at, Instant now) {
  if (at == never) return std::nullopt;
  return std::max(Duration::zero(), now - at);
}

Error cannot_start(const std::string& name, const EndedReport& report) {
  std::string message = fmt::format("actor '{}' could not start: {}", name, to_string(report.exit));
  if (!report.detail.empty()) message += fmt::format(" ({})", report.detail);
  return {.code = ErrorCode::unavailable, .message = std::move(message)};
}

}  // namespace

Control::Control(World world) : world_(std::move(world)) {
  supervisors_.emplace("root", Supervisor(SupervisorPolicy{}));
}

Control::~Control() {
  Envelope* arrived = world_.own.take_all();
  while (arrived != nullptr) {
    const EnvelopePtr dropped(arrived);
    arrived = arrived->next;
  }
}

void Control::post(std::function<void()> task) {
  world_.own.push(Envelope::make({.kind = EnvelopeKind::control}, {},
                                 std::make_unique<TaskNote>(std::move(task)))
                      .release());
}

StepResult Control::step() {
  const Inside inside;
  const Instant now = world_.clock.now();
  bool worked = false;
  Envelope* arrived = world_.own.take_all();
  while (arrived != nullptr) {
    const EnvelopePtr envelope(arrived);
    arrived = arrived->next;
    take(*envelope);
    worked = true;
  }
  world_.outside_requests.expire(now);
  kill_the_late(now);
  return worked ? StepResult::worked : StepResult::idle;
}

Instant Control::next_due() const {
  const Instant stop_end = stop_ends_.empty() ? never : stop_ends_.begin()->first;
  return std::min({world_.outside_requests.next_due(), ending_by_, stop_end});
}

void Control::take(const Envelope& envelope) {
  if (const auto* task = envelope.note<TaskNote>()) {
    task->task();
  } else if (const auto* spawned = envelope.note<SpawnedReport>()) {
    on(*spawned);
  } else if (const auto* started = envelope.note<StartedReport>()) {
    on(*started);
  } else if (const auto* ended = envelope.note<EndedReport>()) {
    on(*ended);
  } else if (const auto* retired = envelope.note<RetiredReport>()) {
    on(*retired);
  } else if (const auto* stop_child = envelope.note<StopChildReport>()) {
    if (Child* one = child(stop_child->child)) ask_to_stop(*one, stop_child->budget);
  }
}

Duration Control::age_of(const Child& one, Instant now) {
  const bool has_lived = one.stats->lives.load(std::memory_order_acquire) > 0;
  const Instant since =
      has_lived ? one.stats->life_began.load(std::memory_order_relaxed) : one.asked_for;
  // A life may have begun after the look at the clock.
  return std::max(now - since, Duration::zero());
}

ActorStatus Control::status_of(const Child& one, Instant now) const {
  const ActorStats& stats = *one.stats;
  const auto relaxed = std::memory_order_relaxed;
  return {.name = one.name,
          .address = one.address,
          .component = one.spec->component,
          .supervisor = one.supervisor,
          .worker = world_.registry.home(one.address).value_or(0),
          .state = stats.state.load(relaxed),
          .lives = stats.lives.load(relaxed),
          .age = age_of(one, now),
          .received = stats.received.load(relaxed),
          .handled = stats.handled.load(relaxed),
          .errors = stats.errors.load(relaxed),
          .dropped = stats.dropped.load(relaxed),
          .expired = stats.expired.load(relaxed),
          .refused_by = stats.refused.read(),
          .timed_out = stats.timed_out.load(relaxed),
          .orphans = stats.orphans.load(relaxed),
          .queued = stats.queued.load(relaxed),
          .oldest_queued = stats.queued.load(relaxed) == 0
                               ? std::nullopt
                               : since(stats.oldest_queued.load(relaxed), now),
          .oldest_request = since(stats.oldest_request.load(relaxed), now),
          .turn_time = Duration(stats.turn_ns.load(relaxed)),
          .memory_bytes = stats.memory_bytes.load(relaxed),
          .memory_peak_bytes = stats.memory_peak_bytes.load(relaxed),
          .last_exit = one.last_exit};
}

std::vector<ActorStatus> Control::actors() const {
  const Instant now = world_.clock.now();
  const std::lock_guard lock(mutex_);
  std::vector<ActorStatus> list;
  list.reserve(children_.size());
  for (const auto& [order, address] : by_order_) {
    list.push_back(status_of(children_.at(address), now));
  }
  return list;
}

ActorList Control::actors(const ActorQuery& query, std::string_view own_app) const {
  constexpr int actors_a_slice = 1'000;
  const Instant now = world_.clock.now();
  const ActorFilter filter(query, own_app);
  FirstByName first(query.limit);
  std::uint64_t seen = 0;  // Up to this one, in the order of their starts.
  for (bool is_over = false; !is_over;) {
    const std::lock_guard lock(mutex_);
    auto at = by_order_.upper_bound(seen);
    for (int left = actors_a_slice; left > 0 && at != by_order_.end(); --left, ++at) {
      seen = at->first;
      const Child& one = children_.at(at->second);
      if (filter.takes({.name = one.name,
                        .component = one.spec->component,
                        .state = one.stats->state.load(std::memory_order_relaxed),
                        .age = age_of(one, now)})) {
        first.offer(one.name, one.address);
      }
    }
    is_over = at == by_order_.end();
  }
  const std::vector<Address> shown = first.take();
  ActorList list{.actors = {}, .more = first.offered() - shown.size()};
  list.actors.reserve(shown.size());
  for (const Address address : shown) {
    if (auto status = actor(address)) list.actors.push_back(*std::move(status));
  }
  return list;
}

std::optional<ActorStatus> Control::actor(Address address) const {
  const Instant now = world_.clock.now();
  const std::lock_guard lock(mutex_);
  const auto found = children_.find(address);
  if (found == children_.end()) return std::nullopt;
  return status_of(found->second, now);
}

Control::Child* Control::child(Address address) {
  const auto found = children_.find(address);
  return found != children_.end() ? &found->second : nullptr;
}

Control::Child& Control::add(Child one) {
  const std::lock_guard lock(mutex_);
  one.order = ++last_order_;
  one.asked_for = world_.clock.now();
  by_order_.emplace(one.order, one.address);
  return children_.emplace(one.address, std::move(one)).first->second;
}

// To its home, if it has one.
void Control::push_to(Address to, EnvelopePtr envelope) {
  world_.push_epoch.enter();
  if (const auto home = world_.registry.home(to)) world_.workers[*home].push(envelope.release());
  world_.push_epoch.leave();
}

void Control::order(Address to, EnvelopeKind kind, std::unique_ptr<Note> note, Instant deadline) {
  push_to(to, Envelope::make({.kind = kind, .receiver = to, .deadline = deadline}, {},
                             std::move(note)));
}

void Control::add_supervisor(const std::string& name, SupervisorPolicy policy) {
  supervisors_.insert_or_assign(name, Supervisor(policy));
}

void Control::spawn(ChildOrder what, std::function<void(Result<Address>)> done) {
  if (ending_) {
    done(fail(ErrorCode::unavailable, "the node is stopping"));
    return;
  }
  CHECK(supervisors_.contains(what.supervisor), "the manifest's check knows them all");
  std::optional<std::string> full;
  if (what.name) full = fmt::format("{}/{}", what.spec->app, *what.name);
  const Accepted<Address> address = world_.registry.reserve(full, world_.placement.next());
  if (!address) {
    done(fail(
        address.error() == Refusal::name_taken ? ErrorCode::already_exists : ErrorCode::overloaded,
        address.error() == Refusal::name_taken
            ? fmt::format("there is an actor '{}' already; choose another name", *full)
            : fmt::format("the node has no room for another actor (at most {})",
                          limits::actors_max)));
    return;
  }
  auto order_note = std::make_unique<CreateOrder>();
  order_note->spec = what.spec;
  order_note->stats = std::make_shared<ActorStats>();
  order_note->config = std::move(what.config);
  const Child& one = add({.address = *address,
                          .name = world_.registry.label(*address),
                          .supervisor = std::move(what.supervisor),
                          .parent = nobody,
                          .restart = what.restart,
                          .spec = std::move(what.spec),
                          .stats = order_note->stats,
                          .on_first_start = std::move(done)});
  supervisor_of(one).add({.address = *address, .name = one.name, .type = one.restart});
  order(*address, EnvelopeKind::create, std::move(order_note));
}

void Control::on(const SpawnedReport& report) {
  Child& one = add({.address = report.child,
                    .name = world_.registry.label(report.child),
                    .parent = report.parent,
                    .restart = report.restart,
                    .spec = report.spec,
                    .stats = report.stats});
  Supervisor& group = groups_.try_emplace(report.parent, SupervisorPolicy{}).first->second;
  // A group that gave up ended its parent's life; the next one begins anew.
  if (group.has_given_up()) group = Supervisor(SupervisorPolicy{});
  group.add({.address = report.child, .name = one.name, .type = one.restart});
  // The parent may be on its way out already.
  if (child(report.parent) == nullptr || ending_) ask_to_stop(one, stop_budget);
}

void Control::on(const StartedReport& report) {
  Child* one = child(report.actor);
  if (one == nullptr) return;
  if (const auto done = std::exchange(one->on_first_start, nullptr)) done(report.actor);
}

Supervisor& Control::supervisor_of(const Child& one) {
  if (one.parent.is_nobody()) return supervisors_.find(one.supervisor)->second;
  return groups_.try_emplace(one.parent, SupervisorPolicy{}).first->second;
}

void Control::on(const EndedReport& report) {
  Child* one = child(report.actor);
  if (one == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    one->last_exit = report.exit;
  }
  ExitEvent event = describe(report, *one);
  const auto watching = std::exchange(one->on_exit, {});
  stop_children_of(one->address);
  if (const auto done = std::exchange(one->on_first_start, nullptr)) {
    // As in Erlang/OTP, a first start that fails is the starter's to deal with.
    (void)supervisor_of(*one).remove(one->address);
    order(one->address, EnvelopeKind::retire);
    event.decision = "could not start";
    done(std::unexpected(cannot_start(one->name, report)));
  } else {
    event.decision = decide(*one, report.exit);
  }
  for (const auto& told : watching) told(event);
  if (world_.on_exit) world_.on_exit(event);
}

std::string Control::decide(Child& one, const Exit& exit) {
  const StopAsked asked = one.stop_asked || ending_ ? StopAsked::yes : StopAsked::no;
  const SupervisorDecision decision =
      supervisor_of(one).ended(one.address, exit, asked, world_.clock.now());
  switch (decision.kind) {
    case SupervisorDecision::Kind::restart:
      order(one.address, EnvelopeKind::restart);
      return "restarted";
    case SupervisorDecision::Kind::leave_ended:
      order(one.address, EnvelopeKind::retire);
      return "ended";
    case SupervisorDecision::Kind::give_up:
      order(one.address, EnvelopeKind::retire);
      give_up(one, decision.reason);
      return fmt::format("supervisor gave up: {}", decision.reason);
  }
  CHECK(false, "every decision is handled");
}

void Control::give_up(const Child& one, const std::string& reason) {
  if (!one.parent.is_nobody()) {
    stop_children_of(one.parent);
    order(one.parent, EnvelopeKind::end,
          std::make_unique<ExitNote>(Exit::crashed("children: restart intensity")));
    return;
  }
  end_node({.failed = true,
            .reason = fmt::format("supervisor '{}' gave up: {}", one.supervisor, reason)},
           std::chrono::seconds(60));
}

void Control::stop_children_of(Address parent) {
  const auto group = groups_.find(parent);
  if (group == groups_.end()) return;
  for (const Address member : group->second.stop_order()) {
    if (Child* one = child(member)) ask_to_stop(*one, stop_budget);
  }
}

void Control::ask_to_stop(Child& one, Duration budget) {
  if (one.stop_asked) return;
  one.stop_asked = true;
  one.stop_end = world_.clock.now() + budget;
  stop_ends_.emplace(one.stop_end, one.address);
  order(one.address, EnvelopeKind::stop, nullptr, one.stop_end);
}

void Control::on(const RetiredReport& report) {
  const auto found = children_.find(report.actor);
  if (found == children_.end()) return;
  std::vector<std::function<void(Result<void>)>> waiting = std::move(found->second.on_gone);
  const Address parent = found->second.parent;
  if (!parent.is_nobody()) {
    push_to(parent,
            Envelope::make(
                {.kind = EnvelopeKind::child_gone, .receiver = parent, .sender = report.actor}));
  }
  groups_.erase(report.actor);
  // The last of a parent that went first.
  if (child(parent) == nullptr) groups_.erase(parent);
  {
    const std::lock_guard lock(mutex_);
    by_order_.erase(found->second.order);
    children_.erase(found);
  }
  for (const auto& done : waiting) done({});
  if (ending_) go_on_ending();
}

void Control::stop(Address actor, Duration budget, std::function<void(Result<void>)> done) {
  Child* one = child(actor);
  if (one == nullptr) {
    done(fail(ErrorCode::not_found, "that actor is gone"));
    return;
  }
  one->on_gone.push_back(std::move(done));
  ask_to_stop(*one, budget);
}

void Control::watch(Address actor, std::function<void(const ExitEvent&)> told) {
  if (Child* one = child(actor)) {
    one->on_exit.push_back(std::move(told));
    return;
  }
  told({.name = world_.registry.label(actor),
        .address = actor,
        .exit = {.kind = Exit::Kind::other, .text = "gone"},
        .decision = "ended"});
}

void Control::kill(Address actor, const std::function<void(Result<void>)>& done) {
  if (child(actor) == nullptr) {
    done(fail(ErrorCode::not_found, "that actor is gone"));
    return;
  }
  order(actor, EnvelopeKind::end, std::make_unique<ExitNote>(Exit::killed()));
  done({});
}

void Control::kill_the_late(Instant now) {
  while (!stop_ends_.empty() && stop_ends_.begin()->first <= now) {
    const Address late = stop_ends_.begin()->second;
    stop_ends_.erase(stop_ends_.begin());
    order(late, EnvelopeKind::end, std::make_unique<ExitNote>(Exit::killed()));
  }
  if (!ending_ || ended_ || ending_by_ > now) return;
  if (!killed_all_) {
    killed_all_ = true;
    ending_by_ = now + killing_grace;
    for (const auto& [order_number, address] : by_order_) {
      order(address, EnvelopeKind::end, std::make_unique<ExitNote>(Exit::killed()));
    }
    return;
  }
  // Native code beyond every budget is left to its end.
  ended_ = true;
  ending_by_ = never;
  world_.on_end(*ending_);
}

void Control::end_node(RuntimeEnd end, Duration budget) {
  if (ending_) return;
  ending_ = std::move(end);
  ending_by_ = world_.clock.now() + budget;
  world_.is_stopping.store(true, std::memory_order_relaxed);
  go_on_ending();
}

void Control::go_on_ending() {
  if (ended_) return;
  if (by_order_.empty()) {
    ended_ = true;
    ending_by_ = never;
    world_.on_end(*ending_);
    return;
  }
  // One at a time: who started later may need who started earlier.
  ask_to_stop(children_.at(by_order_.rbegin()->second), stop_budget);
}

ExitEvent Control::describe(const EndedReport& report, const Child& one) const {
  ExitEvent event{.name = one.name,
                  .address = one.address,
                  .life = report.life,
                  .exit = report.exit,
                  .backtrace = {},
                  .decision = {}};
  for (const TrapFrame& frame : report.backtrace) {
    const FrameDescription where = report.spec->code->describe(frame);
    event.backtrace.push_back(
        where.file.empty() ? fmt::format("{} +0x{:x}", where.function, where.module_offset)
                           : fmt::format("{} at {}:{}", where.function, where.file, where.line));
  }
  return event;
}

}  // namespace troupe
