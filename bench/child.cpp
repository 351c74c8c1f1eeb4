#include "bench/child.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/format.hpp"

extern char** environ;

namespace troupe::bench {

Child::Child(std::vector<std::string> command, Read read) {
  std::array<int, 2> ends = {-1, -1};
  posix_spawn_file_actions_t actions = {};
  CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    CHECK(::posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) == 0);
  if (read != Read::nothing) {
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const int stream = read == Read::output ? STDOUT_FILENO : STDERR_FILENO;
    CHECK(::posix_spawn_file_actions_adddup2(&actions, ends[1], stream) == 0);
  }
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error =
      ::posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
  CHECK(error == 0, fmt::format("can't start {}: {}", command[0], std::strerror(error)));
  ::posix_spawn_file_actions_destroy(&actions);
  if (read == Read::nothing) return;
  ::close(ends[1]);
  pipe_ = ends[0];
}

Child::~Child() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    wait();
  }
  if (pipe_ >= 0) ::close(pipe_);
}

bool Child::read_some(std::optional<std::chrono::milliseconds> timeout) {
  pollfd ready = {.fd = pipe_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, timeout ? static_cast<int>(timeout->count()) : -1) <= 0) return false;
  std::array<char, 4096> buffer;
  const ssize_t bytes = ::read(pipe_, buffer.data(), buffer.size());
  if (bytes <= 0) return false;
  said_.append(buffer.data(), static_cast<std::size_t>(bytes));
  return true;
}

bool Child::wait_for(std::string_view text, std::chrono::milliseconds timeout) {
  while (said_.find(text) == std::string::npos)
    if (!read_some(timeout)) return false;
  return true;
}

std::string Child::read_all() {
  while (read_some(std::nullopt)) {
  }
  return std::move(said_);
}

void Child::terminate() { ::kill(process_, SIGTERM); }

int Child::wait() {
  int status = 0;
  CHECK(::waitpid(process_, &status, 0) == process_);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace troupe::bench
