// What a node knows of one actor: all of it, or what explains how it is.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/crash_text.hpp"
#include "cli/nodes.hpp"
#include "cli/why.hpp"
#include "http/crash_json.hpp"
#include "http/event_json.hpp"
#include "http/json.hpp"

namespace troupe {
namespace {

constexpr std::size_t crashes_read = 20;

struct Known {
  std::optional<ActorDetails> actor;  // None: it is gone.
  std::vector<ExitEvent> crashes;     // Its own, oldest first.
  std::vector<NodeEvent> events;      // Likewise.

  // Of its last life, if it is gone and has ended well.
  [[nodiscard]] const NodeEvent* good_end() const { return actor ? nullptr : good_end_of(events); }
};

// The latest `events_read` of its events.
Tried<Known> ask(const std::string& name, const NodeName& node, std::size_t events_read) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  Known known;
  auto crashes = chosen->client.crashes({.actor = name, .limit = crashes_read});
  if (!crashes) return complain(std::move(crashes).error());
  known.crashes = *std::move(crashes);
  auto actor = chosen->client.actor(name);
  if (!actor && actor.error().code != ErrorCode::not_found)
    return complain_of_actor(chosen->client, std::move(actor).error(), name);
  // Later than that, so that the end of one that is gone is among them.
  auto events = chosen->client.events({.actor = name, .limit = events_read});
  if (!events) return complain(std::move(events).error());
  known.events = *std::move(events);
  if (!actor && known.good_end() == nullptr && known.crashes.empty())
    return complain_of_actor(chosen->client, std::move(actor).error(), name);
  if (actor) known.actor = *std::move(actor);
  return known;
}

std::string name_of(const Known& known) {
  if (known.actor) return known.actor->status.name;
  const NodeEvent* good_end = known.good_end();
  return good_end != nullptr ? good_end->name : known.crashes.back().name;
}

void print_line(Console& console, std::string_view what, std::string_view text) {
  console.print(
      fmt::format("  {} {}\n", console.out_style(Style::dim, fmt::format("{:<10}", what)), text));
}

std::string health_text(const ActorHealth& health) {
  std::string text(to_string(health.status));
  if (health.since) text += fmt::format(" for {}", span_text(*health.since));
  if (!health.reason.empty()) text += fmt::format(": {}", harmless(health.reason));
  return text;
}

void print_actor(Console& console, const ActorDetails& actor) {
  const ActorStatus& status = actor.status;
  const EffectiveLimits& limits = actor.limits;
  console.print(console.out_style(Style::bold, harmless(status.name)) + '\n');
  print_line(console, "state", state_text(status));
  if (actor.next_life_in) {
    print_line(console, "next life", fmt::format("in {}", span_text(*actor.next_life_in)));
  }
  print_line(console, "health", health_text(status.health));
  print_line(console, "address",
             fmt::format("{} on worker {}", to_string(status.address), status.worker));
  print_line(console, "component", harmless(status.component));
  print_line(console, "supervisor",
             fmt::format("{}, {}", harmless(status.supervisor), actor.restart));
  print_line(console, "messages",
             fmt::format("{} received, {} handled, {} errors, {} dropped, {} dead, {} of "
                         "these expired, {} refused",
                         status.received, status.handled, status.errors, status.dropped,
                         status.dead, status.expired, status.refused()));
  print_line(console, "requests",
             fmt::format("{} open, {} timed out, {} answered too late{}", status.requests,
                         status.timed_out, status.orphans,
                         status.oldest_request ? fmt::format("; waits for an answer for {}",
                                                             span_text(*status.oldest_request))
                                               : ""));
  print_line(console, "mailbox",
             fmt::format("{} of {} messages, {} at most", status.queued, limits.mailbox_messages,
                         format_bytes(limits.mailbox_bytes)));
  print_line(
      console, "memory",
      fmt::format("{} of {}, at most {}", format_bytes(status.memory_bytes),
                  format_bytes(limits.memory_bytes), format_bytes(status.memory_peak_bytes)));
  print_line(console, "time", fmt::format("{} in turns", span_text(status.turn_time)));
  print_line(
      console, "limits",
      fmt::format("handler {}, payload {}; {} of {} requests, {} of {} timers, {} of {} children, "
                  "{} of {} addresses",
                  format_duration(limits.deadline), format_bytes(limits.payload_bytes),
                  status.requests, limits.requests, status.timers, limits.timers, status.children,
                  limits.children, status.addresses, limits.addresses));
  if (limits.descendants < limits::actors_max) {
    print_line(console, "below it",
               fmt::format("{} of {} descendants", actor.descendants, limits.descendants));
  }
  print_line(console, "last exit",
             status.last_exit ? harmless(to_string(*status.last_exit)) : "none");
}

}  // namespace

Tried<ExitCode> inspect_command(Console& console, const InspectCommand& command,
                                const NodeName& node) {
  const auto known = ask(command.actor, node, 1);
  if (!known) return std::unexpected(known.error());
  const NodeEvent* good_end = known->good_end();
  if (console.is_json()) {
    console.print(fmt::format("{{\"actor\":{},\"crashes\":{},\"good_end\":{}}}\n",
                              known->actor ? to_json(*known->actor) : "null",
                              to_json(known->crashes),
                              good_end != nullptr ? to_json(*good_end) : "null"));
    return ExitCode::ok;
  }
  if (known->actor) {
    print_actor(console, *known->actor);
  } else {
    console.print(fmt::format("{} {}\n", console.out_style(Style::bold, harmless(name_of(*known))),
                              gone_text(good_end)));
  }
  if (!known->crashes.empty()) {
    console.print('\n' + crash_report(console, known->crashes.back()));
  }
  return ExitCode::ok;
}

Tried<ExitCode> why_command(Console& console, const WhyCommand& command, const NodeName& node) {
  const auto known = ask(command.actor, node, limits::http_history_page_max);
  if (!known) return std::unexpected(known.error());
  const Explanation why = explain(known->actor, known->crashes, known->events);
  if (console.is_json()) {
    const nlohmann::ordered_json json{
        {"now", why.now}, {"limits", why.limits}, {"ends", why.ends}, {"advice", why.advice}};
    console.print(json.dump() + '\n');
    return ExitCode::ok;
  }
  console.print(
      fmt::format("{} {}\n", console.out_style(Style::bold, harmless(name_of(*known))), why.now));
  const auto print_all = [&](std::string_view what, const std::vector<std::string>& lines) {
    for (const std::string& text : lines) {
      print_line(console, what, text);
      what = "";
    }
  };
  print_all("limits", why.limits);
  print_all("history", why.ends);
  print_line(console, "advice", console.out_style(Style::bold, why.advice));
  return ExitCode::ok;
}

}  // namespace troupe
