#include "cli/why.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "cli/crash_text.hpp"

namespace troupe {
namespace {

constexpr std::size_t crashes_shown = 5;
constexpr std::size_t events_shown = 5;
// Waiting longer than this is worth a word.
constexpr Duration long_wait = std::chrono::seconds(1);
constexpr std::uint64_t nearly_full_percent = 90;
// How the text of an event says what was decided about an end; all it says is for people, but
// nothing else tells of ends that are no crashes.
constexpr std::string_view restarted_after_normal = "normal; restarted";
constexpr std::string_view in_its_turn = "; restarted in its turn";
constexpr std::string_view with_supervisor = "; ended with its supervisor's life";
constexpr std::string_view as_asked = "; restarted, as it was asked for";

std::uint64_t percent(std::uint64_t used, std::uint64_t most) {
  return most == 0 ? 0 : used * 100 / most;
}

std::string doing(const ActorDetails& details) {
  const ActorStatus& actor = details.status;
  if (actor.long_turn)
    return fmt::format("its handler has run for {}", span_text(*actor.long_turn));
  if (actor.state == ActorState::ended || actor.state == ActorState::failed) {
    return details.next_life_in ? fmt::format("waits for its next life, which begins in {}",
                                              span_text(*details.next_life_in))
                                : "waits for its next life";
  }
  if (actor.queued > 0 && actor.oldest_queued) {
    return fmt::format("{} message{} wait for it, the oldest for {}", actor.queued,
                       actor.queued == 1 ? "" : "s", span_text(*actor.oldest_queued));
  }
  if (actor.oldest_request)
    return fmt::format("has waited for an answer for {}", span_text(*actor.oldest_request));
  if (actor.state != ActorState::ready) return "has not become ready yet";
  if (actor.idle)
    return fmt::format("waits for messages; the last came {} ago", span_text(*actor.idle));
  return "waits for messages";
}

std::string now_text(const ActorDetails& actor) {
  return fmt::format("{}: {}", state_text(actor.status), doing(actor));
}

std::vector<std::string> limit_lines(const ActorDetails& actor) {
  const ActorStatus& status = actor.status;
  std::vector<std::string> lines{
      fmt::format("mailbox {} of {} messages ({} %)", status.queued, actor.limits.mailbox_messages,
                  percent(status.queued, actor.limits.mailbox_messages)),
      fmt::format("a handler may take {}", format_duration(actor.limits.deadline)),
      fmt::format("it is {}: {}", actor.restart,
                  actor.restart == "permanent"   ? "restarted however it ends"
                  : actor.restart == "transient" ? "restarted unless it ends well"
                                                 : "never restarted")};
  if (actor.limits.descendants < limits::actors_max) {
    lines.push_back(fmt::format("{} of {} descendants live below it ({} %)", actor.descendants,
                                actor.limits.descendants,
                                percent(actor.descendants, actor.limits.descendants)));
  }
  const auto add = [&lines](std::uint32_t used, std::uint32_t most, std::string_view what) {
    if (used == 0) return;
    lines.push_back(fmt::format("{} of {} {} ({} %)", used, most, what, percent(used, most)));
  };
  add(status.requests, actor.limits.requests, "requests wait for their answers");
  add(status.timers, actor.limits.timers, "timers are set");
  add(status.children, actor.limits.children, "children live");
  add(status.addresses, actor.limits.addresses, "addresses are held");
  if (status.in_long_lane) {
    lines.emplace_back("its handlers take long, so they run beside the worker");
  }
  if (status.memory_bytes > 0) {
    lines.insert(lines.begin(),
                 fmt::format("memory {} of {} ({} %)", format_bytes(status.memory_bytes),
                             format_bytes(actor.limits.memory_bytes),
                             percent(status.memory_bytes, actor.limits.memory_bytes)));
  }
  return lines;
}

// " (handle at a.c:41)"
std::string place_text(const ExitEvent& crash) {
  return crash.backtrace.empty() ? "" : fmt::format(" ({})", harmless(crash.backtrace.front()));
}

// Of a life that ended in what it does when it is to stop, for which it has a budget of its own.
// None: not so, or time and place have nothing to do with it.
std::optional<std::string> advice_after_stopping(const ExitEvent& last) {
  if (!last.in_hand || (last.in_hand->what != "stop" && last.in_hand->what != "save"))
    return std::nullopt;
  const std::string& what = last.in_hand->what;
  const bool ran_late = last.exit == Exit::exceeded("deadline");
  // Not the last save of a life, but one for a snapshot.
  if (ran_late && what == "save") {
    return fmt::format(
        "its `save` takes too long{}: let it save less; for a snapshot it has limits.deadline, at "
        "the end of a life what is left of `shutdown`",
        place_text(last));
  }
  if (ran_late || last.exit.kind == Exit::Kind::killed) {
    return fmt::format(
        "it was killed in its `{}`{}: by `troupe kill`, or because that did not end within its "
        "`shutdown` budget; let it do less there, raise `shutdown`, or give `troupe stop` or "
        "`restart` a longer --budget",
        what, place_text(last));
  }
  if (last.exit.kind != Exit::Kind::crashed) return std::nullopt;
  return fmt::format(
      "it crashed in its `{}`{}: a longer `shutdown` budget does not help; `troupe inspect` shows "
      "the report",
      what, place_text(last));
}

// What can be done about the way its last life ended.
std::string advice_after(const ExitEvent& last, std::size_t alike) {
  const bool at_start = last.in_hand && last.in_hand->what == "start";
  if (at_start) {
    return fmt::format("it can't start: look at its config, and at what its `start` does{}",
                       place_text(last));
  }
  if (auto advice = advice_after_stopping(last)) return *std::move(advice);
  if (last.exit == Exit::exceeded("start-time"))
    return "its start takes too long: let it do less, or raise start_timeout";
  if (last.exit == Exit::exceeded("deadline"))
    return "its handler takes too long: let it do less for one message, or raise limits.deadline";
  if (last.exit == Exit::exceeded("memory"))
    return "it wants more memory than it may have: raise limits.memory, or look for a leak";
  if (last.exit == Exit::exceeded("health"))
    return "its health checks take too long: let them do less, or raise health.timeout";
  // One that traps there has crashed like any other.
  if (last.in_hand && last.in_hand->what == "health" && last.exit.text.starts_with("unhealthy")) {
    return fmt::format("its health check ended it, with {}: look at what it depends on",
                       harmless(to_string(last.exit)));
  }
  if (last.exit.kind == Exit::Kind::exceeded) {
    return fmt::format("it went beyond its limit of {}: do with less, or raise limits.{}",
                       harmless(last.exit.text), harmless(last.exit.text));
  }
  if (last.exit.kind == Exit::Kind::killed)
    return "it was killed: by `troupe kill`, or because it did not stop in time";
  const std::string place =
      last.backtrace.empty() ? "" : fmt::format(", at {}", harmless(last.backtrace.front()));
  const std::string over = over_text(last);
  if (alike > 1) {
    return fmt::format(
        "its last {} lives ended in the same way{}{}; `troupe inspect` shows the "
        "message",
        alike, place, over);
  }
  return fmt::format("it crashed{}{}; `troupe inspect` shows the report", place, over);
}

bool are_alike(const ExitEvent& one, const ExitEvent& other) {
  const auto place = [](const ExitEvent& crash) {
    return crash.backtrace.empty() ? std::string() : crash.backtrace.front();
  };
  return one.exit == other.exit && place(one) == place(other);
}

// What is to be done about what it is at now, if anything.
std::optional<std::string> advice_on_load(const ActorDetails& actor) {
  const ActorStatus& status = actor.status;
  if (status.long_turn && *status.long_turn > long_wait && status.state == ActorState::stopping) {
    return fmt::format(
        "it has taken {} to stop: it ends when its `shutdown` budget is over, or with `troupe "
        "kill`",
        span_text(*status.long_turn));
  }
  if (status.long_turn && *status.long_turn > long_wait) {
    return fmt::format("its handler is at work for {}: it ends at {}, or with `troupe kill`",
                       span_text(*status.long_turn), format_duration(actor.limits.deadline));
  }
  if (percent(status.queued, actor.limits.mailbox_messages) >= nearly_full_percent)
    return "its mailbox is full: send less, spread the work over more actors, or raise mailbox";
  if (percent(status.memory_bytes, actor.limits.memory_bytes) >= nearly_full_percent &&
      status.memory_bytes > 0)
    return "its memory is nearly used up: raise limits.memory, or look for a leak";
  if (percent(status.requests, actor.limits.requests) >= nearly_full_percent)
    return "it waits for nearly as many answers as it may: ask less, or raise limits.requests";
  if (percent(status.timers, actor.limits.timers) >= nearly_full_percent)
    return "it has set nearly as many timers as it may: cancel some, or raise limits.timers";
  if (percent(status.children, actor.limits.children) >= nearly_full_percent)
    return "it has nearly as many children as it may: let them end, or raise limits.children";
  if (percent(status.addresses, actor.limits.addresses) >= nearly_full_percent)
    return "it holds nearly as many addresses as it may: drop some, or raise limits.addresses";
  if (actor.limits.descendants < limits::actors_max &&
      percent(actor.descendants, actor.limits.descendants) >= nearly_full_percent)
    return "nearly as many live below it as may: let them end, or raise limits.descendants";
  return std::nullopt;
}

std::optional<std::string> advice_on_waits(const ActorStatus& status) {
  const bool is_unasked =
      status.health.status == HealthStatus::unknown && !status.health.since.has_value();
  if (status.state == ActorState::ready && status.health.status == HealthStatus::unknown &&
      !is_unasked) {
    return fmt::format("how it is nobody knows, {}: if that stays so, its life ends",
                       harmless(status.health.reason));
  }
  if (status.state == ActorState::ready && status.health.status >= HealthStatus::degraded) {
    return fmt::format(
        "it is {}{}{}: look at what it depends on{}", to_string(status.health.status),
        status.health.reason.empty() ? "" : ", it says: ", harmless(status.health.reason),
        status.health.status == HealthStatus::degraded ? "; that restarts nothing"
                                                       : "; if it stays so, its life ends");
  }
  if (status.oldest_request && *status.oldest_request > long_wait)
    return "it waits for another actor's answer: `troupe why` that one";
  return std::nullopt;
}

std::string advice_without_crashes(const std::optional<ActorDetails>& actor) {
  if (actor && actor->status.lives > 1) {
    return fmt::format(
        "no crash of its earlier lives is kept: they ended well, or along with others that its "
        "supervisor restarts, or long ago; `troupe events {}` shows the latest",
        harmless(actor->status.name));
  }
  return "nothing is wrong with it, as far as the node can tell";
}

// Its latest life ended well, and another followed: for whose sake? None: it was a crash, or
// somebody asked for it.
std::optional<std::string> advice_after_good_end(const ActorDetails& actor,
                                                 std::span<const NodeEvent> events) {
  const auto backwards = events | std::views::reverse;
  const auto last = std::ranges::find_if(backwards, [](const NodeEvent& event) {
    return event.kind == NodeEvent::Kind::stopped || event.kind == NodeEvent::Kind::crashed;
  });
  if (last == backwards.end() || last->kind != NodeEvent::Kind::stopped) return std::nullopt;
  if (last->text.ends_with(in_its_turn) || last->text.ends_with(with_supervisor))
    return "it was stopped for the sake of another: `troupe tree --history` shows who failed";
  if (actor.restart != "permanent" || !last->text.starts_with(restarted_after_normal) ||
      last->text.ends_with(as_asked)) {
    return std::nullopt;
  }
  return "it ends by itself with normal, and its supervisor restarts it as `permanent`: say "
         "restart = \"transient\" if ending is meant";
}

std::string advice_for(const std::optional<ActorDetails>& actor, std::span<const ExitEvent> crashes,
                       std::span<const NodeEvent> events) {
  if (actor) {
    if (auto advice = advice_on_load(*actor)) return *std::move(advice);
    if (auto advice = advice_on_waits(actor->status)) return *std::move(advice);
    if (auto advice = advice_after_good_end(*actor, events)) return *std::move(advice);
  } else if (good_end_of(events) != nullptr) {
    return "nothing is wrong: it ended well, and who is to come back after that is permanent";
  }
  if (crashes.empty()) return advice_without_crashes(actor);
  std::size_t alike = 0;
  for (const ExitEvent& crash : std::views::reverse(crashes)) {
    if (!are_alike(crash, crashes.back())) break;
    ++alike;
  }
  return advice_after(crashes.back(), alike);
}

bool is_about_lives(const NodeEvent& event) {
  return event.kind == NodeEvent::Kind::stopped || event.kind == NodeEvent::Kind::crashed ||
         event.kind == NodeEvent::Kind::restarted || event.kind == NodeEvent::Kind::escalated;
}

// "15:04:05 bank/desk life 3 stopped: normal; restarted"
std::string event_line(const NodeEvent& event) {
  std::string line = fmt::format("{} {}", time_of_day(event.wall_ms), harmless(event.name));
  if (event.life > 0) line += fmt::format(" life {}", event.life);
  line.append(" ").append(to_string(event.kind));
  if (!event.text.empty()) line += fmt::format(": {}", harmless(event.text));
  return line;
}

// The latest crashes, and what events tell besides. Events are in the order in which all happened;
// the wall clock may have been set in between.
std::vector<std::string> end_lines(std::span<const ExitEvent> crashes,
                                   std::span<const NodeEvent> events, const NodeEvent* but) {
  struct Line {
    std::uint64_t event = 0;  // 0: before all of them.
    std::string text = {};
  };
  std::vector<Line> lines;
  const auto latest = crashes.last(std::min(crashes.size(), crashes_shown));
  for (const ExitEvent& crash : latest) {
    const auto event = std::ranges::find(events, crash.number, &NodeEvent::crash);
    lines.push_back({event != events.end() ? event->number : 0, crash_line(crash)});
  }
  const auto is_shown = [&](const NodeEvent& event) {
    return event.crash != 0 &&
           std::ranges::find(latest, event.crash, &ExitEvent::number) != latest.end();
  };
  for (const NodeEvent& event : events | std::views::reverse | std::views::filter(is_about_lives) |
                                    std::views::take(events_shown)) {
    if (&event != but && !is_shown(event)) lines.push_back({event.number, event_line(event)});
  }
  std::ranges::stable_sort(lines, {}, &Line::event);
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (Line& line : lines) texts.push_back(std::move(line.text));
  return texts;
}

}  // namespace

// Its age is that of its life, whatever it is at now.
std::string state_text(const ActorStatus& actor) {
  const std::string_view state = to_string(actor.state);
  const std::string age = span_text(actor.age);
  switch (actor.state) {
    case ActorState::stopping:
    case ActorState::ended:
    case ActorState::failed:
      return fmt::format("{}, its life {} began {} ago", state, actor.lives, age);
    case ActorState::creating:
    case ActorState::starting:
    case ActorState::ready:
      break;
  }
  return fmt::format("{} for {}, in its life {}", state, age, actor.lives);
}

const NodeEvent* good_end_of(std::span<const NodeEvent> events) {
  if (events.empty() || events.back().kind != NodeEvent::Kind::stopped) return nullptr;
  return &events.back();
}

std::string gone_text(const NodeEvent* good_end) {
  if (good_end == nullptr) return "it is gone: nobody restarts it";
  return fmt::format("it is gone: its life {} ended at {} ({})", good_end->life,
                     time_of_day(good_end->wall_ms), harmless(good_end->text));
}

Explanation explain(const std::optional<ActorDetails>& actor, std::span<const ExitEvent> crashes,
                    std::span<const NodeEvent> events) {
  const NodeEvent* good_end = actor ? nullptr : good_end_of(events);
  CHECK(actor || !crashes.empty() || good_end != nullptr, "there is nothing to explain");
  Explanation why;
  why.now = actor ? now_text(*actor) : gone_text(good_end);
  if (actor) why.limits = limit_lines(*actor);
  why.ends = end_lines(crashes, events, good_end);  // That one is told of already.
  why.advice = advice_for(actor, crashes, events);
  return why;
}

}  // namespace troupe
