#include "runtime/control.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "scheduler/inside.hpp"

namespace troupe {
namespace {

struct TaskNote final : Note {
  explicit TaskNote(std::function<void()> what) : task(std::move(what)) {}
  std::function<void()> task;
};

// For all that is left when the node's own budget is over: guests end within two ticks.
constexpr Duration killing_grace = std::chrono::seconds(1);

Error stopped_meanwhile() {
  return {.code = ErrorCode::unavailable, .message = "the actor was stopped meanwhile"};
}

Error cannot_start(const EndedLife& ended) {
  std::string message =
      fmt::format("actor '{}' could not start: {}", ended.name, to_string(ended.exit));
  if (!ended.detail.empty()) message += fmt::format(" ({})", ended.detail);
  return {.code = ErrorCode::unavailable, .message = std::move(message)};
}

// But for what follows from it.
ExitEvent event_of(EndedLife& ended, std::uint64_t wall_ms) {
  ExitEvent event{.wall_ms = wall_ms,
                  .name = ended.name,
                  .address = ended.actor,
                  .component = ended.spec->component,
                  .life = ended.life,
                  .lived = ended.lived,
                  .exit = ended.exit,
                  .detail = ended.detail,
                  .in_hand = std::move(ended.in_hand),
                  .took = ended.took,
                  .fuel_used = ended.usage.fuel_used,
                  .memory_bytes = ended.usage.memory_bytes,
                  .memory_peak_bytes = ended.usage.memory_peak_bytes,
                  .log = std::move(ended.log)};
  for (const TrapFrame& frame : ended.backtrace) {
    const FrameDescription where = ended.spec->code->describe(frame);
    event.backtrace.push_back(
        where.file.empty() ? fmt::format("{} +0x{:x}", where.function, where.module_offset)
                           : fmt::format("{} at {}:{}", where.function, where.file, where.line));
  }
  return event;
}

}  // namespace

Control::Control(World world) : world_(std::move(world)) { add_supervisor("root", {}); }

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
  for (auto& [name, one] : supervisors_) {
    if (one.wait > now) continue;
    one.wait = never;
    one.supervisor.due(now, steps_);
    carry_out(one);
    worked = true;
  }
  end_what_is_left(now);
  return worked ? StepResult::worked : StepResult::idle;
}

Instant Control::next_due() const {
  Instant due = std::min(world_.outside_requests.next_due(), ending_by_);
  for (const auto& [name, one] : supervisors_) due = std::min(due, one.wait);
  return due;
}

void Control::take(const Envelope& envelope) {
  if (const auto* task = envelope.note<TaskNote>()) {
    task->task();
  } else if (const auto* started = envelope.note<StartedReport>()) {
    on(*started);
  } else if (const auto* limit = envelope.note<LimitReport>()) {
    on(*limit);
  } else if (auto* ended = envelope.note<EndedReport>()) {
    on(*ended);
  } else if (const auto* retired = envelope.note<RetiredReport>()) {
    on(*retired);
  }
}

Control::Child* Control::child(Address address) {
  const auto found = children_.find(address);
  return found != children_.end() ? &found->second : nullptr;
}

Control::Child& Control::add(Child one) {
  one.order = ++last_order_;
  by_order_.emplace(one.order, one.address);
  return children_.emplace(one.address, std::move(one)).first->second;
}

// To its home, if it has one.
bool Control::push_to(Address to, EnvelopePtr envelope) {
  world_.push_epoch.enter();
  const auto home = world_.registry.home(to);
  if (home) world_.workers[*home].push(envelope.release());
  world_.push_epoch.leave();
  return home.has_value();
}

bool Control::order(Address to, EnvelopeKind kind, std::unique_ptr<Note> note, Instant deadline) {
  return push_to(to, Envelope::make({.kind = kind, .receiver = to, .deadline = deadline}, {},
                                    std::move(note)));
}

void Control::add_supervisor(const std::string& name, const SupervisorPolicy& policy) {
  const auto seed = static_cast<std::uint32_t>(std::hash<std::string>{}(name));
  const auto found = supervisors_.find(name);
  if (found == supervisors_.end()) {
    supervisors_.emplace(
        name, Named{.name = name,
                    .supervisor = Supervisor(policy, Supervisor::StopOrder::one_by_one, seed),
                    .number = world_.roster.add_supervisor(name)});
  } else {
    CHECK(found->second.supervisor.child_count() == 0, "who has children keeps its policy");
    found->second.supervisor = Supervisor(policy, Supervisor::StopOrder::one_by_one, seed);
  }
}

