#pragma once
// A node with threads, as rows use it: actors of C++ or guests, asked from outside.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/row.hpp"
#include "bench/rows/actor_kind.hpp"
#include "troupe/runtime.hpp"

#if TROUPE_HAS_WASMTIME
#include "bench/rows/guests.hpp"
#endif

namespace troupe::bench {

// What an actor of a workload runs: a class of this program, or the guest of the same name.
struct Role {
  std::string name;
  std::function<std::unique_ptr<Actor>()> make;
  bool is_driver = false;  // The class, whatever the workload is measured with.
};
template <typename NativeActor>
Role role(std::string_view name) {
  return {.name = std::string(name), .make = [] { return std::make_unique<NativeActor>(); }};
}
template <typename NativeActor>
Role driver(std::string_view name) {
  return {.name = std::string(name),
          .make = [] { return std::make_unique<NativeActor>(); },
          .is_driver = true};
}

[[nodiscard]] Component component_of(const ActorKind& kind, const Role& role);

struct BenchNodeOptions {
  std::uint32_t workers = 1;
  // Hears of each life that ends, on a thread of the node; without, nobody is told one by one.
  std::function<void(const ExitEvent&)> on_end = {};
  bool actors_move = true;
  // A life that crashes is what is measured, not the end of it.
  bool lives_may_crash = false;
};

// Thread: the measuring one.
// Errors: whatever goes wrong, in an actor too, is a CHECK: there is then nothing to measure.
class BenchNode {
 public:
  BenchNode(std::string name, const BenchNodeOptions& options);
  BenchNode(const BenchNode&) = delete;
  BenchNode& operator=(const BenchNode&) = delete;
  ~BenchNode();

  Address spawn(SpawnOptions options, const Component& component);
  // An actor that may find `knows`, which is its config too.
  Address spawn(std::string name, const Component& component, std::string_view knows = {});
  // Loads an app of these roles. `actors` is its manifest from [app.actors] on: only a manifest
  // has templates, which actors need to spawn.
  void load(const ActorKind& kind, std::span<const Role> roles, std::string_view actors);
  [[nodiscard]] Address find(std::string_view name);

  // The number that it answers.
  std::uint64_t ask(Address actor, std::string_view order);

  // How many lives have ended so far; those of actors whose start failed count, too.
  [[nodiscard]] std::uint64_t ended() const;
  // Waits until so many have.
  void wait_for_ends(std::uint64_t lives);
  // Waits until no more than so many actors are known to the node.
  void wait_until_left(std::size_t actors);
  // Lets time pass.
  void idle(Duration span);

  // Handler calls of actors that live in a linear memory, as guests alone do.
  [[nodiscard]] std::uint64_t guest_calls();
  // What a row's `audit` is to be: guests were called since the last time, where it has guests.
  [[nodiscard]] std::function<Result<void>()> audit_of(const ActorKind& kind);

  [[nodiscard]] Runtime& runtime() { return *runtime_; }

 private:
  // REQUIRES: no life has crashed that may not.
  [[nodiscard]] NodeCounters counters() const;

  std::string name_;
  bool lives_may_crash_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace troupe::bench
