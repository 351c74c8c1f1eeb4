#pragma once
// How a life ended, and what is known of it: the record that a node keeps as a crash report.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// What a life was at when it ended.
struct InHand {
  // "message", "request", "event", "answer", "failure", "timer", "exited", "start", "load", "stop",
  // "save" or "health".
  std::string what = {};
  std::string sender = {};  // As in ActorStatus; empty: from outside, or there is none.
  std::string topic = {};   // Of an event.
  std::uint64_t message_id = 0;
  std::uint64_t bytes = 0;  // Of the payload.
  // Its beginning, limits::crash_payload_bytes_max at most; empty if the manifest hides it.
  Bytes payload = {};
  bool is_hidden = false;
};

// A line that the actor had logged. Control characters already made harmless.
struct LoggedLine {
  std::uint64_t wall_ms = 0;  // Since 1970-01-01 UTC.
  LogLevel level = LogLevel::info;
  std::string text = {};
};

// How far a supervisor's restarts were used up, this one included.
struct RestartWindow {
  std::uint32_t restarts = 0;
  std::uint32_t most = 0;
  Duration period = {};
};

// A life ended.
struct ExitEvent {
  // Of those that the node keeps, from 1; 0: an end that nobody would call a crash.
  std::uint64_t number = 0;
  std::uint64_t wall_ms = 0;  // When it was told, since 1970-01-01 UTC.
  std::string name = {};      // As in ActorStatus.
  Address address = {};
  std::string component = {};  // Likewise.
  std::uint64_t life = 0;
  Duration lived = {};
  Exit exit = {};
  std::string detail = {};  // What the engine says of it, for people; may be empty.
  // For a trap: one line for each frame, innermost first, "function at file:line" or "+offset".
  std::vector<std::string> backtrace = {};
  std::optional<InHand> in_hand = {};  // None: it had nothing to do.
  Duration took = {};                  // Of its last turn, up to the end.
  std::uint64_t fuel_used = 0;         // By its last handler; deterministic guests only.
  std::uint64_t memory_bytes = 0;      // At its end.
  std::uint64_t memory_peak_bytes = 0;
  std::vector<LoggedLine> log = {};          // Its last lines, limits::crash_log_lines_max at most.
  std::string decision = {};                 // "restarted", "ended", "supervisor gave up: ..."
  std::optional<RestartWindow> window = {};  // If its supervisor had to decide.
};

}  // namespace troupe
