// How actors are: asked now and then, seen by their worker, shown to whoever wants to know.
//
// A check waits in the system lane, as a turn of its own between two handlers. The next is due an
// interval after the last has ended, so there is never more than one. An actor that is at work
// beside its worker is not asked: its deadline judges it.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "actor/health_watch.hpp"
#include "actor/running_guest.hpp"  // IWYU pragma: keep
#include "actor/worker.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/mutation.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "host/guest_host.hpp"

namespace troupe {
namespace {

std::string text_of(const Health& health) {
  if (health.reason.empty()) return std::string(to_string(health.status));
  return fmt::format("{}: {}", to_string(health.status), health.reason);
}

}  // namespace

// A life is ready.
void Worker::begin_checks(Cell& cell) {
  cell.rarities().health = std::make_unique<HealthWatch>();
  expect_check(cell);
}

void Worker::expect_check(Cell& cell) {
  cell.rarities().health->alarm = schedule({.actor = cell.address,
                                            .kind = Alarm::Kind::check,
                                            .at = inputs_.now() + cell.spec->health.interval});
}

void Worker::check_is_due(Cell& cell) {
  HealthWatch* const watch = cell.health_watch();
  if (watch == nullptr) return;
  watch->alarm = {};
  if (cell.is_away) {
    expect_check(cell);
    return;
  }
  cell.mailbox.push(Envelope::make({.kind = EnvelopeKind::check,
                                    .receiver = cell.address,
                                    .number = cell.life.load(std::memory_order_relaxed)}),
                    cell.spec->mailbox, dropped_);
  make_ready(cell);
}

Worker::Went Worker::check(Cell& cell, EnvelopePtr envelope) {
  // An earlier life may have left it unasked.
  if (envelope->number != cell.life.load(std::memory_order_relaxed)) return Went::home;
  const HealthChecks& terms = cell.spec->health;
  // As many time-outs as it takes.
  const Duration most = terms.timeout * (terms.threshold - cell.health_watch()->failed);
  const Clock& clock = world_.inputs.clock;
  return call_guest(cell, {.kind = Ran::Kind::check, .in_hand = std::move(envelope)},
                    [&cell, &clock, most](GuestHost& host, Ran& ran) {
                      const Instant began = clock.now();
                      HealthReply reply = cell.instance->check(host, most);
                      ran.check_took = clock.now() - began;
                      ran.health = std::move(reply.says);
                      if (reply.death != nullptr) {
                        ran.reply.kind = Reply::Kind::ended;
                        ran.reply.death = std::move(reply.death);
                      }
                    });
}

void Worker::finish_check(Cell& cell, Ran& ran) {
  const HealthChecks& terms = cell.spec->health;
  HealthWatch& watch = *cell.health_watch();
  if (ran.reply.kind == Reply::Kind::ended) {
    // Its deadline was the time-outs that it had left.
    Exit& exit = ran.reply.death->exit;
    if (exit == Exit::exceeded("deadline")) exit = Exit::exceeded("health");
    end_life_by(cell, std::move(ran.reply), ran.kind);
    return;
  }
  watch.said = std::move(ran.health);
  std::string& reason = watch.said.reason;
  reason.resize(utf8_prefix(reason, limits::health_reason_bytes_max).size());
  if (watch.said.status == HealthStatus::healthy) reason.clear();
  const auto late = static_cast<std::uint64_t>(ran.check_took / terms.timeout);
  Exit exit = Exit::exceeded("health");
  if (late > 0) {
    // What it has said nevertheless may be worse.
    if (watch.said.status <= HealthStatus::unknown) {
      watch.said = {
          .status = HealthStatus::unknown,
          .reason = fmt::format("its check took longer than {}", format_duration(terms.timeout))};
    }
    watch.failed += static_cast<std::uint32_t>(std::min<std::uint64_t>(late, terms.threshold));
  } else if (watch.said.status == HealthStatus::unhealthy) {
    exit = Exit::crashed(text_of(watch.said));
    ++watch.failed;
  } else {
    watch.failed = MUTATED(counts_failures_for_good, 0U, watch.failed);
  }
  show_health(cell);
  if (watch.failed < terms.threshold) {
    expect_check(cell);
    return;
  }
  auto death = std::make_unique<Death>();
  death->exit = std::move(exit);
  death->detail = fmt::format("{} health check{} in a row failed", terms.threshold,
                              terms.threshold == 1 ? "" : "s");
  end_life_by(cell, Reply::ended(std::move(death)), ran.kind);
}

// The worse of what it says and of what is seen of it. A change of status is an event, but for the
// first answer of a life that is well.
void Worker::show_health(Cell& cell) {
  Activity& active = cell.activity();
  const HealthWatch* const watch = cell.health_watch();
  Health is = watch != nullptr ? watch->said : Health{};
  if (active.memory_warned && is.status < HealthStatus::degraded) {
    is = {.status = HealthStatus::degraded, .reason = "its memory has grown to 90 % of its limit"};
  }
  const ShownHealth* const shown = active.health();
  const bool is_first = shown == nullptr;
  const bool has_changed = is_first || shown->is.status != is.status;
  if (!has_changed && shown->is.reason == is.reason) return;
  auto next = std::make_unique<const ShownHealth>(
      ShownHealth{.is = is, .since = has_changed ? inputs_.now() : shown->since});
  if (auto before = active.set_health(std::move(next))) {
    world_.inputs.registry.reclaimer().retire(std::move(before), index_);
  }
  if (!has_changed) return;
  if (!is_first || is.status != HealthStatus::healthy) {
    std::string text = text_of(is);
    if (watch != nullptr && watch->failed > 0) {
      text += fmt::format(" ({} of {} in a row)", watch->failed, cell.spec->health.threshold);
    }
    tell_event(cell, NodeEvent::Kind::health, std::move(text));
  }
  if (cell.spec->mailbox.while_unready == WhileUnready::refuse) {
    set_door(cell);
  } else {
    MUTATED(works_while_unhealthy, hold_messages(cell, is.status), void());
  }
}

// Where they are not refused, they wait until it is better.
void Worker::hold_messages(Cell& cell, HealthStatus status) {
  if (status == HealthStatus::unhealthy) {
    cell.pauses |= Cell::unhealthy_pause;
    return;
  }
  if ((cell.pauses & Cell::unhealthy_pause) == 0) return;
  cell.pauses &= ~Cell::unhealthy_pause;
  if (cell.is_alive() && cell.has_work()) make_ready(cell);
}

// With its life goes what is known of it.
void Worker::end_checks(Cell& cell) {
  Activity* const active = cell.activity_if_any();
  if (active != nullptr && active->health() != nullptr) [[unlikely]]
    world_.inputs.registry.reclaimer().retire(active->set_health(nullptr), index_);
  if (HealthWatch* watch = cell.health_watch()) {
    cancel(watch->alarm);
    cell.rarities().health.reset();
  }
}

}  // namespace troupe
