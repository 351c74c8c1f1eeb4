#pragma once
// What `troupe run FILE` is to run, and under which names; `troupe check` looks at no more.

#include <filesystem>
#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "io/disk.hpp"
#include "manifest/manifest.hpp"

namespace troupe {

struct RunPlan {
  enum class Kind : std::uint8_t { app, component };
  Kind kind = Kind::app;
  std::filesystem::path file;
  std::string app = {};       // The app of the manifest, or made from the component's file name.
  std::string node = {};      // --name, else the app.
  AppManifest manifest = {};  // Of a component, what would say the same.
};

// Reads the manifest, and nothing that it names.
// Errors: those of the manifest and its file; usage: no file is given and none is in the folder.
[[nodiscard]] Tried<RunPlan> plan_run(const RunCommand& command, Disk& disk);

// Of what came of it: an actor that can't start is a failure of the command, not a reason to try
// again later; what this build does not support is wrong with the file.
[[nodiscard]] std::unexpected<Complaint> complain_of_start(Error error);

}  // namespace troupe
