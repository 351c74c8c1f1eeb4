#include "scheduler/driver.hpp"

#include <algorithm>
#include <pthread.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"

namespace troupe {
namespace {

// Between two looks at the clock.
constexpr int looks = 32;

// Lets the other thread of the core run, if there is one.
void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Lets the calling thread give way to all others, for good.
void lower_own_priority() {
  constexpr int low = 10;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), low);
}

}  // namespace

Driver::Driver(Steppable& driven, Parker& parker, const Clock& clock, std::string name,
               Duration spin)
    : driven_(driven), parker_(parker), clock_(clock), name_(std::move(name)), spin_(spin) {}

void Driver::start() {
  Thread* first = add_thread();
  CHECK(first != nullptr, "the system gives this process no thread");
  first->may_begin.release();
}

// Null: the system has none to give.
Driver::Thread* Driver::add_thread() {
  const std::lock_guard lock(mutex_);
  Thread& one = threads_.emplace_back();
  try {
    one.thread = std::thread([this, &one] { run(one); });
  } catch (const std::system_error&) {
    threads_.pop_back();
    return nullptr;
  }
  return &one;
}

void Driver::join() {
  stop_.raise();
  parker_.unpark();
  // A thread that comes to its end may have been relieved meanwhile: until none is left.
  while (true) {
    std::list<Thread> last;
    {
      const std::lock_guard lock(mutex_);
      if (threads_.empty()) return;
      last.splice(last.begin(), threads_, threads_.begin());
    }
    last.front().may_begin.release();
    last.front().thread.join();
  }
}

bool Driver::prepare_successor() {
  reap();
  successor_ = add_thread();
  return successor_ != nullptr;
}

void Driver::release_successor() {
  CHECK(successor_ != nullptr, "prepare_successor() comes first");
  std::exchange(successor_, nullptr)->may_begin.release();
  lower_own_priority();
}

// Joins the relieved threads that are over.
void Driver::reap() {
  std::list<Thread> over;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = threads_.begin(); at != threads_.end();) {
      const auto next = std::next(at);
      if (at->is_over.load(std::memory_order_acquire)) over.splice(over.end(), threads_, at);
      at = next;
    }
  }
  for (Thread& one : over) one.thread.join();
}

bool Driver::sees_arrivals_in_time() const {
  if (spin_ == Duration{0}) return false;
  const Instant end = std::min(clock_.now() + spin_, driven_.next_due());
  do {
    for (int i = 0; i < looks; ++i) {
      if (driven_.has_arrivals() || stop_.is_raised()) return true;
      relax();
    }
  } while (clock_.now() < end);
  return false;
}

void Driver::run(Thread& own) {
  pthread_setname_np(pthread_self(), name_.c_str());
  own.may_begin.acquire();
  drive(
      driven_, parker_, stop_, [this] { return sees_arrivals_in_time(); },
      [this] { return clock_.now(); });
  own.is_over.store(true, std::memory_order_release);
}

}  // namespace troupe
