// Request and response between two actors of a node with one worker. Information: the messaging
// goals are measured when the messaging core is there.

#include <memory>
#include <optional>
#include <string>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/guest_rows.hpp"
#include "bench/sections.hpp"
#include "troupe/runtime.hpp"

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

struct NativeEcho final : Actor {
  Outcome handle(Turn&, BytesView message) override {
    return Outcome::answer(Bytes(message.begin(), message.end()));
  }
};

// guests/asker.c in C++.
class NativeAsker final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    left_ = std::stoull(std::string(as_text(message).substr(3)));
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
    std::uint64_t back = 0;
    if (answer && answer->size() == sizeof back) std::memcpy(&back, answer->data(), sizeof back);
    if (back == left_) ++good_;
    if (--left_ != 0) return ask(turn);
    if (!turn.answer(*caller_, as_bytes(std::to_string(good_))))
      return Outcome::error("the answer was refused");
    return {};
  }

 private:
  Outcome ask(Turn& turn) {
    const auto asked =
        turn.request(*echo_, {reinterpret_cast<const std::uint8_t*>(&left_), sizeof left_}, 60s);
    return asked ? Outcome() : Outcome::error("the request was refused");
  }

  std::optional<Address> echo_;
  std::optional<Responder> caller_;
  std::uint64_t left_ = 0;
  std::uint64_t good_ = 0;
};

class Node {
 public:
  Node(std::string name, const Component& echo, const Component& asker) {
    RuntimeOptions options;
    options.name = std::move(name);
    options.workers = 1;
    auto runtime = Runtime::start(std::move(options));
    CHECK(runtime.has_value(), runtime.error().message);
    runtime_ = *std::move(runtime);
    spawn("echo", echo, {});
    Grants grants;
    grants.find = {"echo"};
    asker_ = spawn("asker", asker, std::move(grants));
  }

  Row row(std::string name) {
    return {.name = std::move(name),
            .run =
                [this](std::uint64_t rounds) {
                  const auto good =
                      runtime_->request(asker_, as_bytes(fmt::format("go {}", rounds)), 60s);
                  CHECK(good.has_value(), good.error().message);
                  return Work{.count = std::stoull(std::string(as_text(*good)))};
                },
            .timer = Timer::wall};
  }

 private:
  Address spawn(std::string name, const Component& component, Grants grants) {
    SpawnOptions options;
    options.name = std::move(name);
    options.grants = std::move(grants);
    const auto spawned = runtime_->spawn(component, std::move(options));
    CHECK(spawned.has_value(), spawned.error().message);
    return *spawned;
  }

  std::unique_ptr<Runtime> runtime_;
  Address asker_;
};

}  // namespace

void run_runtime(const Section& section, const Settings& settings, Report& report) {
  Node native("native", Component::native("echo", [] { return std::make_unique<NativeEcho>(); }),
              Component::native("asker", [] { return std::make_unique<NativeAsker>(); }));
  Node guests("guests", Component::from_bytes("echo", read_guest("echo")),
              Component::from_bytes("asker", read_guest("asker")));
  compare(settings.run, std::string(section.name),
          {native.row("round trip, native actors"), guests.row("round trip, SDK guests")}, report);
}

}  // namespace troupe::bench
