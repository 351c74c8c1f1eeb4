// The server over a real socket with a fake node behind it: every endpoint through the client, and
// everything a client must not do through raw writes. The server answers or closes; it never dies,
// which the last test of each kind shows by asking once more.

#include "http/server.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "http/client.hpp"
#include "http/fake_node.hpp"
#include "http/node_socket.hpp"
#include "http/unix_socket.hpp"
#include "io/temporary_folder.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

class Server : public testing::Test {
 protected:
  void SetUp() override {
    ActorStatus echo;
    echo.name = "bank/echo";
    echo.address = {.slot = 3, .generation = 1};
    echo.component = "local/echo@0.0.0";
    echo.supervisor = "root";
    echo.state = ActorState::ready;
    echo.lives = 2;
    echo.last_exit = Exit::crashed("unreachable");
    node_.listed.push_back(echo);
  }

  void TearDown() override {
    server_.reset();
    socket_.reset();
    EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "socket and lock go with their owner";
  }

  void serve(HttpServerOptions options = {}) {
    auto socket = NodeSocket::claim(folder_, "bank");
    ASSERT_TRUE(socket.has_value()) << socket.error().message;
    socket_.emplace(*std::move(socket));
    auto server = HttpServer::start(*socket_, node_, options);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = *std::move(server);
  }

  NodeClient client() {
    auto connected = NodeClient::connect(socket_->path());
    EXPECT_TRUE(connected.has_value());
    return *std::move(connected);
  }

  [[nodiscard]] FileDescriptor connect() const {
    auto fd = connect_unix(socket_->path());
    EXPECT_TRUE(fd.has_value());
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd->number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return *std::move(fd);
  }

