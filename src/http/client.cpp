#include "http/client.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <boost/beast/http/write.hpp>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "http/crash_json.hpp"
#include "http/event_json.hpp"
#include "http/json.hpp"
#include "http/problem.hpp"
#include "http/routes.hpp"
#include "http/supervisor_json.hpp"
#include "http/target.hpp"
#include "http/unix_socket.hpp"

namespace troupe {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using Protocol = boost::asio::local::stream_protocol;
using Body = http::vector_body<std::uint8_t>;

struct Call {
  http::verb method = http::verb::get;
  std::string target;
  BytesView payload{};
  Duration granted{};  // What the node may take on top of the client's patience.
};

struct HttpReply {
  Bytes body;
  std::uint64_t more = 0;  // Of a list.
};

std::string actor_target(std::string_view name, std::string_view verb = {}) {
  return fmt::format("/v1/actors/{}{}{}", percent_encode(name), verb.empty() ? "" : "/", verb);
}

std::uint64_t number_from(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::int64_t milliseconds(Duration span) {
  return std::chrono::ceil<std::chrono::milliseconds>(span).count();
}

Error error_of(int status, BytesView body) {
  if (auto error = error_from_problem_json(as_text(body))) return *std::move(error);
  return {ErrorCode::corrupt, fmt::format("the node answered with HTTP status {}", status)};
}

}  // namespace

class NodeClient::Connection {
 public:
  Connection(Duration patience, pid_t pid) : patience_(patience), pid_(pid), stream_(io_) {}

  Result<void> open(const FileDescriptor& fd) {
    boost::system::error_code error;
    error = stream_.socket().assign(Protocol(), duplicate(fd), error);
    if (error) return fail(ErrorCode::internal, error.message());
    return {};
  }

  [[nodiscard]] pid_t pid() const { return pid_; }

  Result<HttpReply> exchange(const Call& call) {
    http::request<Body> request(call.method, call.target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::user_agent, "troupe");
    request.body().assign(call.payload.begin(), call.payload.end());
    if (call.method != http::verb::get) {
      request.set(http::field::content_type, "application/octet-stream");
      request.prepare_payload();
    }
    stream_.expires_after(patience_ + call.granted);
    const beast::error_code written =
        wait([&](auto done) { http::async_write(stream_, request, std::move(done)); });
    // A node that refuses a payload may close before it has all; its answer is still there to read.
    if (written == beast::error::timeout) return timed_out();
    http::response_parser<Body> parser;
    parser.body_limit(limits::http_answer_bytes_max);
    const beast::error_code read =
        wait([&](auto done) { http::async_read(stream_, buffer_, parser, std::move(done)); });
    if (read == beast::error::timeout) return timed_out();
    if (read) {
      return fail(ErrorCode::unavailable,
                  fmt::format("the node broke the connection off: {}", read.message()));
    }
    auto& response = parser.get();
    const int status = response.result_int() < 600 ? static_cast<int>(response.result_int()) : 599;
    if (status < 200 || status > 299) return std::unexpected(error_of(status, response.body()));
    return HttpReply{.body = std::move(response.body()),
                     .more = number_from(response["Troupe-More"])};
  }

 private:
  static std::unexpected<Error> timed_out() {
    return fail(ErrorCode::timed_out, "the node did not answer in time");
  }

