// Rows W8 and W9: a token through a ring, and a tree of actors that adds up its leaves.
#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "workloads.hpp"

namespace peer {
namespace {

constexpr int64_t ring_size = 10'000;
constexpr int64_t branches = 10;

struct Node {
  Tally received;
  caf::actor next;
};

// The token is the number of hops that are left.
caf::behavior node(caf::stateful_actor<Node>* self, Ledger* ledger, caf::actor driver) {
  return {
      [=](const caf::actor& next) { self->state.next = next; },
      [=](int64_t left) {
        self->state.received.add(left);
        if (left == 0) {
          self->send(driver, Settled::value);
        } else {
          self->send(self->state.next, left - 1);
        }
      },
      [=](Report) {
        ledger->post(self->state.received, driver);
        self->state.received = {};
      },
  };
}

std::vector<size_t> route_of(Order order) {
  std::vector<size_t> route(ring_size);
  std::iota(route.begin(), route.end(), size_t{0});
  if (order == Order::shuffled) std::shuffle(route.begin(), route.end(), std::mt19937_64(8));
  return route;
}

void leaf(caf::event_based_actor* self, const caf::actor& parent, int64_t number) {
  self->send(parent, number);
}

struct Branch {
  int64_t missing = branches;
  int64_t total = 0;
};

caf::behavior branch(caf::stateful_actor<Branch>* self, caf::actor parent, int64_t first,
                     int64_t leaves) {
  const int64_t share = leaves / branches;
  const auto address = caf::actor_cast<caf::actor>(self);
  for (int64_t child = 0; child < branches; ++child) {
    if (share > 1) {
      self->spawn(branch, address, first + child * share, share);
    } else {
      self->spawn(leaf, address, first + child);
    }
  }
  return {[=](int64_t answer) {
    auto& state = self->state;
    state.total += answer;
    if (--state.missing == 0) {
      self->send(parent, state.total);
      self->quit();
    }
  }};
}

}  // namespace

Workload ring(const Stage& stage, Order order) {
  const auto ledger = std::make_shared<Ledger>();
  std::vector<caf::actor> nodes;
  for (int64_t i = 0; i < ring_size; ++i) {
    nodes.push_back(stage.system.spawn(node, ledger.get(), stage.address()));
  }
  const auto route = route_of(order);
  for (size_t place = 0; place < route.size(); ++place) {
    const size_t following = route[(place + 1) % route.size()];
    caf::anon_send(nodes[route[place]], nodes[following]);
  }
  return [=](int64_t operations) {
    const auto start = Clock::now();
    caf::anon_send(nodes.front(), operations - 1);
    stage.await_settled();
    const auto elapsed = Clock::now() - start;

    ledger->open(ring_size);
    for (const auto& each : nodes) caf::anon_send(each, Report::value);
    stage.await_settled();
    return Run{elapsed, ledger->take(), series_of(operations)};
  };
}

// An operation is one whole tree.
Workload skynet(const Stage& stage) {
  const int64_t leaves = stage.plan.actors;
  return [=](int64_t operations) {
    Tally received;
    const auto start = Clock::now();
    for (int64_t i = 0; i < operations; ++i) {
      stage.system.spawn(branch, stage.address(), int64_t{0}, leaves);
      stage.driver->receive([&](int64_t total) { received.add(total); });
    }
    const auto elapsed = Clock::now() - start;
    return Run{elapsed, received, Tally{1, series_of(leaves).sum}.times(operations)};
  };
}

}  // namespace peer