  static void write(const FileDescriptor& fd, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd.number(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // All that comes until the server closes.
  static std::string read_all(const FileDescriptor& fd) {
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
      const ssize_t size = ::recv(fd.number(), part.data(), part.size(), 0);
      if (size <= 0) return text;
      text.append(part.data(), static_cast<std::size_t>(size));
    }
  }

  // Writes, says that no more comes, and reads what is answered.
  [[nodiscard]] std::string exchange(std::string_view text) const {
    const FileDescriptor fd = connect();
    write(fd, text);
    ::shutdown(fd.number(), SHUT_WR);
    return read_all(fd);
  }

  void expect_alive() { EXPECT_TRUE(client().node().has_value()); }

  const TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
  FakeNode node_;
  std::optional<NodeSocket> socket_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Server, TellsAboutTheNode) {
  serve();
  const auto node = client().node();
  ASSERT_TRUE(node.has_value()) << node.error().message;
  EXPECT_EQ(*node, node_.status());
}

TEST_F(Server, TellsAboutActors) {
  serve();
  NodeClient to = client();
  const auto actors = to.actors();
  ASSERT_TRUE(actors.has_value()) << actors.error().message;
  ASSERT_EQ(actors->actors.size(), 1);
  EXPECT_EQ(actors->more, 0);
  EXPECT_EQ(actors->actors.front().name, "bank/echo");
  EXPECT_EQ(actors->actors.front().address, (Address{.slot = 3, .generation = 1}));
  EXPECT_EQ(actors->actors.front().last_exit, Exit::crashed("unreachable"));
  for (const std::string_view name : {"echo", "bank/echo"}) {
    const auto actor = to.actor(name);
    ASSERT_TRUE(actor.has_value()) << actor.error().message;
    EXPECT_EQ(actor->status.lives, 2);
    EXPECT_EQ(actor->restart, "permanent");
    EXPECT_EQ(actor->limits.requests, 7U);
  }
  const auto missing = to.actor("nobody");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_EQ(missing.error().message, "there is no actor 'nobody'");
}

TEST_F(Server, TellsOfCrashesAndEvents) {
  node_.crashed = {{.number = 3, .name = "bank/echo", .exit = Exit::killed()}};
  node_.happened = {{.number = 8, .kind = NodeEvent::Kind::limit, .name = "bank/echo"}};
  serve();
  NodeClient to = client();
  const HistoryQuery query{.actor = "bank/e*", .after = 2, .limit = 7};
  const auto crashes = to.crashes(query);
  ASSERT_TRUE(crashes.has_value()) << crashes.error().message;
  ASSERT_EQ(crashes->size(), 1U);
  EXPECT_EQ(crashes->front().number, 3U);
  EXPECT_EQ(crashes->front().exit, Exit::killed());
  EXPECT_EQ(node_.history_query_seen(), query);

  const HistoryQuery later{.actor = "bank/f*", .after = 7, .limit = 8};
  const auto events = to.events(later);
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(*events, node_.happened);
  EXPECT_EQ(node_.history_query_seen(), later);
}

TEST_F(Server, ListsSupervisors) {
  node_.supervising = {{.name = "root", .state = "running", .life = 1, .children = 2}};
  serve();
  NodeClient to = client();
  const auto supervisors = to.supervisors();
  ASSERT_TRUE(supervisors.has_value()) << supervisors.error().message;
  EXPECT_EQ(*supervisors, node_.supervising);
}

TEST_F(Server, RestartsActors) {
  serve();
  NodeClient to = client();
  EXPECT_TRUE(to.restart("echo", std::chrono::milliseconds(1'234)).has_value());
  EXPECT_EQ(node_.restart_budget_seen.load(), std::chrono::milliseconds(1'234));
  EXPECT_TRUE(to.restart("echo", std::nullopt).has_value());
  EXPECT_EQ(node_.restart_budget_seen.load(), Duration()) << "the actor's own";
  EXPECT_EQ(to.restart("nobody", std::chrono::seconds(1)).error().code, ErrorCode::not_found);
}

TEST_F(Server, KillsActors) {
  serve();
  NodeClient to = client();
  EXPECT_TRUE(to.kill("bank/echo").has_value());
  EXPECT_EQ(node_.killed(), std::vector<std::string>{"bank/echo"});
  EXPECT_EQ(to.kill("nobody").error().code, ErrorCode::not_found);
}

TEST_F(Server, ListsMoreActorsThanFitOnePage) {
  node_.listed.clear();
  constexpr std::size_t count = limits::http_actors_page_max * 2 + 1;
  for (std::size_t i = count; i-- > 0;) {
    ActorStatus actor;
    actor.name = fmt::format("bank/a{:06}", i);
    node_.listed.push_back(actor);
  }
  serve();
  const auto actors = client().actors();
  ASSERT_TRUE(actors.has_value()) << actors.error().message;
  ASSERT_EQ(actors->actors.size(), count);
  EXPECT_EQ(actors->more, 0);
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_EQ(actors->actors[i].name, fmt::format("bank/a{:06}", i));
  const auto some = client().actors({.limit = limits::http_actors_page_max + 5});
  ASSERT_TRUE(some.has_value()) << some.error().message;
  EXPECT_EQ(some->actors.size(), limits::http_actors_page_max + 5);
  EXPECT_EQ(some->more, count - limits::http_actors_page_max - 5);
  const std::string raw =
      exchange("GET /v1/actors?state=ready&limit=2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(raw.contains("Troupe-More: 19999\r\n")) << raw.substr(0, 500);
  EXPECT_TRUE(raw.contains("</v1/actors?state=ready&limit=2&after=bank%2Fa000001>; rel=\"next\""))
      << raw.substr(0, 500);
}

TEST_F(Server, PassesQueriesOn) {
  serve();
  const ActorQuery query{.name = "a*b?/c-_1",
                         .state = ActorState::ended,
                         .component = "local/ä b&c=d",
                         .older_than = std::chrono::milliseconds(1),
                         .younger_than = std::chrono::hours(24),
                         .after = "bank/echo",
                         .limit = 7};
  const auto found = client().actors(query);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_TRUE(found->actors.empty());
  EXPECT_EQ(node_.query_seen(), query);
}

TEST_F(Server, PassesPayloadsOnAsTheyAre) {
  serve();
  Bytes payload;
  for (int i = 0; i < 70'000; ++i) payload.push_back(static_cast<std::uint8_t>(i));
  NodeClient to = client();
  ASSERT_TRUE(to.send("echo", payload).has_value());
  ASSERT_TRUE(to.send("bank/echo", {}).has_value());
  EXPECT_EQ(node_.sent(),
            (std::vector<std::pair<std::string, Bytes>>{{"echo", payload}, {"bank/echo", {}}}));
  const auto answer = to.request("echo", payload, 3s);
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(*answer, payload);
  EXPECT_EQ(node_.timeout_seen.load(), 3s);
}

TEST_F(Server, PassesErrorsOnByCode) {
  serve();
  NodeClient to = client();
  EXPECT_EQ(to.send("full", {}).error().code, ErrorCode::overloaded);
  EXPECT_EQ(to.send("nobody", {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(to.request("silent", {}, 1ms).error().code, ErrorCode::timed_out);
  EXPECT_EQ(to.stop("nobody", 1s).error().code, ErrorCode::not_found);
}

TEST_F(Server, StopsActorsAndTheNode) {
  serve();
  NodeClient to = client();
  EXPECT_TRUE(to.stop("echo", 250ms).has_value());
  EXPECT_EQ(node_.stop_budget_seen.load(), 250ms);
  EXPECT_TRUE(to.stop("echo", std::nullopt).has_value());
  EXPECT_EQ(node_.stop_budget_seen.load(), 0ms) << "the actor's own";
  EXPECT_TRUE(to.stop_node().has_value());
  node_.stop_asked.wait(false);
}

TEST_F(Server, WaitsForAnAnswerWhileItServesOthers) {
  serve();
  std::thread asker([this] {
    const auto answer = client().request("held", as_bytes("?"), 60s);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(as_text(*answer), "late");
  });
  node_.is_held.wait(false);
  expect_alive();
  node_.release_held(to_bytes("late"));
  asker.join();
}

TEST_F(Server, LetsGoOfAnswersThatComeAfterItsEnd) {
  serve();
  std::thread asker([this] {
    const auto answer = client().request("held", as_bytes("?"), 60s);
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  });
  node_.is_held.wait(false);
  server_.reset();
  asker.join();
  node_.release_held(to_bytes("too late"));
}

TEST_F(Server, TakesALargePayloadThatWaitsForContinue) {
  serve();
  const FileDescriptor fd = connect();
  write(fd,
        "POST /v1/actors/echo/request HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
        "Expect: 100-continue\r\nConnection: close\r\n\r\n");
  std::array<char, 25> first{};
  ASSERT_EQ(::recv(fd.number(), first.data(), first.size(), MSG_WAITALL), 25);
  EXPECT_EQ(std::string_view(first.data(), first.size()), "HTTP/1.1 100 Continue\r\n\r\n");
  write(fd, "abc");
  const std::string answer = read_all(fd);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nabc")) << answer;
}

TEST_F(Server, AnswersSeveralRequestsOnOneConnection) {
  serve();
  const std::string answers = exchange(
      "POST /v1/actors/echo/request HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
      "POST /v1/actors/echo/request HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\ntw\r\n1\r\no\r\n0\r\n\r\n"
      "GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /v1/actors/echo/request HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nthree");
  EXPECT_TRUE(answers.contains("\r\n\r\noneHTTP/1.1 200 OK")) << answers;
  EXPECT_TRUE(answers.contains("\r\n\r\ntwoHTTP/1.1 404 Not Found")) << answers;
  EXPECT_TRUE(answers.ends_with("\r\n\r\nthree")) << answers;
}

TEST_F(Server, SaysWhichMethodWouldDo) {
  serve();
  const std::string answer = exchange("DELETE /v1/actors/echo HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n")) << answer;
  EXPECT_TRUE(answer.contains("\r\nAllow: GET\r\n")) << answer;
  EXPECT_TRUE(answer.contains("application/problem+json")) << answer;
}

TEST_F(Server, RefusesABodyWhereThereIsNone) {
  serve();
  const std::string answer =
      exchange("GET /v1/node HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
}

TEST_F(Server, RefusesWhatIsTooLarge) {
  serve({.body_bytes_max = 1000});
  NodeClient to = client();
  EXPECT_TRUE(to.send("echo", Bytes(1000)).has_value());
  EXPECT_EQ(to.send("echo", Bytes(1001)).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(client().send("echo", Bytes(30'000'000)).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(exchange("POST /v1/actors/echo/send HTTP/1.1\r\nHost: x\r\n"
                       "Transfer-Encoding: chunked\r\n\r\nfffffff\r\nabc")
                  .starts_with("HTTP/1.1 413 "));
  const std::string small(limits::http_header_bytes_max - 100, 'a');
  EXPECT_TRUE(exchange("GET /v1/node HTTP/1.1\r\nX: " + small + "\r\n\r\n").contains("200 OK"));
  const std::string large(limits::http_header_bytes_max, 'a');
  EXPECT_TRUE(
      exchange("GET /v1/node HTTP/1.1\r\nX: " + large + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  const std::string huge(10 * limits::http_header_bytes_max, 'a');
  EXPECT_TRUE(exchange("GET /v1/node HTTP/1.1\r\nX: " + huge).starts_with("HTTP/1.1 431 "));
  expect_alive();
}

TEST_F(Server, ServesNoOtherUser) {
  serve({.user = ::geteuid() + 1});
  const std::string answer = exchange("");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_EQ(client().node().error().code, ErrorCode::denied);
}

TEST_F(Server, BoundsItsConnections) {
  serve({.connections_max = 2});
  NodeClient first = client();
  NodeClient second = client();
  ASSERT_TRUE(first.node().has_value());
  ASSERT_TRUE(second.node().has_value());
  EXPECT_EQ(client().node().error().code, ErrorCode::unavailable);
  EXPECT_TRUE(first.node().has_value());
}

TEST_F(Server, ClosesAConnectionOnWhichNothingMoves) {
  serve({.idle = 20ms});
  EXPECT_EQ(read_all(connect()), "");
  const FileDescriptor half = connect();
  write(half, "GET /v1/no");
  EXPECT_EQ(read_all(half), "");
  const FileDescriptor body = connect();
  write(body, "POST /v1/actors/echo/send HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(read_all(body), "");
  EXPECT_TRUE(node_.sent().empty());
}

constexpr std::string_view good_request =
    "POST /v1/actors/echo/request?timeout_ms=100 HTTP/1.1\r\nHost: localhost\r\n"
    "Content-Type: application/octet-stream\r\nContent-Length: 5\r\n\r\nhello";

TEST_F(Server, SurvivesRequestsCutOffAnywhere) {
  serve();
  for (std::size_t size = 0; size < good_request.size(); ++size) {
    const std::string answer = exchange(good_request.substr(0, size));
    EXPECT_FALSE(answer.contains("200 OK")) << size << ": " << answer;
  }
  EXPECT_TRUE(exchange(good_request).ends_with("hello"));
}

TEST_F(Server, SurvivesFlippedBits) {
  serve();
  for (std::size_t bit = 0; bit < good_request.size() * 8; ++bit) {
    std::string request(good_request);
    request[bit / 8] = static_cast<char>(request[bit / 8] ^ (1 << (bit % 8)));
    static_cast<void>(exchange(request));
  }
  expect_alive();
}

TEST_F(Server, SurvivesNoise) {
  serve();
  constexpr unsigned seed = 20'261;
  RecordProperty("seed", seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 200; ++round) {
    std::string noise;
    for (int i = 0; i < 200; ++i) noise.push_back(static_cast<char>(byte(random)));
    static_cast<void>(exchange(noise));
    static_cast<void>(exchange("GET /" + noise + " HTTP/1.1\r\n\r\n"));
  }
  expect_alive();
}

TEST_F(Server, StopsWithConnectionsOpen) {
  serve();
  const FileDescriptor idle = connect();
  NodeClient used = client();
  ASSERT_TRUE(used.node().has_value());
  server_.reset();
  EXPECT_EQ(read_all(idle), "");
  EXPECT_EQ(used.node().error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace troupe
