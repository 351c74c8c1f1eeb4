#include "bench/rows/nurseries.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/spawn_actors.hpp"

namespace troupe::bench {
namespace {

// Of one nursery; a handler may have 1,024 effects.
constexpr std::uint64_t size_max = 1'000;

}  // namespace

Nurseries::Nurseries(const ActorKind& kind, std::uint64_t actors, Naming naming)
    : size_(std::min(actors, size_max)),
      nurseries_(actors / size_),
      node_("crowd", {.workers = 1}) {
  const std::array roles{role<NativeHead>("head"), role<NativeNursery>("nursery"),
                         role<NativeParked>("parked")};
  node_.load(kind, roles,
             fmt::format(R"(
[app.templates.parked]
component = "parked"
[app.templates.nursery]
component = "nursery"
grants = {{ spawn = ["parked"] }}
[app.actors.head]
component = "head"
grants = {{ spawn = ["nursery"] }}
config = "{} {}{}"
)",
                         nurseries_, size_, naming == Naming::by_name ? " named" : ""));
  head_ = node_.find("head");
}

void Nurseries::spawn() {
  CHECK(node_.ask(head_, "spawn") == nurseries_, "every nursery hears of its last child");
}

std::uint64_t Nurseries::ask() { return node_.ask(head_, "ask"); }

std::uint64_t Nurseries::ask_one() {
  if (one_.is_nobody()) {
    const auto actors = node_.runtime().actors();
    const auto is_parked = [](const ActorStatus& actor) {
      return actor.component.contains("parked");
    };
    const auto found = std::ranges::find_if(actors, is_parked);
    CHECK(found != actors.end(), "there are parked actors");
    one_ = found->address;
  }
  return node_.ask(one_, "one");
}

void Nurseries::end() {
  one_ = {};
  const std::uint64_t ended = node_.ended();
  CHECK(node_.ask(head_, "end") == nurseries_, "every nursery is told");
  node_.wait_for_ends(ended + nurseries_ + actors());
}

void Nurseries::settle() { node_.wait_until_left(1); }

}  // namespace troupe::bench
