#pragma once
// One connection of the API's server: reads a request, has it served, writes the reply, and again.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>

#include "base/limits.hpp"
#include "http/api.hpp"
#include "troupe/time.hpp"

namespace troupe {

using LocalProtocol = boost::asio::local::stream_protocol;
using LocalStream = boost::beast::basic_stream<LocalProtocol>;

struct SessionLimits {
  std::uint64_t body_bytes_max = limits::http_body_bytes_max;
  // Between two requests, and for each of: reading a header, a body, writing a reply.
  Duration idle = std::chrono::seconds(60);
};

// Thread:  the server's only.
// Owns:    its socket. The server keeps it until it has finished; its own reads and writes keep it
//          a little longer.
// Bounds:  http_header_bytes_max of header, body_bytes_max of body, one request at a time.
// Errors:  what can't be read as HTTP is answered with a problem, and the connection closed.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(const std::shared_ptr<boost::asio::io_context>& io, LocalProtocol::socket socket,
          Api& api, SessionLimits limits, std::function<void(Session&)> finished);

  void start() { read_header(); }
  // Ends the connection: at once if it is idle, else when the present request is answered.
  void wind_down();

 private:
  using Body = boost::beast::http::vector_body<std::uint8_t>;
  using Parser = boost::beast::http::request_parser<Body>;
  using ErrorCodeOfBoost = boost::beast::error_code;

  void read_header();
  void on_header(ErrorCodeOfBoost error);
  void send_continue(Route route);
  void read_body(Route route);
  void on_body(ErrorCodeOfBoost error, const Route& route);
  void serve(const Route& route);
  void refuse_unread(const Problem& problem);
  void write(HttpReply reply);
  void on_written(ErrorCodeOfBoost error);
  void begin_drain();
  void drain();
  void finish();

  // Weak: the context holds reads and writes under way, and those hold the session.
  std::weak_ptr<boost::asio::io_context> io_;
  LocalStream stream_;
  Api& api_;
  SessionLimits limits_;
  std::function<void(Session&)> finished_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<boost::beast::http::response<Body>> response_;
  boost::beast::http::response<boost::beast::http::empty_body> continue_;
  std::function<void()> then_;
  std::uint64_t drained_bytes_ = 0;
  bool reading_header_ = false;
  bool close_after_ = false;  // After the present reply, though the client would go on.
  bool body_unread_ = false;  // The client may still be writing it.
};

}  // namespace troupe
