#include "http/session.hpp"

#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "base/format.hpp"
#include "http/target.hpp"

namespace troupe {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t read_ahead_bytes = 64 * limits::KiB;
constexpr auto drain_time = std::chrono::seconds(5);

Problem bad_request(std::string detail) {
  return problem_of({ErrorCode::invalid_argument, std::move(detail)});
}

// What to tell a client whose bytes the parser didn't take; none if there is nobody to tell.
std::optional<Problem> problem_of_read(const beast::error_code& error, std::uint64_t body_max) {
  if (error == http::error::end_of_stream || error == http::error::partial_message)
    return std::nullopt;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Problem{
        .status = 431,
        .code = ErrorCode::invalid_argument,
        .detail = fmt::format("the header is longer than {} bytes", limits::http_header_bytes_max),
        .allow = {}};
  }
  if (error == http::error::body_limit) {
    return Problem{.status = 413,
                   .code = ErrorCode::invalid_argument,
                   .detail = fmt::format("the payload is longer than {} bytes", body_max),
                   .allow = {}};
  }
  if (error.category() == http::make_error_code(http::error::bad_value).category())
    return bad_request(fmt::format("this is not HTTP/1.1: {}", error.message()));
  return std::nullopt;
}

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Session::Session(const std::shared_ptr<boost::asio::io_context>& io, LocalProtocol::socket socket,
                 Api& api, SessionLimits limits, std::function<void(Session&)> finished)
    : io_(io),
      stream_(std::move(socket)),
      api_(api),
      limits_(limits),
      finished_(std::move(finished)),
      buffer_(limits::http_header_bytes_max + read_ahead_bytes) {}

void Session::wind_down() {
  close_after_ = true;
  if (reading_header_) finish();
}

void Session::read_header() {
  parser_.emplace();
  parser_->header_limit(limits::http_header_bytes_max);
  parser_->body_limit(limits_.body_bytes_max);
  reading_header_ = true;
  stream_.expires_after(limits_.idle);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCodeOfBoost error, std::size_t) { self->on_header(error); });
}

void Session::on_header(ErrorCodeOfBoost error) {
  reading_header_ = false;
  if (error) {
    const auto problem = problem_of_read(error, limits_.body_bytes_max);
    return problem ? refuse_unread(*problem) : finish();
  }
  const auto& request = parser_->get();
  const auto target = parse_target(view_of(request.target()));
  if (!target) return refuse_unread(problem_of(target.error()));
  auto route = find_route(view_of(request.method_string()), *target);
  if (!route) return refuse_unread(route.error());
  if (!parser_->is_done() && !takes_payload(route->endpoint))
    return refuse_unread(bad_request("this request takes no body"));
  if (!parser_->is_done() && beast::iequals(request[http::field::expect], "100-continue"))
    return send_continue(*std::move(route));
  read_body(*std::move(route));
}

// curl waits a second for this before it sends a large payload.
void Session::send_continue(Route route) {
  continue_ = {http::status::continue_, parser_->get().version()};
  http::async_write(
      stream_, continue_,
      [self = shared_from_this(), route = std::move(route)](ErrorCodeOfBoost error, std::size_t) {
        return error ? self->finish() : self->read_body(route);
      });
}

void Session::read_body(Route route) {
  if (parser_->is_done()) return serve(route);
  stream_.expires_after(limits_.idle);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this(), route = std::move(route)](
                       ErrorCodeOfBoost error, std::size_t) { self->on_body(error, route); });
}

void Session::on_body(ErrorCodeOfBoost error, const Route& route) {
  if (!error) return serve(route);
  const auto problem = problem_of_read(error, limits_.body_bytes_max);
  return problem ? refuse_unread(*problem) : finish();
}

void Session::serve(const Route& route) {
  stream_.expires_never();
  // The reply may come from any thread, and after this server is gone: it holds the context, which
  // is safe to post to, and only asks whether the session still is.
  auto done = [io = io_.lock(), weak = weak_from_this()](HttpReply reply) {
    boost::asio::post(*io, [weak, reply = std::move(reply)]() mutable {
      if (const auto self = weak.lock()) self->write(std::move(reply));
    });
  };
  api_.serve(route, parser_->get().body(), std::move(done));
}

void Session::refuse_unread(const Problem& problem) {
  if (!parser_->is_done()) {
    body_unread_ = true;
    close_after_ = true;
  }
  write(reply_of(problem));
}

void Session::write(HttpReply reply) {
  const auto& request = parser_->get();
  response_.emplace(static_cast<http::status>(reply.status), request.version());
  response_->set(http::field::server, "troupe");
  if (!reply.content_type.empty()) response_->set(http::field::content_type, reply.content_type);
  if (!reply.allow.empty()) response_->set(http::field::allow, reply.allow);
  if (!reply.link.empty()) response_->set(http::field::link, reply.link);
  if (reply.more) response_->set("Troupe-More", fmt::format("{}", *reply.more));
  response_->body() = std::move(reply.body);
  response_->keep_alive(!close_after_ && request.keep_alive());
  response_->prepare_payload();
  then_ = std::move(reply.then);
  stream_.expires_after(limits_.idle);
  http::async_write(stream_, *response_,
                    [self = shared_from_this()](ErrorCodeOfBoost error, std::size_t) {
                      self->on_written(error);
                    });
}

void Session::on_written(ErrorCodeOfBoost error) {
  const bool go_on = !error && response_->keep_alive() && !close_after_;
  response_.reset();
  if (const auto then = std::exchange(then_, nullptr)) then();
  if (go_on) return read_header();
  if (!error && body_unread_) return begin_drain();
  finish();
}

// A client that is still writing when its connection goes away may never read the reply; so what it
// writes is taken for a while and thrown away.
void Session::begin_drain() {
  ErrorCodeOfBoost ignored;
  ignored = stream_.socket().shutdown(LocalProtocol::socket::shutdown_send, ignored);
  stream_.expires_after(drain_time);
  buffer_.clear();
  drain();
}

void Session::drain() {
  stream_.async_read_some(buffer_.prepare(read_ahead_bytes),
                          [self = shared_from_this()](ErrorCodeOfBoost error, std::size_t size) {
                            self->drained_bytes_ += size;
                            if (error || self->drained_bytes_ > limits::http_drain_bytes_max)
                              return self->finish();
                            self->drain();
                          });
}

void Session::finish() {
  stream_.close();
  if (const auto finished = std::exchange(finished_, nullptr)) finished(*this);
}

}  // namespace troupe
