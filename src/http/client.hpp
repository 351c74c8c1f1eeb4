#pragma once
// Talks to a node on this machine: one call, one answer, in the words of the API.

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/types.h>

#include "base/limits.hpp"
#include "http/node_view.hpp"
#include "troupe/bytes.hpp"
#include "troupe/result.hpp"
#include "troupe/status.hpp"
#include "troupe/time.hpp"

namespace troupe {

// Thread:  external lock; each call waits for its answer.
// Owns:    one connection.
// Bounds:  limits::http_answer_bytes_max for an answer.
// Errors:  the node's own, by code; unavailable: nobody listens, or the connection broke;
// timed_out:
//          no answer within `patience` on top of the time that the call itself grants.
class NodeClient {
 public:
  [[nodiscard]] static Result<NodeClient> connect(const std::filesystem::path& socket,
                                                  Duration patience = std::chrono::seconds(5));
  NodeClient(NodeClient&&) noexcept;
  NodeClient& operator=(NodeClient&&) = delete;
  NodeClient(const NodeClient&) = delete;
  NodeClient& operator=(const NodeClient&) = delete;
  ~NodeClient();

  // The node's process; 0 if it can't be told.
  [[nodiscard]] pid_t pid() const;

  Result<NodeStatus> node();
  // Those that fit, by name, page by page; all of them by default. What ages allow is rounded up to
  // milliseconds.
  Result<ActorList> actors(ActorQuery query = {.limit = limits::query_shown_max});
  Result<ActorDetails> actor(std::string_view name);
  Result<std::vector<ExitEvent>> crashes(const HistoryQuery& query);
  Result<std::vector<NodeEvent>> events(const HistoryQuery& query);
  Result<std::vector<SupervisorStatus>> supervisors();
  Result<void> send(std::string_view name, BytesView payload);
  Result<Bytes> request(std::string_view name, BytesView payload, Duration timeout);
  Result<void> stop(std::string_view name, std::optional<Duration> budget);
  // Returns when the next life is ready.
  Result<void> restart(std::string_view name, std::optional<Duration> budget);
  Result<void> kill(std::string_view name);
  // Returns when the node has agreed, not when it has ended.
  Result<void> stop_node();

 private:
  class Connection;
  explicit NodeClient(std::unique_ptr<Connection> connection);
  Result<void> within_budget(std::string_view name, std::string_view verb,
                             std::optional<Duration> budget);
  std::unique_ptr<Connection> connection_;
};

}  // namespace troupe
