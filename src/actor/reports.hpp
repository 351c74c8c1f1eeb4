#pragma once
// What workers tell the control plane. Each is the note of a `control` envelope.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
  // The envelope of an EndedReport, filled in as far as is known. Null: nothing is, but the exit.
  EnvelopePtr report = {};
  InstanceUsage usage = {};
  // For the next life, which goes on with the books, too.
  std::unique_ptr<SavedState> saved = {};
};

// As InHand, but for the beginning of the payload, which the envelope of the report carries.
struct HeldAtEnd {
  std::string_view what;  // A literal.
  Address sender = nobody;
  std::string sender_name = {};  // Empty: it has none.
  std::string topic = {};
  std::uint64_t message_id = 0;
  std::uint64_t bytes = 0;
  bool is_hidden = false;
};

// How a life has ended, for those who judge it or read of it. Made by the one thread and read by
// the other, so the general heap has as little to do with it as possible: what comes from there on
// one side and is freed on the other costs the worker as much as all else of a restart.
struct EndedLife {
  Address actor;
  std::string name;  // Empty: it has none. Its address may be gone when this is read.
  std::uint64_t life = 0;
  Exit exit;
  Duration lived{};
  std::vector<TrapFrame> backtrace;
  std::string detail;
  std::vector<LoggedLine> log;
  // As in ExitEvent; nothing of an end that is normal.
  std::optional<HeldAtEnd> in_hand;
  Duration took{};
  InstanceUsage usage;
  std::shared_ptr<const ActorSpec> spec;  // Its code can name the frames.
};
// As in ActorStatus, of an actor with that name, or none.
[[nodiscard]] inline std::string label_of(Address actor, std::string_view name) {
  return name.empty() ? to_string(actor) : std::string(name);
}

// A life has begun: `start` returned. Told of actors that the control plane supervises, and of
// those that have lived before.
struct StartedReport final : Note {
  Address actor;
  std::uint64_t life = 0;
  Exit after;  // How the life before ended, of one that is not the first.
};
static_assert(sizeof(StartedReport) <= 64);

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
