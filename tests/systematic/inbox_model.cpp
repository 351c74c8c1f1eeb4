// Producers push into an inbox; its owner drains it and sleeps in between.

#include <array>
#include <cstdint>

#include "atomics.hpp"
#include "models.hpp"
#include "scheduler/drive.hpp"
#include "scheduler/inbox.hpp"
#include "scheduler/parker.hpp"

namespace troupe::systematic {
namespace {

constexpr unsigned producers_max = 4;
constexpr unsigned each_max = 4;

struct Node {
  Plain<Node*> next = nullptr;
  Plain<std::uint32_t> producer = 0U;
  Plain<std::uint32_t> sequence = 0U;
};

struct World {
  // Of a Port, which asks for one after the other.
  Inbox<Node, ModelAtomics> inbox;
  BasicParker<ModelAtomics, Event> parker;
  std::array<std::array<Node*, each_max>, producers_max> nodes{};
};

void produce(World& world, std::uint32_t producer, unsigned each) {
  for (std::uint32_t sequence = 0; sequence < each; ++sequence) {
    Execution::current().forget_past(sequence);
    Node& node = *world.nodes[producer][sequence];
    node.producer = producer;
    node.sequence = sequence;
    world.inbox.push_chain(&node, &node);
    // What was found there before is of no matter any more.
    Execution::current().forget_past(each_max + 1 + sequence);
    world.parker.unpark();
  }
  Execution::current().forget_past(each);
}

// As Driver does it: work while there is some, then sleep.
void consume(World& world, const Bounds& bounds) {
  Execution& run = Execution::current();
  std::array<std::uint16_t, producers_max> seen{};
  for (unsigned left = bounds.threads * bounds.each; left > 0;) {
    Node* node = world.inbox.take_all();
    if (node == nullptr) {
      world.parker.park(nap, [&world] { return !world.inbox.maybe_empty(); });
    }
    while (node != nullptr) {
      Node* const next = node->next;
      const std::uint32_t producer = node->producer;
      run.require(node->sequence == seen.at(producer), "lost, doubled or out of order");
      ++seen.at(producer);
      --left;
      node->next = nullptr;
      node = next;
    }
    run.forget_past(to_word(seen));
  }
  run.require(world.inbox.take_all() == nullptr, "more has come than was sent");
}

void set_up(Execution& run, const Bounds& bounds) {
  World& world = run.make<World>();
  for (std::uint32_t producer = 0; producer < bounds.threads; ++producer) {
    for (std::uint32_t i = 0; i < bounds.each; ++i) world.nodes[producer][i] = &run.make<Node>();
    run.thread("producer",
               [&world, producer, each = bounds.each] { produce(world, producer, each); });
  }
  run.thread("consumer", [&world, &bounds] { consume(world, bounds); });
}

}  // namespace

const Model inbox_model{
    .name = "inbox",
    .promise = "what is pushed arrives once, in its producer's order, and wakes the sleeping owner",
    .unit = "producers x pushes",
    .set_up = &set_up,
    .random = {.threads = 2, .each = 2},
    .exhaustive = {{.threads = 1, .each = 3},
                   {.threads = 2, .each = 2},
                   {.threads = 2, .each = 3},
                   {.threads = 3, .each = 2}},
    .soak = {{.threads = 3, .each = 3}},
};

}  // namespace troupe::systematic
