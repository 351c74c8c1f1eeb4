#pragma once
// What workers tell the control plane. Each is the note of a `control` envelope.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actor/actor_spec.hpp"
#include "engine/engine.hpp"
#include "model/envelope.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/node_event.hpp"

namespace troupe {

// How a life ends, on its worker.
struct LifeEnd {
  Exit exit;
  std::unique_ptr<Death> death = {};
  std::optional<InHand> in_hand = {};
  Duration took = {};  // As in ExitEvent.
  InstanceUsage usage = {};
  // For the next life, which goes on with the books, too.
  std::unique_ptr<SavedState> saved = {};
};

// How a life has ended, for those who judge it or read of it.
struct EndedLife {
  Address actor;
  std::string name;  // Its address may be gone when this is read.
  std::uint64_t life = 0;
  Exit exit;
  Duration lived{};
  std::vector<TrapFrame> backtrace;
  std::string detail;
  std::vector<LoggedLine> log;
  // As in ExitEvent; nothing of an end that is normal.
  std::optional<InHand> in_hand;
  Duration took{};
  InstanceUsage usage;
  std::shared_ptr<const ActorSpec> spec;  // Its code can name the frames.
};

// A life has begun: `start` returned. Told of actors that the control plane supervises, and of
// those that have lived before.
struct StartedReport final : Note {
  Address actor;
  std::uint64_t life = 0;
  std::string after;  // How the life before ended, of one that is not the first.
};

// A life that was to end for the next one goes on: its guest would not save its state.
struct RestartRefusedReport final : Note {
  Address actor;
  std::string reason;
};

// Something that operators want to know of an actor, and that nothing follows from.
struct EventReport final : Note {
  NodeEvent::Kind kind = NodeEvent::Kind::limit;
  Address actor;
  std::uint64_t life = 0;
  std::string text;
};

// A life has ended.
struct EndedReport final : Note {
  EndedLife ended;
  // Of its parent. Empty: the control plane decides, and the cell waits for its order.
  std::string decision;
  std::optional<RestartWindow> window;
  bool is_lost = false;  // Its code does not return, and its address is given up.
};

// A cell is gone, and its address with it.
struct RetiredReport final : Note {
  Address actor;
};

}  // namespace troupe
