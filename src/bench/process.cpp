#include "bench/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe::bench {
namespace {

constexpr int signal_exit_code = 128;  // As shells add it.

}  // namespace

Result<Process> Process::start(std::vector<std::string> command, Read read) {
  CHECK(!command.empty());
  std::array<int, 2> ends = {-1, -1};
  posix_spawn_file_actions_t actions = {};
  CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  const auto silence = [&actions](int stream) {
    CHECK(::posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) == 0);
  };
  if (read != Read::output) silence(STDOUT_FILENO);
  if (read == Read::nothing) silence(STDERR_FILENO);
  if (read != Read::nothing) {
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const int stream = read == Read::output ? STDOUT_FILENO : STDERR_FILENO;
    CHECK(::posix_spawn_file_actions_adddup2(&actions, ends[1], stream) == 0);
  }
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // What this process blocks or ignores, for its own good, is none of the other's business.
  posix_spawnattr_t attributes = {};
  sigset_t none;
  sigset_t usual;
  ::sigemptyset(&none);
  ::sigemptyset(&usual);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::sigaddset(&usual, number);
  CHECK(::posix_spawnattr_init(&attributes) == 0);
  CHECK(::posix_spawnattr_setsigmask(&attributes, &none) == 0);
  CHECK(::posix_spawnattr_setsigdefault(&attributes, &usual) == 0);
  CHECK(::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) ==
        0);
  pid_t process = -1;
  const int error =
      ::posix_spawn(&process, arguments[0], &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (ends[1] >= 0) ::close(ends[1]);
  if (error != 0) {
    if (ends[0] >= 0) ::close(ends[0]);
    return fail(
        error == ENOENT ? ErrorCode::not_found : ErrorCode::internal,
        fmt::format("can't start '{}': {}", command[0], std::generic_category().message(error)));
  }
  return Process(process, ends[0]);
}

Process::Process(Process&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      pipe_(std::exchange(other.pipe_, -1)),
      said_(std::move(other.said_)) {}

Process::~Process() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    wait();
  }
  if (pipe_ >= 0) ::close(pipe_);
}

Process::Some Process::read_some(std::chrono::milliseconds timeout, int stop_fd) {
  CHECK(pipe_ >= 0, "nothing is read of this process");
  // A negative descriptor is passed over.
  std::array<pollfd, 2> ready = {{{.fd = pipe_, .events = POLLIN, .revents = 0},
                                  {.fd = stop_fd, .events = POLLIN, .revents = 0}}};
  const int found = ::poll(ready.data(), ready.size(),
                           static_cast<int>(std::max<std::int64_t>(timeout.count(), 0)));
  if (found == 0) return Some::timeout;
  if (found < 0) return errno == EINTR ? Some::bytes : Some::end;
  if (ready[1].revents != 0) return Some::stopped;
  std::array<char, 65'536> buffer{};
  const ssize_t bytes = ::read(pipe_, buffer.data(), buffer.size());
  if (bytes < 0 && errno == EINTR) return Some::bytes;
  if (bytes <= 0) return Some::end;
  said_.append(buffer.data(), static_cast<std::size_t>(bytes));
  return Some::bytes;
}

namespace {

std::chrono::milliseconds left_until(std::chrono::steady_clock::time_point end) {
  return std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
}

}  // namespace

bool Process::wait_for(std::string_view text, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!said_.contains(text))
    if (read_some(left_until(end)) != Some::bytes) return false;
  return true;
}

Process::ReadAll Process::read_all(std::chrono::milliseconds timeout, int stop_fd) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    switch (read_some(left_until(end), stop_fd)) {
      case Some::bytes:
        continue;
      case Some::end:
        return ReadAll::all;
      case Some::timeout:
        return ReadAll::timeout;
      case Some::stopped:
        return ReadAll::stopped;
    }
  }
}

void Process::terminate() { ::kill(process_, SIGTERM); }

int Process::wait() {
  int status = 0;
  pid_t waited = -1;
  while ((waited = ::waitpid(process_, &status, 0)) < 0 && errno == EINTR) {
  }
  CHECK(waited == process_);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : signal_exit_code + WTERMSIG(status);
}

Result<std::string> ProcessLauncher::run(const std::vector<std::string>& command,
                                         std::chrono::milliseconds timeout) {
  auto process = Process::start(command, Process::Read::output);
  if (!process) return std::unexpected(process.error());
  const Process::ReadAll read = process->read_all(timeout, stop_fd_);
  if (read == Process::ReadAll::stopped) return fail(ErrorCode::cancelled, "it was interrupted");
  if (read == Process::ReadAll::timeout) {
    return fail(ErrorCode::timed_out,
                fmt::format("'{}' has not ended after {} s", fmt::join(command, " "),
                            std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
  }
  const int code = process->wait();
  if (code == signal_exit_code + SIGINT || code == signal_exit_code + SIGTERM)
    return fail(ErrorCode::cancelled, "it was interrupted");
  // A measuring process that fails says why in its lines, which count.
  if (code != 0 && process->said().empty()) {
    return fail(ErrorCode::internal,
                fmt::format("'{}' ended with code {}", fmt::join(command, " "), code));
  }
  return process->said();
}

}  // namespace troupe::bench
