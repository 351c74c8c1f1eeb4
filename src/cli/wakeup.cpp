#include "cli/wakeup.hpp"

#include <chrono>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vector>

#include "base/check.hpp"

namespace troupe {
namespace {

bool is_readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, 0) > 0;
}

}  // namespace

Event::Event() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(fd_.is_open(), "a node that is out of descriptors at its start can't run");
}

void Event::raise() {
  const std::uint64_t one = 1;
  CHECK(::write(fd_.number(), &one, sizeof one) == sizeof one);
}

bool Event::is_raised() const { return is_readable(fd_.number()); }

Signals::Signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, number);
  CHECK(::pthread_sigmask(SIG_BLOCK, &set, &before_) == 0);
  fd_ = FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  CHECK(fd_.is_open(), "a node that is out of descriptors at its start can't run");
}

Signals::~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> Signals::take() {
  signalfd_siginfo info{};
  if (::read(fd_.number(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void wait_for_any(std::initializer_list<int> fds, std::optional<Duration> timeout) {
  std::vector<pollfd> waits;
  for (const int fd : fds) waits.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  const int milliseconds =
      timeout ? static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*timeout).count())
              : -1;
  // An interruption is as good as an event: the caller looks again.
  static_cast<void>(::poll(waits.data(), waits.size(), milliseconds));
}

}  // namespace troupe
