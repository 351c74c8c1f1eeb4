#include "cli/crash_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"

namespace troupe {
namespace {

constexpr std::size_t text_shown = 200;  // Characters, about.
constexpr std::size_t hex_shown = 32;    // Bytes.

std::string line(const Console& console, std::string_view what, std::string_view text) {
  return fmt::format("  {} {}\n", console.out_style(Style::dim, fmt::format("{:<9}", what)), text);
}

// As text if it is text, else in hexadecimal digits.
std::string shown(const InHand& hand) {
  const std::string_view text = as_text(hand.payload);
  // The end may have cut a character in two.
  const std::string_view whole = utf8_prefix(text, text.size());
  const bool is_text = is_utf8(whole) && std::ranges::none_of(whole, [](char letter) {
                         return static_cast<unsigned char>(letter) < ' ' && letter != '\n';
                       });
  if (is_text) {
    const std::string_view beginning = utf8_prefix(whole, text_shown);
    return fmt::format("\"{}\"{}", harmless(beginning),
                       beginning.size() < hand.bytes ? " ..." : "");
  }
  const std::size_t count = std::min(hand.payload.size(), hex_shown);
  std::string digits;
  for (std::size_t at = 0; at < count; ++at) digits += fmt::format("{:02x} ", hand.payload[at]);
  return digits + (count < hand.bytes ? "..." : "");
}

}  // namespace

std::string time_of_day(std::uint64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1'000);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return "?";
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

std::string decision_with_window(const ExitEvent& crash) {
  // One that has given up says it at length.
  if (!crash.window || !crash.decision.starts_with("restarted")) return harmless(crash.decision);
  return fmt::format("{} ({} of {} within {})", harmless(crash.decision), crash.window->restarts,
                     crash.window->most, format_duration(crash.window->period));
}

std::string hand_text(const InHand& hand) {
  if (hand.what == "start" || hand.what == "stop") return hand.what;
  if (hand.what == "health") return "health check";
  std::string text = harmless(hand.what);
  if (!hand.topic.empty()) text += fmt::format(" on {}", harmless(hand.topic));
  if (hand.bytes > 0) text += fmt::format(" of {}", format_bytes(hand.bytes));
  if (!hand.sender.empty()) {
    text += fmt::format(" from {}", harmless(hand.sender));
  } else if (hand.what == "message" || hand.what == "request") {
    text += " from outside";
  }
  return text;
}

std::string over_text(const ExitEvent& crash) {
  return crash.in_hand ? fmt::format(" over a {}", hand_text(*crash.in_hand)) : "";
}

std::string span_text(Duration span) {
  return format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(span));
}

std::span<const Column> crash_columns() {
  static const std::array columns{Column{"NUMBER", Align::right},
                                  Column{"TIME"},
                                  Column{"ACTOR"},
                                  Column{"LIFE", Align::right},
                                  Column{"LIVED", Align::right},
                                  Column{"EXIT"},
                                  Column{"IN HAND"},
                                  Column{"DECISION"}};
  return columns;
}

std::vector<std::string> crash_cells(const ExitEvent& crash) {
  return {fmt::format("{}", crash.number),
          time_of_day(crash.wall_ms),
          harmless(crash.name),
          fmt::format("{}", crash.life),
          span_text(crash.lived),
          harmless(to_string(crash.exit)),
          crash.in_hand ? hand_text(*crash.in_hand) : "-",
          decision_with_window(crash)};
}

std::string crash_line(const ExitEvent& crash) {
  return fmt::format("{} {} {} life {} after {}: {}{}; {}", crash.number,
                     time_of_day(crash.wall_ms), harmless(crash.name), crash.life,
                     span_text(crash.lived), harmless(to_string(crash.exit)), over_text(crash),
                     decision_with_window(crash));
}

std::string crash_report(const Console& console, const ExitEvent& crash) {
  std::string text = fmt::format(
      "{}\n", console.out_style(Style::bold, fmt::format("crash {}: {}, life {}, at {}",
                                                         crash.number, harmless(crash.name),
                                                         crash.life, time_of_day(crash.wall_ms))));
  const auto add = [&](std::string_view what, std::string_view said) {
    text += line(console, what, said);
  };
  add("exit", console.out_style(Style::red, harmless(to_string(crash.exit))));
  if (!crash.detail.empty()) add("", harmless(crash.detail));
  for (const std::string& frame : crash.backtrace) add("", fmt::format("at {}", harmless(frame)));
  add("decision", decision_with_window(crash));
  if (crash.in_hand) {
    add("in hand", hand_text(*crash.in_hand));
    if (crash.in_hand->is_hidden) {
      add("", "(hidden, as its manifest says)");
    } else if (!crash.in_hand->payload.empty()) {
      add("", shown(*crash.in_hand));
    }
    add("took", fmt::format("{}{}", format_duration(crash.took),
                            crash.fuel_used > 0 ? fmt::format(", {} fuel", crash.fuel_used) : ""));
  }
  add("lived", span_text(crash.lived));
  add("memory", fmt::format("{}, at most {}", format_bytes(crash.memory_bytes),
                            format_bytes(crash.memory_peak_bytes)));
  add("component", harmless(crash.component));
  std::string_view what = "log";
  for (const LoggedLine& logged : crash.log) {
    add(what, fmt::format("{} {:<5} {}", time_of_day(logged.wall_ms), to_string(logged.level),
                          harmless(logged.text)));
    what = "";
  }
  return text;
}

}  // namespace troupe
