#pragma once
// A Runtime, seen as the API sees a node.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "http/node_view.hpp"
#include "troupe/runtime.hpp"

namespace troupe {

struct NodeIdentity {
  std::string name;
  std::string version;
  std::uint32_t workers = 0;
};

// Thread:  as NodeView; the constructor and destructor by the owner.
// Owns:    two threads on which stop() and restart() wait, so that the server's doesn't. The
// runtime and the
//          clock outlive it; the destructor waits for stops under way.
class RuntimeView final : public NodeView {
 public:
  // `stop_asked` is called when a client asks the node to end, at most once, on the server's
  // thread.
  RuntimeView(Runtime& runtime, NodeIdentity identity, const Clock& clock,
              std::function<void()> stop_asked);
  ~RuntimeView() override;

  NodeStatus status() override;
  ActorList actors(const ActorQuery& query) override;
  Result<ActorDetails> actor(std::string_view name) override;
  std::vector<ExitEvent> crashes(const HistoryQuery& query) override;
  std::vector<NodeEvent> events(const HistoryQuery& query) override;
  void supervisors(std::function<void(std::vector<SupervisorStatus>)> done) override;
  Result<void> send(std::string_view name, BytesView payload) override;
  void request(std::string_view name, BytesView payload, Duration timeout,
               std::function<void(Result<Bytes>)> done) override;
  void stop(std::string_view name, std::optional<Duration> budget,
            std::function<void(Result<void>)> done) override;
  void restart(std::string_view name, std::optional<Duration> budget,
               std::function<void(Result<void>)> done) override;
  Result<void> kill(std::string_view name) override;
  void shut_down() override;

 private:
  class Waiters;

  [[nodiscard]] Result<Address> find(std::string_view name);

  Runtime& runtime_;
  const NodeIdentity identity_;
  const Clock& clock_;
  const Instant started_;
  std::function<void()> stop_asked_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Waiters> waiters_;
};

}  // namespace troupe
