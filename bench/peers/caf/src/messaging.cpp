// Rows W1, W3, W4, W5 and W6: messages between actors that live through the whole measurement.
#include <memory>
#include <vector>

#include "workloads.hpp"

namespace peer {
namespace {

using Credit = caf::atom_constant<caf::atom("credit")>;

// A receiver gives credit for so many messages, a sender has at most so many on their way.
constexpr int64_t credit_step = 128;
constexpr int64_t credit_limit = 1024;

// Counts what an actor gets back for what it sends.
struct Exchange {
  Tally received;
};

using Exchanger = caf::stateful_actor<Exchange>;

void finish(Exchanger* self, const caf::actor& driver) {
  self->send(driver, Settled::value, self->state.received.count, self->state.received.sum);
  self->state.received = {};
}

// Times an actor that exchanges as many messages as Start tells it to.
Workload exchanges(const Stage& stage, caf::actor exchanger) {
  return [=](int64_t operations) {
    const auto start = Clock::now();
    caf::anon_send(exchanger, Start::value, operations);
    const Tally received = stage.await_tally();
    return Run{Clock::now() - start, received, series_of(operations)};
  };
}

caf::behavior ponger(caf::event_based_actor* self) {
  return {[=](int64_t ping, const caf::actor& pinger) { self->send(pinger, ping); }};
}

caf::behavior pinger(Exchanger* self, caf::actor ponger, caf::actor driver) {
  const auto ping = [=](int64_t payload) {
    self->send(ponger, payload, caf::actor_cast<caf::actor>(self));
  };
  return {
      [=](Start, int64_t operations) { ping(operations - 1); },
      [=](int64_t pong) {
        self->state.received.add(pong);
        if (pong > 0) {
          ping(pong - 1);
        } else {
          finish(self, driver);
        }
      },
  };
}

struct Sink {
  Tally received;
  int64_t finished = 0;
};

// Counts payloads. Senders count down, so a zero is the last payload of one of them: when all
// have said it, the sink acknowledges and starts again.
caf::behavior sink(caf::stateful_actor<Sink>* self, int64_t senders, Flow flow, Ledger* ledger,
                   caf::actor driver) {
  return {[=](int64_t left) {
    auto& state = self->state;
    state.received.add(left);
    if (flow == Flow::credit && left % credit_step == 0) {
      self->send(caf::actor_cast<caf::actor>(self->current_sender()), Credit::value);
    }
    if (left == 0 && ++state.finished == senders) {
      ledger->post(state.received, driver);
      state = {};
    }
  }};
}

void free_sender(caf::event_based_actor* self, const caf::actor& sink, int64_t messages) {
  for (int64_t left = messages; left > 0; --left) self->send(sink, left - 1);
}

// Sends up to a payload that the sink gives credit for, and goes on when it has.
caf::behavior credited_sender(caf::stateful_actor<int64_t>* self, caf::actor sink,
                              int64_t messages) {
  self->state = messages;
  const auto send_step = [=] {
    int64_t& left = self->state;
    do {
      self->send(sink, --left);
    } while (left % credit_step != 0);
  };
  for (int64_t sent = 0; sent < credit_limit && self->state > 0; sent += credit_step) send_step();
  return {[=](Credit) {
    if (self->state > 0) {
      send_step();
    } else {
      self->quit();
    }
  }};
}

caf::behavior client(Exchanger* self, caf::actor server, caf::duration limit, caf::actor driver) {
  // A continuation asks the next question, so the function has to find itself again.
  struct Questions {
    Exchanger* self;
    caf::actor server;
    caf::duration limit;
    caf::actor driver;

    void ask(int64_t payload) const {
      self->request(server, limit, payload).then([this](int64_t answer) {
        self->state.received.add(answer);
        if (answer > 0) {
          ask(answer - 1);
        } else {
          finish(self, driver);
        }
      });
    }
  };
  const auto questions = std::make_shared<Questions>(Questions{self, server, limit, driver});
  return {[=](Start, int64_t operations) { questions->ask(operations - 1); }};
}

caf::behavior server() {
  return {[](int64_t question) { return question; }};
}

}  // namespace

Workload ping_pong(const Stage& stage) {
  const auto other = stage.system.spawn(ponger);
  return exchanges(stage, stage.system.spawn(pinger, other, stage.address()));
}

Workload flood(const Stage& stage, int64_t senders, Flow flow) {
  const auto ledger = std::make_shared<Ledger>();
  const auto receiver = stage.system.spawn(sink, senders, flow, ledger.get(), stage.address());
  return [=](int64_t operations) {
    const int64_t share = (operations + senders - 1) / senders;
    ledger->open(1);
    const auto start = Clock::now();
    for (int64_t i = 0; i < senders; ++i) {
      if (flow == Flow::credit) {
        stage.system.spawn(credited_sender, receiver, share);
      } else {
        stage.system.spawn(free_sender, receiver, share);
      }
    }
    stage.await_settled();
    const auto elapsed = Clock::now() - start;
    return Run{elapsed, ledger->take(), series_of(share).times(senders)};
  };
}

Workload fan_out(const Stage& stage, int64_t subscribers) {
  const auto ledger = std::make_shared<Ledger>();
  std::vector<caf::actor> addresses;
  for (int64_t i = 0; i < subscribers; ++i) {
    addresses.push_back(
        stage.system.spawn(sink, int64_t{1}, Flow::free, ledger.get(), stage.address()));
  }
  const auto publisher =
      stage.system.spawn([addresses](caf::event_based_actor* self) -> caf::behavior {
        return {[=](Start, int64_t rounds) {
          for (int64_t left = rounds; left > 0; --left) {
            for (const auto& subscriber : addresses) self->send(subscriber, left - 1);
          }
        }};
      });
  return [=](int64_t operations) {
    const int64_t rounds = (operations + subscribers - 1) / subscribers;
    ledger->open(subscribers);
    const auto start = Clock::now();
    caf::anon_send(publisher, Start::value, rounds);
    stage.await_settled();
    const auto elapsed = Clock::now() - start;
    return Run{elapsed, ledger->take(), series_of(rounds).times(subscribers)};
  };
}

Workload request_response(const Stage& stage, caf::duration limit) {
  const auto other = stage.system.spawn(server);
  return exchanges(stage, stage.system.spawn(client, other, limit, stage.address()));
}

}  // namespace peer
