#pragma once
// A node in one thread under simulated time: its parts are stepped in an order drawn from a seed.
// For tests and the simulator; nothing in it depends on the machine.

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "engine/native.hpp"
#include "io/seeded_random.hpp"
#include "io/sim_clock.hpp"
#include "runtime/app.hpp"
#include "runtime/node_core.hpp"

namespace troupe {

// Where steps run that may be left in their middle, and goes on with those that were when it is
// stepped itself: a part of the node like others.
// Thread: one.
class SimStacks : public Steppable {
 public:
  virtual StepResult step_part(Steppable& part) = 0;
  // What the workers leave by.
  virtual Handover& handover() = 0;
};

// Thread: one.
class SimNode {
 public:
  struct Options {
    std::uint16_t workers = 2;
    std::uint32_t turns_a_step = 1;  // More: fewer interleavings, less to step through.
    std::uint32_t inbox_messages = limits::inbox_messages_max;  // As in WorkerWorld.
    bool actors_move = true;                                    // Likewise.
    std::uint64_t seed = 1;
    Engine* engine = nullptr;                            // None: native actors only.
    std::function<void(const ExitEvent&)> on_exit = {};  // Hears of each at once.
    Hooks hooks = {};
    SimStacks* stacks = nullptr;  // None: no turn goes on beside its worker.
    // Hears of a part that slept on although there was something for it to do: a lost wake-up.
    // None: that aborts.
    std::function<void(std::string_view what)> on_overslept = {};
  };
  explicit SimNode(Options options);

  // Steps the parts until none has anything to do now; those that have not sleep until they are
  // called or due, as a thread that drives them does. Time stands still.
  void run_until_idle();
  // Steps the parts, again and again, until handlers have let that much time pass.
  // REQUIRES: they do; there is always one that has something to do.
  void run_for(Duration span);
  // Lets time pass, stopping at everything that is due on the way.
  void advance(Duration span);

  // When something is to do for any of the parts.
  [[nodiscard]] Instant next_due() const;

  // Starts an actor under a supervisor and runs until it is ready, or can't be.
  Result<Address> spawn(ChildOrder order);
  // Sends a request from outside, runs until it is answered or its time is over.
  Result<Bytes> request(Address to, std::string_view text,
                        Duration timeout = std::chrono::seconds(1));
  void send(Address to, std::string_view text);

  [[nodiscard]] NodeCore& core() { return *core_; }
  [[nodiscard]] SimClock& clock() { return clock_; }
  [[nodiscard]] const std::vector<ExitEvent>& exits() const { return exits_; }
  [[nodiscard]] std::vector<ExitEvent> take_exits() { return std::exchange(exits_, {}); }
  [[nodiscard]] const std::vector<std::string>& log() const { return log_; }  // "name: text"
  // How many blocks of its pools live: envelopes, what they carry, cells and the like.
  // REQUIRES: it is idle.
  [[nodiscard]] std::uint64_t living_blocks();
  [[nodiscard]] const std::optional<RuntimeEnd>& end() const { return end_; }

  // Of the parts: how often one fell asleep, and how often one was called in its sleep.
  [[nodiscard]] std::uint64_t times_asleep() const { return times_asleep_; }
  [[nodiscard]] std::uint64_t times_called() const { return times_called_; }

 private:
  struct Sleeper {
    NodeCore::Part part = {};  // Without a parker: it never sleeps.
    bool is_asleep = false;
    Instant due = {};  // When it wakes by itself.
  };

  [[nodiscard]] bool step(Sleeper& one);
  [[nodiscard]] StepResult step(Steppable& what);
  [[nodiscard]] bool wake_those_who_oversleep();

  const std::uint64_t blocks_before_ = Pool::living_shared_blocks();
  SimClock clock_;
  SeededRandom random_;
  NativeEngine native_;
  std::mt19937_64 order_;
  std::vector<ExitEvent> exits_;
  std::vector<std::string> log_;
  std::optional<RuntimeEnd> end_;
  std::function<void(std::string_view what)> on_overslept_;
  SimStacks* stacks_;
  std::unique_ptr<NodeCore> core_;
  std::vector<Sleeper> parts_;
  std::uint64_t times_asleep_ = 0;
  std::uint64_t times_called_ = 0;
};

// What a native actor is made from in tests: everything default, no grants.
[[nodiscard]] std::shared_ptr<ActorSpec> native_spec(std::function<std::unique_ptr<Actor>()> make);

}  // namespace troupe
