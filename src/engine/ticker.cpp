#include "engine/ticker.hpp"

#include <chrono>
#include <utility>

#include "base/check.hpp"

namespace troupe {
namespace {

// After a pause of the whole machine, guests get their time anew.
constexpr std::chrono::milliseconds catch_up_max{10};
// Ticks without a hold before it sleeps.
constexpr std::uint32_t linger = 10;

std::int64_t nanoseconds_of(std::chrono::steady_clock::time_point time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

}  // namespace

Ticker::Ticker(std::function<void()> tick) : tick_(std::move(tick)), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  CHECK(holds_ == 0, "every hold is given back before the engine goes");
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Ticker::hold() {
  holds_.fetch_add(1, std::memory_order_seq_cst);
  // The ticker says that it sleeps before it looks at the holds for the last time: one of the two
  // sees the other.
  if (!is_asleep_.load(std::memory_order_seq_cst)) return;
  {
    const std::lock_guard lock(mutex_);
  }
  wake_.notify_one();
}

void Ticker::release() { holds_.fetch_sub(1, std::memory_order_seq_cst); }

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    is_asleep_.store(true, std::memory_order_seq_cst);
    wake_.wait(lock, [this] { return stopping_ || holds_.load(std::memory_order_seq_cst) > 0; });
    is_asleep_.store(false, std::memory_order_seq_cst);
    auto now = std::chrono::steady_clock::now();
    auto next = now + period;
    for (std::uint32_t idle = 0; !stopping_ && idle < linger;) {
      idle = holds_.load(std::memory_order_relaxed) > 0 ? 0 : idle + 1;
      // Woken early only to stop.
      wake_.wait_until(lock, next, [this] { return stopping_; });
      // Before the tick, since who sees that reads this.
      last_but_one_.store(nanoseconds_of(now), std::memory_order_relaxed);
      ticks_.store(ticks_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      tick_();
      next += period;
      now = std::chrono::steady_clock::now();
      if (now - next > catch_up_max) next = now;
    }
  }
}

}  // namespace troupe
