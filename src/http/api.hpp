#pragma once
// The API itself: a route and a body in, a reply out. Knows nothing of sockets and HTTP framing.

#include <functional>
#include <string>
#include <string_view>

#include "http/node_view.hpp"
#include "http/problem.hpp"
#include "http/routes.hpp"
#include "troupe/bytes.hpp"

namespace troupe {

struct HttpReply {
  int status = 200;
  std::string_view content_type = "application/json";  // Static storage.
  Bytes body;
  std::string allow;                  // Header Allow; empty: none.
  std::string link;                   // Header Link; empty: none.
  std::optional<std::uint64_t> more;  // Header Troupe-More.
  // Runs on the server's thread when the reply is on its way.
  std::function<void()> then;
};

[[nodiscard]] HttpReply reply_of(const Problem& problem);

// Whether the route takes a payload; the others refuse a body.
[[nodiscard]] bool takes_payload(Endpoint endpoint);

// Thread: the server's. `done` is called once, on any thread, possibly before serve() returns.
class Api {
 public:
  explicit Api(NodeView& node) : node_(node) {}

  void serve(const Route& route, BytesView payload, std::function<void(HttpReply)> done);

 private:
  [[nodiscard]] HttpReply list(ActorQuery query);

  NodeView& node_;
};

}  // namespace troupe
