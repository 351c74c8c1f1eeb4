#pragma once
// What workers tell the control plane. Each is the note of a `control` envelope.

#include <cstdint>
#include <memory>
#include <string>

#include "actor/actor_spec.hpp"
#include "actor/actor_stats.hpp"
#include "engine/engine.hpp"
#include "model/envelope.hpp"

namespace troupe {

// A guest or native actor asked for a child; its cell is being made.
struct SpawnedReport final : Note {
  Address child;
  Address parent;
  std::shared_ptr<const ActorSpec> spec;
  RestartType restart = RestartType::temporary;
  std::shared_ptr<ActorStats> stats;
};

// A life has begun: `start` returned.
struct StartedReport final : Note {
  Address actor;
  std::uint64_t life = 0;
};

// A life has ended; the cell waits for a restart or for its retirement.
struct EndedReport final : Note {
  Address actor;
  std::uint64_t life = 0;
  bool had_started = false;
  Exit exit;
  std::vector<TrapFrame> backtrace;
  std::string detail;
  std::shared_ptr<const ActorSpec> spec;  // Its code can name the frames.
};

// A cell is gone, and its address with it.
struct RetiredReport final : Note {
  Address actor;
};

// An actor asked that its child be stopped.
struct StopChildReport final : Note {
  Address child;
  Duration budget{};
};

// The order to make a cell: the note of a `create` envelope.
struct CreateOrder final : Note {
  std::shared_ptr<const ActorSpec> spec;
  std::shared_ptr<ActorStats> stats;
  Bytes config;
};

}  // namespace troupe
