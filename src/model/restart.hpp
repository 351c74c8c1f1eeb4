#pragma once
// When a child is restarted, and how often that is taken for bad luck: what a manifest says and a
// supervisor goes by.

#include <chrono>
#include <cstdint>
#include <string_view>

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

// How many restarts, of all children together, are taken for bad luck.
struct SupervisorPolicy {
  // Restarts within a period; one more gives up. 0: the first gives up. 0 .. limits::intensity_max.
  std::uint32_t intensity = 3;
  // The sliding window, both ends included, as in Erlang/OTP. Longer than 0.
  Duration period = std::chrono::seconds(60);

  friend bool operator==(const SupervisorPolicy&, const SupervisorPolicy&) = default;
};

}  // namespace troupe
