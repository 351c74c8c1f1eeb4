#include "bench/rows/bench_node.hpp"

#include <chrono>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/native_actors.hpp"
#include "io/temporary_folder.hpp"
#include "troupe/bytes.hpp"

namespace troupe::bench {
namespace {

constexpr std::chrono::minutes patience{2};
constexpr std::chrono::microseconds look_again_after{100};

#if TROUPE_HAS_WASMTIME
std::string file_of(const Role& role) { return fmt::format("{}.wasm", role.name); }
#endif

}  // namespace

Component component_of(const ActorKind& kind, const Role& role) {
#if TROUPE_HAS_WASMTIME
  if (kind.is_guest) {
    const BytesView wasm = guest(role.name);
    return Component::from_bytes(role.name, Bytes(wasm.begin(), wasm.end()));
  }
#endif
  CHECK(!kind.is_guest, "this build has guests");
  return Component::native(role.name, role.make);
}

BenchNode::BenchNode(std::string name, const BenchNodeOptions& options)
    : name_(std::move(name)), lives_may_crash_(options.lives_may_crash) {
  // What is logged here is a message that came to nothing: whoever waits for it waits in vain.
  const auto on_log = [](const LogLine& line) {
    CHECK(line.level < LogLevel::warn, fmt::format("{}: {}", line.name, line.text));
  };
  auto runtime = Runtime::start({.name = name_,
                                 .workers = options.workers,
                                 .actors_move = options.actors_move,
                                 .on_log = on_log,
                                 .on_exit = options.on_end});
  CHECK(runtime.has_value(), runtime.error().message);
  runtime_ = *std::move(runtime);
}

BenchNode::~BenchNode() { (void)counters(); }

NodeCounters BenchNode::counters() const {
  const NodeCounters counters = runtime_->counters();
  CHECK(lives_may_crash_ || counters.lives_crashed == 0, "no actor of the workload has crashed");
  return counters;
}

Address BenchNode::spawn(SpawnOptions options, const Component& component) {
  const auto spawned = runtime_->spawn(component, std::move(options));
  CHECK(spawned.has_value(), spawned.error().message);
  return *spawned;
}

Address BenchNode::spawn(std::string name, const Component& component, std::string_view knows) {
  SpawnOptions options;
  options.name = std::move(name);
  options.config = to_bytes(knows);
  if (!knows.empty()) options.grants.find = {std::string(knows)};
  return spawn(std::move(options), component);
}

void BenchNode::load(const ActorKind& kind, std::span<const Role> roles, std::string_view actors) {
  const TemporaryFolder folder;
  std::string text = fmt::format("schema = 1\n[app]\nname = \"{}\"\n[app.components]\n", name_);
  for (const Role& role : roles) {
#if TROUPE_HAS_WASMTIME
    if (kind.is_guest && !role.is_driver) {
      const std::string file = file_of(role);
      (void)folder.write(file, guest(role.name));
      text += fmt::format("{} = \"{}\"\n", role.name, file);
      continue;
    }
#endif
    CHECK(!kind.is_guest || role.is_driver, "this build has guests");
    CHECK(runtime_->add_native(role.name, role.make).has_value());
    text += fmt::format("{0} = \"native:{0}\"\n", role.name);
  }
  text += actors;
  const auto loaded = runtime_->load(folder.write("app.toml", as_bytes(text)));
  CHECK(loaded.has_value(), loaded.error().message);
}

Address BenchNode::find(std::string_view name) {
  const auto found = runtime_->find(name);
  CHECK(found.has_value(), found.error().message);
  return *found;
}

std::uint64_t BenchNode::ask(Address actor, std::string_view order) {
  const auto answer = runtime_->request(actor, as_bytes(order), patience);
  CHECK(answer.has_value(), answer.error().message);
  return number_of(as_text(*answer));
}

std::uint64_t BenchNode::ended() const { return counters().lives_ended; }

void BenchNode::wait_for_ends(std::uint64_t lives) {
  while (ended() < lives) idle(look_again_after);
}

void BenchNode::wait_until_left(std::size_t actors) {
  const auto left = [this] {
    const NodeCounters now = counters();
    return now.actors_made - now.actors_gone;
  };
  while (left() > actors) idle(look_again_after);
}

void BenchNode::idle(Duration span) { CHECK(!runtime_->wait(span), "the node goes on"); }

std::uint64_t BenchNode::guest_calls() {
  std::uint64_t calls = 0;
  for (const ActorStatus& actor : runtime_->actors())
    if (actor.memory_bytes > 0) calls += actor.handled;
  return calls;
}

std::function<Result<void>()> BenchNode::audit_of(const ActorKind& kind) {
  return [this, is_guest = kind.is_guest, seen = guest_calls()]() mutable -> Result<void> {
    if (!is_guest) return {};
    const std::uint64_t before = std::exchange(seen, guest_calls());
    if (seen > before) return {};
    return fail(ErrorCode::internal, "no guest was called");
  };
}

}  // namespace troupe::bench
