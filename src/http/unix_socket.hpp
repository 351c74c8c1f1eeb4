#pragma once
// The few system calls on local sockets that Asio has no word for: who is at the other end, and is
// there anybody at all.

#include <expected>
#include <filesystem>
#include <sys/types.h>

#include "io/file_descriptor.hpp"
#include "troupe/result.hpp"

namespace troupe {

// The process at the other end; for a socket that was connected to, the one that listens.
struct Peer {
  pid_t pid = 0;  // 0: in another pid namespace.
  uid_t uid = 0;
};
[[nodiscard]] Result<Peer> peer_of(int fd);

// Connects, waiting at most a second for room in the listener's queue. The error is an errno:
// ECONNREFUSED when nobody listens, ENOENT when there is no socket, EAGAIN when the queue is full.
[[nodiscard]] std::expected<FileDescriptor, int> connect_unix(const std::filesystem::path& path);

// Makes the socket and listens; connections wait in its queue until somebody accepts them. Mode
// 0600 from the first moment that it can be connected to.
// Errors: invalid_argument: the path is too long for a socket; internal: the system's.
[[nodiscard]] Result<FileDescriptor> listen_unix(const std::filesystem::path& path);

// A second descriptor for the same socket, for a library that wants to own one; -1 with errno.
[[nodiscard]] int duplicate(const FileDescriptor& fd);

}  // namespace troupe
