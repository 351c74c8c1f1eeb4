#include "bench/rows/floor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bench/primitives.hpp"
#include "bench/rows/bare_actors.hpp"
#include "bench/rows/bare_pair.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "model/envelope.hpp"
#include "scheduler/inbox.hpp"

namespace troupe::bench {
namespace {

constexpr std::string_view populate_id = "floor/page/populate";
// As many as a worker pushes at once under load, and as stay in the nearest cache.
constexpr std::size_t burst = 32;
// What an envelope carries, so that the receiver can tell it from one that nobody filled.
constexpr std::uint64_t carried = 3;

std::vector<RowInfo> floor_infos() {
  return {
      {.id = "floor/queue/list", .title = "A message into a list of 31 others and one out of it"},
      {.id = "floor/queue/inbox",
       .title = "A message into a worker's inbox in a chain of 32, and out, by one thread"},
      {.id = "floor/message",
       .title = "A message's bare parts: envelope, look-ups, outbox, mailbox, figures, a virtual "
                "call"},
      {.id = "floor/message/10000",
       .title = "The same for 10,000 receivers, sent to in order and then handled",
       .leans = Leans::memory},
      {.id = "floor/hop", .title = "The same between two, one message after the other"},
      {.id = "floor/hop/ordered",
       .title = "The same in a ring of 10,000, in the order in which they were made",
       .leans = Leans::memory},
      {.id = "floor/hop/shuffled",
       .title = "The same in a ring of 10,000 without order",
       .leans = Leans::memory},
      {.id = "floor/request",
       .title = "A request and its answer likewise, with a table of requests and a timer"},
      {.id = "floor/actor",
       .title = "An actor's bare parts made and gone: address, cell, figures, object"},
      {.id = "floor/child",
       .title = "The same for one of ten children, with a message for it, one back, and its end "
                "judged by its supervisor"},
      {.id = "floor/atomic/add", .title = "An atomic add to a line that nobody else wants"},
      {.id = "floor/atomic/contended",
       .title = "An atomic add to one line by two CPUs, half of them each",
       .leans = Leans::two_cores},
      {.id = "floor/futex/wake",
       .title = "A futex wake with nobody waiting",
       .leans = Leans::kernel},
      {.id = "floor/futex/round-trip",
       .title = "Two threads on two CPUs wake each other through the kernel, there and back",
       .leans = Leans::two_cores},
      {.id = "floor/page/touch",
       .title = "First touch of a 4 KiB page, with giving it back",
       .leans = Leans::memory},
      {.id = std::string(populate_id),
       .title =
           "4 KiB populated ahead, huge pages where the machine gives them, with giving them back",
       .leans = Leans::memory},
      {.id = "floor/memcpy/64KiB", .title = "A copy of 64 KiB that the caches hold"},
      {.id = "floor/clock", .title = "A reading of the steady clock"},
      {.id = "floor/syscall", .title = "A system call: getppid", .leans = Leans::kernel},
      {.id = "floor/cache-line",
       .title = "One cache line between two CPUs, there and back",
       .leans = Leans::two_cores},
      {.id = "floor/crossing",
       .title = "The bare parts of a message to another worker, and of one back",
       .leans = Leans::two_cores},
      {.id = "floor/restart",
       .title = "A restart's bare parts: an exit told to another thread, judged there, the order "
                "back, an object, a question, its answer",
       .leans = Leans::two_cores},
  };
}

// Envelopes that wait in a list as a busy actor's do: one in, one out.
class FullList {
 public:
  FullList() {
    for (std::size_t index = 0; index < burst; ++index)
      list_.push(Envelope::make({.number = carried}));
  }

  Work pass(std::uint64_t messages) {
    Work work;
    for (std::uint64_t message = 0; message < messages; ++message) {
      EnvelopePtr envelope = list_.pop();
      if (envelope == nullptr) break;
      work.sum += envelope->number;
      ++work.count;
      list_.push(std::move(envelope));
    }
    return work;
  }

 private:
  EnvelopeList list_;
};

// Envelopes that go through an inbox and come back.
class Chains {
 public:
  Chains() {
    for (EnvelopePtr& envelope : envelopes_) envelope = Envelope::make({.number = carried});
  }

  Work pass(std::uint64_t messages) {
    Work work;
    for (std::uint64_t sent = 0; sent < messages; sent += burst) {
      push(static_cast<std::size_t>(std::min<std::uint64_t>(messages - sent, burst)));
      for (const Envelope* one = inbox_.take_all(); one != nullptr; one = one->next) {
        work.sum += one->number;
        ++work.count;
      }
    }
    return work;
  }

