// The bare parts of a message to a guest: those of floor/message and floor/hop, and the guest's
// handler at engine.hpp. No change of turns, limits, outboxes or books brings a row of guests below
// these.

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/bare_actors.hpp"
#include "bench/rows/guest_rows.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

using Order = BareActors::Order;

constexpr std::uint32_t crowd = 10'000;

std::vector<RowInfo> rows() {
  const auto row = [](std::string_view what, std::string title, Leans leans = Leans::one_core) {
    return RowInfo{
        .id = fmt::format("floor/guest/{}", what), .title = std::move(title), .leans = leans};
  };
  return {
      row("message", "floor/message to a C guest that counts"),
      row("message/10000", "floor/message/10000 to C guests that count", Leans::memory),
      row("hop", "floor/hop between C guests that answer with what they get"),
      row("hop/ordered", "floor/hop/ordered through 10,000 of them", Leans::memory),
      row("hop/shuffled", "floor/hop/shuffled through 10,000 of them", Leans::memory),
  };
}

// Brings back what it gets, as an answer.
class Echo final : public BareHandler {
 public:
  explicit Echo(const Code& code) : life_(code) {}
  std::uint64_t handle(BytesView payload) override {
    const Reply reply = life_.instance().handle(life_.host(), payload);
    return reply.kind == Reply::Kind::answered ? life_.host().last() : 0;
  }

 private:
  GuestLife life_;
};

// Counts what it gets, and says no more.
class Drain final : public BareHandler {
 public:
  explicit Drain(const Code& code) : life_(code) { life_.host().owes_answers = false; }
  std::uint64_t handle(BytesView payload) override {
    const Reply reply = life_.instance().handle(life_.host(), payload);
    std::uint64_t number = 0;
    std::memcpy(&number, payload.data(), sizeof number);
    return reply.kind == Reply::Kind::none ? number : 0;
  }

 private:
  GuestLife life_;
};

// Actors whose code is `guest`, once they are needed.
class Guests {
 public:
  Guests(GuestEngine& engine, std::string_view guest, std::size_t count)
      : code_(engine.compile(guest)), count_(count) {}

  template <typename Handler>
  BareActors& as() {
    if (actors_ == nullptr) {
      actors_ = std::make_unique<BareActors>(
          count_, [code = code_] { return std::make_unique<Handler>(*code); });
    }
    return *actors_;
  }

 private:
  std::shared_ptr<const Code> code_;
  std::size_t count_;
  std::unique_ptr<BareActors> actors_;
};

void measure(const Request& request, RawSink& sink) {
  GuestEngine engine;
  Guests drain(engine, "drain", 1);
  Guests drains(engine, "drain", crowd);
  Guests echoes(engine, "echo", 2);
  Guests ring(engine, "echo", crowd);
  const auto row = [](std::string_view what, std::function<Work(std::uint64_t)> run) {
    return Row{.id = fmt::format("floor/guest/{}", what),
               .run = std::move(run),
               .sum_each = BareActors::carried};
  };
  sample(
      request,
      {row("message", [&](std::uint64_t n) { return drain.as<Drain>().fan_out(n); }),
       row("message/10000", [&](std::uint64_t n) { return drains.as<Drain>().fan_out(n); }),
       row("hop", [&](std::uint64_t n) { return echoes.as<Echo>().pass_on(n, Order::made); }),
       row("hop/ordered", [&](std::uint64_t n) { return ring.as<Echo>().pass_on(n, Order::made); }),
       row("hop/shuffled",
           [&](std::uint64_t n) { return ring.as<Echo>().pass_on(n, Order::shuffled); })},
      sink);
}

}  // namespace

const Block& guest_floor_block() {
  static constexpr Block block = {.name = "guest-floor",
                                  .title = "what messages to guests cost at least",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
