// What follows the end of a life: who supervises it decides, and its children do not outlive it.

#include "actor/family.hpp"

#include <string>
#include <utility>

#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {
namespace {

// Families go by the same, unless their parents' manifest says otherwise. Both live longer than any
// family, and nobody counts who shares them: families of several workers begin and end all the
// time.
std::shared_ptr<const SupervisorPolicy> policy_for(const ActorSpec& parent) {
  static const SupervisorPolicy usual;
  const SupervisorPolicy* const policy =
      parent.children != nullptr ? parent.children.get() : &usual;
  return {std::shared_ptr<void>(), policy};
}

}  // namespace

ChildNumber Worker::adopt(Cell& parent, Address child, const ChildTemplate& made_from) {
  std::unique_ptr<Family>& family = parent.rarities().family;
  if (family == nullptr) {
    // Nodes of the same app give the same slots, and are not to restart in step.
    family = std::make_unique<Family>(policy_for(*parent.spec), world_.seed + parent.address.slot);
  }
  const ChildNumber number = family->supervisor.add_started(child, made_from.restart, steps_);
  if (made_from.over_restart == OverRestart::keep) family->keep(number);
  carry_out_steps(parent);
  parent.books.made().children.set(number, child);
  return number;
}

// A life of `cell` has ended.
void Worker::after_life(Cell& cell, LifeEnd& end) {
  const Exit& exit = end.exit;
  const bool decides_control = cell.parent.is_nobody();
  const bool is_final =
      !decides_control && (cell.stop_asked || is_stopping() || !restarts_after(cell.restart, exit));
  const bool is_told = decides_control || cell.tells_control || world_.tells_exits ||
                       exit.kind != Exit::Kind::normal;
  if (is_final && !is_told) {
    retire(cell);
    return;
  }
  // Of one that was asked to stop it is not known yet whether another follows.
  if (!cell.stop_asked && !is_stopping() && restarts_after(cell.restart, exit)) drop_queued(cell);
  EnvelopePtr ended = ended_report(cell, end);
  if (decides_control || is_final) {
    if (is_final) {
      const bool is_asked = cell.stop_asked || is_stopping();
      auto& told = *ended->note<EndedReport>();
      told.decision =
          ended_text(cell.restart, told.ended.exit, is_asked ? StopAsked::yes : StopAsked::no);
    }
    report(std::move(ended));
    if (is_final) retire(cell);
    return;
  }
  auto note = std::make_unique<ChildEndedNote>();
  note->report = std::move(ended);
  note->type = cell.restart;
  note->is_told = is_told;
  route(Envelope::make({.kind = EnvelopeKind::child_ended,
                        .receiver = cell.parent,
                        .sender = cell.address,
                        .number = cell.child_number},
                       {}, std::move(note)));
}

// `what` is of a child of `parent`.
void Worker::judge(Cell& parent, const Envelope& what) {
  Family* const family = parent.family();
  if (family == nullptr) return;
  const auto number = static_cast<ChildNumber>(what.number);
  auto* note = what.note<ChildEndedNote>();
  const bool is_known = family->supervisor.has(number, what.sender);
  // One that was forgotten before it has gone.
  if (note == nullptr && !is_known) return;
  CHECK(is_known, "a child ends once");
  const Instant now = inputs_.now();
  if (note == nullptr) {
    family->forget(number);
    family->supervisor.remove(number, now, steps_);
    strike_off(parent, number, what.sender);
  } else {
    auto& told = *note->report->note<EndedReport>();
    const StopAsked asked = is_stopping() ? StopAsked::yes : StopAsked::no;
    const SupervisorVerdict verdict =
        family->supervisor.ended(number, told.ended.exit, asked, now, steps_);
    if (const Instant at = next_life_after(verdict, now); at != never)
      note_next_life(world_.inputs.registry, what.sender, at);
    const bool gives_up = verdict.kind == SupervisorVerdict::Kind::give_up;
    const std::string name = gives_up ? label_of(what.sender, told.ended.name) : std::string();
    const Judgement why{.child = name,
                        .exit = told.ended.exit,
                        .verdict = verdict,
                        .policy = family->supervisor.policy(),
                        .type = note->type,
                        .asked = asked};
    std::string escalated = gives_up ? to_string(why) : std::string();
    if (note->is_told) {
      told.decision = decision_text(why);
      told.window = window_of(why);
      report(std::move(note->report));
    }
    if (gives_up) tell_event(parent, NodeEvent::Kind::escalated, std::move(escalated));
    if (gives_up) end_by_order(parent, Exit::crashed("children: restart intensity"));
  }
  carry_out_steps(parent);
  let_parent_begin(parent);
}

