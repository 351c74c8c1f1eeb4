#pragma once
// When a child is restarted, and how often that is taken for bad luck: what a manifest says and a
// supervisor goes by.

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/limits.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

// When a child is restarted. Never after a stop that was asked for, whatever the type.
enum class RestartType : std::uint8_t {
  permanent,  // After every exit.
  transient,  // After every exit but a normal one.
  temporary,  // Never.
};

[[nodiscard]] constexpr bool restarts_after(RestartType type, const Exit& exit) {
  return type == RestartType::permanent ||
         (type == RestartType::transient && exit.kind != Exit::Kind::normal);
}

// As manifests spell it.
[[nodiscard]] constexpr std::string_view to_string(RestartType type) {
  switch (type) {
    case RestartType::permanent:
      return "permanent";
    case RestartType::transient:
      return "transient";
    case RestartType::temporary:
      return "temporary";
  }
  return {};
}

// What becomes of a spawned child when its spawner's life ends and another follows.
enum class OverRestart : std::uint8_t {
  stop,  // It is stopped; the next life begins without it.
  keep,  // It goes on, and is the next life's child.
};

// As manifests spell it.
[[nodiscard]] constexpr std::string_view to_string(OverRestart choice) {
  return choice == OverRestart::keep ? "keep" : "stop";
}

// Who is restarted with a child that is.
enum class Strategy : std::uint8_t {
  one_for_one,   // Nobody.
  one_for_all,   // All others: they are stopped, then all are started anew.
  rest_for_one,  // Likewise those that were started after it.
};

// As manifests spell it.
[[nodiscard]] constexpr std::string_view to_string(Strategy strategy) {
  switch (strategy) {
    case Strategy::one_for_one:
      return "one-for-one";
    case Strategy::one_for_all:
      return "one-for-all";
    case Strategy::rest_for_one:
      return "rest-for-one";
  }
  return {};
}

// How long a restart waits. The first within the supervisor's window never does; the second waits
// for `base`.
struct Backoff {
  enum class Kind : std::uint8_t {
    immediate,    // None waits.
    linear,       // Each waits for `base` more than the one before.
    exponential,  // Each waits for twice as long as the one before.
  };
  Kind kind = Kind::exponential;
  // Of the delay, more or less, at random: so that what failed together does not return together.
  std::uint8_t jitter_percent = 10;  // 0 .. 100.
  Duration base = std::chrono::milliseconds(limits::supervisor_backoff_ms_default);
  Duration cap =
      std::chrono::milliseconds(limits::supervisor_backoff_cap_ms_default);  // No jitter.

  friend bool operator==(const Backoff&, const Backoff&) = default;
};

// As manifests spell it.
[[nodiscard]] constexpr std::string_view to_string(Backoff::Kind kind) {
  switch (kind) {
    case Backoff::Kind::immediate:
      return "immediate";
    case Backoff::Kind::linear:
      return "linear";
    case Backoff::Kind::exponential:
      return "exponential";
  }
  return {};
}

// What is restarted, when, and how many restarts are taken for bad luck.
struct SupervisorPolicy {
  // Restarts within a period, of all children together; one more gives up. 0: the first gives up.
  // 0 .. limits::intensity_max.
  std::uint32_t intensity = 3;
  // The sliding window, both ends included, as in Erlang/OTP. Longer than 0.
  Duration period = std::chrono::seconds(60);
  Strategy strategy = Strategy::one_for_one;
  Backoff backoff = {};

  friend bool operator==(const SupervisorPolicy&, const SupervisorPolicy&) = default;
};

}  // namespace troupe
