#pragma once
// A node for tests of the API: a few actors that do what their names say.

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/node_view.hpp"

namespace troupe {

// Thread: any thread. `echo` answers what it is asked, `silent` never answers before a timeout (at
// once here), `held` answers when the test says so, `full` refuses; others are not found.
class FakeNode final : public NodeView {
 public:
  NodeStatus status() override {
    return {.name = "bank",
            .pid = 4711,
            .version = "0.1.0",
            .state = "running",
            .workers = 2,
            .actors = 3,
            .uptime_ms = 12,
            .counters = {.actors_made = 3, .received = 40}};
  }
  // Looks at nothing of a query but where it begins and ends; a test may look at the rest.
  ActorList actors(const ActorQuery& query) override {
    {
      const std::scoped_lock lock(mutex_);
      query_seen_ = query;
    }
    ActorList list{.actors = listed};
    std::erase_if(list.actors, [&](const ActorStatus& one) { return one.name <= query.after; });
    std::ranges::sort(list.actors, {}, &ActorStatus::name);
    if (list.actors.size() > query.limit) {
      list.more = list.actors.size() - query.limit;
      list.actors.resize(query.limit);
    }
    return list;
  }
  Result<ActorDetails> actor(std::string_view name) override {
    for (const ActorStatus& each : listed) {
      if (each.name == name || each.name == "bank/" + std::string(name)) {
        return ActorDetails{.status = each, .restart = "permanent", .limits = {.requests = 7}};
      }
    }
    return not_found(name);
  }
  std::vector<ExitEvent> crashes(const HistoryQuery& query) override {
    const std::scoped_lock lock(mutex_);
    history_query_seen_ = query;
    return crashed;
  }
  std::vector<NodeEvent> events(const HistoryQuery& query) override {
    const std::scoped_lock lock(mutex_);
    history_query_seen_ = query;
    return happened;
  }
  void supervisors(std::function<void(std::vector<SupervisorStatus>)> done) override {
    done(supervising);
  }
  Result<void> send(std::string_view name, BytesView payload) override {
    if (name == "full") return fail(ErrorCode::overloaded, "the mailbox of 'full' is full");
    if (!is_known(name)) return not_found(name);
    const std::scoped_lock lock(mutex_);
    sent_.emplace_back(name, Bytes(payload.begin(), payload.end()));
    return {};
  }
  void request(std::string_view name, BytesView payload, Duration timeout,
               std::function<void(Result<Bytes>)> done) override {
    timeout_seen = timeout;
    if (name == "silent") return done(fail(ErrorCode::timed_out, "no answer from 'silent'"));
    if (!is_known(name)) return done(not_found(name));
    if (name != "held") return done(Bytes(payload.begin(), payload.end()));
    const std::scoped_lock lock(mutex_);
    held_ = std::move(done);
    is_held = true;
    is_held.notify_all();
  }
  void stop(std::string_view name, std::optional<Duration> budget,
            std::function<void(Result<void>)> done) override {
    stop_budget_seen = budget.value_or(Duration());
    if (!is_known(name)) return done(not_found(name));
    done({});
  }
  void restart(std::string_view name, std::optional<Duration> budget,
               std::function<void(Result<void>)> done) override {
    restart_budget_seen = budget.value_or(Duration());
    if (!is_known(name)) return done(not_found(name));
    done({});
  }
  Result<void> kill(std::string_view name) override {
    if (!is_known(name)) return not_found(name);
    const std::scoped_lock lock(mutex_);
    killed_.emplace_back(name);
    return {};
  }
  void shut_down() override {
    stop_asked = true;
    stop_asked.notify_all();
  }

  // Answers what `held` was asked, from the caller's thread.
  void release_held(Result<Bytes> answer) {
    is_held.wait(false);
    std::function<void(Result<Bytes>)> done;
    {
      const std::scoped_lock lock(mutex_);
      done = std::exchange(held_, nullptr);
    }
    done(std::move(answer));
  }
  [[nodiscard]] ActorQuery query_seen() {
    const std::scoped_lock lock(mutex_);
    return query_seen_;
  }
  [[nodiscard]] HistoryQuery history_query_seen() {
    const std::scoped_lock lock(mutex_);
    return history_query_seen_;
  }
  [[nodiscard]] std::vector<std::string> killed() {
    const std::scoped_lock lock(mutex_);
    return killed_;
  }
  [[nodiscard]] std::vector<std::pair<std::string, Bytes>> sent() {
    const std::scoped_lock lock(mutex_);
    return sent_;
  }

  std::vector<ActorStatus> listed;
  std::vector<ExitEvent> crashed;
  std::vector<NodeEvent> happened;
  std::vector<SupervisorStatus> supervising;
  std::atomic<bool> stop_asked = false;
  std::atomic<bool> is_held = false;
  std::atomic<Duration> timeout_seen{};
  // Zero: the actor's own.
  std::atomic<Duration> stop_budget_seen{};
  std::atomic<Duration> restart_budget_seen{};

 private:
  static std::unexpected<Error> not_found(std::string_view name) {
    return fail(ErrorCode::not_found, "there is no actor '" + std::string(name) + "'");
  }
  static bool is_known(std::string_view name) {
    return name == "echo" || name == "bank/echo" || name == "held";
  }

  std::mutex mutex_;
  ActorQuery query_seen_;
  HistoryQuery history_query_seen_;
  std::vector<std::string> killed_;
  std::vector<std::pair<std::string, Bytes>> sent_;
  std::function<void(Result<Bytes>)> held_;
};

}  // namespace troupe
