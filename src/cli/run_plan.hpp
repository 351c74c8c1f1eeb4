#pragma once
// What `troupe run FILE` is to run, and under which names.

#include <filesystem>
#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "io/disk.hpp"

namespace troupe {

struct RunPlan {
  enum class Kind : std::uint8_t { app, component };
  Kind kind = Kind::app;
  std::filesystem::path file;
  std::string app = {};   // The app of the manifest, or made from the component's file name.
  std::string node = {};  // --name, else the app.
};

// Reads the manifest as far as its name is needed.
// Errors: those of the manifest and its file; usage: no file is given and none is in the folder.
[[nodiscard]] Tried<RunPlan> plan_run(const RunCommand& command, Disk& disk);

}  // namespace troupe
