#include "engine/native.hpp"

#include <concepts>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"

namespace troupe {
namespace {

using Make = std::function<std::unique_ptr<Actor>()>;

// Whether its health() is worth a call only its author knows: whoever wants it asked says so.
constexpr GuestInterfaces native_interfaces{.answers = true,
                                            .timers = true,
                                            .events = true,
                                            .exits = true,
                                            .health = false,
                                            .stopping = true,
                                            .state = false};

// One activation per thread: a handler that runs another actor's handler would break every rule
// that holds for the thread, and hide from the watchdogs.
class Activation {
 public:
  Activation() {
    CHECK(!active_, "a handler runs on this thread already");
    active_ = true;
  }
  ~Activation() { active_ = false; }
  Activation(const Activation&) = delete;
  Activation& operator=(const Activation&) = delete;

 private:
  [[gnu::tls_model("initial-exec")]] static constinit thread_local bool active_;
};
constinit thread_local bool Activation::active_ = false;

// Text of an actor as guests may read it: UTF-8, and no longer than theirs may be.
std::string guest_text(std::string_view text) {
  if (is_utf8(text)) return std::string(utf8_prefix(text, limits::error_text_bytes_max));
  const std::string fit = harmless(text.substr(0, limits::error_text_bytes_max));
  return std::string(utf8_prefix(fit, limits::error_text_bytes_max));
}

Reply ended(Exit exit) {
  return Reply::ended(std::make_unique<Death>(
      Death{.exit = std::move(exit), .trap = std::nullopt, .backtrace = {}, .detail = {}}));
}

Reply crashed(std::string_view text) { return ended(Exit::crashed(guest_text(text))); }

// Does not fit into registers any more where it is passed on. Copied by its two words, since the
// sixteen bytes that the compiler would load at once were stored as two a moment ago, which the
// processor does not forward: a tenth of a delivery.
BytesView in_words(BytesView bytes) {
  const std::uint8_t* data = bytes.data();
  std::size_t size = bytes.size();
  asm("" : "+r"(data), "+r"(size));
  return {data, size};
}

class NativeInstance final : public Instance {
 public:
  NativeInstance(const Make& make, const InstanceLimits& limits)
      : payload_bytes_(limits.payload_bytes), make_(make) {}

  Reply boot(HostCalls& /*host*/) override {
    CHECK(phase_ == Phase::made, "boot() comes once, before all else");
    phase_ = Phase::booted;
    return guarded([this](Reply& reply) {
      object_ = make_();
      set_behind(object_.get());
      if (object_ == nullptr) reply = crashed("the function that makes the actor returned null");
    });
  }

  Reply start(HostCalls& host, BytesView config) override {
    return run([&] { return object_->start(host.turn(), config); });
  }

  // The only handler whose value is an answer.
  Reply handle(HostCalls& host, BytesView payload) override {
    check_booted();
    return guarded([&](Reply& reply) {
      const Outcome outcome = object_->handle(host.turn(), payload);
      if (outcome.kind() == Outcome::Kind::none) return;
      if (outcome.kind() != Outcome::Kind::answer) {
        reply = reply_to(outcome);
      } else if (outcome.payload().size() > payload_bytes_) {
        reply = Reply::failed(fmt::format("the answer has {} bytes; the limit is {}",
                                          outcome.payload().size(), payload_bytes_));
      } else {
        host.returned(outcome.payload());
        reply.kind = Reply::Kind::answered;
      }
    });
  }

  Reply answered(HostCalls& host, std::uint64_t request, const AnswerView& answer) override {
    return run([&] { return object_->answered(host.turn(), request, answer); });
  }
  Reply fired(HostCalls& host, std::uint64_t timer) override {
    return run([&] { return object_->fired(host.turn(), timer); });
  }
  Reply event(HostCalls& host, std::uint64_t subscription, std::string_view topic,
              BytesView payload) override {
    const BytesView bytes = in_words(payload);
    return run([&] { return object_->event(host.turn(), subscription, topic, bytes); });
  }
  Reply exited(HostCalls& host, std::uint64_t watch, const Exit& exit) override {
    return run([&] { return object_->exited(host.turn(), watch, exit); });
  }
  Reply stop(HostCalls& host, Duration budget) override {
    return run([&] {
      object_->stop(host.turn(), std::chrono::duration_cast<std::chrono::milliseconds>(budget));
      return Outcome();
    });
  }

