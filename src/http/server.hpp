#pragma once
// Serves the node's API, version /v1, to the processes of the node's owner (docs/api.md).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sys/types.h>

#include "base/limits.hpp"
#include "http/node_socket.hpp"
#include "http/node_view.hpp"
#include "troupe/result.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct HttpServerOptions {
  std::size_t connections_max = limits::http_connections_max;
  std::uint64_t body_bytes_max = limits::http_body_bytes_max;
  // A connection is closed when nothing moves on it for this long, except while an actor works on
  // its answer. 1 ms .. 1 h.
  Duration idle = std::chrono::seconds(60);
  // The one user who is served. None: the one this process runs as.
  std::optional<uid_t> user = std::nullopt;
};

// Thread:  start() and stop() by the owner; it serves on one thread of its own.
// Owns:    that thread, the listener, the connections. The node view outlives it; replies that come
//          after stop() are dropped.
// Bounds:  connections_max connections; one request at a time on each; sizes in base/limits.hpp.
// Errors:  a client's mistakes are answered with a problem; they never reach the owner.
class HttpServer {
 public:
  // Takes the socket's listener.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(NodeSocket& socket, NodeView& node,
                                                                 HttpServerOptions options = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  // Takes no more connections, lets replies under way finish for at most a second. Twice is
  // harmless.
  void stop();

 private:
  class Loop;
  explicit HttpServer(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace troupe
