#pragma once
// A cell is an actor as its worker sees it: what stays over its lives, and the present life.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "actor/activity.hpp"
#include "actor/actor_spec.hpp"
#include "actor/away.hpp"
#include "actor/family.hpp"
#include "actor/health_watch.hpp"
#include "base/check.hpp"
#include "engine/engine.hpp"
#include "mailbox/mailbox.hpp"
#include "model/books.hpp"
#include "model/pool.hpp"
#include "router/registry.hpp"
#include "scheduler/run_queue.hpp"
#include "troupe/address.hpp"
#include "troupe/status.hpp"

namespace troupe {

// Messages that wait for room, in their order, in front of a mailbox with WhenFull::block.
struct Waiting {
  struct One {
    EnvelopePtr envelope;
    std::uint64_t number = 0;
    AlarmKey alarm = {};
    bool sender_pauses = false;
  };
  std::deque<One> line;
  std::uint64_t last_number = 0;
};

// What an actor's next turn is.
enum class NextTurn : std::uint8_t {
  messages,
  news,  // Likewise, the first since its state was saved: another snapshot will be due.
  // Not for messages, and so due whether any wait or not.
  birth,     // A life begins.
  save,      // Its state is saved, and the life ends.
  snapshot,  // Its state is saved, and the life goes on.
};

// What is kept of an actor's state in case that it crashes.
struct Snapshots {
  AlarmKey alarm = {};      // Until the next is due.
  Instant not_before = {};  // It is due.
  std::unique_ptr<SavedState> latest;
  // The present life began by it, when the actor had handled so many messages.
  std::optional<std::uint64_t> tried_at;
};

// What only few actors have.
struct Rarities : Pooled {
  std::shared_ptr<const ActorSpec> own_spec;  // Of one that has it for itself.
  Bytes config;                               // If it was given one of its own.
  std::unique_ptr<Waiting> waiting;           // For room in the mailbox.
  std::unique_ptr<Away> away;                 // While a turn goes on beside the worker.
  std::unique_ptr<Family> family;             // Those it has spawned.
  Census::Owner census;                       // Of one whose descendants are bounded.
  std::unique_ptr<HealthWatch> health;        // Of a life that says how it is.
  AlarmKey stop_alarm = {};                   // It is killed when this is over.
  Instant stop_by = never;                    // Likewise.
  bool restart_asked = false;                 // It is to stop for its next life.
  // Of the last life, for the next. While it waits the books stay as they are.
  std::unique_ptr<SavedState> saved;
  std::unique_ptr<Snapshots> snapshots;
  struct Watcher {
    Address who;
    std::uint64_t number = 0;
  };
  std::vector<Watcher> watchers;  // Of the present life.
};

// The only ways that states follow each other. An actor may end before a life of it has begun, and
// again while the next is on its way.
[[nodiscard]] constexpr bool may_follow(ActorState before, ActorState next) {
  using enum ActorState;
  switch (next) {
    case creating:
      return false;
    case starting:
      return before == creating || before == ended || before == failed;
    case ready:
      return before == starting || before == stopping;  // It would not save its state, and goes on.
    case stopping:
      return before == ready;
    case ended:
    case failed:
      return true;
  }
  return false;
}
static_assert(may_follow(ActorState::ended, ActorState::starting));
static_assert(!may_follow(ActorState::ended, ActorState::ready));
static_assert(!may_follow(ActorState::ready, ActorState::starting));

// Thread: home worker only, but for what is said to be read by any.
// Owns:   the mailbox and the present life.
// Cost:   192 bytes with all that every actor needs; the rest is made when it is needed.
class Cell : public Runnable, public Pooled {
 public:
  Cell(Address own_address, const ActorSpec& what, const Parentage& whose)
      : in_long_lane(what.long_running),
        restart(whose.restart),
        address(own_address),
        spec(&what),
        mailbox(what.mailbox),
        payload_bytes_max(static_cast<std::uint32_t>(what.quotas.payload_bytes)),
        parent(whose.parent),
        child_number(whose.number) {}
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;
  ~Cell() { const std::unique_ptr<Activity> owned(activity_.load(std::memory_order_relaxed)); }

  [[nodiscard]] bool is_alive() const { return instance != nullptr; }
  // Alive, or about to be: what is sent to it waits for its turn.
  [[nodiscard]] bool will_run() const { return is_alive() || next_turn == NextTurn::birth; }
  // While it is held back, only what it has asked for itself.
  [[nodiscard]] bool has_work() const {
    return pauses == 0 ? !mailbox.empty() : mailbox.has_system();
  }

