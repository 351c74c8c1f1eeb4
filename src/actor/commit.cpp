// What a handler asked for happens.

#include <algorithm>
#include <bit>
#include <utility>

#include "actor/worker.hpp"
#include "base/check.hpp"

namespace troupe {

std::optional<Exit> Worker::commit(Cell& cell) {
  std::optional<Exit> exit;
  while (EnvelopePtr effect = turn_->outbox().take()) {
    switch (effect->kind) {
      case EnvelopeKind::message:
      case EnvelopeKind::answer:
      case EnvelopeKind::failure:
      case EnvelopeKind::unwatch:
        route(std::move(effect));
        break;
      case EnvelopeKind::request:
        ask(cell, std::move(effect), turn_->outbox().take_timeout());
        break;
      case EnvelopeKind::event:
        publish(*effect);
        break;
      case EnvelopeKind::watch:
        if (cell.books.watches.contains(effect->number)) route(std::move(effect));
        break;
      case EnvelopeKind::subscribe:
        if (cell.books.subscriptions.contains(effect->number)) tell_topic_everywhere(*effect);
        break;
      case EnvelopeKind::unsubscribe:
        tell_topic_everywhere(*effect);
        break;
      case EnvelopeKind::start_timer:
        start_timer(cell, *effect);
        break;
      case EnvelopeKind::cancel_timer:
        cancel(std::bit_cast<AlarmKey>(effect->number));
        break;
      case EnvelopeKind::cancel_request:
        cancel_request(cell, effect->number);
        break;
      case EnvelopeKind::spawn:
        spawn(cell, *effect);
        break;
      case EnvelopeKind::stop_child:
        stop_child(*effect);
        break;
      case EnvelopeKind::exit:
        exit = effect->note<ExitNote>()->exit;
        break;
      case EnvelopeKind::timer:
      case EnvelopeKind::exited:
      case EnvelopeKind::stop:
      case EnvelopeKind::create:
      case EnvelopeKind::restart:
      case EnvelopeKind::end:
      case EnvelopeKind::retire:
      case EnvelopeKind::child_gone:
      case EnvelopeKind::arrive:
      case EnvelopeKind::pause:
      case EnvelopeKind::resume:
      case EnvelopeKind::turn_done:
      case EnvelopeKind::unsubscribe_all:
      case EnvelopeKind::fan_out:
      case EnvelopeKind::control:
        CHECK(false, "no handler asks for that");
    }
  }
  return exit;
}

void Worker::ask(Cell& cell, EnvelopePtr request, Duration timeout) {
  Books::Request* found = cell.books.requests.find(request->number);
  CHECK(found != nullptr);
  if (found->settled) return;  // Cancelled in the same handler.
  found->asked = inputs_.now();
  if (cell.books.oldest_request == 0) {
    cell.books.oldest_request = request->number;
    cell.stats->oldest_request.store(found->asked, std::memory_order_relaxed);
  }
  const Instant end = found->asked + timeout;
  request->deadline = std::min(request->deadline, end);
  found->alarm = schedule(
      {.actor = cell.address, .number = request->number, .kind = Alarm::Kind::request, .at = end});
  route(std::move(request));
}

void Worker::start_timer(Cell& cell, const Envelope& order) {
  Books::Timer* found = cell.books.timers.find(order.number);
  if (found == nullptr) return;  // Cancelled in the same handler.
  const Instant at = inputs_.exact_now() + Duration(order.deadline.ns);
  found->alarm = schedule(
      {.actor = cell.address, .number = order.number, .kind = Alarm::Kind::timer, .at = at});
}

void Worker::cancel_request(Cell& cell, std::uint64_t number) {
  Books::Request* found = cell.books.requests.find(number);
  if (found == nullptr) return;
  cancel(found->alarm);
  // deliver_to() lets the first outcome through: this is it.
  found->settled = false;
  deliver_to(
      cell,
      Envelope::make({.kind = EnvelopeKind::failure, .receiver = cell.address, .number = number},
                     {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::cancelled})));
}

void Worker::spawn(Cell& cell, const Envelope& order) {
  const auto& what = *order.note<SpawnNote>();
  const Address address = order.receiver;
  const auto found = cell.spec->templates.find(what.child_template);
  CHECK(found != cell.spec->templates.end(), "checked when the handler asked");
  std::shared_ptr<const ActorSpec> spec = found->second.spec.lock();
  CHECK(spec != nullptr, "templates live as long as the node");
  auto stats = std::make_shared<ActorStats>();
  auto spawned = std::make_unique<SpawnedReport>();
  spawned->child = address;
  spawned->parent = cell.address;
  spawned->spec = spec;
  spawned->restart = found->second.restart;
  spawned->stats = stats;
  // The control plane hears of the child before the child can report, and the child's worker gets
  // the order before anything that is sent to it: both are pushed here, ahead of the flush.
  report(std::move(spawned));
  auto birth = std::make_unique<CreateOrder>();
  birth->spec = std::move(spec);
  birth->stats = std::move(stats);
  birth->config = what.config;
  cell.books.children.push_back(address);
  const auto home = world_.inputs.registry.home(address);
  CHECK(home.has_value(), "reserved by this turn");
  EnvelopePtr create =
      Envelope::make({.kind = EnvelopeKind::create, .receiver = address}, {}, std::move(birth));
  if (*home == index_) {
    deliver(nullptr, std::move(create));
  } else {
    world_.ports[*home].push(create.release());
  }
}

void Worker::stop_child(const Envelope& order) {
  auto stop = std::make_unique<StopChildReport>();
  stop->child = order.receiver;
  stop->budget = Duration(order.deadline.ns);
  report(std::move(stop));
}

}  // namespace troupe
