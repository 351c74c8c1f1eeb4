#pragma once
// What follows an exit: a restart, now or later, of one child or of several, or the end of all.
//
// A supervisor starts and stops nothing and reads no clock. It is told what happened (ended(),
// started(), due() ...) and appends what is to be done, as steps; what becomes of a step it is told
// in its turn. So its driver may live anywhere, and its children on several workers.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "supervisor/supervisor_steps.hpp"

namespace troupe {

// Thread: one at a time.
// Bounds: limits::children_max children for a spawner's, limits::actors_max for others, which
//         whoever adds has checked; the instants of SupervisorPolicy::intensity restarts;
//         limits::supervisor_history_max records.
// Cost:   24 bytes a child; nothing else from the heap until one fails. Each call is constant, with
//         backoff logarithmic; a restart of all comes to a constant for each child, with one step
//         out at a time. stop_all() and giving up are linear where all are stopped together.
class Supervisor {
 public:
  // How stop_all() and giving up stop the children. A restart of several stops one by one.
  enum class StopOrder : std::uint8_t {
    one_by_one,  // In reverse order of start, each after the one before has ended.
    together,    // Asked in that order, all at once; for spawned children.
  };
  // `seed`: of the random part of its delays.
  explicit Supervisor(const SupervisorPolicy& policy, StopOrder order = StopOrder::one_by_one,
                      std::uint64_t seed = 0);
  // Many supervisors may share a policy, never null.
  explicit Supervisor(std::shared_ptr<const SupervisorPolicy> policy,
                      StopOrder order = StopOrder::one_by_one, std::uint64_t seed = 0);
  Supervisor(Supervisor&&) noexcept;
  Supervisor& operator=(Supervisor&&) noexcept;
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  // A new child, the last in the order of start. The step `start` comes at once, or in its turn if
  // several are being restarted. REQUIRES: not is_ending().
  ChildNumber add(Address address, RestartType type, SupervisorSteps& steps);
  // A new child whose first life has begun already. A restart of several that is under way leaves
  // it alone; when all end it is asked to stop at once.
  ChildNumber add_started(Address address, RestartType type, SupervisorSteps& steps);

  // A life of it is ready, which lets the next of several start.
  void started(ChildNumber number, SupervisorSteps& steps);
  // A life of it has ended, or could not begin. Instants never go back.
  SupervisorVerdict ended(ChildNumber number, const Exit& exit, StopAsked asked, Instant now,
                          SupervisorSteps& steps);
  // The time of a `wait` has come. One for nothing does no harm.
  void due(Instant now, SupervisorSteps& steps);
  // A child that waits for its next life, or for the time of a restart of several, waits for that
  // no longer; for others to stop or to be ready it does. Of one that lives nothing follows.
  // REQUIRES: not is_ending().
  void hurry(ChildNumber number, Instant now, SupervisorSteps& steps);
  // Stops all and starts none any more. Answered by `all_down`, at once if no child is left; one
  // step answers all calls before it.
  void stop_all(SupervisorSteps& steps);
  // Forgets a child without the step `forget`, whatever it is at: one that never started, at its
  // starter's wish, or one that is gone by itself. Others may have steps to take.
  void remove(ChildNumber number, Instant now, SupervisorSteps& steps);

  // Since giving up or stop_all(): nothing is started, add() not allowed.
  [[nodiscard]] bool is_ending() const { return phase_ >= Phase::ending; }
  [[nodiscard]] bool has_given_up() const { return has_given_up_; }
  [[nodiscard]] std::size_t child_count() const { return count_; }
  [[nodiscard]] Address address_of(ChildNumber number) const;
  // Whether that child has the number: it is not forgotten.
  [[nodiscard]] bool has(ChildNumber number, Address address) const {
    return number < used_ && children_[number].state != State::free &&
           children_[number].address == address;
  }
  // In the order of their start: visit(ChildNumber, Address). `visit` leaves the supervisor alone.
  template <typename Visit>
  void for_each(const Visit& visit) const;
  // When the starts of a restart of several begin that has not come to them, at the earliest;
  // never: there is none.
  [[nodiscard]] Instant starts_at() const;
  // Restarts in the window that ends now.
  [[nodiscard]] std::uint32_t restarts_within(Instant now) const;
  // The latest, oldest first.
  [[nodiscard]] std::vector<SupervisorRecord> history() const;
  // Goes on with the history of `before`, whose life is over; with nothing else of it.
  void inherit_history(Supervisor& before);
  // What it holds from the heap, its policy apart.
  [[nodiscard]] std::size_t heap_bytes() const;
  [[nodiscard]] const SupervisorPolicy& policy() const { return *policy_; }

