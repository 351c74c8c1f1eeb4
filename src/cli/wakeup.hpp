#pragma once
// What the main thread of a node waits for: signals, and things that happen on other threads.

#include <csignal>
#include <initializer_list>
#include <optional>

#include "io/file_descriptor.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Something that happens once.
// Thread: any.
class Event {
 public:
  Event();
  void raise();
  [[nodiscard]] bool is_raised() const;
  [[nodiscard]] int fd() const { return fd_.number(); }

 private:
  FileDescriptor fd_;
};

// SIGINT, SIGTERM and SIGHUP, one after the other instead of at any time. From construction on they
// are blocked in this thread and in all that it starts, so it comes before those.
// Thread: the main one.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  // One that has arrived; none: there is none. Never waits.
  [[nodiscard]] std::optional<int> take();
  [[nodiscard]] int fd() const { return fd_.number(); }

 private:
  sigset_t before_{};
  FileDescriptor fd_;
};

// Returns when one of the descriptors can be read, or the time is over. None: no time limit.
void wait_for_any(std::initializer_list<int> fds, std::optional<Duration> timeout);

}  // namespace troupe
