#include "http/crash_json.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/base64.hpp"
#include "base/format.hpp"
#include "base/result.hpp"
#include "http/json.hpp"
#include "http/json_members.hpp"

namespace troupe {
namespace {

constexpr std::array log_levels{LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warn,
                                LogLevel::error};

Json in_hand_object(const std::optional<InHand>& hand) {
  if (!hand) return nullptr;
  return {{"what", hand->what},       {"sender", hand->sender},
          {"topic", hand->topic},     {"message_id", hand->message_id},
          {"bytes", hand->bytes},     {"payload_base64", base64_encode(hand->payload)},
          {"hidden", hand->is_hidden}};
}

Json log_array(const std::vector<LoggedLine>& lines) {
  Json array = Json::array();
  for (const LoggedLine& line : lines) {
    array.push_back(
        {{"time_ms", line.wall_ms}, {"level", to_string(line.level)}, {"text", line.text}});
  }
  return array;
}

Json window_object(const std::optional<RestartWindow>& window) {
  if (!window) return nullptr;
  return {{"restarts", window->restarts},
          {"most", window->most},
          {"period_ms", whole_milliseconds(window->period)}};
}

Json crash_object(const ExitEvent& crash) {
  return {{"number", crash.number},
          {"time_ms", crash.wall_ms},
          {"actor", crash.name},
          {"address", to_string(crash.address)},
          {"component", crash.component},
          {"life", crash.life},
          {"lived_ms", whole_milliseconds(crash.lived)},
          {"exit", exit_object(crash.exit)},
          {"detail", crash.detail},
          {"backtrace", crash.backtrace},
          {"in_hand", in_hand_object(crash.in_hand)},
          {"took_ns", crash.took.count()},
          {"fuel_used", crash.fuel_used},
          {"memory_bytes", crash.memory_bytes},
          {"memory_peak_bytes", crash.memory_peak_bytes},
          {"log", log_array(crash.log)},
          {"decision", crash.decision},
          {"window", window_object(crash.window)}};
}

Result<InHand> in_hand_from(const Json& json) {
  if (!json.is_object()) return corrupt("'in_hand' of a crash");
  Members members(json);
  InHand hand;
  std::string payload;
  members.read("what", hand.what);
  members.read("sender", hand.sender);
  members.read("topic", hand.topic);
  members.read("message_id", hand.message_id);
  members.read("bytes", hand.bytes);
  members.read("payload_base64", payload);
  members.read("hidden", hand.is_hidden);
  if (auto bytes = base64_decode(payload)) {
    hand.payload = *std::move(bytes);
  } else {
    members.reject("payload_base64");
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of what was in hand", members.missing()));
  return hand;
}

Result<LoggedLine> logged_line_from(const Json& json) {
  if (!json.is_object()) return corrupt("'log' of a crash");
  Members members(json);
  LoggedLine line;
  std::string level;
  members.read("time_ms", line.wall_ms);
  members.read("level", level);
  members.read("text", line.text);
  const auto* const known = std::ranges::find(
      log_levels, level, [](LogLevel each) { return std::string(to_string(each)); });
  if (known != log_levels.end()) {
    line.level = *known;
  } else {
    members.reject("level");
  }
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of a log line", members.missing()));
  return line;
}

Result<RestartWindow> window_from(const Json& json) {
  if (!json.is_object()) return corrupt("'window' of a crash");
  Members members(json);
  RestartWindow window;
  std::int64_t period_ms = 0;
  members.read("restarts", window.restarts);
  members.read("most", window.most);
  members.read("period_ms", period_ms);
  window.period = std::chrono::milliseconds(period_ms);
  if (!members.missing().empty())
    return corrupt(fmt::format("'{}' of a window", members.missing()));
  return window;
}

// What is a list, or may be null.
Result<void> read_parts(Members& members, ExitEvent& crash) {
  if (const Json* frames = members.find("backtrace"); frames != nullptr) {
    for (const Json& frame : *frames) {
      if (!frame.is_string()) return corrupt("'backtrace' of a crash");
      crash.backtrace.push_back(frame.get<std::string>());
    }
  }
  if (const Json* lines = members.find("log"); lines != nullptr) {
    for (const Json& each : *lines) {
      TRY_ASSIGN(LoggedLine line, logged_line_from(each));
      crash.log.push_back(std::move(line));
    }
  }
  if (const Json* hand = members.find("in_hand"); hand != nullptr && !hand->is_null()) {
    TRY_ASSIGN(crash.in_hand, in_hand_from(*hand));
  }
  if (const Json* window = members.find("window"); window != nullptr && !window->is_null()) {
    TRY_ASSIGN(crash.window, window_from(*window));
  }
  return {};
}

Result<ExitEvent> crash_from(const Json& json) {
  if (!json.is_object()) return corrupt("a crash that is not an object");
  Members members(json);
  ExitEvent crash;
  std::string address;
  std::int64_t lived_ms = 0;
  std::int64_t took_ns = 0;
  members.read("number", crash.number);
  members.read("time_ms", crash.wall_ms);
  members.read("actor", crash.name);
  members.read("address", address);
  members.read("component", crash.component);
  members.read("life", crash.life);
  members.read("lived_ms", lived_ms);
  crash.lived = std::chrono::milliseconds(lived_ms);
  if (const Json* exit = members.find("exit"); exit != nullptr) {
    if (auto known = exit_from(*exit)) {
      crash.exit = *std::move(known);
    } else {
      members.reject("exit");
    }
  }
  members.read("detail", crash.detail);
  members.read("took_ns", took_ns);
  crash.took = Duration(took_ns);
  members.read("fuel_used", crash.fuel_used);
  members.read("memory_bytes", crash.memory_bytes);
  members.read("memory_peak_bytes", crash.memory_peak_bytes);
  members.read("decision", crash.decision);
  if (const auto parsed = address_from_text(address)) {
    crash.address = *parsed;
  } else {
    members.reject("address");
  }
  TRY(read_parts(members, crash));
  if (!members.missing().empty()) return corrupt(fmt::format("'{}' of a crash", members.missing()));
  return crash;
}

}  // namespace

std::string to_json(const ExitEvent& crash) { return dump(crash_object(crash)); }

std::string to_json(std::span<const ExitEvent> crashes) { return list_json(crashes, crash_object); }

Result<std::vector<ExitEvent>> crashes_from_json(std::string_view text) {
  return list_from_json(text, crash_from);
}

}  // namespace troupe
