#include "runtime/control.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"
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
  std::string message = fmt::format("actor '{}' could not start: {}",
                                    label_of(ended.actor, ended.name), to_string(ended.exit));
  if (!ended.detail.empty()) message += fmt::format(" ({})", ended.detail);
  return {.code = ErrorCode::unavailable, .message = std::move(message)};
}

InHand in_hand_of(const HeldAtEnd& held, BytesView payload) {
  return {.what = std::string(held.what),
          .sender = held.sender.is_nobody() ? "" : label_of(held.sender, held.sender_name),
          .topic = held.topic,
          .message_id = held.message_id,
          .bytes = held.bytes,
          .payload = Bytes(payload.begin(), payload.end()),
          .is_hidden = held.is_hidden};
}

// But for what follows from it.
ExitEvent event_of(EndedLife& ended, BytesView payload, std::uint64_t wall_ms) {
  ExitEvent event{.wall_ms = wall_ms,
                  .name = label_of(ended.actor, ended.name),
                  .address = ended.actor,
                  .component = ended.spec->component,
                  .life = ended.life,
                  .lived = ended.lived,
                  .exit = std::move(ended.exit),
                  .detail = std::move(ended.detail),
                  .took = ended.took,
                  .fuel_used = ended.usage.fuel_used,
                  .memory_bytes = ended.usage.memory_bytes,
                  .memory_peak_bytes = ended.usage.memory_peak_bytes,
                  .log = std::move(ended.log)};
  if (ended.in_hand) event.in_hand = in_hand_of(*ended.in_hand, payload);
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
    tell_parents();
    worked = true;
  }
  world_.outside_requests.expire(now);
  for (auto& [name, one] : supervisors_) {
    if (one.wait > now) continue;
    one.wait = never;
    one.supervisor.due(now, steps_);
    carry_out(one);
    tell_parents();
    worked = true;
  }
  if (draining_ && draining_->look_at <= now) {
    look_at_mail(now);
    worked = true;
  }
  end_what_is_left(now);
  look_at_turns(now);
  return worked ? StepResult::worked : StepResult::idle;
}

Instant Control::next_due() const {
  Instant due = std::min(world_.outside_requests.next_due(), ending_by_);
  if (draining_) due = std::min(due, draining_->look_at);
  if (world_.turn_watch != nullptr) due = std::min(due, look_at_turns_at_);
  for (const auto& [name, one] : supervisors_) due = std::min(due, one.wait);
  return due;
}

