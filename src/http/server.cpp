#include "http/server.hpp"

#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/check.hpp"
#include "base/format.hpp"
#include "http/api.hpp"
#include "http/problem.hpp"
#include "http/session.hpp"
#include "http/unix_socket.hpp"

namespace troupe {
namespace {

namespace asio = boost::asio;

constexpr auto wind_down_time = std::chrono::seconds(1);
constexpr auto accept_pause = std::chrono::milliseconds(100);  // After EMFILE and its like.

// Says no without waiting: what doesn't fit into the socket's buffer at once is not worth it.
void refuse(int socket, const Problem& problem) {
  const std::string body = problem_json(problem);
  const std::string text = fmt::format(
      "HTTP/1.1 {} No\r\nServer: troupe\r\nConnection: close\r\nContent-Type: {}\r\n"
      "Content-Length: {}\r\n\r\n{}",
      problem.status, problem_content_type, body.size(), body);
  [[maybe_unused]] const ssize_t sent =
      ::send(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

// Thread: run() and what it calls: the server's; the rest: the owner's.
class HttpServer::Loop {
 public:
  Loop(NodeView& node, HttpServerOptions options, uid_t user)
      : options_(options),
        user_(user),
        api_(node),
        io_(std::make_shared<asio::io_context>(1)),
        acceptor_(*io_),
        pause_(*io_),
        deadline_(*io_) {}

  Result<void> open(const FileDescriptor& listener) {
    boost::system::error_code error;
    error = acceptor_.assign(LocalProtocol(), duplicate(listener), error);
    if (error) {
      return fail(ErrorCode::internal,
                  fmt::format("can't serve the node's socket: {}", error.message()));
    }
    return {};
  }

  void start() {
    accept();
    thread_ = std::thread([this] { io_->run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    asio::post(*io_, [this] { wind_down(); });
    thread_.join();
    sessions_.clear();
  }

 private:
  void accept() {
    acceptor_.async_accept(
        [this](const boost::system::error_code& error, LocalProtocol::socket socket) {
          if (winding_down_) return;
          if (error) return accept_later();
          admit(std::move(socket));
          accept();
        });
  }

  // Out of descriptors or memory: trying again at once would only burn time.
  void accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !winding_down_) accept();
    });
  }

  void admit(LocalProtocol::socket socket) {
    const auto peer = peer_of(socket.native_handle());
    if (!peer || peer->uid != user_) {
      return refuse(
          socket.native_handle(),
          problem_of({ErrorCode::denied, "only the user who runs this node may talk to it"}));
    }
    if (sessions_.size() >= options_.connections_max) {
      return refuse(socket.native_handle(),
                    problem_of({ErrorCode::unavailable,
                                fmt::format("{} connections are open, which is the limit; "
                                            "close one, or try again",
                                            options_.connections_max)}));
    }
    const SessionLimits session_limits{.body_bytes_max = options_.body_bytes_max,
                                       .idle = options_.idle};
    auto session = std::make_shared<Session>(io_, std::move(socket), api_, session_limits,
                                             [this](Session& done) { forget(done); });
    sessions_.emplace(session.get(), session);
    session->start();
  }

  void wind_down() {
    winding_down_ = true;
    boost::system::error_code ignored;
    ignored = acceptor_.close(ignored);
    pause_.cancel();
    std::vector<std::shared_ptr<Session>> open;
    open.reserve(sessions_.size());
    for (const auto& [key, session] : sessions_) open.push_back(session);
    for (const auto& session : open) session->wind_down();
    deadline_.expires_after(wind_down_time);
    deadline_.async_wait([this](const boost::system::error_code&) { io_->stop(); });
    if (sessions_.empty()) io_->stop();
  }

  void forget(Session& session) {
    sessions_.erase(&session);
    if (winding_down_ && sessions_.empty()) io_->stop();
  }

  const HttpServerOptions options_;
  const uid_t user_;
  Api api_;
  std::shared_ptr<asio::io_context> io_;
  LocalProtocol::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer deadline_;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions_;
  std::thread thread_;
  bool winding_down_ = false;
};

HttpServer::HttpServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
// NOLINTNEXTLINE(bugprone-exception-escape) out of memory ends the process, here as elsewhere
HttpServer::~HttpServer() { stop(); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(NodeSocket& socket, NodeView& node,
                                                      HttpServerOptions options) {
  auto loop = std::make_unique<Loop>(node, options, options.user.value_or(::geteuid()));
  const FileDescriptor listener = socket.take_listener();
  CHECK(listener.is_open(), "one server for one claim");
  if (auto opened = loop->open(listener); !opened)
    return std::unexpected(std::move(opened).error());
  loop->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop)));
}

void HttpServer::stop() { loop_->stop(); }

}  // namespace troupe