void Control::spawn(ChildOrder what, std::function<void(Result<Address>)> done) {
  if (ending_) {
    done(fail(ErrorCode::unavailable, "the node is stopping"));
    return;
  }
  const auto named = supervisors_.find(what.supervisor);
  CHECK(named != supervisors_.end(), "the manifest's check knows them all");
  Named& supervisor = named->second;
  if (supervisor.supervisor.is_ending()) {
    done(
        fail(ErrorCode::unavailable, fmt::format("supervisor '{}' has given up", what.supervisor)));
    return;
  }
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
  auto creation = std::make_unique<CreateOrder>();
  creation->spec = what.spec.get();
  creation->own_spec = std::move(what.spec);
  creation->parentage = {.number = supervisor.number, .restart = what.restart};
  creation->config = std::move(what.config);
  Child& one = add({.address = *address,
                    .supervisor = &supervisor,
                    .creation = std::move(creation),
                    .on_first_start = std::move(done)});
  one.number = supervisor.supervisor.add(*address, what.restart, steps_);
  carry_out(supervisor);
}

void Control::start(Child& one) {
  one.is_down = false;
  if (one.creation != nullptr) {
    order(one.address, EnvelopeKind::create, std::move(one.creation));
  } else {
    order(one.address, EnvelopeKind::restart);
  }
}

void Control::carry_out(Named& supervisor) {
  for (const SupervisorStep& step : std::exchange(steps_, {})) {
    switch (step.kind) {
      case SupervisorStep::Kind::start:
        start(*child(step.child));
        break;
      case SupervisorStep::Kind::stop:
        // For the sake of others: it may come back.
        call_off(*child(step.child), stopped_meanwhile());
        order(step.child, EnvelopeKind::stop);
        break;
      case SupervisorStep::Kind::forget:
        child(step.child)->stop_asked = true;  // There is nothing left to be asked.
        order(step.child, EnvelopeKind::retire);
        break;
      case SupervisorStep::Kind::wait:
        supervisor.wait = step.at;
        break;
      case SupervisorStep::Kind::all_down:
        break;  // It has given up, and the node ends.
    }
  }
}

void Control::on(const StartedReport& report) {
  Child* one = child(report.actor);
  if (one == nullptr) return;
  note({.kind = NodeEvent::Kind::started,
        .name = world_.registry.label(report.actor),
        .life = report.life});
  Named& supervisor = *one->supervisor;
  supervisor.supervisor.started(one->number, steps_);
  carry_out(supervisor);
  if (const auto done = std::exchange(one->on_first_start, nullptr)) done(report.actor);
  if (const auto planned = std::exchange(one->planned, nullptr)) planned->done({});
}

void Control::on(const LimitReport& report) {
  note({.kind = NodeEvent::Kind::limit,
        .name = world_.registry.label(report.actor),
        .life = report.life,
        .text = report.text});
}

void Control::on(EndedReport& report) {
  ExitEvent event = event_of(report.ended, world_.clock.wall_ms());
  event.decision = std::move(report.decision);
  event.window = report.window;
  if (Child* one = child(report.ended.actor)) {
    if (const auto done = std::exchange(one->on_first_start, nullptr)) {
      // As in Erlang/OTP, a first start that fails is the starter's to deal with.
      leave(*one);
      event.decision = "could not start";
      done(std::unexpected(cannot_start(report.ended)));
    } else if (goes_on_as_planned(*one, report)) {
      event.decision = "restarted, as it was asked for";
    } else {
      judge(*one, report.ended, event);
    }
  }
  tell(event);
}

bool Control::goes_on_as_planned(Child& one, const EndedReport& report) {
  if (one.planned == nullptr) return false;
  if (one.stop_asked || ending_) {
    call_off(one, stopped_meanwhile());
    return false;
  }
  if (one.planned->has_ended) {
    // The next life has failed: that is its supervisor's affair.
    call_off(one, cannot_start(report.ended));
    return false;
  }
  one.planned->has_ended = true;
  return order(one.address, EnvelopeKind::restart);
}

void Control::call_off(Child& one, const Error& why) {
  if (const auto planned = std::exchange(one.planned, nullptr)) planned->done(std::unexpected(why));
}

// Its supervisor forgets it, without a decision.
void Control::leave(Child& one) {
  one.stop_asked = true;
  order(one.address, EnvelopeKind::retire);
  Named& supervisor = *one.supervisor;
  supervisor.supervisor.remove(one.number, world_.clock.now(), steps_);
  carry_out(supervisor);
}

void Control::note(NodeEvent event) {
  event.wall_ms = world_.clock.wall_ms();
  world_.history.events.add(event);
}

void Control::tell(ExitEvent& event) {
  const bool is_crash = event.exit.kind != Exit::Kind::normal;
  if (is_crash) world_.history.crashes.add(event);
  note({.kind = is_crash ? NodeEvent::Kind::crashed : NodeEvent::Kind::stopped,
        .name = event.name,
        .life = event.life,
        .text = fmt::format("{}; {}", to_string(event.exit), event.decision),
        .crash = event.number});
  if (const auto found = waiting_.find(event.address); found != waiting_.end()) {
    for (const auto& told : std::exchange(found->second.on_exit, {})) told(event);
  }
  if (world_.on_exit) world_.on_exit(event);
}

