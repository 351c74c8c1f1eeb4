#include "http/runtime_view.hpp"

#include <optional>
#include <unistd.h>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/format.hpp"
#include "base/result.hpp"
#include "http/json.hpp"

namespace troupe {
namespace {

constexpr std::size_t waiting_threads = 2;

}  // namespace

class RuntimeView::Waiters {
 public:
  template <typename Work>
  void post(Work work) {
    boost::asio::post(pool_, std::move(work));
  }
  void join() { pool_.join(); }

 private:
  boost::asio::thread_pool pool_{waiting_threads};
};

RuntimeView::RuntimeView(Runtime& runtime, NodeIdentity identity, const Clock& clock,
                         std::function<void()> stop_asked)
    : runtime_(runtime),
      identity_(std::move(identity)),
      clock_(clock),
      started_(clock.now()),
      stop_asked_(std::move(stop_asked)),
      waiters_(std::make_unique<Waiters>()) {}

RuntimeView::~RuntimeView() { waiters_->join(); }

NodeStatus RuntimeView::status() {
  const Duration uptime = clock_.now() - started_;
  return {
      .name = identity_.name,
      .pid = ::getpid(),
      .version = identity_.version,
      .state = stopping_ ? "stopping" : "running",
      .workers = identity_.workers,
      .actors = runtime_.actors(ActorQuery{.limit = 0}).more,
      .uptime_ms = static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::milliseconds>(uptime).count()),
      .counters = runtime_.counters(),
  };
}

ActorList RuntimeView::actors(const ActorQuery& query) { return runtime_.actors(query); }

// An actor without a name is found by what stands in its place: "#slot.generation".
Result<Address> RuntimeView::find(std::string_view name) {
  if (const auto address = address_from_text(name)) return *address;
  return runtime_.find(name);
}

Result<ActorDetails> RuntimeView::actor(std::string_view name) {
  TRY_ASSIGN(const Address address, find(name));
  auto details = runtime_.details(address);
  if (!details)
    return fail(ErrorCode::not_found, fmt::format("there is no actor '{}' any more", name));
  return details;
}

std::vector<ExitEvent> RuntimeView::crashes(const HistoryQuery& query) {
  return runtime_.crashes(query);
}

std::vector<NodeEvent> RuntimeView::events(const HistoryQuery& query) {
  return runtime_.events(query);
}

void RuntimeView::supervisors(std::function<void(std::vector<SupervisorStatus>)> done) {
  runtime_.supervisors(std::move(done));
}

Result<void> RuntimeView::send(std::string_view name, BytesView payload) {
  TRY_ASSIGN(const Address address, find(name));
  return runtime_.send(address, payload);
}

void RuntimeView::request(std::string_view name, BytesView payload, Duration timeout,
                          std::function<void(Result<Bytes>)> done) {
  const auto address = find(name);
  if (!address) return done(std::unexpected(address.error()));
  runtime_.request_async(*address, payload, timeout, done);
}

void RuntimeView::stop(std::string_view name, std::optional<Duration> budget,
                       std::function<void(Result<void>)> done) {
  const auto address = find(name);
  if (!address) return done(std::unexpected(address.error()));
  waiters_->post([&runtime = runtime_, address = *address, budget, done = std::move(done)] {
    done(runtime.stop(address, budget));
  });
}

void RuntimeView::restart(std::string_view name, std::optional<Duration> budget,
                          std::function<void(Result<void>)> done) {
  const auto address = find(name);
  if (!address) return done(std::unexpected(address.error()));
  waiters_->post([&runtime = runtime_, address = *address, budget, done = std::move(done)] {
    done(runtime.restart(address, budget));
  });
}

Result<void> RuntimeView::kill(std::string_view name) {
  TRY_ASSIGN(const Address address, find(name));
  return runtime_.kill(address);
}

void RuntimeView::shut_down() {
  if (!stopping_.exchange(true)) stop_asked_();
}

}  // namespace troupe
