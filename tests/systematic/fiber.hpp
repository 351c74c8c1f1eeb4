#pragma once
// A stack of its own to run on: a model's thread costs tens of nanoseconds to switch to, not the
// microseconds of a thread of the system.

#include <cstddef>
#include <memory>

namespace troupe::systematic {

// Method: Boost.Context's jump_fcontext; the address sanitizer is told of each switch.
// Thread: the one that made it.
// Owns:   its stack. What stands on it when the fiber is destroyed is not unwound.
// Bounds: `stack_bytes` of stack; a body that needs more faults, or overwrites what lies below.
class Fiber {
 public:
  // The thread's own stack, from which the first switch is made.
  Fiber() = default;
  // `body(about)` begins with the first switch to it, and never returns.
  using Body = void (*)(void* about);
  Fiber(std::size_t stack_bytes, Body body, void* about);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber() = default;

  // From the fiber that runs, which goes on when somebody switches to it.
  static void change(Fiber& from, Fiber& to);

 private:
  struct Entry;

  std::unique_ptr<std::byte[]> stack_;
  void* context_ = nullptr;
  Body body_ = nullptr;
  void* about_ = nullptr;
  // For the address sanitizer.
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
  void* fake_stack_ = nullptr;
};

}  // namespace troupe::systematic
