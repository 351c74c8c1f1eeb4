#include "bench/rows/bare_actors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "bench/stats/pcg32.hpp"
#include "model/envelope.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t burst = 32;
constexpr std::uint64_t family = 10;
constexpr Instant timeout{std::chrono::nanoseconds(std::chrono::seconds(5)).count()};

struct Native final : BareHandler {
  std::uint64_t handle(BytesView payload) override {
    std::uint64_t number = 0;
    std::memcpy(&number, payload.data(), sizeof number);
    return number;
  }
};

}  // namespace

std::unique_ptr<BareHandler> bare_native() { return std::make_unique<Native>(); }

BareActors::BareActors(std::size_t count, Make code)
    : make_(std::move(code)), children_(SupervisorPolicy(), Supervisor::StopOrder::together) {
  const Pool::Scope scope(pool_);
  spec_.mailbox.messages = burst + 1;
  for (std::size_t i = 0; i < count; ++i) {
    actors_.push_back(make());
    CHECK(actors_.back().address.slot == i, "slots are handed out in order");
  }
  shuffled_.resize(count);
  std::iota(shuffled_.begin(), shuffled_.end(), 0);
  Pcg32 random(1);
  for (auto left = static_cast<std::uint32_t>(count); left > 1; --left) {
    std::swap(shuffled_[left - 1], shuffled_[random.below(left)]);
  }
}

BareActors::~BareActors() {
  const Pool::Scope scope(pool_);
  for (One& one : actors_) end(std::move(one));
  registry_.collect();
}

BareActors::One BareActors::make() {
  One one{.address = *registry_.reserve(std::nullopt, 0), .handler = make_()};
  auto cell = std::make_unique<Cell>(one.address, spec_, Parentage{});
  (void)cell->activity();
  registry_.set_cell(one.address, cell.release(), limits::payload_bytes_max);
  return one;
}

void BareActors::end(One one) {
  std::unique_ptr<Cell> cell(registry_.cell(one.address, 0));
  registry_.retire(one.address);
  registry_.reclaimer().retire(std::move(cell));
}

void BareActors::send(Address to) {
  CHECK(!registry_.refusal(to, sizeof carried), "nobody is refused");
  CHECK(!outbox_.refusal(sizeof carried), "there is room in the outbox");
  outbox_.add(Envelope::make({.receiver = to, .sender = to, .id = ++last_id_},
                             {reinterpret_cast<const std::uint8_t*>(&carried), sizeof carried}),
              sizeof carried);
}

void BareActors::commit() {
  while (EnvelopePtr effect = outbox_.take()) deliver(std::move(effect));
  outbox_.reset();
}

void BareActors::deliver(EnvelopePtr message) {
  const Registry::Place place = registry_.place(message->receiver, 0);
  CHECK(place.kind == Registry::Place::Kind::here, "there is one worker");
  Cell& cell = *place.cell;
  bump(cell.activity().received);
  cell.mailbox.push(std::move(message), spec_.mailbox, dropped_);
  run_queue_.ready(cell);
}

void BareActors::handle_all(Work& work) {
  while (Runnable* const next = run_queue_.take()) {
    auto& cell = static_cast<Cell&>(*next);
    BareHandler& handler = *actors_[cell.address.slot].handler;
    while (const EnvelopePtr message = cell.mailbox.pop(spec_.mailbox)) {
      work.sum += handler.handle(message->payload());
      bump(cell.activity().handled);
      ++work.count;
    }
  }
}

Work BareActors::fan_out(std::uint64_t messages) {
  const Pool::Scope scope(pool_);
  // One alone gets several at a time.
  const std::uint64_t round = std::max<std::uint64_t>(actors_.size(), burst);
  Work work;
  for (std::uint64_t sent = 0; sent < messages; sent += round) {
    const std::uint64_t now = std::min(messages - sent, round);
    for (std::uint64_t i = 0; i < now; ++i) {
      send(actors_[i % actors_.size()].address);
      if ((i + 1) % burst == 0 || i + 1 == now) commit();
    }
    handle_all(work);
  }
  return work;
}

