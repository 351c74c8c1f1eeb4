#include "http/node_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/format.hpp"
#include "base/result.hpp"

namespace troupe {
namespace {

constexpr std::string_view socket_suffix = ".sock";
constexpr int lock_attempts_max = 8;  // Each lost to a node that ended just then.

std::filesystem::path lock_path_of(const std::filesystem::path& folder, std::string_view node) {
  return folder / (std::string(node) + ".lock");
}

bool is_same_file(int fd, const std::filesystem::path& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// The process id written in a lock file that somebody else holds; 0 if it can't be told.
pid_t holder_of(int lock) {
  std::array<char, 16> text{};
  const ssize_t size = ::pread(lock, text.data(), text.size(), 0);
  pid_t pid = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, pid);
  return pid;
}

struct Lock {
  FileDescriptor fd;
  pid_t holder = 0;  // Who has it, if not we.
  bool ours = false;
};

// Takes the lock if nobody has it. A holder removes the file when it ends, so a lock only counts if
// its file is still the one at the path.
Result<Lock> try_lock(const std::filesystem::path& path) {
  for (int attempt = 0; attempt < lock_attempts_max; ++attempt) {
    Lock lock{.fd = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                                          S_IRUSR | S_IWUSR))};
    if (!lock.fd.is_open()) {
      return fail(errno == EACCES ? ErrorCode::denied : ErrorCode::internal,
                  fmt::format("can't open the lock {}: {}", path.native(),
                              std::generic_category().message(errno)));
    }
    if (::flock(lock.fd.number(), LOCK_EX | LOCK_NB) != 0) {
      lock.holder = holder_of(lock.fd.number());
      return lock;
    }
    lock.ours = is_same_file(lock.fd.number(), path);
    if (lock.ours) return lock;
  }
  return fail(ErrorCode::unavailable,
              fmt::format("the lock {} changes hands all the time; try again", path.native()));
}

std::unexpected<Error> name_taken(std::string_view node, pid_t pid) {
  const std::string who = pid > 0 ? fmt::format("process {}", pid) : "another process";
  return fail(ErrorCode::already_exists,
              fmt::format("a node named '{}' is running already, as {}", node, who));
}

// Takes a leftover away. The caller has the lock, so no node is just about to listen.
Result<void> remove_stale(const std::filesystem::path& path, std::string_view node) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorCode::already_exists,
                fmt::format("{} is in the way and is not a socket; remove it", path.native()));
  }
  const auto connection = connect_unix(path);
  if (connection || connection.error() == EAGAIN) {
    const auto peer = connection ? peer_of(connection->number()) : Result<Peer>(Peer{});
    return name_taken(node, peer ? peer->pid : 0);
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail(ErrorCode::denied, fmt::format("can't remove the old socket {}: {}", path.native(),
                                               std::generic_category().message(errno)));
  }
  return {};
}

Result<void> write_pid(int lock) {
  const std::string text = fmt::format("{}\n", ::getpid());
  const bool written = ::ftruncate(lock, 0) == 0 && ::pwrite(lock, text.data(), text.size(), 0) ==
                                                        static_cast<ssize_t>(text.size());
  if (!written) {
    return fail(ErrorCode::internal, fmt::format("can't write the node's lock file: {}",
                                                 std::generic_category().message(errno)));
  }
  return {};
}

// For the holder of the lock: in the place of whatever a dead node left.
Result<FileDescriptor> listen_instead(int lock, const std::filesystem::path& path,
                                      std::string_view node) {
  TRY(write_pid(lock));
  TRY(remove_stale(path, node));
  return listen_unix(path);
}

// Best effort: what can't be cleaned is found again next time.
void sweep(const std::filesystem::path& folder, const std::string& node) {
  const std::filesystem::path lock_path = lock_path_of(folder, node);
  const auto lock = try_lock(lock_path);
  if (!lock || !lock->ours) return;
  static_cast<void>(remove_stale(socket_path(folder, node), node).has_value());
  ::unlink(lock_path.c_str());
}

}  // namespace

std::filesystem::path socket_path(const std::filesystem::path& folder, std::string_view node) {
  return folder / (std::string(node) + std::string(socket_suffix));
}

Result<NodeSocket> NodeSocket::claim(const std::filesystem::path& folder, std::string_view node) {
  const std::filesystem::path lock_path = lock_path_of(folder, node);
  TRY_ASSIGN(Lock lock, try_lock(lock_path));
  if (!lock.ours) return name_taken(node, lock.holder);
  const std::filesystem::path path = socket_path(folder, node);
  auto listener = listen_instead(lock.fd.number(), path, node);
  if (!listener) {
    ::unlink(lock_path.c_str());
    return std::unexpected(std::move(listener).error());
  }
  NodeSocket socket(path, lock_path, std::move(lock.fd));
  socket.listener_ = *std::move(listener);
  return socket;
}

NodeSocket::~NodeSocket() {
  if (lock_.is_open()) remove();  // Else it was moved from.
}

void NodeSocket::remove() const {
  ::unlink(socket_path_.c_str());
  ::unlink(lock_path_.c_str());
}

Result<std::vector<RunningNode>> running_nodes(const std::filesystem::path& folder) {
  std::vector<RunningNode> nodes;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return nodes;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (std::error_code ignored; path.extension() != socket_suffix || !entry->is_socket(ignored))
      continue;
    RunningNode node{.name = path.stem().string(), .socket = path};
    const auto connection = connect_unix(path);
    if (connection) {
      const auto peer = peer_of(connection->number());
      node.pid = peer ? peer->pid : 0;
      nodes.push_back(std::move(node));
    } else if (connection.error() == EAGAIN) {
      nodes.push_back(std::move(node));  // Alive, with a full queue.
    } else if (connection.error() == ECONNREFUSED) {
      sweep(folder, node.name);
    }
  }
  if (error) {
    return fail(ErrorCode::denied,
                fmt::format("can't read the folder {}: {}", folder.native(), error.message()));
  }
  std::ranges::sort(nodes, {}, &RunningNode::name);
  return nodes;
}

}  // namespace troupe
