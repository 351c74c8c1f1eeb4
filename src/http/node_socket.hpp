#pragma once
// A node's name on this machine: NAME.sock, at which it listens, and NAME.lock, which it holds for
// as long as it lives. Who has the lock owns the name; a socket without a lock holder is a leftover
// of a process that died, and is replaced.

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "http/unix_socket.hpp"
#include "troupe/result.hpp"

namespace troupe {

// Where a node of that name would listen.
[[nodiscard]] std::filesystem::path socket_path(const std::filesystem::path& folder,
                                                std::string_view node);

// Thread: external lock.
// Owns:   the lock, the listening socket until it is taken, and both files: they go with it.
class NodeSocket {
 public:
  // Listens from here on: clients that come before anybody accepts wait in the socket's queue.
  // Errors: already_exists: a node of that name runs; the message names its process.
  [[nodiscard]] static Result<NodeSocket> claim(const std::filesystem::path& folder,
                                                std::string_view node);
  NodeSocket(NodeSocket&&) = default;
  NodeSocket& operator=(NodeSocket&&) = delete;
  NodeSocket(const NodeSocket&) = delete;
  NodeSocket& operator=(const NodeSocket&) = delete;
  ~NodeSocket();

  [[nodiscard]] const std::filesystem::path& path() const { return socket_path_; }
  // Takes both files away, as the destructor does: for a process that ends without destructors.
  void remove() const;
  // Once: for the server, which closes it.
  [[nodiscard]] FileDescriptor take_listener() { return std::move(listener_); }

 private:
  NodeSocket(std::filesystem::path socket_path, std::filesystem::path lock_path,
             FileDescriptor lock)
      : socket_path_(std::move(socket_path)),
        lock_path_(std::move(lock_path)),
        lock_(std::move(lock)) {}

  std::filesystem::path socket_path_;
  std::filesystem::path lock_path_;
  FileDescriptor lock_;
  FileDescriptor listener_;
};

struct RunningNode {
  std::string name;
  std::filesystem::path socket;
  pid_t pid = 0;
};

// The nodes that answer in `folder`, by name. Removes what dead ones left behind. A folder that
// isn't there has none.
[[nodiscard]] Result<std::vector<RunningNode>> running_nodes(const std::filesystem::path& folder);

}  // namespace troupe
