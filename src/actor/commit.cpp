// What a handler asked for happens.

#include <algorithm>
#include <utility>
#include <variant>

#include "actor/worker.hpp"
#include "base/check.hpp"

namespace troupe {

std::optional<Exit> Worker::commit(Cell& cell) {
  std::optional<Exit> exit;
  for (Effect& effect : turn_.outbox().effects()) {
    if (const auto* end = std::get_if<effect::End>(&effect)) exit = end->exit;
    std::visit([&](auto& what) { carry_out(cell, what); }, effect);
  }
  turn_.outbox().clear();
  return exit;
}

void Worker::carry_out(Cell& /*cell*/, effect::Deliver& what) { route(std::move(what.envelope)); }

void Worker::carry_out(Cell& cell, effect::Request& what) {
  const auto found = cell.books.requests.find(what.envelope->number);
  CHECK(found != cell.books.requests.end());
  if (found->second.settled) return;  // Cancelled in the same handler.
  const Instant end = inputs_.now() + what.timeout;
  what.envelope->deadline = std::min(what.envelope->deadline, end);
  found->second.alarm = schedule({cell.address, what.envelope->number, true, end});
  route(std::move(what.envelope));
}

void Worker::carry_out(Cell& /*cell*/, effect::Publish& what) {
  const Envelope& event = *what.event;
  topics_.for_each_match(event.note<TopicNote>()->topic, [&](const Subscription& match) {
    route(event.share_with(match.subscriber, match.number));
  });
}

void Worker::carry_out(Cell& cell, effect::Watch& what) {
  if (!cell.books.watches.contains(what.number)) return;
  route(Envelope::make({.kind = EnvelopeKind::watch,
                        .receiver = what.target,
                        .sender = cell.address,
                        .number = what.number}));
}

void Worker::carry_out(Cell& cell, effect::Unwatch& what) {
  route(Envelope::make({.kind = EnvelopeKind::unwatch,
                        .receiver = what.target,
                        .sender = cell.address,
                        .number = what.number}));
}

void Worker::carry_out(Cell& cell, effect::Subscribe& what) {
  if (!cell.books.subscriptions.contains(what.number)) return;
  tell_topic_everywhere(*Envelope::make(
      {.kind = EnvelopeKind::subscribe, .sender = cell.address, .number = what.number}, {},
      std::make_unique<TopicNote>(what.filter)));
}

void Worker::carry_out(Cell& cell, effect::Unsubscribe& what) {
  tell_topic_everywhere(*Envelope::make(
      {.kind = EnvelopeKind::unsubscribe, .sender = cell.address, .number = what.number}));
}

void Worker::carry_out(Cell& cell, effect::StartTimer& what) {
  const auto found = cell.books.timers.find(what.number);
  if (found == cell.books.timers.end()) return;  // Cancelled in the same handler.
  const Instant at = inputs_.now() + what.delay;
  found->second.alarm = schedule({cell.address, what.number, false, at});
}

void Worker::carry_out(Cell& /*cell*/, effect::CancelTimer& what) { cancel(what.alarm); }

void Worker::carry_out(Cell& cell, effect::CancelRequest& what) {
  const auto found = cell.books.requests.find(what.number);
  if (found == cell.books.requests.end()) return;
  cancel(found->second.alarm);
  // deliver_to() lets the first outcome through: this is it.
  found->second.settled = false;
  deliver_to(cell,
             Envelope::make(
                 {.kind = EnvelopeKind::failure, .receiver = cell.address, .number = what.number},
                 {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::cancelled})));
}

void Worker::carry_out(Cell& cell, effect::Spawn& what) {
  const auto found = cell.spec->templates.find(what.child_template);
  CHECK(found != cell.spec->templates.end(), "checked when the handler asked");
  std::shared_ptr<const ActorSpec> spec = found->second.spec.lock();
  CHECK(spec != nullptr, "templates live as long as the node");
  auto stats = std::make_shared<ActorStats>();
  auto spawned = std::make_unique<SpawnedReport>();
  spawned->child = what.address;
  spawned->parent = cell.address;
  spawned->spec = spec;
  spawned->restart = found->second.restart;
  spawned->stats = stats;
  // The control plane hears of the child before the child can report, and the child's worker gets
  // the order before anything that is sent to it: both are pushed here, ahead of the flush.
  report(std::move(spawned));
  auto order = std::make_unique<CreateOrder>();
  order->spec = std::move(spec);
  order->stats = std::move(stats);
  order->config = std::move(what.config);
  cell.books.children.push_back(what.address);
  const auto home = world_.inputs.registry.home(what.address);
  CHECK(home.has_value(), "reserved by this turn");
  EnvelopePtr create = Envelope::make({.kind = EnvelopeKind::create, .receiver = what.address}, {},
                                      std::move(order));
  if (*home == index_) {
    deliver(std::move(create));
  } else {
    world_.ports[*home].push(create.release());
  }
}

void Worker::carry_out(Cell& /*cell*/, effect::StopChild& what) {
  auto stop = std::make_unique<StopChildReport>();
  stop->child = what.child;
  stop->budget = what.budget;
  report(std::move(stop));
}

}  // namespace troupe