  // Nothing can cut it off.
  HealthReply check(HostCalls& /*host*/, Duration /*deadline*/) override {
    check_booted();
    HealthReply reply;
    Reply run = guarded([&](Reply& /*reply*/) { reply.says = object_->health(); });
    reply.says.reason = guest_text(reply.says.reason);
    reply.death = std::move(run.death);
    return reply;
  }
  SaveReply save(HostCalls& /*host*/, bool /*ending*/, Duration /*deadline*/) override {
    CHECK(false, "interfaces() has no state");
  }
  Reply load(HostCalls& /*host*/, std::string_view /*version*/, const SavedState& /*saved*/,
             BytesView /*config*/) override {
    CHECK(false, "interfaces() has no state");
  }

  [[nodiscard]] InstanceUsage usage() const override { return {.overhead_bytes = sizeof(*this)}; }
  [[nodiscard]] std::uint64_t usage_stamp() const override { return 0; }

 private:
  enum class Phase : std::uint8_t { made, booted, ended };

  void check_booted() const { CHECK(phase_ == Phase::booted, "not booted, or ended already"); }

  static Reply reply_to(const Outcome& outcome) {
    switch (outcome.kind()) {
      case Outcome::Kind::none:
      case Outcome::Kind::answer:
        return {};
      case Outcome::Kind::error:
        return Reply::failed(guest_text(outcome.text()));
      case Outcome::Kind::crash:
        return crashed(outcome.text());
    }
    CHECK(false, "not an outcome");
  }

  Reply run(std::invocable auto handler) {
    check_booted();
    return guarded([&](Reply& reply) {
      const Outcome outcome = handler();
      if (outcome.kind() != Outcome::Kind::none) reply = reply_to(outcome);
    });
  }

  // The one place where exceptions of actors stop. The body fills in the reply, which is made where
  // the caller wants it.
  Reply guarded(std::invocable<Reply&> auto body) {
    const Activation activation;
    // Until a reply says otherwise: an exception ends the life.
    phase_ = Phase::ended;
    Reply reply;
    try {
      body(reply);
      if (reply.kind != Reply::Kind::ended) phase_ = Phase::booted;
    } catch (const std::exception& error) {
      reply = crashed(fmt::format("exception: {}", error.what()));
    } catch (...) {
      reply = crashed("exception: of a type that is no std::exception");
    }
    return reply;
  }

  // What every call touches comes first: it shares a cache line with what is above it.
  std::unique_ptr<Actor> object_;
  std::uint64_t payload_bytes_;
  Phase phase_ = Phase::made;
  const Make& make_;  // For boot(). Counted by nobody: many lives of many workers begin and end.
};

class NativeCode final : public Code {
 public:
  explicit NativeCode(Make make) : make_(std::move(make)) {}

  [[nodiscard]] const GuestInterfaces& interfaces() const override { return native_interfaces; }
  [[nodiscard]] std::unique_ptr<Instance> instantiate(const InstanceLimits& limits) const override {
    return std::make_unique<NativeInstance>(make_, limits);
  }
  // No life of this code has frames.
  [[nodiscard]] FrameDescription describe(const TrapFrame& frame) const override {
    return {.function = fmt::format("function {}", frame.function_index),
            .module_offset = frame.module_offset,
            .file = {},
            .line = 0};
  }

 private:
  const Make make_;
};

}  // namespace

std::shared_ptr<const Code> native_code(std::function<std::unique_ptr<Actor>()> make) {
  CHECK(make != nullptr, "native code needs a function that makes the actor");
  return std::make_shared<NativeCode>(std::move(make));
}

Result<std::shared_ptr<const Code>> NativeEngine::compile(BytesView /*wasm*/,
                                                          EngineClass /*engine_class*/) {
  return fail(ErrorCode::unsupported,
              "this build has no WebAssembly engine and runs actors written in C++ only. Configure "
              "it with -DTROUPE_WASMTIME=ON.");
}

NativeEngine::NativeEngine(Time time) {
  if (time == Time::real) ticker_.emplace([] {});
}

void NativeEngine::hold_ticker() {
  if (ticker_) ticker_->hold();
}

void NativeEngine::release_ticker() {
  if (ticker_) ticker_->release();
}

const std::atomic<std::uint64_t>* NativeEngine::ticks() const {
  return ticker_ ? &ticker_->count() : nullptr;
}

}  // namespace troupe