void Worker::carry_out_steps(Cell& parent) {
  // Orders to children that are here are kept for later, so nothing adds to the steps meanwhile.
  for (const SupervisorStep& step : steps_) {
    switch (step.kind) {
      case SupervisorStep::Kind::start:
        route(Envelope::make({.kind = EnvelopeKind::restart, .receiver = step.child}));
        break;
      case SupervisorStep::Kind::stop:
        route(Envelope::make({.kind = EnvelopeKind::stop, .receiver = step.child}));
        break;
      case SupervisorStep::Kind::forget:
        parent.family()->forget(step.number);
        // One that has gone by itself takes no notice.
        strike_off(parent, step.number, step.child);
        route(Envelope::make({.kind = EnvelopeKind::retire, .receiver = step.child}));
        break;
      case SupervisorStep::Kind::wait: {
        AlarmKey& wait = parent.family()->wait;
        cancel(wait);
        wait = schedule({.actor = parent.address, .kind = Alarm::Kind::family, .at = step.at});
        break;
      }
      case SupervisorStep::Kind::all_down:
        is_alone(parent);
        break;
    }
  }
  steps_.clear();
}

// The turn sees its children in the books, which may be away with it.
void Worker::strike_off(Cell& parent, ChildNumber number, Address child) {
  if (Away* away = parent.away()) {
    away->kept.emplace_back(Envelope::make({.kind = EnvelopeKind::child_gone,
                                            .receiver = parent.address,
                                            .sender = child,
                                            .number = number}));
  } else if (Books* books = parent.books.get()) {
    books->children.erase(number, child);
    if (Activity* active = parent.activity_if_any()) show_books(parent, *active);
  }
}

// Its life has ended; whether another follows others may have to decide.
void Worker::leave_family(Cell& parent) {
  Family* const family = parent.family();
  if (family == nullptr) return;
  if (!family->keeps_any() || family->supervisor.is_ending()) {
    stop_family(parent);
    return;
  }
  family->supervisor.for_each([&](ChildNumber number, Address child) {
    if (!family->keeps(number)) {
      route(Envelope::make({.kind = EnvelopeKind::stop, .receiver = child}));
    }
  });
}

void Worker::stop_family(Cell& parent) {
  Family* const family = parent.family();
  if (family == nullptr) return;
  family->supervisor.stop_all(steps_);
  carry_out_steps(parent);
}

// The children of its last life that are still there are this one's.
void Worker::show_family(Cell& parent) {
  const Family* const family = parent.family();
  if (family == nullptr) return;
  ChildList& children = parent.books.made().children;
  family->supervisor.for_each(
      [&](ChildNumber number, Address child) { children.set(number, child); });
}

// If it waits for its family, and what is left of that goes on with it.
void Worker::let_parent_begin(Cell& parent) {
  Family* const family = parent.family();
  if (family == nullptr || !family->parent_waits || !family->has_only_kept() ||
      family->supervisor.is_ending()) {
    return;
  }
  family->parent_waits = false;
  expect_life(parent);
}

// All children of its last life are gone.
void Worker::is_alone(Cell& parent) {
  const std::unique_ptr<Family> family = std::move(parent.rarities().family);
  if (family == nullptr) return;  // It was told twice, having given up.
  cancel(family->wait);
  if (parent.is_retiring) {
    retire(parent);
  } else if (family->parent_waits) {
    expect_life(parent);
  }
}

}  // namespace troupe
