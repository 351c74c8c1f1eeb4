// Named supervisors, one below the other: what Control does with what they decide.

#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/mutation.hpp"
#include "runtime/control.hpp"

namespace troupe {

void Control::add_supervisor(const std::string& name, const SupervisorPolicy& policy,
                             SupervisorPlace place) {
  const auto [at, is_new] = supervisors_.try_emplace(name);
  Named& one = at->second;
  if (is_new) {
    one.name = name;
    one.index = world_.roster.add_supervisor(name);
    by_index_.push_back(&one);
    CHECK(by_index_.size() == one.index + 1);
  } else {
    CHECK(one.supervisor.child_count() == 0, "who has children keeps its policy");
  }
  one.place = std::move(place);
  one.policy = std::make_shared<const SupervisorPolicy>(policy);
  one.supervisor = fresh(one);
}

Control::Named* Control::supervisor_at(Address address) const {
  return address.is_nobody() ? by_index_.at(address.slot) : nullptr;
}

Supervisor Control::fresh(const Named& one) const {
  // Nodes of the same app have the same names, and are not to restart in step.
  return Supervisor(one.policy, Supervisor::StopOrder::one_by_one,
                    world_.seed + std::hash<std::string>{}(one.name) + one.life);
}

Result<void> Control::be_born(Named& one) {
  const bool is_root = &one == by_index_.front();
  if (!is_root && one.state == Named::State::unborn) {
    const auto parent = supervisors_.find(one.place.parent);
    CHECK(parent != supervisors_.end(), "the manifest's check knows them all");
    TRY(be_born(parent->second));
    one.parent = &parent->second;
    one.order = ++last_order_;
    one.number = one.parent->supervisor.add_started(address_of(one), one.place.restart, steps_);
    carry_out(*one.parent);
  } else if (!is_root) {
    TRY(be_born(*one.parent));
  }
  if (one.state == Named::State::unborn) {
    one.state = Named::State::living;
    one.life = 1;
  }
  if (one.state == Named::State::living && !one.supervisor.is_ending()) return {};
  return fail(
      ErrorCode::unavailable,
      fmt::format("supervisor '{}' {}", one.name,
                  one.parent == nullptr || one.state == Named::State::gone ? "has given up"
                                                                           : "is being restarted"));
}

std::vector<SupervisorStatus> Control::supervisors() const {
  const ExitTexts texts(world_.history.crashes.all());
  std::vector<SupervisorStatus> list;
  for (const Named* one : by_index_) {
    const SupervisorPolicy& policy = *one->policy;
    list.push_back({.name = one->name,
                    .parent = one == by_index_.front() ? "" : one->place.parent,
                    .state = std::string(state_text(*one)),
                    .life = one->life,
                    .restart = std::string(to_string(one->place.restart)),
                    .strategy = std::string(to_string(policy.strategy)),
                    .restarts = one->supervisor.restarts_within(world_.clock.now()),
                    .intensity = policy.intensity,
                    .period = policy.period,
                    .children = one->supervisor.child_count() + one->waiting.size(),
                    .history = history_of(*one, texts)});
  }
  return list;
}

std::vector<SupervisedExit> Control::history_of(const Named& one, const ExitTexts& texts) const {
  const Instant now = world_.clock.now();
  const std::vector<SupervisorRecord> records = one.supervisor.history();
  std::vector<std::string> said = texts.of(records);
  std::vector<SupervisedExit> list;
  list.reserve(records.size());
  for (std::size_t at = 0; at < records.size(); ++at) {
    const SupervisorRecord& record = records[at];
    list.push_back({.ago = now - record.at,
                    .child = record.child.is_nobody() ? by_index_.at(record.child.slot)->name
                                                      : world_.registry.label(record.child),
                    .exit = std::string(to_string(record.exit)),
                    .text = std::move(said[at]),
                    .decision = std::string(to_string(record.verdict))});
  }
  return list;
}

std::string_view Control::state_text(const Named& one) {
  switch (one.state) {
    case Named::State::unborn:
      return "empty";
    case Named::State::living:
      return one.supervisor.is_ending() ? "stopping" : "running";
    case Named::State::down:
      return "waiting";
    case Named::State::gone:
      return "gone";
  }
  CHECK(false, "a state has one of its named values");
}

void Control::carry_out(Named& supervisor) {
  for (const SupervisorStep& step : std::exchange(steps_, {})) {
    switch (step.kind) {
      case SupervisorStep::Kind::start:
        if (Named* below = supervisor_at(step.child)) {
          begin_life(*below);
        } else {
          start(*child(step.child));
        }
        break;
      case SupervisorStep::Kind::stop:
        if (Named* below = supervisor_at(step.child)) {
          below->supervisor.stop_all(steps_);
          carry_out(*below);
        } else {
          stop_for_others(*child(step.child));
        }
        break;
      case SupervisorStep::Kind::forget:
        part_with(supervisor, step.child);
        break;
      case SupervisorStep::Kind::wait:
        if (!ending_) supervisor.wait = step.at;
        break;
      case SupervisorStep::Kind::all_down:
        heard_.push_back({&supervisor, supervisor.life, Heard::What::all_down});
        break;
    }
  }
}

void Control::begin_life(Named& one) {
  one.state = Named::State::living;
  ++one.life;
  Supervisor next = fresh(one);
  next.inherit_history(one.supervisor);
  one.supervisor = std::move(next);
  start_next(one);
}

void Control::start_next(Named& one) {
  one.awaited.reset();
  if (one.supervisor.is_ending()) return;
  if (one.waiting.empty()) {
    heard_.push_back({&one, one.life, Heard::What::ready});
    return;
  }
  const auto first = MUTATED(starts_the_last_first, one.waiting.begin(),
                             one.waiting.find(one.waiting.rbegin()->first));
  const Address next = one.waiting.extract(first).mapped();
  one.awaited = next;
  if (Named* below = supervisor_at(next)) {
    below->number = one.supervisor.add(next, below->place.restart, steps_);
  } else {
    Child& actor = *child(next);
    actor.is_waiting = false;
    actor.number = one.supervisor.add(next, actor.restart, steps_);
  }
  carry_out(one);
}

// What it waits for is not time any more: of its own restart, or of that of the lowest supervisor
// above it that is not to live first for another's sake.
void Control::hurry(const Child& one) {
  Named* above = one.supervisor;
  Address who = one.address;
  ChildNumber number = one.number;
  while (above->state == Named::State::down && above->parent != nullptr) {
    who = address_of(*above);
    number = above->number;
    above = above->parent;
  }
  // One that is not there any more, or not yet, starts in its turn.
  if (above->supervisor.is_ending() || !above->supervisor.has(number, who)) return;
  above->supervisor.hurry(number, world_.clock.now(), steps_);
  carry_out(*above);
}

void Control::go_on_after(Named& one, Address child) {
  if (one.awaited == child) start_next(one);
}

// Its supervisor has forgotten it: for good, unless that itself comes to its end.
void Control::part_with(Named& one, Address address) {
  const bool comes_back = one.parent != nullptr && one.supervisor.is_ending() && !ending_;
  if (Named* below = supervisor_at(address)) {
    if (comes_back) {
      one.waiting.emplace(below->order, address);
    } else {
      let_go(*below);
    }
  } else {
    Child& actor = *child(address);
    if (comes_back && !actor.stop_asked) {
      actor.is_down = actor.is_waiting = true;
      one.waiting.emplace(actor.order, address);
    } else {
      retire(actor);
    }
  }
  go_on_after(one, address);
}

void Control::let_go(Named& one) {
  one.state = Named::State::gone;
  for (const auto& [order, address] : std::exchange(one.waiting, {})) {
    if (Named* below = supervisor_at(address)) {
      let_go(*below);
    } else {
      child(address)->is_waiting = false;
      retire(*child(address));
    }
  }
}

void Control::give_up(Named& one, const std::string& why) {
  if (one.parent != nullptr) {
    one.failure = fmt::format("gave up: {}", why);  // Its parent hears of it when all are down.
    return;
  }
  note({.kind = NodeEvent::Kind::escalated, .name = one.name, .text = why});
  end_node({.failed = true, .reason = fmt::format("supervisor '{}' gave up: {}", one.name, why)},
           std::chrono::seconds(60));
}

void Control::tell_parents() {
  while (!heard_.empty()) {
    const Heard heard = heard_.front();
    heard_.pop_front();
    Named& one = *heard.of;
    if (one.parent == nullptr || one.life != heard.life || one.state != Named::State::living) {
      continue;
    }
    if (heard.what == Heard::What::all_down) {
      on_all_down(one);
      continue;
    }
    note({.kind = one.life == 1 ? NodeEvent::Kind::started : NodeEvent::Kind::restarted,
          .name = one.name,
          .life = one.life});
    one.parent->supervisor.started(one.number, steps_);
    carry_out(*one.parent);
    go_on_after(*one.parent, address_of(one));
  }
}

void Control::on_all_down(Named& one) {
  one.state = Named::State::down;
  one.wait = never;
  one.awaited.reset();
  const std::string failure = std::exchange(one.failure, {});
  const Exit exit =
      MUTATED(gives_up_quietly, failure.empty(), true) ? Exit::normal() : Exit::crashed(failure);
  Named& parent = *one.parent;
  const StopAsked asked = ending_ ? StopAsked::yes : StopAsked::no;
  const SupervisorVerdict verdict =
      parent.supervisor.ended(one.number, exit, asked, world_.clock.now(), steps_);
  const Judgement judgement{.child = one.name,
                            .exit = exit,
                            .verdict = verdict,
                            .policy = parent.supervisor.policy(),
                            .type = one.place.restart,
                            .asked = asked};
  if (!failure.empty()) {
    note({.kind = NodeEvent::Kind::escalated,
          .name = one.name,
          .life = one.life,
          .text = fmt::format("{}; {}", failure, decision_text(judgement))});
  }
  note_next_lives(one, next_life_after(verdict, parent.supervisor));
  carry_out(parent);
  if (verdict.kind == SupervisorVerdict::Kind::give_up) give_up(parent, to_string(judgement));
}

Instant Control::next_life_after(const SupervisorVerdict& verdict,
                                 const Supervisor& supervisor) const {
  if (verdict.kind == SupervisorVerdict::Kind::noted) return supervisor.starts_at();
  return troupe::next_life_after(verdict, world_.clock.now());
}

// Of all that are to live again with it.
void Control::note_next_lives(const Named& one, Instant at) {
  for (const auto& [order, address] : one.waiting) {
    if (const Named* below = supervisor_at(address)) {
      note_next_lives(*below, at);
    } else {
      note_next_life(world_.registry, address, at);
    }
  }
}

}  // namespace troupe