Work BareActors::pass_on(std::uint64_t messages, Order order) {
  const Pool::Scope scope(pool_);
  Work work;
  for (std::uint64_t i = 0; i < messages; ++i) {
    at_ = at_ + 1 == actors_.size() ? 0 : at_ + 1;
    send(actors_[order == Order::made ? at_ : shuffled_[at_]].address);
    commit();
    handle_all(work);
  }
  return work;
}

EnvelopePtr BareActors::take() {
  auto& cell = static_cast<Cell&>(*run_queue_.take());
  bump(cell.activity().handled);
  return cell.mailbox.pop(spec_.mailbox);
}

Work BareActors::ask(std::uint64_t requests) {
  const Pool::Scope scope(pool_);
  const One& asker = actors_.front();
  const One& server = actors_.back();
  Work work;
  for (; work.count < requests; ++work.count) {
    CHECK(!registry_.refusal(server.address, sizeof carried), "nobody is refused");
    EnvelopePtr question =
        Envelope::make({.kind = EnvelopeKind::request,
                        .receiver = server.address,
                        .sender = asker.address,
                        .number = ++last_id_,
                        .deadline = timeout,
                        .id = last_id_},
                       {reinterpret_cast<const std::uint8_t*>(&carried), sizeof carried});
    const TimerKey timer = timers_.schedule(timeout, asker.address);
    requests_.add(last_id_, {.alarm = {.index = timer.index, .generation = timer.generation}});
    outbox_.add(std::move(question), sizeof carried);
    commit();
    {
      const EnvelopePtr asked = take();
      const std::uint64_t number = server.handler->handle(asked->payload());
      outbox_.add(Envelope::make({.kind = EnvelopeKind::answer,
                                  .receiver = asked->sender,
                                  .sender = asked->receiver,
                                  .number = asked->number},
                                 {reinterpret_cast<const std::uint8_t*>(&number), sizeof number}));
      commit();
    }
    const EnvelopePtr answer = take();
    const Books::Request* request = requests_.find(answer->number);
    CHECK(request != nullptr, "the answer is awaited");
    CHECK(timers_.cancel({.index = request->alarm.index, .generation = request->alarm.generation}),
          "it came in time");
    requests_.erase(answer->number);
    work.sum += asker.handler->handle(answer->payload());
  }
  return work;
}

Work BareActors::come_and_go(std::uint64_t actors) {
  const Pool::Scope scope(pool_);
  Work work;
  std::array<One, burst> some;
  for (std::uint64_t made = 0; made < actors; made += burst) {
    const auto now = static_cast<std::size_t>(std::min(actors - made, burst));
    for (std::size_t i = 0; i < now; ++i) some[i] = make();
    for (std::size_t i = 0; i < now; ++i) end(std::exchange(some[i], {}));
    work.count += now;
  }
  work.sum = carried * work.count;
  return work;
}

Work BareActors::bring_up(std::uint64_t children) {
  const Pool::Scope scope(pool_);
  const One& parent = actors_.front();
  struct Child {
    One one;
    ChildNumber number = 0;
  };
  std::array<Child, family> some;
  Work work;
  while (work.count < children) {
    const auto now = static_cast<std::size_t>(std::min(children - work.count, family));
    for (std::size_t i = 0; i < now; ++i) {
      some[i].one = make();
      some[i].number = children_.add_started(some[i].one.address, RestartType::temporary, steps_);
      send(some[i].one.address);
    }
    commit();
    for (std::size_t i = 0; i < now; ++i) {
      const EnvelopePtr told = take();
      CHECK(told->receiver == some[i].one.address, "they have their turns in the order of birth");
      CHECK(some[i].one.handler->handle(told->payload()) == carried, "what was sent has come");
      send(parent.address);
      commit();
      (void)children_.ended(some[i].number, Exit::normal(), StopAsked::no, {}, steps_);
      CHECK(steps_.size() == 1 && steps_.front().kind == SupervisorStep::Kind::forget,
            "it is not restarted");
      steps_.clear();
      end(std::exchange(some[i].one, {}));
    }
    handle_all(work);
  }
  return work;
}

}  // namespace troupe::bench
