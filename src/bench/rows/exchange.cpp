// W1 and W6: two actors of a node with one worker and the messages between them, native and as
// guests. One request from outside starts each sample, and its answer says how many operations
// came back as they were sent.

#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "troupe/runtime.hpp"

#if TROUPE_HAS_WASMTIME
#include "bench/rows/guests.hpp"
#endif

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

BytesView bytes_of(const std::uint64_t& number) {
  return {reinterpret_cast<const std::uint8_t*>(&number), sizeof number};
}

std::uint64_t number_in(BytesView bytes) {
  std::uint64_t number = 0;
  if (bytes.size() == sizeof number) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

// guests/echo.c in C++.
struct NativeEcho final : Actor {
  Outcome handle(Turn&, BytesView message) override {
    return Outcome::answer(Bytes(message.begin(), message.end()));
  }
};

// guests/asker.c in C++.
class NativeAsker final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    left_ = number_of(as_text(message).substr(std::string_view("go ").size()));
    good_ = 0;
    if (!echo_) {
      const auto found = turn.find("echo");
      if (!found) return Outcome::error("there is no echo");
      echo_ = *found;
    }
    caller_ = turn.responder_for_later();
    return ask(turn);
  }
  Outcome answered(Turn& turn, std::uint64_t, const Answer& answer) override {
    if (answer && number_in(*answer) == left_) ++good_;
    if (--left_ != 0) return ask(turn);
    if (!turn.answer(*caller_, as_bytes(std::to_string(good_))))
      return Outcome::error("the answer was refused");
    return {};
  }

 private:
  Outcome ask(Turn& turn) {
    return turn.request(*echo_, bytes_of(left_), 60s) ? Outcome()
                                                      : Outcome::error("the request was refused");
  }

  std::optional<Address> echo_;
  std::optional<Responder> caller_;
  std::uint64_t left_ = 0;
  std::uint64_t good_ = 0;
};

// guests/player.c in C++.
class NativePlayer final : public Actor {
 public:
  Outcome start(Turn&, BytesView config) override {
    partner_name_ = as_text(config);
    return {};
  }
  Outcome handle(Turn& turn, BytesView message) override {
    if (!partner_) {
      const auto found = turn.find(partner_name_);
      if (!found) return Outcome::error("there is nobody to play with");
      partner_ = *found;
    }
    if (message.size() != sizeof left_) return play(turn, as_text(message));
    const std::uint64_t ball = number_in(message);
    if (!serves_) return hit(turn, ball);
    if (ball == left_) ++good_;
    if (--left_ != 0) return hit(turn, left_);
    serves_ = false;
    if (!turn.answer(*caller_, as_bytes(std::to_string(good_))))
      return Outcome::error("the answer was refused");
    return {};
  }

 private:
  Outcome play(Turn& turn, std::string_view order) {
    left_ = number_of(order.substr(std::string_view("play-ball ").size()));
    good_ = 0;
    serves_ = true;
    caller_ = turn.responder_for_later();
    return hit(turn, left_);
  }
  Outcome hit(Turn& turn, std::uint64_t ball) {
    return turn.send(*partner_, bytes_of(ball)) ? Outcome()
                                                : Outcome::error("the ball was refused");
  }

  std::string partner_name_;
  std::optional<Address> partner_;
  std::optional<Responder> caller_;
  bool serves_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t good_ = 0;
};

// The components of one column.
struct Cast {
  std::string name;
  Component echo;
  Component asker;
  Component player;
};

Cast native_cast() {
  return {.name = "native",
          .echo = Component::native("echo", [] { return std::make_unique<NativeEcho>(); }),
          .asker = Component::native("asker", [] { return std::make_unique<NativeAsker>(); }),
          .player = Component::native("player", [] { return std::make_unique<NativePlayer>(); })};
}

#if TROUPE_HAS_WASMTIME
Cast guest_cast() {
  const auto component = [](const char* name) {
    const BytesView wasm = guest(name);
    return Component::from_bytes(name, Bytes(wasm.begin(), wasm.end()));
  };
  return {.name = "wasm",
          .echo = component("echo"),
          .asker = component("asker"),
          .player = component("player")};
}
#endif

// A node with one worker.
class Node {
 public:
  explicit Node(const Cast& cast) {
    RuntimeOptions options;
    options.name = cast.name;
    options.workers = 1;
    auto runtime = Runtime::start(std::move(options));
    CHECK(runtime.has_value(), runtime.error().message);
    runtime_ = *std::move(runtime);
    spawn("echo", cast.echo, {});
    asker_ = spawn("asker", cast.asker, "echo");
    server_ = spawn("server", cast.player, "returner");
    spawn("returner", cast.player, "server");
  }

  Row ping_pong(std::string id) { return row(std::move(id), server_, "play-ball"); }
  Row request_response(std::string id) { return row(std::move(id), asker_, "go"); }

 private:
  // An actor that may find `knows`, which is its config too.
  Address spawn(std::string name, const Component& component, std::string_view knows) {
    SpawnOptions options;
    options.name = std::move(name);
    options.config = to_bytes(knows);
    if (!knows.empty()) options.grants.find = {std::string(knows)};
    const auto spawned = runtime_->spawn(component, std::move(options));
    CHECK(spawned.has_value(), spawned.error().message);
    return *spawned;
  }

  Row row(std::string id, Address actor, std::string_view order) {
    return {.id = std::move(id),
            .run =
                [this, actor, order](std::uint64_t rounds) {
                  const auto good =
                      runtime_->request(actor, as_bytes(fmt::format("{} {}", order, rounds)), 60s);
                  CHECK(good.has_value(), good.error().message);
                  return Work{.count = number_of(as_text(*good))};
                },
            .timer = Timer::wall};
  }

  std::unique_ptr<Runtime> runtime_;
  Address asker_;
  Address server_;
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  const auto add = [&rows](std::string_view column, std::string_view actors) {
    rows.push_back({.id = fmt::format("W1/{}", column),
                    .title = fmt::format("ping-pong, a round trip of two messages, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W1"});
    rows.push_back({.id = fmt::format("W6/{}", column),
                    .title = fmt::format("a request answered, its timeout armed, {}", actors),
                    .kind = RowKind::macro,
                    .peer_id = "W6"});
  };
  add("native", "native actors");
#if TROUPE_HAS_WASMTIME
  add("wasm", "C guests");
#endif
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> runnable;
  Node native(native_cast());
  runnable.push_back(native.ping_pong("W1/native"));
  runnable.push_back(native.request_response("W6/native"));
#if TROUPE_HAS_WASMTIME
  Node guests(guest_cast());
  runnable.push_back(guests.ping_pong("W1/wasm"));
  runnable.push_back(guests.request_response("W6/wasm"));
#endif
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& exchange_block() {
  static constexpr Block block = {.name = "exchange",
                                  .title = "two actors and their messages, one worker",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
