#pragma once
// The thread that makes deadlines pass.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace troupe {

// Calls `tick` once in every millisecond of real time while somebody holds it, and a little longer,
// since a worker that finds nothing to do mostly gets something soon; then it sleeps.
//
// Deadlines end guests that do not end themselves, so no simulated clock drives them: simulations
// use fuel.
//
// Thread: any thread. `tick` runs on the ticker's own.
// Owns:   one thread.
class Ticker {
 public:
  static constexpr std::chrono::milliseconds period{1};

  explicit Ticker(std::function<void()> tick);
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  ~Ticker();  // REQUIRES: no hold lives.

  void hold();
  void release();
  // How often it has ticked.
  [[nodiscard]] std::uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  // The same, for those who look at it often.
  [[nodiscard]] const std::atomic<std::uint64_t>& count() const { return ticks_; }
  // When the tick before the newest was over. Who has seen two ticks has seen all that came since.
  [[nodiscard]] std::chrono::steady_clock::time_point last_but_one() const {
    return std::chrono::steady_clock::time_point(
        std::chrono::nanoseconds(last_but_one_.load(std::memory_order_relaxed)));
  }

 private:
  void run();

  std::function<void()> tick_;
  std::atomic<std::uint64_t> ticks_ = 0;
  std::atomic<std::int64_t> last_but_one_ = 0;
  std::atomic<std::uint32_t> holds_ = 0;
  std::atomic<bool> is_asleep_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // Last: it uses the rest.
};

}  // namespace troupe
