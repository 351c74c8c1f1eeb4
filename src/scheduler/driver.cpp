#include "scheduler/driver.hpp"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace troupe {
namespace {

// The longest sleep: waits take a span, and `never` is none. Nothing depends on it.
constexpr Duration nap = std::chrono::hours(1);

}  // namespace

Driver::Driver(Steppable& driven, Parker& parker, const Clock& clock, std::string name)
    : driven_(driven), parker_(parker), clock_(clock), name_(std::move(name)) {}

void Driver::start() {
  thread_ = std::thread([this] { run(); });
}

void Driver::join() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_seq_cst);
  parker_.unpark();
  thread_.join();
}

void Driver::run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  while (!stop_.load(std::memory_order_seq_cst)) {
    if (driven_.step() == StepResult::worked) continue;
    driven_.before_park();
    const Instant due = driven_.next_due();
    const Duration wait = due == never ? nap : std::clamp(due - clock_.now(), Duration{0}, nap);
    if (wait == Duration{0}) continue;
    parker_.park(
        wait, [this] { return driven_.has_arrivals() || stop_.load(std::memory_order_seq_cst); });
  }
}

}  // namespace troupe
