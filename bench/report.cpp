#include "bench/report.hpp"

#include <cstdio>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace troupe::bench {
namespace {

constexpr double spread_max = 0.05;

std::string number(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  if (value >= 100) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

nlohmann::ordered_json json_of(const Summary& summary) {
  return {
      {"median", summary.median}, {"mad", summary.mad}, {"min", summary.min}, {"max", summary.max}};
}

void print(const nlohmann::ordered_json& json) {
  fmt::print("{}\n", json.dump());
  std::fflush(stdout);
}

}  // namespace

std::string_view verdict(const Figure& figure) {
  if (!figure.goal) return "";
  const Summary& judged = figure.against ? figure.against->times : figure.value;
  if (judged.max <= *figure.goal) return "met";
  if (judged.min > *figure.goal) return "missed";
  if (judged.spread() > spread_max) return "unstable";
  return judged.median <= *figure.goal ? "met" : "missed";
}

Report::Report(Style style)
    : style_(style), has_terminal_(style == Style::table && ::isatty(STDERR_FILENO) == 1) {}

void Report::begin_section(std::string_view name, std::string_view description) {
  clear_progress();
  if (style_ == Style::json) return;
  fmt::print("\n{}: {}\n", name, description);
  fmt::print("  {:<34} {:>10} {:<8} {:>7}  {:<30} {:<12} {}\n", "row", "median", "unit", "spread",
             "against", "goal", "verdict");
  std::fflush(stdout);
}

void Report::add(const Figure& figure) {
  clear_progress();
  if (style_ == Style::json) {
    nlohmann::ordered_json json = {{"section", figure.section}, {"row", figure.row},
                                   {"unit", figure.unit},       {"value", json_of(figure.value)},
                                   {"samples", figure.samples}, {"count", figure.count},
                                   {"sum", figure.sum}};
    if (figure.against) {
      json["against"] = figure.against->row;
      json["times"] = json_of(figure.against->times);
    }
    if (figure.goal) {
      json["goal"] = *figure.goal;
      json["verdict"] = verdict(figure);
    }
    return print(json);
  }
  std::string against;
  if (figure.against)
    against = fmt::format("{} x {} (±{:.1f} %)", number(figure.against->times.median),
                          figure.against->row, figure.against->times.spread() * 100);
  std::string goal;
  if (figure.goal)
    goal = fmt::format("<= {}{}", number(*figure.goal), figure.against ? " x" : " " + figure.unit);
  fmt::print("  {:<34} {:>10} {:<8} {:>7}  {:<30} {:<12} {}\n", figure.row,
             number(figure.value.median), figure.unit,
             figure.samples == 1 ? "" : fmt::format("±{:.1f} %", figure.value.spread() * 100),
             against, goal, verdict(figure));
  std::fflush(stdout);
}

void Report::fail(std::string_view section, std::string_view row, std::string_view why) {
  clear_progress();
  failed_ = true;
  if (style_ == Style::json) return print({{"section", section}, {"row", row}, {"failed", why}});
  fmt::print("  {:<34} FAILED: {}\n", row, why);
  std::fflush(stdout);
}

void Report::remark(std::string_view section, std::string_view text) {
  clear_progress();
  if (style_ == Style::json) return print({{"section", section}, {"remark", text}});
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

void Report::progress(std::string_view text) {
  if (!has_terminal_) return;
  fmt::print(stderr, "\r\x1b[K  {}", text);
  std::fflush(stderr);
  has_progress_ = true;
}

void Report::clear_progress() {
  if (!has_progress_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  has_progress_ = false;
}

}  // namespace troupe::bench
