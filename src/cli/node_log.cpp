#include "cli/node_log.hpp"

#include <chrono>
#include <string_view>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "base/units.hpp"

namespace troupe {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json event(const Clock& clock, std::string_view name) {
  return {{"event", name}, {"time_ms", clock.wall_ms()}};
}

std::int64_t milliseconds(Duration span) {
  return std::chrono::ceil<std::chrono::milliseconds>(span).count();
}

Style style_of(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
    case LogLevel::debug:
      return Style::dim;
    case LogLevel::info:
      return Style::plain;
    case LogLevel::warn:
      return Style::yellow;
    case LogLevel::error:
      return Style::red;
  }
  return Style::plain;
}

std::string count_of(std::size_t actors) {
  return actors == 1 ? "1 actor" : fmt::format("{} actors", actors);
}

}  // namespace

void NodeLog::log(const LogLine& line) {
  if (console_.is_json()) {
    Json json = event(clock_, "log");
    json["actor"] = line.name;
    json["level"] = to_string(line.level);
    json["text"] = line.text;
    return console_.note(dump(json));
  }
  console_.note(fmt::format(
      "{} {:<5} {}", console_.err_style(Style::dim, fmt::format("[{}]", harmless(line.name))),
      to_string(line.level), console_.err_style(style_of(line.level), harmless(line.text))));
}

void NodeLog::exit(const ExitEvent& exit) {
  if (console_.is_json()) {
    Json json = event(clock_, "exit");
    json["actor"] = exit.name;
    json["life"] = exit.life;
    json["exit"] = to_string(exit.exit);
    json["decision"] = exit.decision;
    json["backtrace"] = exit.backtrace;
    return console_.note(dump(json));
  }
  if (exit.exit.kind == Exit::Kind::normal) return;
  std::string text =
      fmt::format("{} {} life {}: {}; {}",
                  console_.err_style(Style::dim, fmt::format("[{}]", harmless(exit.name))),
                  console_.err_style(Style::red, "exit "), exit.life,
                  harmless(to_string(exit.exit)), harmless(exit.decision));
  for (const std::string& frame : exit.backtrace)
    text += fmt::format("\n    at {}", harmless(frame));
  console_.note(text);
}

void NodeLog::ready(const NodeReady& ready) {
  if (console_.is_json()) {
    Json json = event(clock_, "ready");
    json["node"] = ready.node;
    json["pid"] = ::getpid();
    json["socket"] = ready.socket.native();
    json["actors"] = ready.actors;
    json["took_ms"] = milliseconds(ready.took);
    return console_.note(dump(json));
  }
  console_.note(fmt::format("node {} ready in {} ms: {}; try: troupe ps --node {}", ready.node,
                            milliseconds(ready.took), count_of(ready.actors), ready.node));
}

void NodeLog::stopping(std::size_t actors, std::string_view hint) {
  if (console_.is_json()) {
    Json json = event(clock_, "stopping");
    json["actors"] = actors;
    return console_.note(dump(json));
  }
  console_.note(fmt::format("stopping {} ({})", count_of(actors), hint));
}

void NodeLog::still_stopping(std::size_t actors) {
  if (!console_.is_json()) console_.note(fmt::format("still stopping {}", count_of(actors)));
}

void NodeLog::ended(std::string_view node, Duration took) {
  if (console_.is_json()) {
    Json json = event(clock_, "ended");
    json["node"] = node;
    json["ran_ms"] = milliseconds(took);
    return console_.note(dump(json));
  }
  const Duration rounded = std::chrono::milliseconds(milliseconds(took));
  console_.note(fmt::format("node {} ended after {}", node, format_duration(rounded)));
}

}  // namespace troupe
