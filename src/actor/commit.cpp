// What a handler asked for happens.

#include <algorithm>
#include <bit>
#include <utility>

#include "actor/worker.hpp"
#include "base/check.hpp"

namespace troupe {
namespace {

Exit exit_of(const Envelope& effect) {
  const auto* how = effect.note<ExitNote>();
  return how != nullptr ? how->exit : Exit::normal();
}

}  // namespace

std::optional<Exit> Worker::commit(Cell& cell) {
  std::optional<Exit> exit;
  Outbox& outbox = turn_->outbox();
  while (EnvelopePtr effect = outbox.take()) {
    switch (effect->kind) {
      case EnvelopeKind::message:
      case EnvelopeKind::answer:
      case EnvelopeKind::failure:
      case EnvelopeKind::unwatch:
        route(std::move(effect));
        break;
      case EnvelopeKind::request:
        ask(cell, std::move(effect), outbox.take_timeout());
        break;
      case EnvelopeKind::event:
        publish(*effect);
        break;
      case EnvelopeKind::watch:
        if (cell.books.made().watches.contains(effect->number)) route(std::move(effect));
        break;
      case EnvelopeKind::subscribe:
        if (!cell.books.made().subscriptions.contains(effect->number)) break;
        [[fallthrough]];
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
        route(Envelope::make({.kind = EnvelopeKind::stop,
                              .receiver = effect->receiver,
                              .deadline = inputs_.now() + Duration(effect->deadline.ns)}));
        break;
      case EnvelopeKind::exit:
        exit = exit_of(*effect);
        break;
      case EnvelopeKind::timer:
      case EnvelopeKind::exited:
      case EnvelopeKind::check:
      case EnvelopeKind::stop:
      case EnvelopeKind::create:
      case EnvelopeKind::restart:
      case EnvelopeKind::end:
      case EnvelopeKind::retire:
      case EnvelopeKind::tell_end:
      case EnvelopeKind::end_all:
      case EnvelopeKind::child_ended:
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
  outbox.reset();
  return exit;
}

void Worker::ask(Cell& cell, EnvelopePtr request, Duration timeout) {
  Books& books = cell.books.made();
  Books::Request* found = books.requests.find(request->number);
  CHECK(found != nullptr);
  if (found->settled) return;  // Cancelled in the same handler.
  found->asked = inputs_.now();
  if (books.oldest_request == 0) {
    books.oldest_request = request->number;
    cell.activity().oldest_request.store(found->asked, std::memory_order_relaxed);
  }
  const Instant end = found->asked + timeout;
  request->deadline = std::min(request->deadline, end);
  found->alarm = schedule(
      {.actor = cell.address, .number = request->number, .kind = Alarm::Kind::request, .at = end});
  route(std::move(request));
}

void Worker::start_timer(Cell& cell, const Envelope& order) {
  Books::Timer* found = cell.books.made().timers.find(order.number);
  if (found == nullptr) return;  // Cancelled in the same handler.
  const Instant at = inputs_.exact_now() + Duration(order.deadline.ns);
  found->alarm = schedule(
      {.actor = cell.address, .number = order.number, .kind = Alarm::Kind::timer, .at = at});
}

void Worker::cancel_request(Cell& cell, std::uint64_t number) {
  Books::Request* found = cell.books.made().requests.find(number);
  if (found == nullptr) return;
  cancel(found->alarm);
  // deliver_to() lets the first outcome through: this is it.
  found->settled = false;
  deliver_to(
      cell,
      Envelope::make({.kind = EnvelopeKind::failure, .receiver = cell.address, .number = number},
                     {}, std::make_unique<FailureNote>(Failure{.kind = Failure::Kind::cancelled})));
}

// The child's worker gets the order before anything that is sent to it.
void Worker::spawn(Cell& cell, const Envelope& order) {
  const Address address = order.receiver;
  const ChildTemplate& made_from = cell.spec->templates.at(order.number);
  const Parentage whose{.parent = cell.address,
                        .number = adopt(cell, address, made_from),
                        .restart = made_from.restart,
                        .counted_by = cell.books.census()};
  // Where its parent lives, as the turn has reserved it.
  Cell& child = make_cell(address, *made_from.spec, whose);
  const BytesView config = order.payload();
  if (!config.empty()) child.rarities().config.assign(config.begin(), config.end());
  child.next_turn = NextTurn::birth;
  run_queue_.ready_new(child);
  // Its name could be found while the turn went on beside the worker.
  if (!awaited_.empty()) welcome(address);
}

}  // namespace troupe