  // Runs one asynchronous operation to its end: only those know timeouts.
  template <typename Start>
  beast::error_code wait(Start start) {
    beast::error_code result;
    start([&result](beast::error_code error, std::size_t) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  const Duration patience_;
  const pid_t pid_;
  boost::asio::io_context io_{1};
  beast::basic_stream<Protocol> stream_;
  beast::flat_buffer buffer_;
};

NodeClient::NodeClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
NodeClient::NodeClient(NodeClient&&) noexcept = default;
NodeClient::~NodeClient() = default;

Result<NodeClient> NodeClient::connect(const std::filesystem::path& socket, Duration patience) {
  auto fd = connect_unix(socket);
  if (!fd) {
    const bool is_ours = fd.error() != EACCES && fd.error() != EPERM;
    return fail(is_ours ? ErrorCode::unavailable : ErrorCode::denied,
                fmt::format("no node answers at {}: {}", socket.native(),
                            std::generic_category().message(fd.error())));
  }
  const auto peer = peer_of(fd->number());
  auto connection = std::make_unique<Connection>(patience, peer ? peer->pid : 0);
  if (auto opened = connection->open(*fd); !opened)
    return std::unexpected(std::move(opened).error());
  return NodeClient(std::move(connection));
}

pid_t NodeClient::pid() const { return connection_->pid(); }

Result<NodeStatus> NodeClient::node() {
  TRY_ASSIGN(const HttpReply reply, connection_->exchange({.target = "/v1/node"}));
  return node_from_json(as_text(reply.body));
}

Result<ActorList> NodeClient::actors(ActorQuery query) {
  ActorList list;
  const std::size_t wanted = query.limit;
  while (true) {
    query.limit = std::min(wanted - list.actors.size(), limits::http_actors_page_max);
    TRY_ASSIGN(const HttpReply reply, connection_->exchange({.target = target_of(query)}));
    TRY_ASSIGN(auto page, actors_from_json(as_text(reply.body)));
    const bool is_empty = page.empty();
    std::ranges::move(page, std::back_inserter(list.actors));
    list.more = reply.more;
    if (list.more == 0 || is_empty || list.actors.size() >= wanted) return list;
    query.after = list.actors.back().name;
  }
}

Result<ActorDetails> NodeClient::actor(std::string_view name) {
  TRY_ASSIGN(const HttpReply reply, connection_->exchange({.target = actor_target(name)}));
  return details_from_json(as_text(reply.body));
}

Result<std::vector<ExitEvent>> NodeClient::crashes(const HistoryQuery& query) {
  TRY_ASSIGN(const HttpReply reply,
             connection_->exchange({.target = target_of(query, Endpoint::crash_list)}));
  return crashes_from_json(as_text(reply.body));
}

Result<std::vector<NodeEvent>> NodeClient::events(const HistoryQuery& query) {
  TRY_ASSIGN(const HttpReply reply,
             connection_->exchange({.target = target_of(query, Endpoint::event_list)}));
  return events_from_json(as_text(reply.body));
}

Result<std::vector<SupervisorStatus>> NodeClient::supervisors() {
  TRY_ASSIGN(const HttpReply reply, connection_->exchange({.target = "/v1/supervisors"}));
  return supervisors_from_json(as_text(reply.body));
}

Result<void> NodeClient::send(std::string_view name, BytesView payload) {
  TRY(connection_->exchange(
      {.method = http::verb::post, .target = actor_target(name, "send"), .payload = payload}));
  return {};
}

Result<Bytes> NodeClient::request(std::string_view name, BytesView payload, Duration timeout) {
  TRY_ASSIGN(HttpReply reply,
             connection_->exchange(
                 {.method = http::verb::post,
                  .target = fmt::format("{}?timeout_ms={}", actor_target(name, "request"),
                                        milliseconds(timeout)),
                  .payload = payload,
                  .granted = timeout}));
  return std::move(reply.body);
}

Result<void> NodeClient::stop(std::string_view name, std::optional<Duration> budget) {
  return within_budget(name, "stop", budget);
}

Result<void> NodeClient::restart(std::string_view name, std::optional<Duration> budget) {
  return within_budget(name, "restart", budget);
}

Result<void> NodeClient::within_budget(std::string_view name, std::string_view verb,
                                       std::optional<Duration> budget) {
  Call call{.method = http::verb::post, .target = actor_target(name, verb)};
  if (budget) call.target += fmt::format("?budget_ms={}", milliseconds(*budget));
  // Without one the actor's own counts, which is not known here.
  call.granted = budget.value_or(std::chrono::milliseconds(limits::stop_budget_ms_max));
  TRY(connection_->exchange(call));
  return {};
}

Result<void> NodeClient::kill(std::string_view name) {
  TRY(connection_->exchange({.method = http::verb::post, .target = actor_target(name, "kill")}));
  return {};
}

Result<void> NodeClient::stop_node() {
  TRY(connection_->exchange({.method = http::verb::post, .target = "/v1/node/stop"}));
  return {};
}

}  // namespace troupe
