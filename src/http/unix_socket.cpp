#include "http/unix_socket.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

#include "base/format.hpp"

namespace troupe {
namespace {

constexpr int backlog = 128;  // The kernel's queue of connections not yet accepted.

std::optional<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

const sockaddr* as_sockaddr(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

std::unexpected<Error> system_error(std::string_view what, const std::filesystem::path& path) {
  const int error = errno;
  return fail(
      error == EACCES || error == EPERM ? ErrorCode::denied : ErrorCode::internal,
      fmt::format("can't {} {}: {}", what, path.native(), std::generic_category().message(error)));
}

}  // namespace

Result<Peer> peer_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return fail(ErrorCode::internal, fmt::format("can't tell who is at the other end: {}",
                                                 std::generic_category().message(errno)));
  }
  return Peer{.pid = credentials.pid, .uid = credentials.uid};
}

std::expected<FileDescriptor, int> connect_unix(const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(ENAMETOOLONG);
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return std::unexpected(errno);
  const timeval second{.tv_sec = 1, .tv_usec = 0};
  if (::setsockopt(fd.number(), SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second) != 0)
    return std::unexpected(errno);
  if (::connect(fd.number(), as_sockaddr(*address), sizeof *address) != 0)
    return std::unexpected(errno);
  return fd;
}

Result<FileDescriptor> listen_unix(const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("the path of the socket, {}, is longer than the {} bytes that the "
                            "system allows; set XDG_RUNTIME_DIR to a shorter folder, or give the "
                            "node a shorter name",
                            path.native(), sizeof address->sun_path - 1));
  }
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return system_error("make the socket", path);
  if (::bind(fd.number(), as_sockaddr(*address), sizeof *address) != 0)
    return system_error("bind", path);
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(fd.number(), backlog) != 0) {
    auto error = system_error("listen at", path);
    ::unlink(path.c_str());
    return error;
  }
  return fd;
}

int duplicate(const FileDescriptor& fd) { return ::fcntl(fd.number(), F_DUPFD_CLOEXEC, 0); }

}  // namespace troupe
