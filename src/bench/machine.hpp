#pragma once
// Where and from what a figure came: stands beside every stored result, since a figure of another
// machine, compiler or commit is another figure.

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "troupe/result.hpp"

namespace troupe::bench {

// Texts that can't be known are "unknown".
struct Provenance {
  std::string version;     // Of Troupe.
  std::string commit;      // That it was built from.
  std::string compiler;    // "GNU 12.2.0"
  std::string flags;       // That it was built with.
  std::string engine;      // "wasmtime 48.0.8", or "none".
  std::string cpu;         // "Intel(R) Xeon(R) Processor (6/207/2)"
  std::uint32_t cpus = 0;  // That this process may use.
  std::string kernel;      // "Linux 6.18.44 x86_64"
  std::string page_mode;   // Transparent huge pages: "always", "madvise", "never".
  std::string libc;        // "glibc 2.36"
  double load = 0;         // Of the last minute, when asked.
  double steal = 0;        // Percent of CPU time since the machine started.
  std::string started;     // "2025-11-30T12:00:00Z"

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

// Of this program on this machine, started at so many milliseconds after 1970-01-01 UTC.
[[nodiscard]] Provenance provenance(std::uint64_t started_wall_ms);

// All members under their own names.
[[nodiscard]] nlohmann::ordered_json to_json(const Provenance& provenance);

// Errors: corrupt (no object; a member is missing, of the wrong type, or no finite number of at
//         least 0), with the member's name. Further members are left alone.
[[nodiscard]] Result<Provenance> parse_provenance(const nlohmann::ordered_json& json);

// In ISO 8601, in whole seconds, UTC; what comes after the year 9999 counts as its last second.
[[nodiscard]] std::string to_iso8601(std::uint64_t wall_ms);

// Built without optimisation, or with a sanitizer or the library's own checks: its figures compare
// with nothing.
[[nodiscard]] bool is_debug_build();

}  // namespace troupe::bench
