#pragma once
// A guest that runs for its actor, and what becomes of it when that takes long.

#include <utility>

#include "actor/worker.hpp"
#include "host/guest_host.hpp"

namespace troupe {

// Thread: the one that runs the guest. Once it has left, nothing of `worker` and `cell` is its own
//         any more but the instance, the books and its Away.
class RunningGuest final : public GuestHost::Overruns {
 public:
  RunningGuest(Worker& worker, Cell& cell) : worker_(worker), cell_(cell) {}

  // Before each call into it, after its turn has begun.
  void begin() {
    if (cell_.in_long_lane) [[unlikely]] {
      (void)overran();
      if (away_ != nullptr) away_->placed = away_->inputs->exact_now();
    }
  }

  HostCalls::Overrun overran() override;
  [[nodiscard]] bool has_left() const { return away_ != nullptr; }
  // Ends what the thread does for the worker. REQUIRES: it has left.
  Worker::Went come_home(Ran ran);

 private:
  Worker& worker_;
  Cell& cell_;
  Away* away_ = nullptr;
};

template <typename Calls>
Worker::Went Worker::call_guest(Cell& cell, Ran ran, const Calls& calls) {
  turn_->begin(nullptr);
  ActorTurn& turn = *turn_;  // Another, once this one has left.
  RunningGuest running(*this, cell);
  GuestHost host(turn, {&cell.spec->grants, &cell.spec->interfaces}, running);
  running.begin();
  calls(host, ran);
  if (running.has_left()) return running.come_home(std::move(ran));
  follow_up(cell, ran);
  return Went::home;
}

}  // namespace troupe