 private:
  static constexpr ChildNumber none_ = UINT32_MAX;
  static constexpr std::uint64_t place_max_ = (std::uint64_t{1} << 56U) - 1;  // Never reached.

  enum class State : std::uint8_t {
    free,      // Nobody's; `next` is the next one free.
    down,      // Between two lives, or before the first: waits for its time or its turn.
    living,    // Ready or on its way.
    awaited,   // Starts in its turn: the next ones wait for started().
    stopping,  // A step `stop` is out.
  };
  struct Child {
    Address address = {};
    // In the order of start. The first and the last are neighbours.
    ChildNumber previous = none_;
    ChildNumber next = none_;
    // One-for-one: while it is down, the ticket of its wait. Else: its place in the order of start,
    // greater than those before it.
    std::uint64_t place : 56 = 0;
    State state : 4 = State::free;
    RestartType type : 4 = RestartType::permanent;
  };
  static_assert(sizeof(Child) == 24);

  // What a restart of several, or the end of all, is at. `cursor_` is none_ beyond the first child.
  enum class Phase : std::uint8_t {
    idle,
    // Stops the members from the cursor down.
    stopping,
    // Until it is time. All members after the cursor are down.
    waiting,
    // Has started the members up to the cursor, and goes on when that one is ready.
    starting,
    // Stops and forgets all from the cursor down.
    ending,
    ended,
  };
  struct Books;

  [[nodiscard]] Child& child(ChildNumber number);
  [[nodiscard]] const Child& child(ChildNumber number) const;
  [[nodiscard]] ChildNumber last() const;
  [[nodiscard]] ChildNumber before(ChildNumber number) const;
  [[nodiscard]] ChildNumber after(ChildNumber number) const;
  [[nodiscard]] ChildNumber append(Address address, RestartType type, State state);
  void grow();
  void release(ChildNumber number);
  void forget(ChildNumber number, SupervisorSteps& steps);
  void emit(SupervisorStep::Kind kind, ChildNumber number, SupervisorSteps& steps) const;

  [[nodiscard]] Books& books();
  void record(const SupervisorRecord& what);
  [[nodiscard]] bool is_to_stop(const Child& one) const;
  SupervisorVerdict restart(ChildNumber number, const Exit& exit, Instant now,
                            SupervisorSteps& steps);
  [[nodiscard]] Duration delay_of(std::uint32_t nth_restart);

  void restart_alone(ChildNumber number, Instant now, Duration delay, SupervisorSteps& steps);
  void start_waiting(Instant now, SupervisorSteps& steps);
  [[nodiscard]] bool is_abandoned(ChildNumber number, std::uint64_t ticket) const;
  void wake_at(Instant at, SupervisorSteps& steps);
  void give_up_wait();

  void restart_several(ChildNumber number, Instant now, SupervisorSteps& steps);
  void go_on(Instant now, SupervisorSteps& steps);
  void go_on_stopping(Instant now, SupervisorSteps& steps);
  void go_on_starting(SupervisorSteps& steps);
  void begin_to_end(SupervisorSteps& steps);
  void go_on_ending(SupervisorSteps& steps);

  std::shared_ptr<const SupervisorPolicy> policy_;
  std::unique_ptr<Child[]> children_;
  std::unique_ptr<Books> books_;  // From the first failure on.
  std::uint32_t used_ = 0;        // Of children_, free ones among them.
  std::uint32_t capacity_ = 0;
  std::uint32_t count_ = 0;
  ChildNumber free_ = none_;
  ChildNumber first_ = none_;
  ChildNumber cursor_ = none_;
  std::uint32_t seed_;
  Phase phase_ = Phase::idle;
  StopOrder order_;
  bool has_given_up_ = false;
};
static_assert(sizeof(Supervisor) <= 64, "there are 100,000s, most of them of a few children");

template <typename Visit>
void Supervisor::for_each(const Visit& visit) const {
  for (ChildNumber number = first_; number != none_; number = after(number)) {
    visit(number, children_[number].address);
  }
}

}  // namespace troupe
