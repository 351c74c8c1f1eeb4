#pragma once
// Turns that go on beside their workers in a node without threads: each step runs on a fiber, and
// one that is left in its middle goes on when its time has come.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "fiber.hpp"
#include "runtime/sim_node.hpp"
#include "scheduler/handover.hpp"
#include "scheduler/inside.hpp"

namespace troupe::simulation {

#if defined(TROUPE_NO_FIBERS)
inline constexpr bool has_fibers = false;
#else
inline constexpr bool has_fibers = true;
#endif

// Comes home at once where it was left, between two steps of others: what arrives for its worker
// before does so first. So whoever runs in it knows, at its end, whether it counts.
//
// Thread: one.
// Bounds: as many fibers as turns that are left at once, and one.
class Beside final : public SimStacks, private Handover {
 public:
  // `now()`, and `stays_away()`: for how long one that leaves now does.
  Beside(std::function<Instant()> now, std::function<Duration()> stays_away)
      : now_(std::move(now)), stays_away_(std::move(stays_away)) {}
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  ~Beside() override { CHECK(left_.empty(), "all_come_home() is called first"); }

  // Whether the turn that calls it goes on beside its worker.
  [[nodiscard]] bool is_away() const { return running_ != nullptr && running_->has_left; }
  [[nodiscard]] std::size_t left() const { return left_.size(); }
  [[nodiscard]] std::uint64_t times_left() const { return times_left_; }
  // Whatever their time. REQUIRES: the node is there.
  void all_come_home() {
    while (!left_.empty()) run(*take_first());
  }

  // --- Of SimStacks.
  Handover& handover() override { return *this; }
  StepResult step_part(Steppable& part) override {
    if (idle_.empty()) idle_.push_back(std::make_unique<Stack>(*this));
    std::unique_ptr<Stack> stack = std::move(idle_.back());
    idle_.pop_back();
    stack->part = &part;
    stack->has_left = false;
    Stack& own = *stack;
    running_stack_ = std::move(stack);
    return run(own);
  }
  // The first whose time has come.
  StepResult step() override {
    if (next_due() > now_()) return StepResult::idle;
    Steppable& home = *left_.front()->part;
    // Whatever is under way to it.
    while (home.has_arrivals()) (void)step_part(home);
    (void)run(*take_first());
    (void)step_part(home);
    return StepResult::worked;
  }
  [[nodiscard]] Instant next_due() const override {
    return left_.empty() ? never : left_.front()->due;
  }
  [[nodiscard]] bool has_arrivals() const override { return false; }

 private:
  struct Stack {
    explicit Stack(Beside& owner) : beside(owner), fiber(stack_bytes, &Stack::go_on, this) {}

    static void go_on(void* about) {
      auto& own = *static_cast<Stack*>(about);
      while (true) {
        own.result = own.part->step();
        own.is_over = true;
        systematic::Fiber::change(own.fiber, own.beside.main_);
      }
    }

    static constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

    Beside& beside;
    systematic::Fiber fiber;
    Steppable* part = nullptr;
    StepResult result = StepResult::idle;
    bool is_over = false;
    bool has_left = false;
    Instant due = {};
  };

  // Until its step is over, or left.
  StepResult run(Stack& own) {
    running_ = &own;
    own.is_over = false;
    systematic::Fiber::change(main_, own.fiber);
    running_ = nullptr;
    if (own.is_over) {
      const StepResult result = own.result;
      idle_.push_back(std::move(running_stack_));
      return result;
    }
    // The step goes on, but the thread is in none.
    Inside::leave();
    ++times_left_;
    const auto place = std::ranges::upper_bound(
        left_, own.due, {}, [](const std::unique_ptr<Stack>& one) { return one->due; });
    left_.insert(place, std::move(running_stack_));
    return StepResult::left;
  }
  Stack* take_first() {
    running_stack_ = std::move(left_.front());
    left_.erase(left_.begin());
    return running_stack_.get();
  }

  bool prepare_successor() override { return true; }
  void release_successor() override {
    Stack& own = *running_;
    own.has_left = true;
    own.due = now_() + stays_away_();
    systematic::Fiber::change(own.fiber, main_);
  }

  std::function<Instant()> now_;
  std::function<Duration()> stays_away_;
  systematic::Fiber main_;
  std::vector<std::unique_ptr<Stack>> idle_;
  std::vector<std::unique_ptr<Stack>> left_;  // By their times.
  std::unique_ptr<Stack> running_stack_;
  Stack* running_ = nullptr;
  std::uint64_t times_left_ = 0;
};

}  // namespace troupe::simulation