void Control::judge(Child& one, const EndedLife& ended, ExitEvent& event) {
  Named& supervisor = *one.supervisor;
  const StopAsked asked = one.stop_asked || ending_ ? StopAsked::yes : StopAsked::no;
  one.is_down = true;
  const SupervisorVerdict verdict =
      supervisor.supervisor.ended(one.number, ended.exit, asked, world_.clock.now(), steps_);
  const Judgement judgement{.child = ended.name,
                            .exit = ended.exit,
                            .verdict = verdict,
                            .policy = supervisor.supervisor.policy()};
  carry_out(supervisor);
  if (verdict.kind == SupervisorVerdict::Kind::give_up) {
    note({.kind = NodeEvent::Kind::escalated,
          .name = supervisor.name,
          .text = to_string(judgement)});
    end_node({.failed = true,
              .reason = fmt::format("supervisor '{}' gave up: {}", supervisor.name,
                                    to_string(judgement))},
             std::chrono::seconds(60));
  }
  event.decision = decision_text(judgement);
  event.window = window_of(judgement);
}

void Control::restart(Address actor, Duration budget, std::function<void(Result<void>)> done) {
  Child* one = child(actor);
  if (one == nullptr) {
    done(world_.registry.home(actor)
             ? fail(ErrorCode::unsupported,
                    "another actor has spawned it, which alone decides about it; troupe kill ends "
                    "its present life")
             : fail(ErrorCode::not_found, "that actor is gone"));
  } else if (one->stop_asked || ending_ || one->planned != nullptr) {
    done(fail(ErrorCode::unavailable, "the actor is being stopped or restarted already"));
  } else if (one->is_down || one->on_first_start) {
    done(fail(ErrorCode::unavailable, "the actor is about to start anyway"));
  } else {
    one->planned = std::make_unique<PlannedRestart>(PlannedRestart{.done = std::move(done)});
    order(actor, EnvelopeKind::stop, nullptr, world_.clock.now() + budget);
  }
}

void Control::ask_to_stop(Child& one, Instant deadline) {
  if (one.stop_asked) return;
  one.stop_asked = true;
  if (one.is_down) {
    leave(one);
  } else {
    order(one.address, EnvelopeKind::stop, nullptr, deadline);
  }
}

void Control::forget(Address actor) {
  if (const auto found = children_.find(actor); found != children_.end()) {
    call_off(found->second, {.code = ErrorCode::unavailable, .message = "the actor is gone"});
    by_order_.erase(found->second.order);
    children_.erase(found);
  }
  if (auto waiting = waiting_.extract(actor)) {
    const ExitEvent gone{.name = world_.registry.label(actor),
                         .address = actor,
                         .exit = {.kind = Exit::Kind::other, .text = "gone"},
                         .decision = "ended"};
    for (const auto& told : waiting.mapped().on_exit) told(gone);
    for (const auto& done : waiting.mapped().on_gone) done({});
  }
  if (ending_) go_on_ending();
}

void Control::stop(Address actor, Duration budget, std::function<void(Result<void>)> done) {
  if (!hear_of_end(actor)) {
    done(fail(ErrorCode::not_found, "that actor is gone"));
    return;
  }
  waiting_[actor].on_gone.push_back(std::move(done));
  const Instant deadline = world_.clock.now() + budget;
  if (Child* one = child(actor)) {
    ask_to_stop(*one, deadline);
  } else {
    order(actor, EnvelopeKind::stop, nullptr, deadline);
  }
}

void Control::watch(Address actor, std::function<void(const ExitEvent&)> told) {
  waiting_[actor].on_exit.push_back(std::move(told));
  if (!hear_of_end(actor)) forget(actor);
}

void Control::kill(Address actor, const std::function<void(Result<void>)>& done) {
  if (order(actor, EnvelopeKind::end, std::make_unique<ExitNote>(Exit::killed()))) {
    done({});
  } else {
    done(fail(ErrorCode::not_found, "that actor is gone"));
  }
}

void Control::end_what_is_left(Instant now) {
  if (!ending_ || ended_ || ending_by_ > now) return;
  if (!killed_all_) {
    killed_all_ = true;
    ending_by_ = now + killing_grace;
    for (EnvelopePort& worker : world_.workers) {
      worker.push(Envelope::make({.kind = EnvelopeKind::end_all}).release());
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
  note({.kind = NodeEvent::Kind::ending, .text = end.reason});
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
  ask_to_stop(children_.at(by_order_.rbegin()->second), never);
}

}  // namespace troupe
