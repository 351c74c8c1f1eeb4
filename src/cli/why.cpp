#include "cli/why.hpp"

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

constexpr std::size_t ends_shown = 5;
// Waiting longer than this is worth a word.
constexpr Duration long_wait = std::chrono::seconds(1);
constexpr std::uint64_t nearly_full_percent = 90;

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

// What can be done about the way its last life ended.
std::string advice_after(const ExitEvent& last, std::size_t alike) {
  const bool at_start = last.in_hand && last.in_hand->what == "start";
  if (at_start) {
    return fmt::format(
        "it can't start: look at its config, and at what its `start` does{}",
        last.backtrace.empty() ? "" : fmt::format(" ({})", harmless(last.backtrace.front())));
  }
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

std::string advice_for(const std::optional<ActorDetails>& actor, std::span<const ExitEvent> crashes,
                       const std::optional<NodeEvent>& good_end) {
  if (actor) {
    if (auto advice = advice_on_load(*actor)) return *std::move(advice);
    if (auto advice = advice_on_waits(actor->status)) return *std::move(advice);
  } else if (good_end) {
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

std::string gone_text(const std::optional<NodeEvent>& good_end) {
  if (!good_end) return "it is gone: nobody restarts it";
  return fmt::format("it is gone: its life {} ended at {} ({})", good_end->life,
                     time_of_day(good_end->wall_ms), harmless(good_end->text));
}

Explanation explain(const std::optional<ActorDetails>& actor, std::span<const ExitEvent> crashes,
                    const std::optional<NodeEvent>& good_end) {
  CHECK(actor || !crashes.empty() || good_end, "there is nothing to explain");
  Explanation why;
  why.now = actor ? now_text(*actor) : gone_text(good_end);
  if (actor) why.limits = limit_lines(*actor);
  for (const ExitEvent& crash : crashes | std::views::reverse | std::views::take(ends_shown))
    why.ends.push_back(crash_line(crash));
  why.advice = advice_for(actor, crashes, good_end);
  return why;
}

}  // namespace troupe
