// The node itself: what it is, and what it has counted.

#include <chrono>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "cli/commands.hpp"
#include "cli/crash_text.hpp"
#include "cli/nodes.hpp"
#include "http/json.hpp"

namespace troupe {
namespace {

// "12, of these 7 busy, 5 gone"
template <typename Reason, std::size_t count>
std::string by_reason(const std::array<std::uint64_t, count>& counts) {
  std::string text =
      fmt::format("{}", std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  for (std::size_t at = 0; at < count; ++at) {
    if (counts.at(at) == 0) continue;
    text += fmt::format(", {} {}", counts.at(at), to_string(static_cast<Reason>(at)));
  }
  return text;
}

}  // namespace

Tried<ExitCode> node_command(Console& console, const NodeName& node) {
  auto chosen = choose_node(node);
  if (!chosen) return std::unexpected(std::move(chosen).error());
  const auto status = chosen->client.node();
  if (!status) return complain(status.error());
  if (console.is_json()) {
    console.print(to_json(*status) + '\n');
    return ExitCode::ok;
  }
  const auto line = [&](std::string_view what, const std::string& text) {
    console.print(
        fmt::format("  {} {}\n", console.out_style(Style::dim, fmt::format("{:<12}", what)), text));
  };
  const NodeCounters& counted = status->counters;
  console.print(console.out_style(Style::bold, harmless(status->name)) + '\n');
  line("state", fmt::format("{} for {}", status->state,
                            span_text(std::chrono::milliseconds(status->uptime_ms))));
  line("process",
       fmt::format("{}, troupe {}, {} workers", status->pid, status->version, status->workers));
  line("actors", fmt::format("{}; {} made, {} gone, {} moved between workers", status->actors,
                             counted.actors_made, counted.actors_gone, counted.moved));
  line("lives",
       fmt::format("{} ended, {} of these crashed", counted.lives_ended, counted.lives_crashed));
  line("messages", fmt::format("{} received, {} handled, {} by handlers that returned an error",
                               counted.received, counted.handled, counted.errors));
  line("refused", by_reason<Refusal>(counted.refused_by));
  line("dead letters", by_reason<DeadReason>(counted.dead_by));
  line("dropped", fmt::format("{} by mailboxes, {} expired", counted.dropped, counted.expired));
  line("held up", fmt::format("{} senders waited for room in a mailbox, {} times an inbox was full",
                              counted.paused, counted.held_back));
  line("requests",
       fmt::format("{} timed out, {} answers came too late", counted.timed_out, counted.orphans));
  const MailboxWaits& waits = counted.waits;
  line("waits", waits.looked_at == 0
                    ? std::string("none looked at yet")
                    : fmt::format("p50 {}, p90 {}, p99 {}, p99.9 {}, at most {}, in mailboxes (one "
                                  "turn in {} is looked at: {})",
                                  span_text(waits.p50), span_text(waits.p90), span_text(waits.p99),
                                  span_text(waits.p999), span_text(waits.most),
                                  limits::turns_a_look, waits.looked_at));
  line("turns", fmt::format("{} in all", span_text(counted.turn_time)));
  return ExitCode::ok;
}

}  // namespace troupe
