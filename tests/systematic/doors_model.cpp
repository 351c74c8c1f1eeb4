// Two actors are full of each other's messages: who closes its door asks its sender to wait, unless
// that one's door is closed too.

#include <array>
#include <cstdint>

#include "atomics.hpp"
#include "models.hpp"
#include "router/door.hpp"

namespace troupe::systematic {
namespace {

constexpr std::uint32_t payload_bytes_max = 7;

struct World {
  std::array<BasicDoor<ModelAtomics>, 2> doors;
  std::array<bool, 2> lets_other_wait{};
};

// As Worker::set_door and hold; before, the door was closed and opened again.
void close(World& world, std::uint32_t own, unsigned each) {
  for (unsigned round = 1; round < each; ++round) {
    world.doors.at(own).set_room(Room::waits);
    world.doors.at(own).set_room(Room::open);
  }
  world.doors.at(own).set_room(Room::waits);
  world.lets_other_wait.at(own) = world.doors.at(1 - own).room() == Room::open;
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  for (std::uint32_t own = 0; own < bounds.threads; ++own) {
    world.doors.at(own).set({.payload_bytes_max = payload_bytes_max, .room = Room::open});
    run.thread("worker", [&world, own, each = bounds.each] { close(world, own, each); });
  }
  run.at_end([&run, &world] {
    run.require(!world.lets_other_wait[0] || !world.lets_other_wait[1], "they wait for each other");
    for (const auto& door : world.doors) {
      run.require(door.look().payload_bytes_max == payload_bytes_max && door.room() == Room::waits,
                  "a door says something else");
    }
  });
}

}  // namespace

const Model doors_model{
    .name = "doors",
    .promise = "of two actors that are full of each other's messages one is not held back",
    .unit = "actors x closings",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 2, .each = 1}, {.threads = 2, .each = 3}},
    .soak = {},
};

}  // namespace troupe::systematic