  void become(ActorState next) {
    CHECK(may_follow(state.load(std::memory_order_relaxed), next), "states follow in their order");
    state.store(next, std::memory_order_relaxed);
  }

  // Made by the first look.
  [[nodiscard]] Activity& activity() {
    Activity* active = activity_.load(std::memory_order_relaxed);
    return active != nullptr ? *active : make_activity();
  }
  [[nodiscard]] Rarities& rarities() {
    if (rarities_ == nullptr) rarities_ = std::make_unique<Rarities>();
    return *rarities_;
  }
  // Null: there is none. Any thread.
  [[nodiscard]] Activity* activity_if_any() const {
    return activity_.load(std::memory_order_acquire);
  }
  [[nodiscard]] Rarities* rarities_if_any() const { return rarities_.get(); }
  [[nodiscard]] Away* away() const { return is_away ? rarities_->away.get() : nullptr; }
  [[nodiscard]] Waiting* waiting() const {
    return rarities_ != nullptr ? rarities_->waiting.get() : nullptr;
  }
  [[nodiscard]] Family* family() const {
    return rarities_ != nullptr ? rarities_->family.get() : nullptr;
  }
  [[nodiscard]] HealthWatch* health_watch() const {
    return rarities_ != nullptr ? rarities_->health.get() : nullptr;
  }
  [[nodiscard]] Snapshots* snapshots() const {
    return rarities_ != nullptr ? rarities_->snapshots.get() : nullptr;
  }
  // Of its descendants, if they are bounded.
  [[nodiscard]] const Census* census() const {
    return rarities_ != nullptr ? rarities_->census.get() : nullptr;
  }
  // Who counts it.
  [[nodiscard]] Census* counted_by() const {
    return census() != nullptr ? census()->above() : books.census();
  }
  // What its lives begin with.
  [[nodiscard]] BytesView config() const {
    return rarities_ != nullptr && !rarities_->config.empty() ? rarities_->config : spec->config;
  }

  // --- Read by any thread.
  [[nodiscard]] ActorStatus status(Instant now) const;
  // Inside a section of the registry's reclaimer, or by its home worker.
  [[nodiscard]] ActorHealth health(Instant now) const;
  // Of one that waits for its next life, if time is what it waits for.
  [[nodiscard]] std::optional<Duration> next_life_in(Instant now) const;
  [[nodiscard]] Duration age(Instant now) const {
    // A life may have begun after the look at the clock.
    return std::max(now - life_began.load(std::memory_order_relaxed), Duration::zero());
  }
  // In the order of use: what every message touches comes first.
  std::atomic<ActorState> state{ActorState::creating};
  NextTurn next_turn = NextTurn::messages;
  bool is_away = false;        // A turn goes on beside the worker.
  bool in_long_lane;           // Its turns go on beside the worker from their beginning.
  bool is_leaving = false;     // For another worker.
  bool stop_asked = false;     // It is not restarted.
  bool tells_control = false;  // Of its end, though somebody else supervises it.
  bool is_retiring = false;    // It goes when its children are gone.
  const RestartType restart;
  const Address address;
  const ActorSpec* const spec;
  std::unique_ptr<Instance> instance;  // The present life; null between two.
  Mailbox mailbox;

 private:
  std::atomic<Activity*> activity_{nullptr};  // Owned.

 public:
  // What others send it waits while this is not zero: so many of its own messages wait for room
  // elsewhere, and with the bit it is unhealthy.
  static constexpr std::uint32_t unhealthy_pause = 1U << 31U;
  std::uint32_t pauses = 0;
  // Of one message of its, as the spec says, which may be far away in memory.
  const std::uint32_t payload_bytes_max;
  LazyBooks books;
  std::atomic<std::uint64_t> life{0};
  // Of the latest; before the first, when it was made.
  std::atomic<Instant> life_began{Instant{}};
  const Address parent;
  const ChildNumber child_number;

 private:
  Activity& make_activity();

  std::unique_ptr<Rarities> rarities_;
};
static_assert(sizeof(Cell) <= 192);

// When the next life of an actor begins that waits for it, as in Activity. Any thread.
void note_next_life(const Registry& registry, Address actor, Instant at);

}  // namespace troupe
