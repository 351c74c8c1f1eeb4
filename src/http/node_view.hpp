#pragma once
// What the API shows of a node, and what it lets others do with it. The adapter over a Runtime is
// http/runtime_view.hpp; tests put a small fake in its place.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/actor_query.hpp"
#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/history_query.hpp"
#include "troupe/node_event.hpp"
#include "troupe/result.hpp"
#include "troupe/status.hpp"
#include "troupe/supervisor_status.hpp"
#include "troupe/time.hpp"

namespace troupe {

struct NodeStatus {
  std::string name;
  std::int64_t pid = 0;
  std::string version;
  std::string state;  // "running", "stopping"
  std::uint32_t workers = 0;
  std::uint64_t actors = 0;
  std::uint64_t uptime_ms = 0;
  NodeCounters counters = {};

  friend bool operator==(const NodeStatus&, const NodeStatus&) = default;
};

// Thread:  called by the server's thread; nothing here waits. `done` is called once, on any thread,
//          possibly before the call returns.
// Errors:  as Runtime's.
class NodeView {
 public:
  NodeView() = default;
  NodeView(const NodeView&) = delete;
  NodeView& operator=(const NodeView&) = delete;
  virtual ~NodeView() = default;

  virtual NodeStatus status() = 0;
  virtual ActorList actors(const ActorQuery& query) = 0;
  virtual Result<ActorDetails> actor(std::string_view name) = 0;
  virtual std::vector<ExitEvent> crashes(const HistoryQuery& query) = 0;
  virtual std::vector<NodeEvent> events(const HistoryQuery& query) = 0;
  virtual void supervisors(std::function<void(std::vector<SupervisorStatus>)> done) = 0;
  virtual Result<void> send(std::string_view name, BytesView payload) = 0;
  virtual void request(std::string_view name, BytesView payload, Duration timeout,
                       std::function<void(Result<Bytes>)> done) = 0;
  virtual void stop(std::string_view name, std::optional<Duration> budget,
                    std::function<void(Result<void>)> done) = 0;
  // Likewise; done when the next life is ready.
  virtual void restart(std::string_view name, std::optional<Duration> budget,
                       std::function<void(Result<void>)> done) = 0;
  virtual Result<void> kill(std::string_view name) = 0;
  // Asks whoever runs the node to end it; called after the client has its answer.
  virtual void shut_down() = 0;
};

}  // namespace troupe
