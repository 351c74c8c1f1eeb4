// A node ends while others still send to it.

#include <array>
#include <cstdint>
#include <span>

#include "atomics.hpp"
#include "models.hpp"
#include "scheduler/drive.hpp"
#include "scheduler/epochs.hpp"
#include "scheduler/port.hpp"
#include "scheduler/steppable.hpp"

namespace troupe::systematic {
namespace {

constexpr unsigned senders_max = 3;
constexpr unsigned each_max = 3;

struct Letter {
  Plain<Letter*> next = nullptr;
};

// As Worker: what arrives is handled, or a dead letter.
struct Receiver {
  Port<Letter, UncountedAtomics, Event> port;
  Plain<std::uint32_t> taken = 0U;

  StepResult step() {
    Letter* letter = port.take_all();
    if (letter == nullptr) return StepResult::idle;
    for (; letter != nullptr; letter = letter->next) taken = taken + 1;
    return StepResult::worked;
  }
  static void before_park() {}
  [[nodiscard]] static Instant next_due() { return never; }
  [[nodiscard]] bool has_arrivals() const { return !port.maybe_empty(); }
};

struct World {
  std::array<BasicPushEpoch<ModelAtomics>, senders_max> epochs;
  Receiver receiver;
  std::array<std::array<Letter*, each_max>, senders_max> letters{};
  std::array<std::uint32_t, senders_max> accepted{};
  BasicGate<ModelAtomics> gate;
  BasicStopFlag<ModelAtomics> stop;
  Semaphore is_over;  // The driving thread (std::thread::join).
};

// As NodeCore::push_to.
void send(World& world, std::uint32_t sender, unsigned each) {
  for (unsigned i = 0; i < each; ++i) {
    world.epochs.at(sender).enter();
    if (!world.gate.is_closed()) {
      world.receiver.port.push(world.letters.at(sender).at(i));
      ++world.accepted.at(sender);
    }
    world.epochs.at(sender).leave();
  }
}

// As Control::end_node, Runtime's join_threads, and Driver::join.
void end(World& world, unsigned senders) {
  world.gate.close();
  BasicGracePeriod<ModelAtomics> grace(
      std::span<const BasicPushEpoch<ModelAtomics>>(world.epochs).first(senders));
  while (!grace.is_over()) ModelAtomics::pause();
  world.stop.raise();
  world.receiver.port.parker().unpark();
  world.is_over.acquire();
  while (world.receiver.step() == StepResult::worked) {
  }
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  for (std::uint32_t sender = 0; sender < bounds.threads; ++sender) {
    for (unsigned i = 0; i < bounds.each; ++i) {
      world.letters.at(sender).at(i) = &run.make<Letter>();
    }
    run.thread("sender", [&world, sender, each = bounds.each] { send(world, sender, each); });
  }
  run.thread("worker", [&world] {
    drive(
        world.receiver, world.receiver.port.parker(), world.stop, [] { return false; },
        [] { return Instant{}; });
    world.is_over.release();
  });
  run.thread("ender", [&world, senders = bounds.threads] { end(world, senders); });
  run.at_end([&run, &world] {
    std::uint32_t accepted = 0;
    for (const std::uint32_t one : world.accepted) accepted += one;
    run.require(world.receiver.taken == accepted, "what was accepted is not taken care of");
  });
}

}  // namespace

const Model stop_model{
    .name = "stop",
    .promise = "a thread that is told to stop does, and what was accepted before is taken care of",
    .unit = "senders x messages",
    .set_up = &set_up,
    .random = {.threads = 1, .each = 2},
    .exhaustive = {{.threads = 1, .each = 1}, {.threads = 1, .each = 2}},
    .soak = {{.threads = 2, .each = 1}},
};

}  // namespace troupe::systematic
