// What is known of a life when it ends.

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "actor/worker.hpp"
#include "base/check.hpp"
#include "base/limits.hpp"

namespace troupe {
namespace {

std::string_view name_of(Ran::Kind kind, const Envelope* envelope) {
  switch (kind) {
    case Ran::Kind::birth:
      return "start";
    case Ran::Kind::load:
      return "load";
    case Ran::Kind::stop:
      return "stop";
    case Ran::Kind::check:
      return "health";
    case Ran::Kind::save:
    case Ran::Kind::snapshot:
      return "save";
    case Ran::Kind::handler:
      break;
  }
  // In the order of the kinds; those behind are never in a guest's hand.
  constexpr std::array<std::string_view, 7> names{"message", "request", "event", "answer",
                                                  "failure", "timer",   "exited"};
  static_assert(std::to_underlying(EnvelopeKind::exited) == names.size() - 1);
  CHECK(envelope != nullptr, "a handler has something in hand");
  return names.at(std::to_underlying(envelope->kind));
}

}  // namespace

// `envelope` may be null where nothing was sent.
LifeEnd Worker::end_of(const Cell& cell, Exit exit, Ran::Kind kind, const Envelope* envelope) {
  LifeEnd end{.exit = std::move(exit)};
  if (end.exit.kind == Exit::Kind::normal) return end;
  auto report = std::make_unique<EndedReport>();
  report->ended.took = std::max(inputs_.exact_now() - turn_began_, Duration::zero());
  HeldAtEnd& held = report->ended.in_hand.emplace();
  held.what = name_of(kind, envelope);
  BytesView shown;
  if (kind == Ran::Kind::handler) {
    if (!envelope->sender.is_nobody() && envelope->sender != outside) {
      held.sender = envelope->sender;
      held.sender_name = world_.inputs.registry.name_in_step(envelope->sender);
    }
    if (envelope->kind == EnvelopeKind::event) held.topic = envelope->topic();
    held.message_id = envelope->id;
    const BytesView payload = envelope->payload();
    held.bytes = payload.size();
    held.is_hidden = cell.spec->hides_messages;
    if (!held.is_hidden)
      shown = payload.first(std::min(payload.size(), limits::crash_payload_bytes_max));
  }
  end.report = Envelope::make({.kind = EnvelopeKind::control}, shown, std::move(report));
  return end;
}

EnvelopePtr Worker::ended_report(const Cell& cell, LifeEnd& end) {
  if (end.report == nullptr) {
    end.report =
        Envelope::make({.kind = EnvelopeKind::control}, {}, std::make_unique<EndedReport>());
  }
  EndedLife& ended = end.report->note<EndedReport>()->ended;
  ended.actor = cell.address;
  ended.name = world_.inputs.registry.name_in_step(cell.address);
  ended.life = cell.life.load(std::memory_order_relaxed);
  const Instant began = cell.life_began.load(std::memory_order_relaxed);
  ended.lived = std::max(inputs_.now() - began, Duration::zero());
  ended.exit = std::move(end.exit);
  ended.spec = cell.spec->shared_from_this();
  if (end.death != nullptr) {
    ended.backtrace = std::move(end.death->backtrace);
    ended.detail = std::move(end.death->detail);
  }
  // The next life is not to be taken for their author.
  ended.log = world_.log.take_latest(cell.address, began);
  if (ended.exit.kind != Exit::Kind::normal) ended.usage = end.usage;
  return std::move(end.report);
}

}  // namespace troupe
