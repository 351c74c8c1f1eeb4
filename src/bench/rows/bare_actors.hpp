#pragma once
// Actors of the production parts that no message and no actor goes without, put together by hand:
// below what these cost, no change of the rest brings a row.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "actor/cell.hpp"
#include "bench/row.hpp"
#include "model/books.hpp"
#include "model/outbox.hpp"
#include "model/pool.hpp"
#include "router/registry.hpp"
#include "scheduler/run_queue.hpp"
#include "supervisor/supervisor.hpp"
#include "timer/timers.hpp"
#include "troupe/bytes.hpp"

namespace troupe::bench {

// What an actor's instance and its object come to.
// Thread: one.
struct BareHandler : Pooled {
  virtual ~BareHandler() = default;
  // What the message carried, if it was handled as it should be.
  virtual std::uint64_t handle(BytesView payload) = 0;
};
// Of C++: there is nothing behind the virtual call.
[[nodiscard]] std::unique_ptr<BareHandler> bare_native();

// A message is a pooled envelope with eight bytes; its receiver is looked up when it is sent and
// when it goes, which is when its sender's handler has returned; till then it is in the outbox. Its
// mailbox and its figures count it, and a virtual function handles it in its turn. There is no turn
// with limits and a budget, no exception, no clock, no other thread.
//
// Thread: one.
class BareActors {
 public:
  using Make = std::function<std::unique_ptr<BareHandler>()>;
  explicit BareActors(std::size_t count, Make code = bare_native);
  BareActors(const BareActors&) = delete;
  BareActors& operator=(const BareActors&) = delete;
  ~BareActors();

  // Each is sent a message, then each handles its own; as many rounds as it takes.
  Work fan_out(std::uint64_t messages);
  enum class Order : std::uint8_t { made, shuffled };
  // One message after the other, each to the next in that order, handled at once.
  Work pass_on(std::uint64_t messages, Order order);
  // A request of the first to the last, with an entry in the table of requests and a timer, and its
  // answer.
  Work ask(std::uint64_t requests);
  // An actor with an address is made, and is gone.
  Work come_and_go(std::uint64_t actors);
  // The same for children of one who supervises them: each is sent a message, handles it, sends one
  // back, and ends, which its supervisor judges.
  Work bring_up(std::uint64_t children);

  // What each message carries and its receiver adds up.
  static constexpr std::uint64_t carried = 3;

 private:
  struct One {
    Address address;
    std::unique_ptr<BareHandler> handler;
  };

  [[nodiscard]] One make();
  void end(One one);
  // As a handler does.
  void send(Address to);
  // What has been sent goes, as when a handler has returned.
  void commit();
  void deliver(EnvelopePtr message);
  void handle_all(Work& work);
  // Into the mailbox of the only one that is ready, and out of it.
  [[nodiscard]] EnvelopePtr take();

  Pool pool_;
  std::size_t at_ = 0;
  std::uint64_t last_id_ = 0;
  Outbox outbox_;
  EnvelopeList dropped_;
  std::vector<One> actors_;  // By slot.
  std::vector<std::uint32_t> shuffled_;
  NumberMap<Books::Request> requests_;
  Make make_;
  RunQueue run_queue_;
  ActorSpec spec_;
  Timers<Address> timers_;
  Supervisor children_;
  SupervisorSteps steps_;
  Registry registry_{{.workers = 1}};
};

}  // namespace troupe::bench