 private:
  void push(std::size_t count) {
    for (std::size_t index = 1; index < count; ++index)
      envelopes_[index]->next = envelopes_[index - 1].get();
    inbox_.push_chain(envelopes_[count - 1].get(), envelopes_[0].get());
  }

  std::array<EnvelopePtr, burst> envelopes_;
  Inbox<Envelope> inbox_;
};

Row once_each(std::string_view id, std::function<Work(std::uint64_t)> run) {
  return {.id = std::string(id), .run = std::move(run), .sum_each = 1};
}

Row queue_row(std::string_view id, std::function<Work(std::uint64_t)> run) {
  return {.id = std::string(id), .run = std::move(run), .sum_each = carried};
}

Row message_row(std::string_view id, std::function<Work(std::uint64_t)> run) {
  return {.id = std::string(id), .run = std::move(run), .sum_each = BareActors::carried};
}

Row pair_row(std::string_view id, CpuPair cpus, Work (*run)(CpuPair, std::uint64_t),
             std::uint64_t sum_each = 1) {
  return {.id = std::string(id),
          .run = [cpus, run](std::uint64_t times) { return run(cpus, times); },
          .sum_each = sum_each,
          .timer = Timer::wall};
}

Work cross(CpuPair cpus, std::uint64_t times) { return BarePair(cpus).there_and_back(times); }
Work restart(CpuPair cpus, std::uint64_t times) { return BarePair(cpus).restart(times); }

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> rows = single_floor_rows();
  const auto cpus = cpu_pair();
  if (cpus) std::ranges::move(pair_floor_rows(*cpus), std::back_inserter(rows));
  std::vector<Row> wanted;
  for (const RowInfo& info : floor_infos()) {
    if (!request.wants(info.id)) continue;
    const auto row = std::ranges::find(rows, info.id, &Row::id);
    if (row == rows.end()) {
      sink.take({.id = info.id, .failed = "two CPUs are needed, and this process may use one"});
    } else {
      wanted.push_back(std::move(*row));
    }
  }
  sample(request, std::move(wanted), sink);
}

}  // namespace

std::vector<Row> single_floor_rows() {
  using Order = BareActors::Order;
  const auto list = std::make_shared<FullList>();
  const auto chains = std::make_shared<Chains>();
  const auto copies = std::make_shared<Copies>();
  const auto two = std::make_shared<BareActors>(2);
  const auto one = std::make_shared<BareActors>(1);
  const auto many = std::make_shared<BareActors>(10'000);
  return {
      queue_row("floor/queue/list", [list](std::uint64_t times) { return list->pass(times); }),
      queue_row("floor/queue/inbox", [chains](std::uint64_t times) { return chains->pass(times); }),
      message_row("floor/message", [one](std::uint64_t times) { return one->fan_out(times); }),
      message_row("floor/message/10000",
                  [many](std::uint64_t times) { return many->fan_out(times); }),
      message_row("floor/hop",
                  [two](std::uint64_t times) { return two->pass_on(times, Order::made); }),
      message_row("floor/hop/ordered",
                  [many](std::uint64_t times) { return many->pass_on(times, Order::made); }),
      message_row("floor/hop/shuffled",
                  [many](std::uint64_t times) { return many->pass_on(times, Order::shuffled); }),
      message_row("floor/request", [two](std::uint64_t times) { return two->ask(times); }),
      message_row("floor/actor", [one](std::uint64_t times) { return one->come_and_go(times); }),
      message_row("floor/child", [one](std::uint64_t times) { return one->bring_up(times); }),
      once_each("floor/atomic/add", add_alone),
      once_each("floor/futex/wake", wake_nobody),
      once_each("floor/page/touch", touch_fresh),
      once_each(populate_id, populate_huge),
      once_each("floor/memcpy/64KiB",
                [copies](std::uint64_t times) { return copies->copy(times); }),
      once_each("floor/clock", read_clock),
      once_each("floor/syscall", ask_parent),
  };
}

std::vector<Row> pair_floor_rows(CpuPair cpus) {
  return {pair_row("floor/atomic/contended", cpus, add_contended),
          pair_row("floor/futex/round-trip", cpus, bounce_futex),
          pair_row("floor/cache-line", cpus, bounce_line),
          pair_row("floor/crossing", cpus, cross, BarePair::carried),
          pair_row("floor/restart", cpus, restart, BarePair::carried)};
}

const Block& floor_block() {
  static constexpr Block block{
      .name = "floor",
      .title = "What the machine, its kernel and our queues cost by themselves",
      .rows = floor_infos,
      .measure = measure};
  return block;
}

}  // namespace troupe::bench
