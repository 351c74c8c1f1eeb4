#include <nlohmann/json.hpp>

#include "bench/machine.hpp"
#include "cli/commands.hpp"

namespace troupe {

Tried<ExitCode> version_command(Console& console) {
  if (!console.is_json()) {
    console.print("troupe " TROUPE_VERSION "\n");
    return ExitCode::ok;
  }
  const bench::Provenance build = bench::provenance(0);
  const nlohmann::ordered_json json{{"version", TROUPE_VERSION},        {"commit", build.commit},
                                    {"compiler", build.compiler},       {"libc", build.libc},
                                    {"engine", build.engine},           {"api", "v1"},
                                    {"contract", "troupe:actor@0.1.0"}, {"manifest_schema", 1}};
  console.print(json.dump() + '\n');
  return ExitCode::ok;
}

}  // namespace troupe
