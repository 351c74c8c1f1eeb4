// W1 and W6: two actors of a node with one worker and the messages between them, native and as
// guests. One request from outside starts each sample, and its answer says how many operations
// came back as they were sent.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/native_actors.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "troupe/runtime.hpp"

#if TROUPE_HAS_WASMTIME
#include "bench/rows/guests.hpp"
#endif

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

// The components of one column.
struct Cast {
  std::string name;
  Component echo;
  Component asker;
  Component player;
};

Cast native_cast() {
  return {.name = "native",
          .echo = Component::native("echo", [] { return std::make_unique<NativeEcho>(); }),
          .asker = Component::native("asker", [] { return std::make_unique<NativeAsker>(); }),
          .player = Component::native("player", [] { return std::make_unique<NativePlayer>(); })};
}

#if TROUPE_HAS_WASMTIME
Cast guest_cast() {
  const auto component = [](const char* name) {
    const BytesView wasm = guest(name);
    return Component::from_bytes(name, Bytes(wasm.begin(), wasm.end()));
  };
  return {.name = "wasm",
          .echo = component("echo"),
          .asker = component("asker"),
          .player = component("player")};
}
#endif

// A node with one worker.
class Node {
 public:
  explicit Node(const Cast& cast) {
    RuntimeOptions options;
    options.name = cast.name;
    options.workers = 1;
    auto runtime = Runtime::start(std::move(options));
    CHECK(runtime.has_value(), runtime.error().message);
    runtime_ = *std::move(runtime);
    spawn("echo", cast.echo, {});
    asker_ = spawn("asker", cast.asker, "echo");
    server_ = spawn("server", cast.player, "returner");
    spawn("returner", cast.player, "server");
  }

  Row ping_pong(std::string id) { return row(std::move(id), server_, "play-ball"); }
  Row request_response(std::string id) { return row(std::move(id), asker_, "go"); }

 private:
  // An actor that may find `knows`, which is its config too.
  Address spawn(std::string name, const Component& component, std::string_view knows) {
    SpawnOptions options;
    options.name = std::move(name);
    options.config = to_bytes(knows);
    if (!knows.empty()) options.grants.find = {std::string(knows)};
    const auto spawned = runtime_->spawn(component, std::move(options));
    CHECK(spawned.has_value(), spawned.error().message);
    return *spawned;
  }

  Row row(std::string id, Address actor, std::string_view order) {
    return {.id = std::move(id),
            .run =
                [this, actor, order](std::uint64_t rounds) {
                  const auto good =
                      runtime_->request(actor, as_bytes(fmt::format("{} {}", order, rounds)), 60s);
                  CHECK(good.has_value(), good.error().message);
                  return Work{.count = number_of(as_text(*good))};
                },
            .timer = Timer::wall};
  }

  std::unique_ptr<Runtime> runtime_;
  Address asker_;
  Address server_;
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  const auto add = [&rows](std::string_view column, std::string_view actors) {
    rows.push_back({.id = fmt::format("W1/{}", column),
                    .title = fmt::format("ping-pong, a round trip of two messages, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W1"});
    rows.push_back({.id = fmt::format("W6/{}", column),
                    .title = fmt::format("a request answered, its timeout armed, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W6"});
  };
  add("native", "native actors");
#if TROUPE_HAS_WASMTIME
  add("wasm", "C guests");
#endif
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> runnable;
  Node native(native_cast());
  runnable.push_back(native.ping_pong("W1/native"));
  runnable.push_back(native.request_response("W6/native"));
#if TROUPE_HAS_WASMTIME
  Node guests(guest_cast());
  runnable.push_back(guests.ping_pong("W1/wasm"));
  runnable.push_back(guests.request_response("W6/wasm"));
#endif
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& exchange_block() {
  static constexpr Block block = {.name = "exchange",
                                  .title = "two actors and their messages, one worker",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
