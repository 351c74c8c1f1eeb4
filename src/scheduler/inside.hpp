#pragma once
// Says that the calling thread is inside a step of something it drives.

namespace troupe {

// Lives for the length of a step. REQUIRES: one step at a time on a thread.
//
// Thread: each its own.
class Inside {
 public:
  Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside();

  // For a thread that goes on with something else while its step waits on another stack.
  static void leave();

  // Whether the calling thread is inside any. Whoever waits for a step is refused there: it might
  // be its own.
  [[nodiscard]] static bool any();
};

}  // namespace troupe