void Control::take(const Envelope& envelope) {
  if (const auto* task = envelope.note<TaskNote>()) {
    task->task();
  } else if (const auto* started = envelope.note<StartedReport>()) {
    on(*started);
  } else if (const auto* event = envelope.note<EventReport>()) {
    on(*event);
  } else if (const auto* burst = envelope.note<RefusalBurst>()) {
    on(*burst);
  } else if (const auto* refused = envelope.note<RestartRefusedReport>()) {
    on(*refused);
  } else if (auto* ended = envelope.note<EndedReport>()) {
    on(*ended, envelope.payload());
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

void Control::spawn(ChildOrder what, std::function<void(Result<Address>)> done) {
  if (ending_ || draining_) {
    done(fail(ErrorCode::unavailable, "the node is stopping"));
    return;
  }
  const auto named = supervisors_.find(what.supervisor);
  CHECK(named != supervisors_.end(), "the manifest's check knows them all");
  Named& supervisor = named->second;
  std::optional<std::string> full;
  if (what.name) full = fmt::format("{}/{}", what.spec->app, *what.name);
  const Accepted<Address> address = world_.registry.reserve(full, placement_.next());
  if (!address) {
    done(fail(
        address.error() == Refusal::name_taken ? ErrorCode::already_exists : ErrorCode::overloaded,
        address.error() == Refusal::name_taken
            ? fmt::format("there is an actor '{}' already; choose another name", *full)
            : fmt::format("the node has no room for another actor (at most {})",
                          world_.registry.most())));
    return;
  }
  // Only now: a supervisor does not begin for an actor that there can't be.
  if (const Result<void> born = be_born(supervisor); !born) {
    world_.registry.retire(*address);
    done(std::unexpected(born.error()));
    return;
  }
  auto creation = std::make_unique<CreateOrder>();
  creation->spec = what.spec.get();
  creation->own_spec = std::move(what.spec);
  creation->parentage = {.number = supervisor.index, .restart = what.restart};
  creation->config = std::move(what.config);
  Child& one = add({.address = *address,
                    .supervisor = &supervisor,
                    .restart = what.restart,
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

void Control::on(const StartedReport& report) {
  const bool is_first = report.life == 1;
  note({.kind = is_first ? NodeEvent::Kind::started : NodeEvent::Kind::restarted,
        .name = world_.registry.label(report.actor),
        .life = report.life,
        .text = is_first ? "" : fmt::format("after {}", to_string(report.after))});
  Child* one = child(report.actor);
  if (one == nullptr) return;
  Named& supervisor = *one->supervisor;
  supervisor.supervisor.started(one->number, steps_);
  carry_out(supervisor);
  go_on_after(supervisor, report.actor);
  if (const auto done = std::exchange(one->on_first_start, nullptr)) done(report.actor);
  if (const auto planned = std::exchange(one->planned, nullptr)) planned->done({});
}

void Control::on(const RestartRefusedReport& report) {
  Child* one = child(report.actor);
  if (one == nullptr) return;
  call_off(*one, {.code = ErrorCode::unavailable,
                  .message = fmt::format("the actor does not save its state now, and goes on: {}",
                                         report.reason)});
}

void Control::on(const EventReport& report) {
  note({.kind = report.kind,
        .name = world_.registry.label(report.actor),
        .life = report.life,
        .text = report.text});
}

// Several workers may have noticed the same one.
void Control::on(const RefusalBurst& burst) {
  constexpr auto window = std::chrono::milliseconds(limits::refusal_window_ms);
  const Instant now = world_.clock.now();
  if (const auto told = refusals_told_.find(burst.receiver);
      told != refusals_told_.end() && now - told->second <= window) {
    return;
  }
  std::erase_if(refusals_told_, [&](const auto& one) { return now - one.second > window; });
  if (refusals_told_.size() >= limits::refusals_told_max) return;
  refusals_told_.emplace(burst.receiver, now);
  std::string text = fmt::format("{} messages within {}:", burst.busy + burst.too_large,
                                 format_duration(burst.within));
  if (burst.busy > 0) text += fmt::format(" {} busy", burst.busy);
  if (burst.too_large > 0) {
    text += fmt::format("{} {} too large", burst.busy > 0 ? "," : "", burst.too_large);
  }
  note({.kind = NodeEvent::Kind::refused,
        .name = world_.registry.label(burst.receiver),
        .text = std::move(text)});
}

void Control::on(EndedReport& report, BytesView payload) {
  // First what is to be done, for which the actor waits; then what is to be kept of it.
  if (Child* one = child(report.ended.actor)) {
    if (report.is_lost) one->stop_asked = true;  // Nothing can start there again.
    if (const auto done = std::exchange(one->on_first_start, nullptr)) {
      // As in Erlang/OTP, a first start that fails is the starter's to deal with.
      leave(*one);
      report.decision = "could not start";
      done(std::unexpected(cannot_start(report.ended)));
    } else if (goes_on_as_planned(*one, report)) {
      report.decision = "restarted, as it was asked for";
    } else {
      judge(*one, report);
    }
  }
  ExitEvent event = event_of(report.ended, payload, world_.clock.wall_ms());
  event.decision = std::move(report.decision);
  event.window = report.window;
  tell(std::move(event));
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
  retire(one);
  Named& supervisor = *one.supervisor;
  if (one.is_waiting) {
    supervisor.waiting.erase(one.order);
    return;
  }
  supervisor.supervisor.remove(one.number, world_.clock.now(), steps_);
  carry_out(supervisor);
  go_on_after(supervisor, one.address);
}

void Control::stop_for_others(Child& one) {
  call_off(one, stopped_meanwhile());
  order(one.address, EnvelopeKind::stop);
}

// Leads to forget().
void Control::retire(Child& one) {
  one.stop_asked = true;  // There is nothing left to be asked.
  if (one.creation == nullptr) {
    order(one.address, EnvelopeKind::retire);
    return;
  }
  // No worker has heard of it yet.
  world_.registry.retire(one.address);
  auto retired = std::make_unique<RetiredReport>();
  retired->actor = one.address;
  world_.own.push(
      Envelope::make({.kind = EnvelopeKind::control}, {}, std::move(retired)).release());
}

void Control::note(NodeEvent event) {
  event.wall_ms = world_.clock.wall_ms();
  world_.history.events.add(std::move(event));
}

void Control::tell(ExitEvent what) {
  const bool is_crash = what.exit.kind != Exit::Kind::normal;
  const auto kept = is_crash ? world_.history.crashes.add(std::move(what))
                             : std::make_shared<const ExitEvent>(std::move(what));
  const ExitEvent& event = *kept;
  std::string text = to_string(event.exit);
  text.append("; ").append(event.decision);
  note({.kind = is_crash ? NodeEvent::Kind::crashed : NodeEvent::Kind::stopped,
        .name = event.name,
        .life = event.life,
        .text = std::move(text),
        .crash = event.number});
  if (const auto found = waiting_.find(event.address); found != waiting_.end()) {
    for (const auto& told : std::exchange(found->second.on_exit, {})) told(event);
  }
  if (world_.on_exit) world_.on_exit(event);
}

void Control::judge(Child& one, EndedReport& report) {
  const EndedLife& ended = report.ended;
  Named& supervisor = *one.supervisor;
  const StopAsked asked = one.stop_asked || ending_ ? StopAsked::yes : StopAsked::no;
  one.is_down = true;
  const bool is_ending = supervisor.supervisor.is_ending();
  const SupervisorVerdict verdict =
      supervisor.supervisor.ended(one.number, ended.exit, asked, world_.clock.now(), steps_);
  const bool gives_up = verdict.kind == SupervisorVerdict::Kind::give_up;
  const std::string name = gives_up ? label_of(one.address, ended.name) : std::string();
  const Judgement judgement{.child = name,
                            .exit = ended.exit,
                            .verdict = verdict,
                            .policy = supervisor.supervisor.policy(),
                            .type = one.restart,
                            .asked = asked};
  if (const Instant at = next_life_after(verdict, supervisor.supervisor); at != never)
    note_next_life(world_.registry, one.address, at);
  carry_out(supervisor);
  if (gives_up) give_up(supervisor, to_string(judgement));
  report.decision =
      is_ending && one.is_waiting ? "ended with its supervisor's life" : decision_text(judgement);
  report.window = window_of(judgement);
}

void Control::restart(Address actor, std::optional<Duration> budget,
                      std::function<void(Result<void>)> done) {
  Child* one = child(actor);
  if (one == nullptr) {
    done(world_.registry.home(actor)
             ? fail(ErrorCode::unsupported,
                    "another actor has spawned it, which alone decides about it; troupe kill ends "
                    "its present life")
             : fail(ErrorCode::not_found, "that actor is gone"));
  } else if (one->stop_asked || ending_ || one->planned != nullptr) {
    done(fail(ErrorCode::unavailable, "the actor is being stopped or restarted already"));
  } else if (one->on_first_start) {
    done(fail(ErrorCode::unavailable, "the actor is about to start anyway"));
  } else {
    one->planned = std::make_unique<PlannedRestart>(
        PlannedRestart{.done = std::move(done), .has_ended = one->is_down});
    if (one->is_down) return hurry(*one);
    push_to(actor, Envelope::make({.kind = EnvelopeKind::stop,
                                   .receiver = actor,
                                   .number = stop_for_restart,
                                   .deadline = budget ? world_.clock.now() + *budget : never}));
  }
}

void Control::ask_to_stop(Child& one, Instant deadline) {
  if (one.stop_asked) return;
  one.stop_asked = true;
  if (one.is_down || one.creation != nullptr) {
    leave(one);
  } else {
    order(one.address, EnvelopeKind::stop, nullptr, deadline);
  }
}

void Control::forget(Address actor) {
  if (const auto found = children_.find(actor); found != children_.end()) {
    call_off(found->second, {.code = ErrorCode::unavailable, .message = "the actor is gone"});
    if (const auto done = std::exchange(found->second.on_first_start, nullptr)) {
      done(fail(ErrorCode::unavailable, "the actor was stopped before it could start"));
    }
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

void Control::stop(Address actor, std::optional<Duration> budget,
                   std::function<void(Result<void>)> done) {
  if (!hear_of_end(actor)) {
    done(fail(ErrorCode::not_found, "that actor is gone"));
    return;
  }
  Waiting& waiting = waiting_[actor];
  waiting.on_gone.push_back(std::move(done));
  const Instant deadline = budget ? world_.clock.now() + *budget : never;
  const Duration most = budget.value_or(std::chrono::milliseconds(limits::stop_budget_ms_default));
  waiting.gone_by = std::max(waiting.gone_by, world_.clock.now() + most);
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

void Control::look_at_turns(Instant now) {
  if (world_.turn_watch == nullptr || now < look_at_turns_at_) return;
  look_at_turns_at_ = now + std::chrono::milliseconds(limits::stuck_look_ms);
  for (const TurnWatch::Stuck& stuck : world_.turn_watch->look(now)) {
    std::string text = fmt::format(
        "its handler has held worker {} for {}, with all actors there. Native code can't be made "
        "to end; what may take long says so: long_running",
        stuck.worker, format_duration(stuck.at_least));
    world_.log.write(stuck.actor, LogLevel::error, text);
    note({.kind = NodeEvent::Kind::limit,
          .name = world_.registry.label(stuck.actor),
          .text = std::move(text)});
  }
  give_up_waiting(now);
}

// Whoever waits for the end of an actor whose worker does nothing any more waits for ever.
void Control::give_up_waiting(Instant now) {
  for (auto& [actor, waiting] : waiting_) {
    if (waiting.on_gone.empty() || now < waiting.gone_by) continue;
    const auto home = world_.registry.home(actor);
    const Address holder = home ? world_.turn_watch->holder(*home) : nobody;
    if (holder.is_nobody()) continue;
    for (const auto& done : std::exchange(waiting.on_gone, {})) {
      done(fail(ErrorCode::timed_out,
                fmt::format("it has not ended: native code of '{}' holds its worker, and can't be "
                            "made to end",
                            world_.registry.label(holder))));
    }
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
  if (ending_ || (draining_ && !end.failed)) return;
  const Instant now = world_.clock.now();
  world_.gate.close();
  note({.kind = NodeEvent::Kind::ending, .text = end.reason});
  if (end.failed || !has_mail()) {
    begin_to_end(std::move(end), now + budget);
    return;
  }
  const Duration drain = std::chrono::milliseconds(limits::drain_ms_max);
  draining_ = {.end = std::move(end),
               .end_by = now + budget,
               .until = now + std::min(drain, budget / 2),
               .look_at = now};
}

// Whether anything waits for its receiver. What is just in hand is not seen.
bool Control::has_mail() const {
  return std::ranges::any_of(world_.workers, [](const auto& one) { return !one.maybe_empty(); }) ||
         world_.roster.gauges().queued > 0;
}

void Control::look_at_mail(Instant now) {
  if (now < draining_->until && has_mail()) {
    draining_->look_at =
        std::min(now + std::chrono::milliseconds(limits::drain_look_ms), draining_->until);
    return;
  }
  Draining drained = *std::exchange(draining_, std::nullopt);
  begin_to_end(std::move(drained.end), drained.end_by);
}

void Control::begin_to_end(RuntimeEnd end, Instant by) {
  draining_.reset();
  ending_ = std::move(end);
  ending_by_ = by;
  world_.is_stopping.store(true, std::memory_order_relaxed);
  for (auto& [name, one] : supervisors_) one.wait = never;  // Nobody is restarted any more.
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
